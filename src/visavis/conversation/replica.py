"""The replica's voice: brings the generation that has the floor to its end, and tells everyone about it."""

from __future__ import annotations

from typing import Any, Literal

from visavis.conversation.effects import CancelInference, PlayAudio, Speak, StopPlayout
from visavis.conversation.generation import Generation
from visavis.conversation.history import History
from visavis.conversation.inputs import SAMPLE_RATE, SpeechFailed, SpeechSynthesized
from visavis.conversation.latency import Mark, Stopwatch
from visavis.conversation.outbox import Outbox
from visavis.protocol import events

STREAMING_EVERY = SAMPLE_RATE // 5
"""Samples between two ``utterance.streaming``: 200 ms."""
PLAYBACK_EVERY = SAMPLE_RATE // 2
"""Samples between two ``visavis.playback``: 500 ms."""


NO_SOUND = "nothing of it can be spoken"


class Replica:
    """Has one generation at most, so two are never audible at once.

    Attributes:
        current: the generation that has the floor.
    """

    def __init__(self, out: Outbox, history: History, stopwatch: Stopwatch) -> None:
        self._out, self._history, self._stopwatch = out, history, stopwatch
        self.current: Generation | None = None

    def take_floor(self, generation: Generation) -> None:
        """Begin this one. The floor must be free."""
        generation.entry = self._history.open_replica()
        self.current = generation
        self.go_on(generation)

    def go_on(self, generation: Generation) -> None:
        """Hand out what has become speakable, announce what has become certain, end what is complete."""
        for number in range(generation.issued, len(generation.segments)):
            segment = generation.segments[number]
            if segment.clip is not None:
                self._out.put(PlayAudio(generation.number, number, segment.clip.ref))
            else:
                text = generation.text[segment.start : segment.end]
                self._mark(generation, "first_clause")
                self._out.put(Speak(generation.number, number, text))
        generation.issued = len(generation.segments)
        if generation.audible:
            self._utter(generation, interrupted=False)
        if generation.complete:
            self._end(generation, interrupted=False)

    def synthesized(self, generation: Generation, message: SpeechSynthesized) -> None:
        """A segment's audio is there."""
        if generation.synthesized(message.segment, message.samples, message.words):
            self._mark(generation, "synthesized")
            self._settle(generation)

    def speech_failed(self, generation: Generation, message: SpeechFailed) -> None:
        """A segment stays silent; everyone is told once a generation."""
        if not generation.failed(message.segment):
            return
        if not generation.tts_failed:
            generation.tts_failed = True
            self._out.broadcast(events.LayerFailed, generation.tie, layer="tts", reason=message.reason)
        self._settle(generation)

    def progressed(self, generation: Generation, samples: int) -> None:
        """More has left for the room."""
        if not generation.issued or samples <= generation.heard:
            return
        generation.progressed(samples)
        if generation.stopping:
            return
        if not generation.audible:
            self._announce_start(generation)
        self._settle(generation)

    def cut(self) -> Generation | None:
        """Stop what has the floor, if it can be stopped; nothing more of it is begun.

        Returns:
            What was cut; it keeps the floor until playout has answered, if any of it was handed out.
        """
        generation = self.current
        if generation is None or generation.stopping or generation.kind == "greeting":
            return None
        self._halt(generation)
        if generation.issued:
            generation.stopping = True
        else:
            self._end(generation, interrupted=True)
        return generation

    def stopped(self, generation: Generation, samples: int) -> None:
        """Playout has answered: nothing more of it leaves."""
        if not generation.stopping:
            self._out.ignore("a stop that was not asked for")
            return
        generation.progressed(samples)
        self._end(generation, interrupted=True)

    def hang_up(self) -> None:
        """The call ends: what is known to have been heard is the truth, for no answer will come."""
        generation = self.current
        if generation is None:
            return
        if not generation.stopping:
            self._halt(generation)
        self._end(generation, interrupted=True)

    def _halt(self, generation: Generation) -> None:
        if generation.issued:
            self._out.put(StopPlayout(generation.number))
        if generation.inferring:
            self._out.put(CancelInference(generation.number))
        generation.inferring = False
        generation.open = False

    def _settle(self, generation: Generation) -> None:
        if generation.stopping:
            return
        if generation.complete:
            self._end(generation, interrupted=False)
            return
        if generation.heard - generation.playback_at >= PLAYBACK_EVERY:
            self._tell_position(generation, "playing")
        if generation.heard - generation.streamed_at >= STREAMING_EVERY:
            self._stream(generation)

    def _announce_start(self, generation: Generation) -> None:
        generation.audible = True
        self._out.broadcast(events.ReplicaStartedSpeaking, generation.tie)
        self._out.broadcast(events.StartedSpeaking, generation.tie, role="replica")
        self._utter(generation, interrupted=False)
        self._tell_position(generation, "playing")
        self._tell_latency(generation)

    def _tell_position(
        self, generation: Generation, state: Literal["playing", "finished", "interrupted"]
    ) -> None:
        generation.playback_at = generation.heard
        ready = generation.voiced - generation.heard if state == "playing" else 0
        self._out.broadcast(
            events.Playback,
            generation.tie,
            state=state,
            position=generation.duration,
            buffered=round(max(0, ready) / SAMPLE_RATE, 3),
        )

    def _mark(self, generation: Generation, mark: Mark) -> None:
        if generation.kind == "reply":
            self._stopwatch.mark(generation.tie.inference_id, mark, self._out.now)

    def _tell_latency(self, generation: Generation) -> None:
        self._mark(generation, "audible")
        if generation.kind != "reply":
            return
        split: dict[str, Any] = self._stopwatch.read(generation.tie.inference_id)
        if split:
            self._out.broadcast(events.Latency, generation.tie, **split)

    def _utter(self, generation: Generation, interrupted: bool) -> None:
        """Announce the whole text, once, as soon as it cannot grow any more (PROTOCOL 7)."""
        if generation.uttered or generation.open or not generation.text.strip():
            return
        generation.uttered = True
        more: dict[str, Any] = {"interrupted": True} if interrupted else {}
        speech = generation.text.strip()
        self._out.broadcast(events.Utterance, generation.tie, role="replica", speech=speech, **more)

    def _stream(self, generation: Generation) -> None:
        """Announce the text heard so far, if there are new words."""
        heard = generation.heard_text
        if generation.entry is None or heard == generation.entry.text:
            return
        generation.entry.text = heard
        generation.streamed_at = generation.heard
        self._streaming_event(generation, heard, final=False)

    def _streaming_event(self, generation: Generation, heard: str, final: bool, **more: Any) -> None:
        chunk = generation.next_chunk(heard, final)
        self._out.broadcast(events.UtteranceStreaming, generation.tie, **chunk, **more)

    def _end(self, generation: Generation, interrupted: bool) -> None:
        self.current = None
        generation.stopping = False
        if generation.heard:
            self._announce_end(generation, interrupted)
        elif generation.text.strip() and not interrupted and not generation.tts_failed:
            self._out.broadcast(events.LayerFailed, generation.tie, layer="tts", reason=NO_SOUND)
        if generation.entry is not None:
            generation.entry.text = generation.heard_text
            generation.entry.interrupted = interrupted
            self._history.close(generation.entry)

    def _announce_end(self, generation: Generation, interrupted: bool) -> None:
        """In the order of PROTOCOL 5.2; the last event is for clients of before March 2026."""
        tie, duration = generation.tie, generation.duration
        if not generation.audible:
            generation.audible = True
            self._out.broadcast(events.ReplicaStartedSpeaking, tie)
            self._out.broadcast(events.StartedSpeaking, tie, role="replica")
        self._utter(generation, interrupted)
        self._tell_position(generation, "interrupted" if interrupted else "finished")
        if generation.text.strip():
            heard = generation.heard_text
            self._streaming_event(generation, heard, final=True, is_interrupted=interrupted)
        self._out.broadcast(events.ReplicaStoppedSpeaking, tie, duration=duration, interrupted=interrupted)
        self._out.broadcast(
            events.StoppedSpeaking, tie, role="replica", interrupted=interrupted, duration=duration
        )
        if interrupted:
            self._out.broadcast(events.ReplicaInterrupted, tie)
