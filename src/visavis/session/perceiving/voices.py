"""How a participant's turns sound and look: the analyses of their utterances (PROTOCOL 1.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from visavis.layers.perception.base import Voice
from visavis.layers.perception.summary import audio_phrase
from visavis.layers.perception.tone import Usual

_SPACED = 0x0E00
"""Characters from here on belong to scripts that are mostly written without spaces between words."""
_WHOLE = 1.5
"""Seconds of a turn's beginning that a voice may lack and still be the turn's."""
_LEAST = 0.5


class Analyses(NamedTuple):
    """Of a turn, in words; empty when there is nothing to say."""

    audio: str = ""
    visual: str = ""


UNPERCEIVED = Analyses()


@dataclass(slots=True)
class Spoken:
    """What was measured of a participant's turns over a call.

    Attributes:
        turns: with words in them.
        words: of those that were measured.
        seconds: likewise.
        pauses: lengths of pauses within turns, seconds.
        tones: how many turns had each word of ``tone``.
        toned: turns of which the tone was heard.
    """

    turns: int = 0
    words: int = 0
    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)
    tones: dict[str, int] = field(default_factory=dict)
    toned: int = 0


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    analyses: Analyses
    voice: Voice | None
    tone: tuple[str, ...]


class Turns:
    """One participant's turns.

    What was told of a pause is told of the end too if nothing more was said: an answer that was begun at the
    pause is one to the same words and the same looks.

    Args:
        look: how the participant looked between two moments, in words.
    """

    def __init__(self, look: Callable[[float, float], str]) -> None:
        self.spoken = Spoken()
        self._look = look
        self._usual = Usual()
        self._since: float | None = None
        self._last: _Said | None = None

    def forget_voice(self) -> None:
        """The speaker is gone: how they usually sound is not kept, what they did is."""
        self._usual = Usual()

    def began(self, at: float) -> None:
        """Speech began, or went on."""
        if self._since is None:
            self._since = at

    def paused(self, text: str, voice: Voice | None, now: float) -> Analyses:
        """The words so far are known."""
        self._last = self._said(text, voice, now)
        return self._last.analyses

    def ended(
        self, text: str, voice: Voice | None, now: float
    ) -> tuple[Analyses, Voice | None, tuple[str, ...]]:
        """The turn is over.

        Returns:
            Its analyses, and its voice and tone if one was heard.
        """
        last = self._last
        said = last if last is not None and last.text == text.strip() else self._said(text, voice, now)
        self._since = self._last = None
        if not said.text:
            return UNPERCEIVED, None, ()
        self._learn(said)
        return said.analyses, said.voice, said.tone

    def _said(self, text: str, voice: Voice | None, now: float) -> _Said:
        text = text.strip()
        since = self._since if self._since is not None else now
        paced = replace(voice, pace=_pace(text, voice, since)) if voice is not None else None
        tone = self._usual.words(paced) if paced is not None else ()
        audio = audio_phrase(paced, tone) if paced is not None else ""
        return _Said(text, Analyses(audio, self._look(since, now)), paced, tone)

    def _learn(self, said: _Said) -> None:
        spoken, voice = self.spoken, said.voice
        spoken.turns += 1
        if voice is None:
            return
        spoken.toned += 1
        self._usual.learn(voice)
        if voice.pace is not None:
            spoken.words += len(said.text.split())
            spoken.seconds += voice.end - voice.start
        spoken.pauses += voice.pauses
        for words in said.tone:
            spoken.tones[words] = spoken.tones.get(words, 0) + 1


def _pace(text: str, voice: Voice, since: float) -> float | None:
    """Words a second, where words can be counted and the voice is that of all of them."""
    seconds = voice.end - voice.start
    if seconds < _LEAST or voice.start - since > _WHOLE or any(ord(letter) >= _SPACED for letter in text):
        return None
    words = len(text.split())
    return words / seconds if words else None
