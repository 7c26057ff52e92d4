"""Hears in one microphone when a person speaks, pauses, goes on and has been silent for long.

It knows no clock: its time is the number of samples it was fed. It decides nothing about turns but their
beginning; ``turns.TurnTaker`` ends them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from visavis.layers.conversational_flow.base import SAMPLE_RATE, VAD, VAD_FRAME
from visavis.layers.conversational_flow.flow import FlowSettings

Audio = NDArray[np.float32]

PRE_ROLL = 0.3
"""Seconds kept from before the first voiced frame: the VAD is late, and soft sounds come first."""
PAUSE = 0.096
"""Seconds of silence after which the words so far are worth a transcript."""
STOP = 0.192
"""Seconds of silence after which it is worth asking whether the turn is over."""
CONTINUES_EVERY = 1.5
"""Seconds of unbroken speech between two ``SpeechContinues``, at least."""
SEGMENT_AT_PAUSE = 14.0
SEGMENT_LIMIT = 24.0
"""Seconds of a segment: from the first on it is cut at the next pause, at the second in any case. STT sees
30 s at most."""
RECENT = 8.0
"""Seconds of the turn that ``SpeechStopped`` brings."""

_ON, _OFF = 0.5, 0.35
_LEAST_SPEECH = 0.16
_LONGEST_CANDIDATE = 3.0
_RESUME_FRAMES = 2
_RESET_VAD_AFTER = 2.0
_CUT_SEARCH = 3.0


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """A turn begins.

    Attributes:
        at: seconds of audio fed before its first voiced frame.
    """

    at: float


@dataclass(frozen=True, slots=True)
class SpeechContinues:
    """Still no pause; ``audio`` is the segment so far."""

    audio: Audio


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """Silence for ``PAUSE``; ``audio`` is the segment so far."""

    audio: Audio


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """Silence for ``STOP``; ``audio`` is the turn's last ``RECENT`` seconds, the silence included."""

    audio: Audio


@dataclass(frozen=True, slots=True)
class Resumed:
    """The turn goes on after ``SpeechPaused``: what was asked about it no longer matters."""


@dataclass(frozen=True, slots=True)
class SegmentEnded:
    """The turn grew long: ``audio`` is done with, what follows belongs to its next segment.

    Attributes:
        audio: the segment.
        after: seconds of the turn that have been heard beyond it already.
    """

    audio: Audio
    after: float


@dataclass(frozen=True, slots=True)
class SilenceLimit:
    """Silence for so long that the turn is over however it sounds."""


ListenerEvent = (
    SpeechStarted | SpeechContinues | SpeechPaused | SpeechStopped | Resumed | SegmentEnded | SilenceLimit
)


class _State(Enum):
    SILENT = auto()
    SPEAKING = auto()
    PAUSED = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class _Frame:
    audio: Audio
    speech: float


class Listener:
    """One microphone.

    Args:
        vad: an instance of its own.
        settings: may be replaced at any time.

    Attributes:
        replica_speaking: set while the replica is heard: then more speech is needed to begin a turn.
        settings: turn-taking.
    """

    def __init__(self, vad: VAD, settings: FlowSettings | None = None) -> None:
        self.settings = settings or FlowSettings()
        self.replica_speaking = False
        self._vad = vad
        self._rest = np.zeros(0, np.float32)
        self._frames_heard = 0
        self._before: deque[_Frame] = deque(maxlen=_frames(PRE_ROLL))
        self._quiet_frames = 0
        self._begin()

    @property
    def in_turn(self) -> bool:
        """Whether a turn has begun and not been ended."""
        return self._state is not _State.SILENT

    def feed(self, chunk: NDArray[np.int16]) -> list[ListenerEvent]:
        """Hear some audio.

        Args:
            chunk: mono, ``SAMPLE_RATE``, of any length.
        """
        audio = np.concatenate((self._rest, chunk.astype(np.float32) / 32768.0))
        whole = len(audio) - len(audio) % VAD_FRAME
        self._rest = audio[whole:]
        events: list[ListenerEvent] = []
        for start in range(0, whole, VAD_FRAME):
            samples = audio[start : start + VAD_FRAME]
            events += self._hear(_Frame(samples, self._vad(samples)))
        return events

    def flush(self) -> list[ListenerEvent]:
        """The microphone fell silent for good (muted, gone): what silence until the limit would bring."""
        if not self.in_turn:
            self._begin()
            return []
        seconds = self.settings.silence_limit + STOP
        return self.feed(np.zeros(_frames(seconds) * VAD_FRAME, np.int16))

    def end_turn(self) -> None:
        """The turn is over: speech from now on begins another."""
        self._begin()

    def _begin(self) -> None:
        self._state = _State.SILENT
        self._candidate: deque[_Frame] = deque(maxlen=_frames(_LONGEST_CANDIDATE))
        self._candidate_voiced = 0
        self._segment: list[_Frame] = []
        self._recent: deque[_Frame] = deque(maxlen=_frames(RECENT))
        self._silence = 0
        self._voiced_in_pause = 0
        self._unbroken = 0

    def _hear(self, frame: _Frame) -> list[ListenerEvent]:
        self._frames_heard += 1
        if self._state is _State.SILENT:
            return self._wait_for_speech(frame)
        self._segment.append(frame)
        self._recent.append(frame)
        if self._state is _State.SPEAKING:
            return self._follow_speech(frame)
        return self._wait_in_pause(frame)

    def _wait_for_speech(self, frame: _Frame) -> list[ListenerEvent]:
        self._refresh_vad(frame)
        if frame.speech >= _ON:
            self._candidate_voiced += 1
        elif self._candidate_voiced:
            self._candidate_voiced -= 1
        if not self._candidate_voiced:
            self._before.extend(self._candidate)
            self._before.append(frame)
            self._candidate.clear()
            return []
        self._candidate.append(frame)
        needed = self.settings.barge_in if self.replica_speaking else _LEAST_SPEECH
        if self._candidate_voiced < _frames(needed):
            return []
        at = (self._frames_heard - len(self._candidate)) * VAD_FRAME / SAMPLE_RATE
        heard = [*self._before, *self._candidate]
        self._before.clear()
        self._begin()
        self._state = _State.SPEAKING
        self._segment += heard
        self._recent.extend(heard)
        return [SpeechStarted(at)]

    def _follow_speech(self, frame: _Frame) -> list[ListenerEvent]:
        self._unbroken += 1
        self._silence = self._silence + 1 if frame.speech < _OFF else 0
        if self._silence >= _frames(PAUSE):
            self._state = _State.PAUSED
            self._voiced_in_pause = self._unbroken = 0
            return [SpeechPaused(_joined(self._segment))]
        if len(self._segment) >= _frames(SEGMENT_LIMIT):
            return [self._cut(self._quietest())]
        # a longer segment takes longer to transcribe: it is offered less often
        if self._unbroken >= max(_frames(CONTINUES_EVERY), len(self._segment) // 4):
            self._unbroken = 0
            return [SpeechContinues(_joined(self._segment))]
        return []

    def _wait_in_pause(self, frame: _Frame) -> list[ListenerEvent]:
        self._voiced_in_pause = self._voiced_in_pause + 1 if frame.speech >= _ON else 0
        self._silence += 1
        if self._voiced_in_pause >= _RESUME_FRAMES:
            return self._resume()
        if self._state is _State.OVER:
            return []
        if self._silence == _frames(STOP):
            return [SpeechStopped(_joined(self._recent))]
        if self._silence >= _frames(self.settings.silence_limit):
            self._state = _State.OVER
            return [SilenceLimit()]
        return []

    def _resume(self) -> list[ListenerEvent]:
        spoken_again = self._voiced_in_pause
        self._state = _State.SPEAKING
        self._silence = self._voiced_in_pause = 0
        if len(self._segment) < _frames(SEGMENT_AT_PAUSE):
            return [Resumed()]
        return [Resumed(), self._cut(len(self._segment) - spoken_again - 1)]

    def _cut(self, frame: int) -> SegmentEnded:
        """End the segment before this frame."""
        ended, self._segment = self._segment[:frame], self._segment[frame:]
        self._unbroken = 0
        return SegmentEnded(_joined(ended), after=len(self._segment) * VAD_FRAME / SAMPLE_RATE)

    def _quietest(self) -> int:
        """The frame of the last seconds at which a cut hurts least."""
        energies = [float(np.square(frame.audio).mean()) for frame in self._segment[-_frames(_CUT_SEARCH) :]]
        return len(self._segment) - len(energies) + int(np.argmin(energies))

    def _refresh_vad(self, frame: _Frame) -> None:
        """Silero's state drifts over long silence: start afresh now and then."""
        self._quiet_frames = self._quiet_frames + 1 if frame.speech < _OFF else 0
        if self._quiet_frames >= _frames(_RESET_VAD_AFTER):
            self._quiet_frames = 0
            self._vad.reset()


def _frames(seconds: float) -> int:
    return max(1, round(seconds * SAMPLE_RATE / VAD_FRAME))


def _joined(frames: list[_Frame] | deque[_Frame]) -> Audio:
    return np.concatenate([frame.audio for frame in frames])
