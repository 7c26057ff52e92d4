"""The transcript: who said what and when, from what a conversation broadcast (PROTOCOL 3).

It needs nothing but records, so that a call whose process was killed has its transcript too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from visavis.protocol.webhooks import TranscriptEntry

Message = Mapping[str, Any]

RESULT = "conversation.tool_result"
ANSWER = "ToolAnswered"
STARTED = "Started"
FORGOTTEN = "fire_and_forget"


@dataclass(slots=True)
class Speech:
    """Sounds of a user within one turn.

    Attributes:
        began: Unix seconds; None in a dialect without timestamps.
        since: when the sound that goes on began.
        seconds: of each sound that is over.
    """

    turn_idx: int | None
    began: float | None
    since: float | None = None
    seconds: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Reply:
    """What the replica is saying.

    Attributes:
        heard: the words so far; None until some were announced.
        whole: all that was generated.
        written: in a chat, where nothing is spoken.
        seconds: heard so far, as far as it is known.
    """

    began: float | None
    inference_id: str | None
    written: bool = False
    heard: str | None = None
    whole: str = ""
    seconds: float | None = None


class Transcriber:
    """Makes the transcript of one conversation from its events, told in their order.

    What the replica said is cut where it was heard, to the word. A dialect that has no
    ``utterance.streaming`` does not tell where that was: then an entry holds all that was generated.

    Args:
        start: Unix seconds from which ``seconds_from_start`` counts; None if unknown.
    """

    def __init__(self, start: float | None = None) -> None:
        self._start = start
        self._entries: list[TranscriptEntry] = []
        self._speeches: dict[str | None, Speech] = {}
        self._spoken: str | None = None
        self._streams = False
        self._reply: Reply | None = None
        self._asked: dict[str, str] = {}
        self._answers: set[str] = set()
        self._forgotten: set[str] = set()
        self._calls_are_told = self._calls = False
        self._epoch: float | None = None

    @property
    def awaits_results(self) -> bool:
        """Whether tools were called, or may have been: then the inputs are worth reading."""
        return bool(self._asked) or self._calls or not self._calls_are_told

    def event(self, message: Message) -> None:
        """A message of the conversation, as it went on the wire."""
        properties = message.get("properties") or {}
        match message.get("event_type"):
            case "conversation.started_speaking":
                self._streams = True  # the dialects that have this event have streaming words, too
            case "conversation.user.started_speaking":
                self._user_started(message)
            case "conversation.user.stopped_speaking":
                self._user_stopped(message)
            case "conversation.stopped_speaking" if properties.get("role") == "user":
                self._user_spoke(message, properties.get("duration"))
            case "conversation.utterance.streaming" if properties.get("role") in ("user", "replica"):
                self._streaming(message, properties)
            case "conversation.utterance" if properties.get("role") == "user":
                self._user_said(message, properties.get("speech") or "")
            case "conversation.utterance" if properties.get("role") == "replica":
                self._replica_says(message, properties.get("speech") or "")
            case "conversation.replica.started_speaking":
                self._reply = Reply(message.get("timestamp"), message.get("inference_id"))
            case "visavis.playback" if self._reply:
                self._reply.seconds = properties.get("position")
            case "conversation.replica.stopped_speaking":
                self._replica_stopped(message, properties.get("duration"))
            case "conversation.tool_call":
                self._asked[properties.get("tool_call_id") or ""] = properties.get("name") or ""
            case "visavis.tool_run":
                self._calls_are_told = self._calls = True
            case str(kind) if kind.startswith("visavis."):
                self._calls_are_told = True  # as in every dialect that has such events

    def input(self, message: Message) -> None:
        """An input of the conversation, as its log has it: results of tools are in no event."""
        if message.get("type") == STARTED:
            self._started(message)
        elif message.get("type") == ANSWER:
            self._api_answered(message)
        elif (asked := message.get("interaction") or {}).get("event_type") == RESULT:
            properties = asked.get("properties") or {}
            self._client_answered(message, properties)

    def entries(self) -> list[TranscriptEntry]:
        """What was said, in the order in which it began; what is being said now as far as it was heard."""
        found = list(self._entries)
        if self._reply is not None and self._reply.heard:
            found.append(self._assistant(self._reply, self._reply.heard, self._reply.seconds))
        if all(entry.timestamp is not None for entry in found):
            found.sort(key=lambda entry: entry.timestamp or 0.0)
        return found

    # Tools

    def _started(self, message: Message) -> None:
        """Results that nobody waits for are no part of the conversation."""
        self._epoch = message.get("epoch")
        tools = (message.get("config") or {}).get("tools") or ()
        self._forgotten = {_name(tool) for tool in tools if tool.get("on_resolve") == FORGOTTEN}

    def _client_answered(self, message: Message, properties: Message) -> None:
        name = self._asked.pop(properties.get("tool_call_id") or "", None)
        if name is not None:  # else nobody asked, or it was answered before
            self._result(message, name, properties.get("output"), properties.get("status") == "error")

    def _api_answered(self, message: Message) -> None:
        call: str = message.get("call_id") or ""
        if call not in self._answers:
            self._answers.add(call)
            self._result(message, message.get("name"), message.get("output"), bool(message.get("failed")))

    def _result(self, message: Message, name: str | None, output: object, failed: bool) -> None:
        if name in self._forgotten:
            return
        at = None if self._epoch is None else self._epoch + float(message.get("at", 0.0))
        text = _text(output)
        self._add("tool", f"Error: {text}" if failed else text, at, None)

    # Users

    def _user_started(self, message: Message) -> None:
        at = message.get("timestamp")
        speech = self._speeches.setdefault(message.get("inference_id"), Speech(message.get("turn_idx"), at))
        speech.since = at

    def _user_stopped(self, message: Message) -> None:
        speech = self._speeches.get(message.get("inference_id"))
        at = message.get("timestamp")
        if speech is None:
            return
        if at is not None and speech.since is not None:
            speech.seconds.append(max(0.0, at - speech.since))
        speech.since = None
        speech.turn_idx = message.get("turn_idx", speech.turn_idx)  # another's turn may have come between

    def _user_spoke(self, message: Message, duration: float | None) -> None:
        """The neutral twin of the event before knows how much of it was sound."""
        speech = self._speeches.get(message.get("inference_id"))
        if speech is not None and speech.seconds and duration is not None:
            speech.seconds[-1] = duration

    def _user_said(self, message: Message, text: str) -> None:
        pieces = self._taken(message.get("inference_id"), message.get("turn_idx"))
        began = pieces[0].began if pieces else message.get("timestamp")
        seconds = None if began is None else sum(sum(piece.seconds) for piece in pieces)
        self._add("user", text, began, seconds)

    def _taken(self, inference_id: str | None, turn_idx: int | None) -> list[Speech]:
        """The sounds of a turn; none if it was typed."""
        if self._streams and self._spoken != inference_id:
            return []
        own = self._speeches.pop(inference_id, None)
        if own is not None:
            return [own]
        # Such dialects give a turn another id at each pause; what is still going on is another's.
        names = [
            name
            for name, speech in self._speeches.items()
            if speech.turn_idx == turn_idx and speech.since is None
        ]
        return [self._speeches.pop(name) for name in names]

    # The replica

    def _streaming(self, message: Message, properties: Message) -> None:
        self._streams = True
        if properties.get("role") == "user":
            if properties.get("final"):
                self._spoken = message.get("inference_id")
            return
        if self._reply is None:
            self._reply = Reply(message.get("timestamp"), message.get("inference_id"), written=True)
        self._reply.heard = properties.get("speech") or ""
        if self._reply.written and properties.get("final"):
            self._close(0.0)

    def _replica_says(self, message: Message, text: str) -> None:
        if self._reply is not None:
            self._reply.whole = text
        elif not self._streams:
            self._add("assistant", text, message.get("timestamp"), 0.0, message.get("inference_id"))

    def _replica_stopped(self, message: Message, duration: float | None) -> None:
        reply, at = self._reply, message.get("timestamp")
        if reply is None:
            return
        if duration is None and at is not None and reply.began is not None:
            duration = at - reply.began
        self._close(duration)

    def _close(self, seconds: float | None) -> None:
        reply, self._reply = self._reply, None
        if reply is not None and (text := reply.whole if reply.heard is None else reply.heard):
            self._entries.append(self._assistant(reply, text, seconds))

    def _assistant(self, reply: Reply, text: str, seconds: float | None) -> TranscriptEntry:
        return self._entry("assistant", text, reply.began, seconds, reply.inference_id)

    # Entries

    def _add(
        self, role: str, text: str, at: float | None, seconds: float | None, inference_id: str | None = None
    ) -> None:
        self._entries.append(self._entry(role, text, at, seconds, inference_id))

    def _entry(
        self, role: str, text: str, at: float | None, seconds: float | None, inference_id: str | None
    ) -> TranscriptEntry:
        known: dict[str, Any] = {"role": role, "content": text}
        if at is not None:
            known["timestamp"] = at
        if at is not None and self._start is not None:
            known["seconds_from_start"] = round(max(0.0, at - self._start), 3)
        if seconds is not None:
            known["duration"] = round(seconds, 3)
        if inference_id is not None:
            known["inference_id"] = inference_id
        return TranscriptEntry(**known)


def transcript(
    events: Iterable[Message], inputs: Iterable[Message] = (), start: float | None = None
) -> list[TranscriptEntry]:
    """The transcript of a conversation.

    Args:
        events: as they went on the wire, in order.
        inputs: its log; without them the results of tools are missing.
        start: Unix seconds from which ``seconds_from_start`` counts.
    """
    transcriber = Transcriber(start)
    for message in events:
        transcriber.event(message)
    if transcriber.awaits_results:
        for message in inputs:
            transcriber.input(message)
    return transcriber.entries()


def may_matter(line: str) -> bool:
    """Whether a line of a log of inputs can be news for a ``Transcriber``; quicker than decoding it."""
    return any(word in line for word in (STARTED, ANSWER, RESULT))


def _name(tool: Message) -> str:
    return str((tool.get("function") or {}).get("name"))


def _text(output: object) -> str:
    """A result as the language model was told it."""
    if output is None or isinstance(output, str):
        return output or ""
    return json.dumps(output)
