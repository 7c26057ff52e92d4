"""What a conversation wants done. The session carries effects out in order, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from visavis.protocol.emotions import Emotion
from visavis.protocol.events import Event
from visavis.protocol.interactions import Sensitivity_

Activity = Literal["idle", "listening", "thinking", "speaking"]


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Send this event to everyone in the room.

    Attributes:
        seq: its number in the conversation, also where the dialect has none on the wire.
    """

    event: Event
    seq: int


@dataclass(frozen=True, slots=True)
class StartInference:
    """Ask the LLM; answer with ``Inference*`` inputs of this generation.

    Attributes:
        messages: OpenAI chat messages.
        tools: OpenAI function definitions.
        ahead: a user pauses and may go on; nothing of it is said unless the turn has ended there.
    """

    generation: int
    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...]
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class CancelInference:
    """Stop asking; inputs of this generation that still come are ignored."""

    generation: int


@dataclass(frozen=True, slots=True)
class Speak:
    """Synthesize this text and queue it behind the generation's earlier segments.

    Attributes:
        segment: 0, 1, 2 … within the generation; segments are played in this order.
    """

    generation: int
    segment: int
    text: str


@dataclass(frozen=True, slots=True)
class PlayAudio:
    """Queue this clip behind the generation's earlier segments; answer like ``Speak``."""

    generation: int
    segment: int
    ref: int


@dataclass(frozen=True, slots=True)
class DropClip:
    """Forget this clip: it will never be played. Issued clips are dropped with their generation's stop."""

    ref: int


@dataclass(frozen=True, slots=True)
class StopPlayout:
    """Let nothing more of this generation leave; answer with ``PlayoutStopped``."""

    generation: int


@dataclass(frozen=True, slots=True)
class CallTool:
    """Call the API of this tool; answer with ``ToolAnswered``. What is out is never called back.

    Attributes:
        call_id: the ``tool_call_id``.
        arguments: JSON text as the LLM wrote it.
        inference_id: of what the LLM was answering.
        turn_idx: likewise.
    """

    call_id: str
    name: str
    arguments: str
    inference_id: str
    turn_idx: int


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Send ``TimerFired(name)`` at this time; replaces a timer of the same name.

    Attributes:
        at: seconds since the conversation began.
    """

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget the timer."""

    name: str


@dataclass(frozen=True, slots=True)
class SetActivity:
    """What the replica is doing now, for its looks."""

    activity: Activity


@dataclass(frozen=True, slots=True)
class SetEmotion:
    """What the replica's face shows from now on."""

    emotion: Emotion


@dataclass(frozen=True, slots=True)
class SetSensitivity:
    """Tell the conversational flow; None leaves a setting as it is."""

    pause: Sensitivity_ | None
    interrupt: Sensitivity_ | None


@dataclass(frozen=True, slots=True)
class CallBack:
    """Tell whoever keeps the objective or the guardrail, at its ``callback_url`` (PROTOCOL 3).

    It is apart from the event: clients may not be told, and dialects may not have it. It comes before it, so
    that no event is kept whose callback is not.

    Attributes:
        subject: the name of the objective or of the guardrail; the URL is outside.
        body: what is posted, without the ``conversation_id``.
    """

    kind: Literal["objective", "guardrail"]
    subject: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ConcludePerception:
    """The call is about to end: answer with ``PerceptionConcluded``, within some seconds."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """An input had no effect; log it once.

    Attributes:
        reason: holds no user's words.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """The conversation is over; no effect follows.

    Attributes:
        reason: a ``shutdown_reason`` (PROTOCOL 3).
    """

    reason: str


Effect = (
    Broadcast
    | StartInference
    | CancelInference
    | Speak
    | PlayAudio
    | DropClip
    | StopPlayout
    | CallTool
    | SetTimer
    | CancelTimer
    | SetActivity
    | SetEmotion
    | SetSensitivity
    | CallBack
    | ConcludePerception
    | Ignore
    | EndCall
)
