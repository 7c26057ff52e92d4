"""Whether what was asked for was heard: echoes and replies, in calls with voices and in chats.

Events of role ``pal`` are doubles of those of role ``replica`` (PROTOCOL 0), and are not looked at. With a
voice an utterance ends with ``replica.stopped_speaking``. In a chat its ``utterance`` comes last
(docs/protocol.md, "Chat mode").
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable

from visavis.client.outcomes import Heard, Outcome, Server
from visavis.errors import InteractionDropped, LayerFailure
from visavis.protocol.events import (
    Ack,
    EventMessage,
    LayerFailed,
    ReplicaInterrupted,
    ReplicaStartedSpeaking,
    ReplicaStoppedSpeaking,
    ToolCall,
    ToolRun,
    Utterance,
    UtteranceStreaming,
)

GRACE = 2.0
"""Seconds for the voice to follow an utterance; in a chat there is none."""
BRIEF = 0.5
"""Seconds for ``replica_interrupted`` to follow a stop that does not say whether it was one."""
DROPPED_AFTER = 15.0
"""Seconds after somebody's interruption in which what survived it would have begun to be heard."""
UNSPOKEN_AFTER = 5.0
"""Seconds for other words to be heard when some could not be spoken."""
TOOLS_AFTER = 30.0
"""Seconds without a sign, after a tool call, for a reply to follow: there may be none."""
SILENT_AFTER = 2.0
"""The same when no called tool is to be answered."""


class Hearing(Outcome[Heard]):
    """Follows the utterances of one inference to their end."""

    def __init__(self, event_id: str, server: Server) -> None:
        super().__init__(event_id, server)
        self._ids: set[str] = set()
        self._inference_id = ""
        self._heard: list[Heard] = []
        self._begin()

    def _begin(self) -> None:
        """The next utterance."""
        self._started = self._final = self._interrupted = False
        self._words: str | None = None
        self._text = ""
        self._duration: float | None = None
        self._failed: LayerFailed | None = None

    def _accepted(self, ack: Ack) -> None:
        if not self._underway:
            self._wait(None)  # should it be dropped later on, this server says so

    def knows(self, event: EventMessage) -> bool:
        """Whether an event carries an id that is known to be this interaction's."""
        return event.inference_id in self._ids

    def _follow(self, event: EventMessage, ours: bool) -> None:
        if not ours:
            self._others(event)
            return
        if event.inference_id:
            self._ids.add(event.inference_id)
            self._inference_id = event.inference_id
        self.sign = True
        self._take(event)

    def _others(self, event: EventMessage) -> None:
        """An event of another inference."""
        cut = isinstance(event, ReplicaInterrupted) or (
            isinstance(event, ReplicaStoppedSpeaking) and event.properties and event.properties.interrupted
        )
        if cut and not self.acked and not self._underway:
            self._wait(DROPPED_AFTER)

    @property
    def _underway(self) -> bool:
        return self._started or bool(self._text) or self._words is not None

    def _take(self, event: EventMessage) -> None:
        match event:
            case ReplicaStartedSpeaking():
                self._started = True
                self._wait(None)
            case UtteranceStreaming() if event.properties.role == "replica":
                self._words = event.properties.speech
                self._final = event.properties.final
                self._interrupted = self._interrupted or bool(event.properties.is_interrupted)
                if not self._started:
                    self._wait(None)
            case Utterance() if event.properties.role == "replica":
                self._text = event.properties.speech
                self._interrupted = self._interrupted or bool(event.properties.interrupted)
                if not self._started:
                    self._written()
            case ReplicaStoppedSpeaking():
                self._stopped(event)
            case ReplicaInterrupted() if self._started:
                self._interrupted = True
                self._ended()
            case LayerFailed():
                self._layer_failed(event)

    def _written(self) -> None:
        """An utterance without a voice: in a chat it is the end, behind the final streaming."""
        if self._final:
            self._ended()
        else:
            self._wait(GRACE)

    def _stopped(self, event: ReplicaStoppedSpeaking) -> None:
        self._started = True  # whoever joined late did not see it start
        if event.properties is None:
            self._wait(BRIEF)
            return
        self._duration = event.properties.duration
        self._interrupted = event.properties.interrupted
        self._ended()

    def _layer_failed(self, event: LayerFailed) -> None:
        if event.properties.layer != "tts":
            self.failure = LayerFailure(event.properties.layer, event.properties.reason)
        elif not self._started:
            self._failed = event
            self._wait(UNSPOKEN_AFTER)

    def _ended(self) -> None:
        speech = self._text if self._words is None else self._words
        self._heard.append(Heard(speech, self._interrupted, self._duration, self._inference_id))
        self._begin()
        self._wait(None)
        self._utterance_over(self._heard[-1])

    def _utterance_over(self, heard: Heard) -> None:
        self._settle()

    def _settle(self) -> None:
        """Nothing more is to come."""
        durations = [one.duration for one in self._heard if one.duration is not None]
        self.result = Heard(
            " ".join(one.speech for one in self._heard if one.speech),
            any(one.interrupted for one in self._heard),
            round(sum(durations), 3) if durations else None,
            self._inference_id,
        )

    def give_up(self) -> None:
        """There was no sign for a while."""
        if self._failed is not None:
            self.failure = LayerFailure(self._failed.properties.layer, self._failed.properties.reason)
        elif self._underway:
            self._ended()
        else:
            self.failure = InteractionDropped("somebody interrupted")


class EchoHeard(Hearing):
    """An echo.

    Args:
        event_id: the client's name for the interaction.
        server: what is known of the other side.
        text: what is to be said; empty for audio.
        inference_id: the client's; events carry it, or its MD5 as a UUID (PROTOCOL 1.2).
    """

    def __init__(self, event_id: str, server: Server, text: str, inference_id: str) -> None:
        super().__init__(event_id, server)
        digest = hashlib.md5(inference_id.encode(), usedforsecurity=False).hexdigest()
        self._ids = {inference_id, str(uuid.UUID(digest))}
        self._expected = _plain(text)

    def claims(self, event: EventMessage) -> bool:
        """Of a server that may have another rule for ids, the same words."""
        return (
            isinstance(event, Utterance)
            and event.properties.role == "replica"
            and bool(self._expected)
            and _plain(event.properties.speech) == self._expected
            and not self._inference_id
            and not self.server.acks
        )

    def _take(self, event: EventMessage) -> None:
        if isinstance(event, Utterance) and self.server.speaking == event.inference_id:
            self._started = True  # it was claimed by its words, and had begun before
        super()._take(event)


class ReplyHeard(Hearing):
    """A respond: what was typed comes back as the user's utterance, whose id the reply has.

    Args:
        event_id: the client's name for the interaction.
        server: what is known of the other side.
        text: what is to be answered.
        running: whether tools of ours run for an inference.
        silent_tools: names of tools whose results are not to be answered.
    """

    def __init__(
        self,
        event_id: str,
        server: Server,
        text: str,
        running: Callable[[str], bool] = lambda inference_id: False,
        silent_tools: Callable[[str], bool] = lambda name: False,
    ) -> None:
        super().__init__(event_id, server)
        self._expected = _plain(text)
        self._running, self._silent = running, silent_tools
        self._turn: int | None = None
        self._bound = False
        self._called = False
        self._open_calls: set[str] = set()
        self._call_id: str | None = None
        self._owed = 0

    def claims(self, event: EventMessage) -> bool:
        """The user's utterance with the same words; behind tools' results, the same turn under a fresh id."""
        if isinstance(event, Utterance) and event.properties.role == "user":
            return not self._bound and _plain(event.properties.speech) == self._expected
        is_reply = isinstance(
            event, ReplicaStartedSpeaking | Utterance | ToolCall | ToolRun | LayerFailed
        ) or (isinstance(event, UtteranceStreaming) and event.properties.role == "replica")
        return is_reply and self._awaits_reply and event.turn_idx == self._turn

    @property
    def _awaits_reply(self) -> bool:
        """Whether the reply to tools' results may begin now. Results given by REST are not seen."""
        given = self._owed == 1 or (bool(self._open_calls) and not self._tools_run)
        return given and not self._underway

    @property
    def _tools_run(self) -> bool:
        return any(self._running(inference_id) for inference_id in self._ids)

    def _others(self, event: EventMessage) -> None:
        if not self._bound:
            super()._others(event)
        elif isinstance(event, Utterance) and event.properties.role == "user":
            # Whatever was not heard yet is answered together with this later turn.
            if self._heard:
                self._settle()
            else:
                self.failure = InteractionDropped("another turn came first")

    def _take(self, event: EventMessage) -> None:
        if isinstance(event, Utterance) and event.properties.role == "user":
            self._bound, self._turn, self._call_id = True, event.turn_idx, event.inference_id
            self._wait(None)
            return
        if event.inference_id != self._call_id and self._open_calls:
            self._open_calls.clear()  # their results were not seen, but this is the reply to them
            self._owed = 1
        if isinstance(event, ToolCall):
            self._call_id = event.inference_id
            self._called = True
            if not self._silent(event.properties.name):
                self._open_calls.add(event.properties.tool_call_id or "")
            if not self._underway:
                self._wait_for_more()
        elif isinstance(event, ToolRun):
            self._server_calls(event)
        else:
            super()._take(event)

    def _server_calls(self, event: ToolRun) -> None:
        """The server itself calls a tool, and says when that is done."""
        asked = event.properties
        if asked.on_resolve not in ("generate_response", "response_in_result"):
            return
        if asked.state == "called":
            self._call_id, self._called = event.inference_id, True
            self._open_calls.add(asked.tool_call_id)
            self._wait(None)
        else:
            self.tool_answered(asked.tool_call_id, None)

    def tool_answered(self, tool_call_id: str, queued: bool | None) -> None:
        """Once all calls have results the reply is owed: the next utterance, or the one behind this one."""
        if tool_call_id not in self._open_calls:
            return
        self._open_calls.remove(tool_call_id)
        if not self._open_calls:
            self._owed = 2 if (self._underway if queued is None else queued) else 1
        if not self._underway:
            self._wait_for_more()

    def _utterance_over(self, heard: Heard) -> None:
        self._owed = max(0, self._owed - 1)
        if (self._open_calls or self._owed) and not heard.interrupted:
            self._wait_for_more()
        else:
            self._settle()

    def _wait_for_more(self) -> None:
        self._wait(TOOLS_AFTER if self._open_calls or self._owed else SILENT_AFTER)

    def give_up(self) -> None:
        """There was no sign for a while: after a tool call that may be all."""
        if self._called and not self._underway and self._failed is None:
            if self._tools_run:
                self.sign = True
            else:
                self._settle()
        else:
            super().give_up()


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
