"""Takes one person's turns: from what the ``Listener`` hears to words and to the moment they are complete.

Speed comes from asking early: a transcript is begun at a pause of 0.1 s, the verdict on the turn at 0.2 s;
when the turn is complete, its words are mostly there already. Speech that goes on makes both worthless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray

from visavis.layers.conversational_flow.base import SAMPLE_RATE, TurnDetector
from visavis.layers.conversational_flow.flow import Sensitivity
from visavis.layers.conversational_flow.listener import (
    Audio,
    Listener,
    ListenerEvent,
    Resumed,
    SegmentEnded,
    SilenceLimit,
    SpeechContinues,
    SpeechPaused,
    SpeechStarted,
    SpeechStopped,
)
from visavis.layers.stt.base import NO_HINTS, STT, Hints

log = structlog.get_logger(__name__)

T = TypeVar("T")
A = TypeVar("A")
Heard = TypeVar("Heard", contravariant=True)

LONGEST_HOLD = 0.6
"""Seconds by which the end of a turn may be held back, at most."""

Lane = Callable[..., Awaitable[Any]]
"""``await lane(function, *arguments)`` runs blocking work elsewhere, one call at a time."""


class TurnOutput(Protocol[Heard]):
    """Who wants to know. Called on the event loop, in order, never after ``aclose``.

    What the analysis made of each segment's sound, in order, comes with the words of a pause and of the end,
    None for a segment of which it made nothing. With words told while speech goes on comes nothing.
    """

    def on_speech_started(self) -> None:
        """A person began to speak, or went on after ``on_speech_stopped`` within the same turn."""

    def on_speech_stopped(self) -> None:
        """The person fell silent; the turn may or may not be over."""

    def on_transcript(self, text: str, analyses: Sequence[Heard | None]) -> None:
        """The unfinished turn's words so far, whole."""

    def on_turn_ended(self, text: str, analyses: Sequence[Heard | None]) -> None:
        """The turn is complete; no words: it was no speech."""


class TurnTaker(Generic[A]):
    """One microphone's turns.

    Args:
        listener: hears them.
        stt: shared with others; called only through ``transcribing``.
        detector: likewise, through ``judging``.
        transcribing: where speech becomes text.
        judging: where turns are judged.
        output: is told.
        hints: for the speech to text.
        analyse: makes of a segment, at each pause and when it is done with, what ``output`` gets beside its
            words; told how many seconds ago it ended. It runs beside the speech to text and must not raise.
        hold: seconds, ``LONGEST_HOLD`` at most, by which the end of a turn is to be held back now; it is
            asked again while time passes. Time is that of the audio.
    """

    def __init__(
        self,
        listener: Listener,
        stt: STT,
        detector: TurnDetector,
        *,
        transcribing: Lane,
        judging: Lane,
        output: TurnOutput[A],
        hints: Hints = NO_HINTS,
        analyse: Callable[[Audio, float], Awaitable[A | None]] | None = None,
        hold: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._listener = listener
        self._persona = listener.settings
        self._stt, self._hints = stt, hints
        self._detector = detector
        self._transcribing, self._judging = transcribing, judging
        self._output = output
        self._analyse, self._held_by = analyse, hold
        self._fed = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._begin()

    def feed(self, chunk: NDArray[np.int16]) -> None:
        """Hear some audio: mono, 16 kHz. Takes about 1 % of the audio's duration."""
        self._fed += len(chunk)
        self._handle_all(self._listener.feed(chunk))
        self._end_when_ready()

    def flush(self) -> None:
        """The microphone sends nothing more (muted, gone): end the turn that it left open."""
        self._handle_all(self._listener.flush())
        self._end_when_ready(at_once=True)

    @property
    def replica_speaking(self) -> bool:
        """Whether the replica is being heard now; then it takes more speech to begin a turn."""
        return self._listener.replica_speaking

    @replica_speaking.setter
    def replica_speaking(self, speaking: bool) -> None:
        self._listener.replica_speaking = speaking

    def set_sensitivity(self, pause: Sensitivity | None, interrupt: Sensitivity | None) -> None:
        """Change turn-taking during the call; None leaves a setting, ``auto`` restores the persona's."""
        self._listener.settings = self._listener.settings.sensed(pause, interrupt, self._persona)

    async def aclose(self) -> None:
        """Forget the open turn; nothing is told any more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self) -> None:
        self._committed: list[asyncio.Task[str]] = []
        self._analysed: list[asyncio.Task[A | None]] = []
        self._words: asyncio.Task[str] | None = None
        self._passing: asyncio.Task[str] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._analysis: asyncio.Task[A | None] | None = None
        self._verdict: asyncio.Task[None] | None = None
        self._ready_since: int | None = None
        self._ending: asyncio.Task[None] | None = None
        self._told_stopped = False

    def _handle_all(self, events: list[ListenerEvent]) -> None:
        for event in events:
            self._handle(event)

    def _handle(self, event: ListenerEvent) -> None:
        match event:
            case SpeechStarted():
                self._begin()
                self._output.on_speech_started()
            case SpeechContinues(audio):
                self._transcribe_in_passing(audio)
            case SpeechPaused(audio):
                self._cancel(self._telling, self._passing)
                self._analysis = self._hold(self._sound(audio))
                self._words = self._hold(self._transcribe(audio))
                self._telling = self._hold(self._tell(self._words, self._analysis))
            case SpeechStopped(audio):
                self._told_stopped = True
                self._output.on_speech_stopped()
                self._verdict = self._hold(self._judge(audio))
            case Resumed():
                self._resume()
            case SegmentEnded(audio, after):
                self._committed.append(self._hold(self._transcribe(audio)))
                self._analysed.append(self._hold(self._sound(audio, after)))
            case SilenceLimit():
                self._cancel(self._verdict)
                if self._ending is None:
                    self._ready()

    def _transcribe_in_passing(self, audio: Audio) -> None:
        if self._passing is None or self._passing.done():
            self._passing = self._hold(self._transcribe(audio))
            self._telling = self._hold(self._tell(self._passing, None))

    def _resume(self) -> None:
        self._cancel(self._verdict, self._ending, self._telling, self._words, self._analysis)
        self._ready_since = self._ending = None
        if self._told_stopped:
            self._told_stopped = False
            self._output.on_speech_started()

    async def _tell(self, words: asyncio.Task[str], analysis: asyncio.Task[A | None] | None) -> None:
        if text := await self._joined(words):
            self._output.on_transcript(text, await self._analyses(analysis) if analysis else ())

    async def _judge(self, audio: Audio) -> None:
        try:
            completeness = float(await self._judging(self._detector.complete, audio))
        except Exception:
            log.exception("turn detector failed; the silence limit will end the turn")
            return
        if completeness >= self._listener.settings.completeness:
            self._ready()

    def _ready(self) -> None:
        """The turn is complete; it ends, but is held back for as long as somebody asks."""
        if self._ready_since is None:
            self._ready_since = self._fed
        self._end_when_ready()

    def _end_when_ready(self, at_once: bool = False) -> None:
        if self._ready_since is None:
            return
        waited = (self._fed - self._ready_since) / SAMPLE_RATE
        if at_once or waited >= min(self._held_by(), LONGEST_HOLD):
            self._ready_since = None
            self._ending = self._hold(self._end())

    async def _end(self) -> None:
        text = await self._joined(self._words)
        analyses = await self._analyses(self._analysis)
        self._cancel(self._telling)
        self._listener.end_turn()
        self._begin()
        self._output.on_turn_ended(text, analyses)

    async def _joined(self, words: asyncio.Task[str] | None) -> str:
        """The words of all segments; ``words`` are the last one's."""
        tasks = [*self._committed, *([words] if words else [])]
        # shielded: who waits may be cancelled while another still wants the words
        return " ".join(filter(None, [await asyncio.shield(task) for task in tasks]))

    async def _analyses(self, last: asyncio.Task[A | None] | None) -> list[A | None]:
        """Those of all segments; ``last`` is the last one's. None are there where nobody analyses."""
        if self._analyse is None:
            return []
        tasks = [*self._analysed, *([last] if last else [])]
        return [await asyncio.shield(task) for task in tasks]

    async def _sound(self, audio: Audio, after: float = 0.0) -> A | None:
        return await self._analyse(audio, after) if self._analyse else None

    async def _transcribe(self, audio: Audio) -> str:
        try:
            transcript = await self._transcribing(self._stt.transcribe, audio, self._hints)
        except Exception:
            log.exception("speech to text failed; the segment counts as empty")
            return ""
        return str(transcript.text)

    def _hold(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("turn taking failed", exc_info=error)

    @staticmethod
    def _cancel(*tasks: asyncio.Task[Any] | None) -> None:
        for task in tasks:
            if task is not None:
                task.cancel()
