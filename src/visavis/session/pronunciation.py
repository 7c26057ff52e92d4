"""Pronunciation dictionaries (PROTOCOL 2.7): what clients post, and what is said for what is written."""

from __future__ import annotations

import unicodedata
from typing import Literal, Self

from pydantic import BaseModel, Field, field_validator, model_validator

from visavis.layers.tts.base import Spelled
from visavis.layers.tts.respelling import Respelling, Substitute
from visavis.session.bodies import Body

MOST_RULES = 10_000


class Rule(BaseModel):
    """How one text is pronounced."""

    text: str = Field(min_length=1, max_length=200)
    pronunciation: str = Field(min_length=1, max_length=500)
    type: Literal["alias", "ipa"]
    """``alias``: said as if this were written; ``ipa``: these sounds."""
    case_sensitive: bool = False
    word_boundaries: bool = True

    @field_validator("text", "pronunciation")
    @classmethod
    def _not_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("must not be blank")
        return value.strip()


class DictionaryBody(Body):
    """The body of ``POST /v2/pronunciation-dictionaries``."""

    name: str = Field(min_length=1, max_length=255)
    rules: list[Rule] = Field(default_factory=list, max_length=MOST_RULES)

    @model_validator(mode="after")
    def _each_text_once(self) -> Self:
        known: set[str] = set()
        for rule in self.rules:
            if rule.text in known:
                raise ValueError(f"rules: {rule.text!r} is there twice")
            known.add(rule.text)
        return self


class Pronunciation:
    """The rules of a dictionary, ready to be applied to what is spoken.

    Args:
        rules: of several that fit at one place the one with the longest text is applied, else the first.
    """

    def __init__(self, rules: list[Rule]) -> None:
        self._by_length: dict[int, dict[str, list[Rule]]] = {}
        for rule in sorted(rules, key=lambda rule: -len(rule.text)):
            of_length = self._by_length.setdefault(len(rule.text), {})
            of_length.setdefault(rule.text.casefold(), []).append(rule)

    def __bool__(self) -> bool:
        return bool(self._by_length)

    def applied(self, text: str) -> tuple[Respelling, list[Spelled]]:
        """What is said for a text, and the places in it whose sounds are given."""
        found: list[tuple[Rule, Substitute]] = []
        position = 0
        while position < len(text):
            rule = self._at(text, position)
            if rule is None:
                position += 1
                continue
            end = position + len(rule.text)
            said = rule.pronunciation if rule.type == "alias" else text[position:end]
            found.append((rule, Substitute(position, end, said)))
            position = end
        respelling = Respelling(text, [substitute for _, substitute in found])
        spelled = [
            Spelled(start, end, rule.pronunciation)
            for (rule, _), (start, end) in zip(found, respelling.places, strict=True)
            if rule.type == "ipa"
        ]
        return respelling, spelled

    def _at(self, text: str, position: int) -> Rule | None:
        for length, rules in self._by_length.items():
            for rule in rules.get(text[position : position + length].casefold(), ()):
                if _fits(rule, text, position):
                    return rule
        return None


def _fits(rule: Rule, text: str, position: int) -> bool:
    """Whether a rule whose text stands there, whatever its case, applies."""
    end = position + len(rule.text)
    written = text[position:end]
    if len(written) != len(rule.text) or (rule.case_sensitive and written != rule.text):
        return False
    return not rule.word_boundaries or not (
        _joins(text[position - 1 : position], written[0]) or _joins(written[-1], text[end : end + 1])
    )


def _joins(before: str, after: str) -> bool:
    """Whether two characters are of one word; either may be the text's edge, where there is none."""
    return _in_a_word(before) and _in_a_word(after)


def _in_a_word(character: str) -> bool:
    """Accents and vowel signs that are characters of their own are no boundary."""
    return character.isalnum() or (bool(character) and unicodedata.category(character).startswith("M"))
