"""Which measured signal answers a query or calls a tool, if one does. Nothing is answered by guessing.

A sentence means a signal if it lies close to one of its phrasings, clearly closer than to those of any other
signal and to anything that is not measured, denies what the phrasing denies, and holds no word that the
signal knows nothing of. The thresholds were found on one half of a labelled set, and judged on the other
(benchmarks/perception/matching.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from threading import Lock
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from visavis.layers.embedding.base import Embedder
from visavis.layers.perception.asked import Modality, Query, Tool
from visavis.layers.perception.distractors import DISTRACTORS
from visavis.layers.perception.filling import filled
from visavis.layers.perception.phrasings import Aspect
from visavis.layers.perception.signals import SIGNALS
from visavis.layers.perception.tooltexts import stated
from visavis.layers.perception.wording import (
    COMMON,
    OF_A_VOICE,
    Form,
    beyond,
    clauses,
    form,
    plain,
    sentences,
    stems,
)

CLOSE = 0.6
"""Similarity to a phrasing from which a sentence may mean its signal."""
CLEARLY = 0.03
"""By how much it must be closer than anything that is not measured."""
APART = 0.05
"""By how much it must be closer than any other meaning."""
_MOST_REMEMBERED = 20_000
"""Texts; more than that are forgotten at once."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a sentence says of a signal."""

    signal: str
    aspect: Aspect


@dataclass(frozen=True, slots=True)
class Nearest:
    """What a sentence lies close to, each with its similarity.

    Attributes:
        meaning: the nearest one.
        close: to it.
        other: to the nearest of another meaning.
        distraction: to the nearest thing that is not measured.
    """

    meaning: Meaning
    close: float
    other: float
    distraction: float

    @property
    def sure(self) -> bool:
        """Whether it is meant indeed."""
        return (
            self.close >= CLOSE
            and self.close - self.distraction >= CLEARLY
            and self.close - self.other >= APART
        )


class Matcher:
    """Matches for as long as it lives with one embedder, and remembers what it was asked.

    What a text is compared with is embedded when the first such text comes, so the first ones take longest;
    then one that is not remembered takes some milliseconds. Blocking, and safe to be used by several threads.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._phrasings = _Phrasings(embedder)
        self._known: dict[tuple[bytes, Modality], Meaning | None] = {}

    def query(self, query: Query, modality: Modality | None, told: frozenset[str]) -> Query:
        """The query with the signal that answers it, if one does.

        Args:
            query: as asked.
            modality: what it is asked about; None: either.
            told: the signals that may be told.
        """
        found = self._asked(query, modality)
        withheld = found is not None and found.signal not in told
        if found is None or found.aspect == "over" or withheld:
            return query.model_copy(update={"signal": None, "opposite": False, "withheld": withheld})
        return query.model_copy(update={"signal": found.signal, "opposite": found.aspect == "opposite"})

    def asks(self, query: Query, modality: Modality | None) -> str | None:
        """The signal that a query asks for, whether it may be told or not."""
        found = self._asked(query, modality)
        return found.signal if found and found.aspect != "over" else None

    def tool(self, tool: Tool, prompt: str, names: frozenset[str], told: frozenset[str]) -> Tool:
        """The tool with the signal that calls it and what its arguments are filled with, if one does.

        Args:
            tool: as the persona has it.
            prompt: the persona's, for the tools of this modality.
            names: of all tools of this modality.
            told: the signals that may be told.
        """
        meaning, arguments = self.calls(tool, prompt, names), None
        if meaning and meaning.aspect != "opposite" and meaning.signal in told:
            arguments = filled(tool.definition, meaning.signal, meaning.aspect == "over")
        if meaning is None or arguments is None:
            withheld = meaning is not None and meaning.signal not in told
            return tool.model_copy(
                update={"signal": None, "ends": False, "arguments": {}, "withheld": withheld}
            )
        matched = {"signal": meaning.signal, "ends": meaning.aspect == "over", "arguments": arguments}
        return tool.model_copy(update=matched)

    def calls(self, tool: Tool, prompt: str, names: frozenset[str]) -> Meaning | None:
        """What a tool is to be called for, whether it can be or not."""
        meanings = {self.meaning(text, tool.modality) for text in stated(tool, prompt, names)}
        return meanings.pop() if len(meanings) == 1 else None

    def meaning(self, text: str, modality: Modality) -> Meaning | None:
        """What a text says of a signal; None where that is not sure."""
        asked = (blake2b(text.encode(), digest_size=16).digest(), modality)
        if asked not in self._known:
            if len(self._known) >= _MOST_REMEMBERED:
                self.forget()
            self._known[asked] = self._meaning(text, modality)
        return self._known[asked]

    def forget(self) -> None:
        """What was asked so far."""
        self._known.clear()

    def nearest(self, text: str, modality: Modality) -> Nearest | None:
        """What one sentence lies close to; None where every meaning would leave words of it out."""
        return self._phrasings.nearest(plain(text), modality)

    def prepare(self) -> None:
        """Embed all that texts are compared with; otherwise the first ones have to wait for it."""
        self._phrasings.prepare()

    def _asked(self, query: Query, modality: Modality | None) -> Meaning | None:
        either: tuple[Modality, ...] = (modality,) if modality else ("vision", "audio")
        return next(filter(None, (self.meaning(query.text, one) for one in either)), None)

    def _meaning(self, text: str, modality: Modality) -> Meaning | None:
        if beyond(text):
            return None
        said = [plain(sentence) for sentence in sentences(text)]
        said = [sentence for sentence in said if stems(sentence) - COMMON] or said
        meaning: Meaning | None = None
        for part in dict.fromkeys(clause for sentence in said for clause in clauses(sentence)):
            nearest = self.nearest(part, modality)
            if nearest is None or not nearest.sure or (meaning and meaning != nearest.meaning):
                return None  # whatever follows: long texts need not be read to their end
            meaning = nearest.meaning
        return meaning


class _Phrasings:
    """All phrasings; each is embedded when it is first needed."""

    def __init__(self, embedder: Embedder) -> None:
        said = [
            (Meaning(name, aspect), signal.modality, phrasing)
            for name, signal in SIGNALS.items()
            for aspect in get_args(Aspect)
            for phrasing in getattr(signal, aspect)
        ]
        self._embedder = embedder
        self._meanings = [meaning for meaning, _, _ in said]
        self._kinds = [(modality, form(phrasing)) for _, modality, phrasing in said]
        self._texts = [*(plain(phrasing) for _, _, phrasing in said), *DISTRACTORS]
        self._distractors = range(len(said), len(self._texts))
        self._vectors: dict[int, NDArray[np.float32]] = {}
        self._lock = Lock()

    def prepare(self) -> None:
        self._embedded(range(len(self._texts)))

    def nearest(self, text: str, modality: Modality) -> Nearest | None:
        kind, words = form(text), stems(text)
        able = {meaning for meaning in set(self._meanings) if _fits(words, meaning, kind)}
        chosen = [
            index
            for index, meaning in enumerate(self._meanings)
            if meaning in able and self._kinds[index] == (modality, kind)
        ]
        if not chosen:
            return None
        vector: NDArray[np.float32] = self._embedder.embed([text])[0]
        close = dict(zip(chosen, (self._embedded(chosen) @ vector).tolist(), strict=True))
        best = max(close, key=close.__getitem__)
        meaning = self._meanings[best]
        return Nearest(
            meaning,
            close[best],
            max((near for index, near in close.items() if self._meanings[index] != meaning), default=0.0),
            float((self._embedded(self._distractors) @ vector).max()),
        )

    def _embedded(self, chosen: Sequence[int]) -> NDArray[np.float32]:
        with self._lock:
            new = [index for index in chosen if index not in self._vectors]
            if new:
                rows = self._embedder.embed([self._texts[index] for index in new])
                self._vectors.update(zip(new, rows, strict=True))
        return np.stack([self._vectors[index] for index in chosen])


def _fits(words: frozenset[str], meaning: Meaning, kind: Form) -> bool:
    """Whether these words can mean it: none that it knows nothing of, and the one that it needs."""
    needed, own, all_of_it = _words(meaning, kind)
    back = meaning.aspect != "over" or kind != "plain" or bool(words & own)
    about = COMMON | OF_A_VOICE if SIGNALS[meaning.signal].modality == "audio" else COMMON
    return words - about <= all_of_it and back and bool(not needed or words & needed)


@cache
def _words(meaning: Meaning, kind: Form) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What it needs, what only this aspect of its signal speaks of, and all that may be spoken of."""
    signal = SIGNALS[meaning.signal]
    holds = _all(signal.holds)
    said = _all(text for text in getattr(signal, meaning.aspect) if form(text) == kind)
    known = said | holds if meaning.aspect == "over" or kind == "not" else said
    return frozenset(signal.needs.split()), said - holds, known


def _all(texts: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(stems, texts))
