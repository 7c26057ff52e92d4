"""The tone of a voice in words: only what was measured, and against how this speaker usually sounds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import log2
from statistics import median

from visavis.layers.perception.base import Voice

UNSURE = 0.3
"""Less confidence than that, and nothing is said about a voice."""
_KNOWN = 3
"""Turns from which a speaker's usual voice is known."""
_LOUDER, _HIGHER, _FASTER = 4.0, 2.5, 1.35
"""dB, semitones, and times: what a listener calls louder, higher, faster."""
_FLAT, _LIVELY = 2.5, 7.5
"""Semitones of pitch range."""
_SLOW, _FAST = 1.7, 4.2
"""Words a second, pauses included; English conversation lies around 2.5 to 3.5."""
_LONG_PAUSE = 1.0
_RISING = 12.0
"""Semitones a second at the end."""


@dataclass(slots=True)
class Usual:
    """How one speaker usually sounds; learns from each turn."""

    _level: deque[float] = field(default_factory=lambda: deque(maxlen=30))
    _pitch: deque[float] = field(default_factory=lambda: deque(maxlen=30))
    _pace: deque[float] = field(default_factory=lambda: deque(maxlen=30))

    def tone(self, voice: Voice) -> tuple[str, ...]:
        """Words for a turn's voice, the most telling first; then learn from it. Empty if unsure."""
        words = self.words(voice)
        self.learn(voice)
        return words

    def words(self, voice: Voice) -> tuple[str, ...]:
        """Words for a voice, the most telling first; empty if unsure."""
        if voice.confidence < UNSURE:
            return ()
        words = [*self._compared(voice), *_alone(voice, paced=len(self._pace) >= _KNOWN)]
        return tuple(dict.fromkeys(words))

    def learn(self, voice: Voice) -> None:
        """This is how the speaker sounds; what is unsure teaches nothing."""
        if voice.confidence < UNSURE:
            return
        self._level.append(voice.level)
        self._pitch.append(voice.pitch)
        if voice.pace is not None:
            self._pace.append(voice.pace)

    def _compared(self, voice: Voice) -> list[str]:
        if len(self._level) < _KNOWN:
            return []
        words = []
        louder = voice.level - median(self._level)
        higher = _semitones(voice.pitch, median(self._pitch))
        if abs(louder) >= _LOUDER:
            words.append("louder than usual" if louder > 0 else "quieter than usual")
        if abs(higher) >= _HIGHER:
            words.append("higher-pitched than usual" if higher > 0 else "lower-pitched than usual")
        if voice.pace is not None and len(self._pace) >= _KNOWN:
            faster = voice.pace / median(self._pace)
            if faster >= _FASTER:
                words.append("faster than usual")
            elif faster <= 1 / _FASTER:
                words.append("slower than usual")
        return words


def _alone(voice: Voice, paced: bool) -> list[str]:
    """What can be said of a voice without knowing the speaker."""
    words = []
    if voice.pitch_range >= _LIVELY:
        words.append("lively intonation")
    elif voice.pitch_range <= _FLAT:
        words.append("flat intonation")
    if voice.pace is not None and not paced:
        if voice.pace >= _FAST:
            words.append("fast")
        elif voice.pace <= _SLOW:
            words.append("slow")
    if (long := [pause for pause in voice.pauses if pause >= _LONG_PAUSE]) and len(long) > 1:
        words.append(f"{len(long)} long pauses")
    elif long:
        words.append("a long pause")
    if voice.pitch_slope >= _RISING:
        words.append("rising at the end")
    return words


def _semitones(pitch: float, other: float) -> float:
    return 12 * log2(pitch / other) if pitch > 0 and other > 0 else 0.0
