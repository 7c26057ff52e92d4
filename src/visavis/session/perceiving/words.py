"""What is told of a participant now, in words, and the answers to what a persona wants to know. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from visavis.layers.perception.account import Account
from visavis.layers.perception.asked import Query
from visavis.layers.perception.conditions import CONDITIONS, Condition
from visavis.layers.perception.summary import phrase

LONGEST_QUESTION = 160
"""Characters of a query that are repeated with its answer."""
_FOR = (2, 5, 10, 30, 60, 120, 300, 600)
"""Seconds at which it is told anew how long something lasts."""
_OPEN = re.compile(r"^(when|what|which)\b|\b(how|count|number|scale|percent\w*)\b", re.IGNORECASE)
_EMOTIONS: tuple[Condition, ...] = ("smiling", "surprised", "frowning")
_APPEARANCE: tuple[Condition, ...] = (
    *("looking away", "eyes closed", "nodding", "shaking head", "close to the camera"),
    *("far from the camera", "dark", "glaring light"),
)


def appearance(account: Account, untold: frozenset[Condition], emotions_apart: bool = True) -> str:
    """Who is there and how they sit; empty when nothing is known.

    Args:
        account: the participant's.
        untold: conditions not to be told.
        emotions_apart: what ``emotions`` tells is left to it.
    """
    now = frozenset(account.now())
    if "left" in now:
        return "Nobody in view."
    if "present" not in now:
        return ""
    many = "more than one person in view" if "second person" in now else "one person in view"
    where = [] if "looking away" in now else ["looking at the screen"]
    movements = () if emotions_apart else _EMOTIONS
    told = [phrase(name) for name in (*_APPEARANCE, *movements) if name in now - untold]
    return _sentence([many, *where, *told])


def emotions(account: Account, untold: frozenset[Condition]) -> str:
    """Movements of the face that show now: facts, no moods."""
    now = frozenset(account.now()) - untold
    return _sentence([phrase(name) for name in _EMOTIONS if name in now])


def screenshare(account: Account) -> str:
    """That a screen is shared; what it shows is not read here."""
    return _sentence([phrase("sharing the screen")]) if "sharing the screen" in account.now() else ""


def answers(account: Account, queries: Sequence[Query], untold: frozenset[Condition], now: float) -> str:
    """To the queries that a condition answers, as far as there is something to be seen."""
    told = []
    for query in queries:
        condition = condition_of(query.signal)
        if condition is None or condition in untold or not _known(account, condition):
            continue
        if query.opposite and "left" in account.now() and condition not in ("left", "sharing the screen"):
            continue  # of somebody who is gone, the contrary is not known either
        holds = _holds(account, condition, query.opposite, now)
        told.append(f"{question(query.text)} {at_present(holds) if is_open(query.text) else holds}")
    return " ".join(told)


def question(text: str) -> str:
    """A query on one line and of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUESTION else f"{line[: LONGEST_QUESTION - 1]}…"


def is_open(query: str) -> bool:
    """Whether it asks how often or how much, which yes and no do not answer."""
    return _OPEN.search(query.strip()) is not None


def at_present(answer: str) -> str:
    """A yes or no about now, for who asked how often."""
    if answer.startswith("Yes"):
        return f"Now{answer.removeprefix('Yes')}"
    return f"Not now{answer.removeprefix('No')}"


def in_a_turn(query: Query, heard: bool) -> str:
    """The answer to a query about the voice, by the last turn."""
    so = heard is not query.opposite
    if is_open(query.text):
        return "So in the last turn." if so else "Not so in the last turn."
    return f"{'Yes' if so else 'No'}, in the last turn."


def condition_of(signal: str | None) -> Condition | None:
    """The condition that a signal is, if it is one."""
    return signal if signal in CONDITIONS else None


def _known(account: Account, condition: Condition) -> bool:
    """Nothing is seen of somebody whose camera is off, but that they share no screen."""
    now = account.now()
    return condition == "sharing the screen" or "present" in now or "left" in now


def _holds(account: Account, condition: Condition, opposite: bool, now: float) -> str:
    if opposite or condition not in account.now():
        return "Yes." if opposite is not (condition in account.now()) else "No."
    start = account.history(condition).stretches[-1].start
    passed = [seconds for seconds in _FOR if seconds <= now - start]
    if not passed:
        return "Yes."
    lasting = f"{passed[-1]} s" if passed[-1] < 60 else f"{passed[-1] // 60} min"
    return f"Yes, for more than {lasting}."


def _sentence(parts: list[str]) -> str:
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""
