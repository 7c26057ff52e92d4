"""Drives a conversation by hand: short words for inputs, and views of what came out."""

from __future__ import annotations

import json
from typing import Any

from visavis.conversation import effects as does
from visavis.conversation import inputs as happens
from visavis.conversation.core import Conversation
from visavis.conversation.log import encode
from visavis.protocol import Ignored, parse

RATE = happens.SAMPLE_RATE
SPOKEN = "conversation."


def spoken(text: str, samples_a_word: int = RATE // 2) -> tuple[int, tuple[happens.WordMark, ...]]:
    """What a TTS engine would answer: each word takes half a second."""
    marks, at = [], 0
    for count, word in enumerate(text.split(), 1):
        at = text.index(word, at) + len(word)
        marks.append(happens.WordMark(at, count * samples_a_word))
    return len(marks) * samples_a_word, tuple(marks)


class Driven:
    """A conversation at ``now``; every input is also written to ``log``."""

    def __init__(self, joined: bool = True, **config: Any) -> None:
        self.core = Conversation()
        self.now = 0.0
        self.log: list[str] = []
        self.effects: list[does.Effect] = []
        self.all_effects: list[does.Effect] = []
        self.config = happens.Config(
            **({"conversation_id": "c1", "replica_id": "r1", "system_prompt": "Be kind."} | config)
        )
        self.feed(happens.Started(at=0.0, epoch=1_746_000_000.0, seed=7, config=self.config))
        if joined:
            self.join()

    def feed(self, happened: happens.Input) -> list[does.Effect]:
        self.log.append(json.dumps(encode(happened)))
        self.effects = self.core.handle(happened)
        self.all_effects += self.effects
        return self.effects

    # Inputs

    def join(self, who: str = "ann") -> list[does.Effect]:
        return self.feed(happens.ParticipantJoined(at=self.now, participant_id=who))

    def leave(self, who: str = "ann", lost: bool = False) -> list[does.Effect]:
        return self.feed(happens.ParticipantLeft(at=self.now, participant_id=who, lost=lost))

    def ask(
        self, kind: str, clip: happens.AudioClip | None = None, who: str | None = "ann", **properties: Any
    ) -> list[does.Effect]:
        interaction = parse({"event_type": f"conversation.{kind}", "properties": properties})
        assert not isinstance(interaction, Ignored), interaction.reason
        return self.feed(
            happens.InteractionReceived(at=self.now, participant_id=who, interaction=interaction, clip=clip)
        )

    def begins(self, who: str = "ann") -> list[does.Effect]:
        return self.feed(happens.UserSpeechStarted(at=self.now, participant_id=who))

    def pauses(self, who: str = "ann", silence: float = 0.0) -> list[does.Effect]:
        return self.feed(happens.UserSpeechStopped(at=self.now, participant_id=who, silence=silence))

    def hears(self, text: str, who: str = "ann", **analyses: str) -> list[does.Effect]:
        return self.feed(happens.UserTranscript(at=self.now, participant_id=who, text=text, **analyses))

    def ends_turn(self, text: str, who: str = "ann", **analyses: str) -> list[does.Effect]:
        return self.feed(happens.UserTurnEnded(at=self.now, participant_id=who, text=text, **analyses))

    def looks(self, who: str = "ann", **looks: Any) -> list[does.Effect]:
        return self.feed(happens.UserPerceived(at=self.now, participant_id=who, **looks))

    def says(self, text: str, who: str = "ann") -> list[does.Effect]:
        """A whole spoken turn; the effects of its end."""
        self.begins(who)
        self.pauses(who)
        return self.ends_turn(text, who)

    def writes(self, generation: int, text: str, finish: bool = True) -> list[does.Effect]:
        """The LLM; the effects of all of it."""
        effects = self.feed(happens.InferenceText(at=self.now, generation=generation, text=text))
        return effects + (self.finishes(generation) if finish else [])

    def finishes(self, generation: int) -> list[does.Effect]:
        return self.feed(happens.InferenceFinished(at=self.now, generation=generation))

    def calls(self, generation: int, *calls: tuple[str, str, str]) -> list[does.Effect]:
        requests = tuple(happens.ToolCallRequest(*call) for call in calls)
        return self.feed(happens.InferenceToolCalls(at=self.now, generation=generation, calls=requests))

    def answers(
        self, call_id: str, output: str, spoken: bool = True, failed: bool = False
    ) -> list[does.Effect]:
        """A tool's API."""
        return self.feed(
            happens.ToolAnswered(at=self.now, call_id=call_id, output=output, spoken=spoken, failed=failed)
        )

    def synthesizes(self, generation: int, segment: int, text: str) -> list[does.Effect]:
        samples, words = spoken(text)
        return self.feed(
            happens.SpeechSynthesized(
                at=self.now, generation=generation, segment=segment, samples=samples, words=words
            )
        )

    def plays(self, generation: int, seconds: float) -> list[does.Effect]:
        """Playout has reached this second."""
        return self.feed(
            happens.PlayoutProgressed(at=self.now, generation=generation, samples=round(seconds * RATE))
        )

    def falls_silent(self, generation: int, seconds: float = 0.0) -> list[does.Effect]:
        return self.feed(
            happens.PlayoutStopped(at=self.now, generation=generation, samples=round(seconds * RATE))
        )

    def fires(self, name: str, at: float) -> list[does.Effect]:
        self.now = max(self.now, at)
        return self.feed(happens.TimerFired(at=self.now, name=name))

    def concludes(self, analysis: str = "") -> list[does.Effect]:
        return self.feed(happens.PerceptionConcluded(at=self.now, analysis=analysis))

    def ends(self) -> list[does.Effect]:
        return self.feed(happens.EndRequested(at=self.now))

    def voices(self, effects: list[does.Effect]) -> list[does.Effect]:
        """Answer every ``Speak`` among these."""
        out = []
        for effect in effects:
            if isinstance(effect, does.Speak):
                out += self.synthesizes(effect.generation, effect.segment, effect.text)
        return out

    def speaks(self, seconds: float, text: str = "One two three four.") -> None:
        """The replica's first generation is an echo that has been heard for so long."""
        self.voices(self.ask("echo", text=text))
        self.plays(1, seconds)


def wires(effects: list[does.Effect]) -> list[dict[str, Any]]:
    return [effect.event.wire() for effect in effects if isinstance(effect, does.Broadcast)]


def names(effects: list[does.Effect]) -> list[str]:
    """Event types in order, without their first word; positions of playback aside (test_playback)."""
    types = [wire["event_type"] for wire in wires(effects)]
    return [name.split(".", 1)[1] for name in types if name != "visavis.playback"]


def only(effects: list[does.Effect], kind: type[Any]) -> list[Any]:
    return [effect for effect in effects if isinstance(effect, kind)]


def event(effects: list[does.Effect], name: str) -> dict[str, Any]:
    """The one event of this type."""
    found = [wire for wire in wires(effects) if wire["event_type"].split(".", 1)[1] == name]
    assert len(found) == 1, f"{name}: {len(found)} among {names(effects)}"
    return found[0]


def quiet(effects: list[does.Effect]) -> list[does.Effect]:
    """Without timers and looks."""
    return [
        effect
        for effect in effects
        if not isinstance(effect, does.SetTimer | does.CancelTimer | does.SetActivity)
    ]
