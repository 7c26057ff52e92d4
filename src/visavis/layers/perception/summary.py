"""Signals in words: short phrases for a turn, and the account of a call for its final analysis.

Facts only: what was measured, how long and how often. A mood is never concluded from a movement. Nothing is
said of what was not seen. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from visavis.layers.perception.account import Account
from visavis.layers.perception.base import Voice
from visavis.layers.perception.conditions import Condition

_PHRASES: dict[Condition, str] = {
    "second person": "a second person in view",
    "left": "not in view",
    "smiling": "smiling",
    "surprised": "brows raised and eyes wide",
    "frowning": "brows drawn together",
    "eyes closed": "eyes closed",
    "nodding": "nodding",
    "shaking head": "shaking the head",
    "looking away": "looking away from the screen",
    "close to the camera": "close to the camera",
    "far from the camera": "far from the camera",
    "dark": "in the dark",
    "glaring light": "in glaring light",
    "sharing the screen": "sharing the screen",
}
"""In the order of mention. ``present`` and ``talking`` go without saying on a turn somebody spoke."""
LIMITED: frozenset[Condition] = frozenset(("surprised", "frowning"))
"""Left out where only movements may be told, not what might be read as a mood."""
EXPRESSIONS: frozenset[Condition] = LIMITED | {
    *("smiling", "eyes closed", "talking", "nodding", "shaking head")
}
"""Left out where nothing that a face does may be told."""
_WORTH_IT = 0.5
"""Seconds from which a condition is told of a turn."""


def untold(emotion_recognition: Literal["full", "limited", "off"]) -> frozenset[Condition]:
    """Conditions that must not be told at a level of ``layers.perception.emotion_recognition``."""
    return {"full": frozenset[Condition](), "limited": LIMITED, "off": EXPRESSIONS}[emotion_recognition]


def phrase(condition: Condition) -> str:
    """A condition in words, as part of a sentence."""
    return _PHRASES.get(condition, {"present": "in view"}.get(condition, condition))


def visual_phrase(
    account: Account, since: float, until: float, without: frozenset[Condition] = frozenset()
) -> str:
    """What was seen between two moments, in a few words; empty when there were no pictures.

    Args:
        account: the participant's.
        since: seconds.
        until: seconds.
        without: conditions not to be told.
    """
    told = []
    for condition, words in _PHRASES.items():
        seconds = account.seconds(condition, since, until)
        if condition in without or seconds < min(_WORTH_IT, 0.5 * (until - since)) or seconds == 0.0:
            continue
        whole = seconds >= 0.8 * (until - since) or seconds < 2.0
        told.append(words if whole else f"{words} for {_seconds(seconds)}")
    if not told:
        seen = account.seconds("present", since, until) >= 0.5 * (until - since) > 0
        neutral = "" if without else ", neutral expression"  # what is withheld may show
        return f"Looking at the screen{neutral}." if seen else ""
    return _sentence(told)


def audio_phrase(voice: Voice, tone: Sequence[str]) -> str:
    """How a turn sounded, in well under 32 tokens; empty when nothing can be said.

    Args:
        voice: the turn's.
        tone: from ``tone.Usual.tone``.
    """
    if not tone:
        return ""
    pace = f", {voice.pace:.1f} words a second" if voice.pace is not None else ""
    return f"{_sentence(list(tone))[:-1]}{pace}."


def report(
    account: Account, without: frozenset[Condition] = frozenset(), origin: float | None = None
) -> list[str]:
    """The account of a whole call, one fact a line; empty when there was no camera.

    Args:
        account: the participant's.
        without: conditions not to be told.
        origin: as in ``happened``.
    """
    if account.began is None:
        shared = happened(account, "sharing the screen", origin)
        return [f"{_capital(phrase('sharing the screen'))}: {shared}."] if shared else []
    lines = [f"The camera was on for {_duration(account.watched)}."]
    if account.history("present").count == 0:
        return [*lines, "Nobody was seen."]
    lines.append(f"Somebody was in view for {_duration(account.total('present'))}.")
    for condition, words in _PHRASES.items():
        if condition not in without and (often := happened(account, condition, origin)):
            lines.append(f"{_capital(words)}: {often}.")
    return lines


def happened(account: Account, condition: Condition, origin: float | None = None) -> str:
    """How often a condition held, for how long and from when, without a full stop; empty if it never did.

    Args:
        account: the participant's.
        condition: which.
        origin: seconds, what "from" counts from; None: the first picture of the camera.
    """
    history = account.history(condition)
    if not history.count:
        return ""
    times = "once" if history.count == 1 else f"{history.count} times"
    zero = origin if origin is not None else account.began or 0.0
    starts = [_clock(stretch.start - zero) for stretch in history.stretches[:5]]
    more = f" and {history.count - len(starts)} more" if history.count > len(starts) else ""
    total = _duration(account.total(condition))
    return f"{times}, {total} in all (from {', '.join(starts)}{more})"


def _sentence(parts: list[str]) -> str:
    return f"{_capital(', '.join(parts))}."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _seconds(seconds: float) -> str:
    return f"{max(1, round(seconds))} s"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    return f"{minutes}:{rest:02}"
