"""A model of the session: answers effects in any order, late or soon; checks what must never happen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.conversation.driving import Driven, spoken
from visavis.conversation import effects as does
from visavis.conversation import inputs as happens
from visavis.conversation.transcript import Transcriber


@dataclass
class Piece:
    """A segment on its way to the room."""

    text: str
    samples: int | None = None
    words: tuple[happens.WordMark, ...] = ()
    failed: bool = False


@dataclass
class Said:
    """One generation as the outside world knows it."""

    pieces: list[Piece] = field(default_factory=list)
    played: int = 0
    stopped: bool = False

    @property
    def whole(self) -> bool:
        """Nothing that was handed out is left to be heard."""
        return self.stopped or (
            all(piece.samples is not None for piece in self.pieces) and self.played == self.playable
        )

    @property
    def playable(self) -> int:
        """Samples that are there, in the order of the segments."""
        total = 0
        for piece in self.pieces:
            if piece.samples is None:
                break
            total += piece.samples
        return total

    @property
    def heard(self) -> str:
        """The words that left, without blanks."""
        text, before = "", 0
        for piece in self.pieces:
            inside = self.played - before
            if piece.samples is None or not self.played:
                break
            if not piece.failed:
                end = max((mark.text_end for mark in piece.words if mark.sample_end <= inside), default=0)
                text += piece.text if inside >= piece.samples else piece.text[:end]
            before += piece.samples
            if inside < piece.samples:
                break
        return "".join(text.split())


UNTIED = ("visavis.ack", "perception_analysis", "perception-analysis")
"""Events of no utterance."""


class World:
    """Everything outside the core."""

    def __init__(self, **config: Any) -> None:
        self.call = Driven(joined=False, **config)
        self.inferring: list[int] = []
        self.ever_inferred: list[int] = []
        self.said: dict[int, Said] = {}
        self.stops: list[int] = []
        self.timers: dict[str, float] = {}
        self.tool_calls: list[str] = []
        self.api_calls: list[str] = []
        self.seq = 0
        self.ending = False
        self.transcriber = Transcriber()
        self.replica_speaks = False
        self.users_speaking: set[str] = set()
        self.user_texts: list[str] = []
        self.take(self.call.effects)

    # Effects

    def take(self, effects: list[does.Effect]) -> None:
        """Carry effects out; no input may end the call unless it is told so."""
        for position, effect in enumerate(effects):
            match effect:
                case does.StartInference(generation, messages, _):
                    assert not self.inferring, "two inferences at once"
                    assert generation > max(self.said, default=0), "a number that was used"
                    assert messages
                    assert messages[-1]["role"] in ("user", "tool", "system")
                    self.inferring.append(generation)
                    self.ever_inferred.append(generation)
                case does.CancelInference(generation):
                    self.inferring.remove(generation)
                case does.Speak(generation, segment, text):
                    assert text.strip() == text
                    assert text
                    self.issue(generation, segment, Piece(text))
                case does.PlayAudio(generation, segment, _):
                    self.issue(generation, segment, Piece(""))
                case does.StopPlayout(generation):
                    assert generation in self.said
                    assert generation not in self.stops
                    self.stops.append(generation)
                case does.CallTool(call_id):
                    assert call_id not in self.api_calls
                    self.api_calls.append(call_id)
                case does.SetTimer(name, at):
                    assert at >= self.call.now
                    self.timers[name] = at
                case does.CancelTimer(name):
                    del self.timers[name]
                case does.Broadcast():
                    self.hear(effect.event.wire())
                case does.ConcludePerception():
                    self.ending = True
                case does.EndCall():
                    assert position == len(effects) - 1

    def issue(self, generation: int, segment: int, piece: Piece) -> None:
        for number, other in self.said.items():
            assert number <= generation, "an older generation after a newer one"
            assert number == generation or (other.whole and number not in self.inferring), "two at once"
        assert generation not in self.stops
        said = self.said.setdefault(generation, Said())
        assert segment == len(said.pieces)
        said.pieces.append(piece)

    def hear(self, wire: dict[str, Any]) -> None:
        """What every client checks."""
        self.transcriber.event(wire)
        self.seq += 1
        assert wire["seq"] == self.seq
        kind = wire["event_type"].removeprefix("conversation.")
        role = wire.get("properties", {}).get("role")
        tied = wire["message_type"] != "system" and kind not in UNTIED
        assert ("turn_idx" in wire) == ("inference_id" in wire) == tied
        if kind == "replica.started_speaking":
            assert not self.replica_speaks
            self.replica_speaks = True
        elif kind == "replica.stopped_speaking":
            assert self.replica_speaks
            self.replica_speaks = False
        elif kind in ("utterance", "utterance.streaming") and role == "replica":
            assert self.replica_speaks, "words of a silent replica"
        elif kind == "user.started_speaking":
            assert wire["inference_id"] not in self.users_speaking
            self.users_speaking.add(wire["inference_id"])
        elif kind == "user.stopped_speaking":
            self.users_speaking.remove(wire["inference_id"])
        elif kind == "utterance" and role == "user":
            self.user_texts.append(wire["properties"]["speech"])
        elif kind == "tool_call":
            self.tool_calls.append(wire["properties"]["tool_call_id"])

    # Inputs of the engines

    def current(self) -> int | None:
        """The generation that may be heard."""
        last = max(self.said, default=None)
        return None if last is None or self.said[last].stopped else last

    def write(self, text: str) -> None:
        if self.inferring:
            self.take(self.call.writes(self.inferring[-1], text, finish=False))

    def finish(self, reason: str | None = None) -> None:
        if not self.inferring:
            return
        generation, at = self.inferring.pop(), self.call.now
        if reason is None:
            self.take(self.call.finishes(generation))
        else:
            self.take(self.call.feed(happens.InferenceFailed(at=at, generation=generation, reason=reason)))

    def voice(self, fail: bool = False) -> None:
        """The next segment becomes sound, or cannot."""
        number, at = self.current(), self.call.now
        if number is None or number in self.stops:
            return
        pieces = self.said[number].pieces
        segment = next((index for index, piece in enumerate(pieces) if piece.samples is None), None)
        if segment is None:
            return
        piece = pieces[segment]
        if fail:
            piece.samples, piece.failed = 0, True
            self.take(
                self.call.feed(
                    happens.SpeechFailed(at=at, generation=number, segment=segment, reason="broken")
                )
            )
            return
        piece.samples, piece.words = spoken(piece.text) if piece.text else (4800, ())
        self.take(
            self.call.feed(
                happens.SpeechSynthesized(
                    at=at, generation=number, segment=segment, samples=piece.samples, words=piece.words
                )
            )
        )

    def play(self, samples: int) -> None:
        number = self.current()
        if number is None or self.call.core.ended:
            return
        said = self.said[number]
        said.played = min(said.played + samples, said.playable)
        self.take(
            self.call.feed(
                happens.PlayoutProgressed(at=self.call.now, generation=number, samples=said.played)
            )
        )

    def answer_stop(self) -> None:
        if self.stops:
            number = self.stops.pop(0)
            self.said[number].stopped = True
            samples = self.said[number].played
            self.take(
                self.call.feed(happens.PlayoutStopped(at=self.call.now, generation=number, samples=samples))
            )

    @property
    def at_rest(self) -> bool:
        """Nothing is on its way."""
        done = all(said.whole for said in self.said.values())
        return done and not (self.inferring or self.stops or self.replica_speaks)

    def check_history(self) -> None:
        """While nothing is on its way, the history is what was heard."""
        if not self.at_rest:
            return
        heard = [said.heard for said in self.said.values() if said.heard]
        entries = [entry for entry in self.call.core.history if entry.text]
        told = ["".join(entry.text.split()) for entry in entries if entry.role == "assistant"]
        assert told == heard
        assert [entry.text for entry in entries if entry.role == "user"] == self.user_texts
        self.check_transcript(heard)

    def check_transcript(self, heard: list[str]) -> None:
        """The transcript, which knows nothing but the events, says the same; who began first comes first."""
        said = self.transcriber.entries()
        assert ["".join(entry.content.split()) for entry in said if entry.role == "assistant"] == heard
        assert sorted(entry.content for entry in said if entry.role == "user") == sorted(self.user_texts)
        assert [entry.timestamp for entry in said] == sorted(entry.timestamp or 0.0 for entry in said)

    def come_to_rest(self) -> None:
        """Let everything happen that is still to happen."""
        for _ in range(2_000):
            if self.call.core.ended:
                return
            self.answer_stop()
            self.write("Fine.")
            self.finish()
            self.voice()
            self.play(10**9)
            echoes = [name for name in self.timers if name.startswith("echo")]
            for name in echoes:
                self.fire(name)
            if self.at_rest and not echoes and not self.inferring:
                return
        raise AssertionError("it never comes to rest")

    def fire(self, name: str) -> None:
        """The timer runs down."""
        self.take(self.call.fires(name, self.timers.pop(name)))
