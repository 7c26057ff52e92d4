"""Events as lines of a transcript, and whether what was asked has been answered. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Style = Literal["name", "text", "note"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece to print, without a line break of its own."""

    text: str
    style: Style = "text"


NEW_LINE = Span("\n")
WORDLESS = ("fire_and_forget", "add_to_context")
"""Uses of a tool whose result is followed by no words."""


class Transcript:
    """Turns events into what a terminal shows: the replica's words as they are heard.

    Args:
        replica_name: stands before its lines.
    """

    def __init__(self, replica_name: str) -> None:
        self._name = replica_name
        self._line: str | None = None
        self._shown = ""
        self._own: list[str] = []

    def said(self, text: str) -> None:
        """We sent this ourselves; its utterance is not to be shown again."""
        self._own.append(text.strip())

    def feed(self, event: dict[str, Any]) -> list[Span]:
        """What to print for an event."""
        properties = event.get("properties") or {}
        match event.get("event_type"):
            case "conversation.utterance.streaming" if properties.get("role") == "replica":
                return self._words(str(event.get("inference_id")), properties)
            case "conversation.utterance" if properties.get("role") == "user":
                return self._user(str(properties.get("speech", "")))
            case "conversation.tool_call":
                return self._note(f"calls {properties.get('name')}({properties.get('arguments')})")
            case "visavis.tool_run" if (state := properties.get("state")) != "succeeded":
                verb = "the server calls" if state == "called" else "the server could not call"
                return self._note(f"{verb} {properties.get('name')}")
            case "visavis.layer_failed":
                return self._note(f"{properties.get('layer')} failed: {properties.get('reason')}")
            case "system.shutdown":
                return self._note(f"the conversation is over: {properties.get('shutdown_reason')}")
        return []

    def _words(self, inference_id: str, properties: dict[str, Any]) -> list[Span]:
        speech = str(properties.get("speech", ""))
        spans: list[Span] = []
        if inference_id != self._line:
            spans += [*self._close(), Span(f"{self._name}: ", "name")]
            self._line, self._shown = inference_id, ""
        if not speech.startswith(self._shown):
            spans.append(NEW_LINE)
            self._shown = ""
        spans.append(Span(speech[len(self._shown) :]))
        self._shown = speech
        if properties.get("final"):
            spans += [Span(" (interrupted)", "note")] if properties.get("is_interrupted") else []
            spans += self._close()
        return [span for span in spans if span.text]

    def _user(self, speech: str) -> list[Span]:
        if speech.strip() in self._own:
            self._own.remove(speech.strip())
            return []
        return [*self._close(), Span("User: ", "name"), Span(speech), NEW_LINE]

    def _note(self, text: str) -> list[Span]:
        return [*self._close(), Span(f"({text})", "note"), NEW_LINE]

    def _close(self) -> list[Span]:
        is_open, self._line = self._line is not None, None
        return [NEW_LINE] if is_open else []


class Answers:
    """Follows what was asked until it has been answered.

    A request is recognised by the utterance it comes back as; that gives the ``inference_id`` under which the
    answer is spoken (PROTOCOL 7, "ids within a turn").

    Attributes:
        speaking: whether the replica is heard now.
        failed: whether a layer failed in one of the answers.
    """

    def __init__(self) -> None:
        self.speaking = False
        self.failed = False
        self._asked: list[tuple[str, str]] = []
        self._open: set[str] = set()
        self._called: set[str] = set()

    def ask(self, role: Literal["user", "replica"], text: str) -> None:
        """Something was asked that comes back as an utterance of this role."""
        self._asked.append((role, text.strip()))

    def forget(self) -> None:
        """Stop waiting."""
        self._asked.clear()
        self._open.clear()

    @property
    def settled(self) -> bool:
        """Whether nothing is waited for."""
        return not self._asked and not self._open

    @property
    def only_called(self) -> bool:
        """Whether all that is waited for has called a tool, so that there may be no words to come."""
        return not self._asked and self._open <= self._called and not self.speaking

    def feed(self, event: dict[str, Any]) -> bool:
        """Take an event; False if it tells nothing about answers."""
        properties = event.get("properties") or {}
        turn = str(event.get("inference_id"))
        match event.get("event_type"):
            case "conversation.utterance":
                key = (str(properties.get("role")), str(properties.get("speech", "")).strip())
                if key in self._asked:
                    self._asked.remove(key)
                    self._open.add(turn)
                if properties.get("role") == "replica" and not self.speaking:
                    self._open.discard(turn)  # a chat: nothing is spoken, the utterance comes last
            case "conversation.replica.started_speaking":
                self.speaking = True
            case "conversation.replica.stopped_speaking":
                self.speaking = False
                self._open.discard(turn)
            case "conversation.tool_call":
                self._called.add(turn)
            case "visavis.tool_run" if properties.get("on_resolve") in WORDLESS:
                self._called.add(turn)
            case "visavis.layer_failed":
                self.failed = self.failed or turn in self._open
                self._open.discard(turn)
            case _:
                return False
        return True
