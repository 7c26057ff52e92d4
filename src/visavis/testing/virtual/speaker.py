"""The replica's voice in virtual time: synthesis, the playout clock, and what was heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from visavis.conversation.effects import PlayAudio, Speak
from visavis.conversation.inputs import Input, PlayoutProgressed, SpeechFailed, SpeechSynthesized
from visavis.session.clips import Clips
from visavis.session.speaker import AHEAD
from visavis.testing.virtual.clock import Appointment, Clock
from visavis.testing.virtual.playout import Track
from visavis.testing.virtual.tts import ScriptedTTS


class Speaker:
    """What ``session.speaker`` and the playout are in a real conversation."""

    def __init__(self, tts: ScriptedTTS, clips: Clips, clock: Clock, feed: Callable[[Input], None]) -> None:
        self._tts, self._clips, self._clock, self._feed = tts, clips, clock, feed
        self._segments: deque[Speak | PlayAudio] = deque()
        self._making: Appointment | None = None
        self._tracks: list[Track] = []

    @property
    def heard(self) -> list[str]:
        """What was heard of each utterance that had words, up to the last whole word."""
        return [track.heard for track in self._tracks if track.heard]

    @property
    def finished(self) -> int:
        """How many of ``heard`` will not grow any more."""
        last = self._track
        growing = last is not None and last.waiting > 0 and bool(last.heard)
        return len(self.heard) - growing

    def say(self, segment: Speak | PlayAudio) -> None:
        """Queue a segment."""
        self._segments.append(segment)
        if self._making is None:
            self._make_next()

    def stop(self, generation: int) -> int:
        """Nothing of this generation leaves any more.

        Returns:
            Samples of it that have left.
        """
        for segment in self._segments:
            if isinstance(segment, PlayAudio):
                self._clips.drop(segment.ref)
        self._segments.clear()
        if self._making is not None:
            self._making.cancel()
            self._making = None
        track = self._track
        return track.stop() if track is not None and track.generation == generation else 0

    @property
    def _track(self) -> Track | None:
        return self._tracks[-1] if self._tracks else None

    def _make_next(self) -> None:
        """Synthesize the next segment, as soon as little enough waits to be heard."""
        self._making = None
        if not self._segments:
            return
        too_early = (self._track.waiting if self._track is not None else 0.0) - AHEAD
        if too_early > 0:
            self._making = self._clock.at(self._clock.now + too_early, self._make_next)
            return
        segment = self._segments[0]
        takes = self._tts.after if isinstance(segment, Speak) else 0.0
        self._making = self._clock.at(self._clock.now + takes, self._made)

    def _made(self) -> None:
        self._making = None
        segment = self._segments.popleft()
        if isinstance(segment, PlayAudio):
            self._queue(segment, "", len(self._clips.take(segment.ref)))
        elif reason := self._tts.failure(segment.text):
            self._feed(
                SpeechFailed(
                    at=self._clock.now, generation=segment.generation, segment=segment.segment, reason=reason
                )
            )
        else:
            words = self._tts.words(segment.text)
            self._queue(segment, segment.text, words[-1].sample_end if words else 0)
        if self._making is None:
            self._make_next()

    def _queue(self, segment: Speak | PlayAudio, text: str, samples: int) -> None:
        words = self._tts.words(text)
        track = self._track
        if track is None or track.generation != segment.generation:
            track = Track(segment.generation, self._clock, self._progressed)
            self._tracks.append(track)
        track.write(text, samples, words)
        self._feed(
            SpeechSynthesized(
                at=self._clock.now,
                generation=segment.generation,
                segment=segment.segment,
                samples=samples,
                words=words,
            )
        )

    def _progressed(self, generation: int, samples: int) -> None:
        self._feed(PlayoutProgressed(at=self._clock.now, generation=generation, samples=samples))
