"""A conversation as a pure function of its inputs (DESIGN, "One idea")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from visavis.conversation import inputs as happens
from visavis.conversation.call import Call
from visavis.conversation.effects import Effect, Ignore
from visavis.conversation.history import Entry


class Conversation:
    """Inputs in, effects out. No I/O, no clock, no task; nothing that comes in makes it raise."""

    def __init__(self) -> None:
        self._call: Call | None = None
        self._handlers: dict[type[happens.Input], Callable[[Any], None]] = {}

    @property
    def ended(self) -> bool:
        """Whether ``EndCall`` was given; everything after it is ignored."""
        return self._call is not None and self._call.ended

    @property
    def history(self) -> tuple[Entry, ...]:
        """What was said so far, the replica's part as it was heard; to be read only."""
        return self._call.history.entries if self._call else ()

    def handle(self, input: happens.Input) -> list[Effect]:
        """What this input causes, in order."""
        if self.ended:
            return [Ignore("the conversation has ended")]
        if self._call is None:
            if not isinstance(input, happens.Started):
                return [Ignore("the conversation has not begun")]
            self._call = Call(input)
            self._handlers = _handlers(self._call)
            return self._call.out.drain()
        handler = self._handlers.get(type(input))
        if handler is None:
            return [Ignore(f"{type(input).__name__} is not expected")]
        if not self._call.hears(input):
            return [Ignore("the conversation is ending")]
        self._call.at(input.at)
        handler(input)
        self._call.settle()
        return self._call.out.drain()


def _handlers(call: Call) -> dict[type[happens.Input], Callable[[Any], None]]:
    return {
        happens.ParticipantJoined: call.participant_joined,
        happens.ParticipantLeft: call.participant_left,
        happens.InteractionReceived: call.interaction_received,
        happens.InteractionRefused: call.interaction_refused,
        happens.LayerTold: call.layer_told,
        happens.UserPerceived: call.user_perceived,
        happens.PerceptionConcluded: call.perception_concluded,
        happens.UserSpeechStarted: call.turns.speech_started,
        happens.UserSpeechStopped: call.turns.speech_stopped,
        happens.UserTranscript: call.turns.transcribed,
        happens.UserTurnEnded: call.turns.ended,
        happens.InferenceText: call.inferences.text,
        happens.InferenceToolCalls: call.inferences.tool_calls,
        happens.InferenceFinished: call.inferences.finished,
        happens.InferenceFailed: call.inferences.failed,
        happens.ToolAnswered: call.tool_answered,
        happens.SpeechSynthesized: call.speech_synthesized,
        happens.SpeechFailed: call.speech_failed,
        happens.PlayoutProgressed: call.playout_progressed,
        happens.PlayoutStopped: call.playout_stopped,
        happens.TimerFired: call.timer_fired,
        happens.EndRequested: call.end_requested,
    }
