"""Interactions: what a client may ask of a conversation (PROTOCOL 1.2)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from visavis.protocol.base import LenientBool, Message, Properties, documented

SET_EMOTIONS = ("neutral", "happiness", "sadness", "anger", "fear", "surprise", "disgust", "contempt")
"""What may be sent; readers know more names (``emotions.NAMES``)."""

Sensitivity_ = Literal["superlow", "verylow", "low", "medium", "high", "auto"]


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


LenientSensitivity = Annotated[Sensitivity_, BeforeValidator(_lower)]
LenientStatus = Annotated[Literal["success", "error"], BeforeValidator(_lower)]
LenientModality = Annotated[Literal["text", "audio"], BeforeValidator(_lower)]


class InteractionMessage(Message):
    """What every interaction carries. The room, not ``conversation_id``, decides whom it is for."""

    message_type: Literal["conversation"] = "conversation"
    conversation_id: str | None = None
    event_id: str | None = None
    """Extension: the client's name for this message; it is answered by ``visavis.ack``."""


class EchoProperties(Properties):
    """Speech for the replica to say, as text or as audio, whole or in chunks."""

    modality: LenientModality | None = None
    """Which field carries the content; text when absent."""
    text: str | None = None
    """What to say. May carry ``<emotion value="…"/>`` tags."""
    audio: str | None = None
    """Base64 of signed 16-bit little-endian mono PCM, no header."""
    sample_rate: int = 16000
    """Hz of the audio."""
    inference_id: str | None = None
    """Ties the chunks of one utterance; events carry its MD5-derived UUID."""
    done: LenientBool | None = None
    """Last chunk. Absent: true for text, false for audio."""

    @property
    def is_audio(self) -> bool:
        """Whether the content is audio. Clients may name no modality, and fill every field: text wins."""
        unnamed = self.modality is None and not self.text and self.audio is not None
        return self.modality == "audio" or unnamed

    @property
    def is_done(self) -> bool:
        """Whether this is the utterance's last chunk."""
        return self.done if self.done is not None else not self.is_audio


class Echo(InteractionMessage):
    """Have the replica say exactly this."""

    event_type: Literal["conversation.echo"] = "conversation.echo"
    properties: EchoProperties


class RespondProperties(Properties):
    """A user's turn, typed."""

    text: str
    """Handled as a finished user transcript."""
    interrupt: LenientBool = False
    """Extension: cut the replica's speech first instead of waiting for its end."""


class Respond(InteractionMessage):
    """Answer this text as if the user had just said it."""

    event_type: Literal["conversation.respond"] = "conversation.respond"
    properties: RespondProperties


class Interrupt(InteractionMessage):
    """Stop speaking now."""

    event_type: Literal["conversation.interrupt"] = "conversation.interrupt"
    properties: Properties | None = None


class OverwriteContextProperties(Properties):
    """The new conversational context."""

    model_config = documented("context")

    context: str | None = None
    """Replaces the context. One client sends none: that is read, and changes nothing."""


class OverwriteContext(InteractionMessage):
    """Replace the conversational context."""

    model_config = documented("properties")

    event_type: Literal["conversation.overwrite_llm_context"] = "conversation.overwrite_llm_context"
    properties: OverwriteContextProperties = Field(default_factory=OverwriteContextProperties)


class AppendContextProperties(Properties):
    """More conversational context."""

    model_config = documented("context")

    context: str | None = None
    """Added to the context; starts it if there was none."""
    job_status: str | None = Field(None, json_schema_extra={"enum": ["completed"]})
    """``completed``: the replica reports the result when the floor is free (PROTOCOL 7)."""


class AppendContext(InteractionMessage):
    """Add to the conversational context."""

    model_config = documented("properties")

    event_type: Literal["conversation.append_llm_context"] = "conversation.append_llm_context"
    properties: AppendContextProperties = Field(default_factory=AppendContextProperties)


class SensitivityProperties(Properties):
    """How patient the replica is, and how readily it yields."""

    participant_pause_sensitivity: LenientSensitivity | None = None
    """High: a short pause of the user is enough for the replica to answer."""
    participant_interrupt_sensitivity: LenientSensitivity | None = None
    """High: the user's speech stops the replica readily."""


class Sensitivity(InteractionMessage):
    """Change turn-taking during the call."""

    event_type: Literal["conversation.sensitivity"] = "conversation.sensitivity"
    properties: SensitivityProperties


class ToolResultProperties(Properties):
    """The outcome of a tool call."""

    tool_call_id: str
    """The ``tool_call_id`` of the tool call."""
    output: str | dict[str, Any] | list[Any] | int | float | bool | None = None
    """A string goes to the LLM as it is, anything else as JSON."""
    status: LenientStatus = "success"
    name: str | None = None


class ToolResult(InteractionMessage):
    """Give the LLM the result of a tool call."""

    event_type: Literal["conversation.tool_result"] = "conversation.tool_result"
    properties: ToolResultProperties


class ObjectiveConfirmProperties(Properties):
    """Which objective the participant confirmed (names presumed, PROTOCOL 7)."""

    objective_name: str | None = None
    output_variables: dict[str, Any] | None = None


class ObjectiveConfirm(InteractionMessage):
    """Confirm a pending objective."""

    event_type: Literal["conversation.objective.confirm"] = "conversation.objective.confirm"
    properties: ObjectiveConfirmProperties = Field(default_factory=ObjectiveConfirmProperties)


class SetEmotionProperties(Properties):
    """The emotion to show until the next call."""

    emotion: str = Field(json_schema_extra={"enum": list(SET_EMOTIONS)})
    """Of one that there is not, the face is neutral."""


class SetEmotion(InteractionMessage):
    """Have the replica show an emotion."""

    event_type: Literal["conversation.set_emotion"] = "conversation.set_emotion"
    properties: SetEmotionProperties


class RealtimeApi(InteractionMessage):
    """Withdrawn by its inventor; parsed so that it is ignored by name."""

    event_type: Literal["conversation.realtime_api"] = "conversation.realtime_api"
    properties: Properties | None = None


Interaction = Annotated[
    Echo
    | Respond
    | Interrupt
    | OverwriteContext
    | AppendContext
    | Sensitivity
    | ToolResult
    | ObjectiveConfirm
    | SetEmotion
    | RealtimeApi,
    Field(discriminator="event_type"),
]
