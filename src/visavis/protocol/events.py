"""Events: what a conversation tells everyone in the room (PROTOCOL 1.3)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from visavis.protocol.base import Message, Properties, documented
from visavis.protocol.shutdown import ShutdownReason

Role = Literal["user", "replica", "pal"]


class EventMessage(Message):
    """What every event carries."""

    message_type: Literal["conversation", "system", "visavis"] = "conversation"
    timestamp: float | None = None
    """Unix seconds."""
    seq: int | None = None
    """One counter for all events of the conversation, strictly rising."""
    conversation_id: str | None = None
    inference_id: str | None = None
    """UUID of the utterance the event belongs to."""
    turn_idx: int | None = None
    """0 is the greeting; each turn of a user adds one."""


class UtteranceProperties(Properties):
    """The whole text of one side's turn."""

    role: Role
    speech: str
    """For the replica: everything inferred, which may be more than was heard."""
    user_audio_analysis: str | None = None
    user_visual_analysis: str | None = None
    interrupted: bool | None = None
    """Present only when true."""
    visual_context: str | None = None


class Utterance(EventMessage):
    """One per finished user turn and per replica inference."""

    event_type: Literal["conversation.utterance"] = "conversation.utterance"
    properties: UtteranceProperties


class UtteranceStreamingProperties(Properties):
    """The text of a turn so far, not a delta."""

    role: Role
    speech: str
    """For the replica: only words that were played."""
    content_index: int
    """From 0, one more with each chunk."""
    final: bool
    is_interrupted: bool | None = None
    """Replica only: cut off."""


class UtteranceStreaming(EventMessage):
    """A turn as it grows."""

    event_type: Literal["conversation.utterance.streaming"] = "conversation.utterance.streaming"
    properties: UtteranceStreamingProperties


class ToolCallProperties(Properties):
    """A function the LLM asks the application to run."""

    name: str
    arguments: str
    """JSON text."""
    tool_call_id: str | None = None


class ToolCall(EventMessage):
    """The LLM called a tool; ``inference_id`` is that of the user's utterance that caused it."""

    event_type: Literal["conversation.tool_call"] = "conversation.tool_call"
    properties: ToolCallProperties
    canvas_config: dict[str, Any] | None = None


class PerceptionToolCallProperties(Properties):
    """A function that perception asks the application to run. No result is expected."""

    modality: Literal["vision", "audio"]
    name: str
    arguments: str | dict[str, Any]
    """Object for vision, JSON text for audio."""
    frames: list[dict[str, Any]] | None = None
    """``{data (base64), mime_type}`` or ``{uri}``."""
    tool_call_id: str | None = None


class PerceptionToolCall(EventMessage):
    """Perception called a tool."""

    event_type: Literal["conversation.perception_tool_call"] = "conversation.perception_tool_call"
    properties: PerceptionToolCallProperties


class PerceptionAnalysisProperties(Properties):
    """What was seen in the call, as Markdown."""

    analysis: str


class PerceptionAnalysis(EventMessage):
    """The visual summary at the end of a call."""

    event_type: Literal["conversation.perception_analysis", "conversation.perception-analysis"] = (
        "conversation.perception_analysis"
    )
    properties: PerceptionAnalysisProperties


class ReplicaStartedSpeaking(EventMessage):
    """The replica's first sample left for the room."""

    event_type: Literal["conversation.replica.started_speaking"] = "conversation.replica.started_speaking"
    properties: Properties | None = None


class ReplicaStoppedSpeakingProperties(Properties):
    """How long, and whether it was cut off."""

    duration: float | None
    """Seconds."""
    interrupted: bool


class ReplicaStoppedSpeaking(EventMessage):
    """The replica's last sample left for the room."""

    event_type: Literal["conversation.replica.stopped_speaking"] = "conversation.replica.stopped_speaking"
    properties: ReplicaStoppedSpeakingProperties | None = None


class UserStartedSpeaking(EventMessage):
    """A user began to speak; ``inference_id`` may be speculative."""

    event_type: Literal["conversation.user.started_speaking"] = "conversation.user.started_speaking"
    properties: Properties | None = None


class UserStoppedSpeaking(EventMessage):
    """A user stopped speaking."""

    event_type: Literal["conversation.user.stopped_speaking"] = "conversation.user.stopped_speaking"
    properties: Properties | None = None


class StartedSpeakingProperties(Properties):
    """Who."""

    role: Role


class StartedSpeaking(EventMessage):
    """The role-neutral twin of ``*.started_speaking``."""

    event_type: Literal["conversation.started_speaking"] = "conversation.started_speaking"
    properties: StartedSpeakingProperties


class StoppedSpeakingProperties(Properties):
    """Who, how long, and whether cut off."""

    role: Role
    interrupted: bool
    duration: float | None
    """Seconds."""


class StoppedSpeaking(EventMessage):
    """The role-neutral twin of ``*.stopped_speaking``."""

    event_type: Literal["conversation.stopped_speaking"] = "conversation.stopped_speaking"
    properties: StoppedSpeakingProperties


class ReplicaInterrupted(EventMessage):
    """Older clients' word for a stop with ``interrupted: true``."""

    event_type: Literal["conversation.replica_interrupted"] = "conversation.replica_interrupted"
    properties: Properties | None = None


class ObjectiveProperties(Properties):
    """Which objective, and what was collected."""

    objective_name: str
    output_variables: dict[str, Any] | None = None


class ObjectiveActivated(EventMessage):
    """An objective became current."""

    event_type: Literal["conversation.objective.activated"] = "conversation.objective.activated"
    properties: ObjectiveProperties


class ObjectiveCompleted(EventMessage):
    """An objective is done."""

    event_type: Literal["conversation.objective.completed"] = "conversation.objective.completed"
    properties: ObjectiveProperties


class ObjectivePending(EventMessage):
    """An objective waits for the participant's confirmation."""

    event_type: Literal["conversation.objective.pending"] = "conversation.objective.pending"
    properties: ObjectiveProperties


class GuardrailProperties(Properties):
    """Which guardrail, and why."""

    guardrail: str
    guardrail_name: str | None = None
    guardrail_uuid: str
    reason: str


class GuardrailTriggered(EventMessage):
    """A guardrail fired (name decided in PROTOCOL 7)."""

    event_type: Literal["conversation.guardrail.triggered"] = "conversation.guardrail.triggered"
    properties: GuardrailProperties


class RagObservability(EventMessage):
    """Which documents the LLM was given."""

    event_type: Literal["conversation.rag.observability"] = "conversation.rag.observability"
    properties: Properties


class SystemMessage(EventMessage):
    """What every system event carries; bound to no turn."""

    message_type: Literal["system"] = "system"


class ReplicaJoinedProperties(Properties):
    """Which replica."""

    model_config = documented("replica_id")

    replica_id: str | None = None


class ReplicaJoined(SystemMessage):
    """The replica is in the room; sent once for each participant who joins."""

    model_config = documented("properties")

    event_type: Literal["system.replica_joined"] = "system.replica_joined"
    properties: ReplicaJoinedProperties | None = None


class PresentProperties(Properties):
    """The heartbeat's counter."""

    attempt: int | None = None


class ReplicaPresent(SystemMessage):
    """Heartbeat, once a second."""

    event_type: Literal["system.replica_present"] = "system.replica_present"
    properties: PresentProperties | None = None


class PalPresent(SystemMessage):
    """The newer name of the heartbeat."""

    event_type: Literal["system.pal_present"] = "system.pal_present"
    properties: PresentProperties | None = None


class ShutdownProperties(Properties):
    """Which replica left, if that could still be told, and why: under both names that clients read."""

    model_config = documented("shutdown_reason")

    replica_id: str | None = None
    shutdown_reason: ShutdownReason | None = None
    reason: str | None = None


class Shutdown(SystemMessage):
    """The call is over; nothing follows."""

    model_config = documented("properties")

    event_type: Literal["system.shutdown"] = "system.shutdown"
    properties: ShutdownProperties | None = None


class LayerFailedProperties(Properties):
    """Which layer failed, and why."""

    layer: str
    reason: str


class LayerFailed(EventMessage):
    """Extension: a layer could not do its part (an LLM endpoint that refuses, say). The call goes on."""

    message_type: Literal["visavis"] = "visavis"
    event_type: Literal["visavis.layer_failed"] = "visavis.layer_failed"
    properties: LayerFailedProperties


class ToolRunProperties(Properties):
    """Which tool the server calls, and how that went."""

    name: str
    tool_call_id: str
    state: Literal["called", "succeeded", "failed"]
    on_resolve: Literal["generate_response", "response_in_result", "add_to_context", "fire_and_forget"]
    """What its result does."""
    duration: float | None = None
    """Seconds it took; absent while it runs."""


class ToolRun(EventMessage):
    """Extension: the server calls the API of a tool itself; no client is asked to, and none may answer."""

    message_type: Literal["visavis"] = "visavis"
    event_type: Literal["visavis.tool_run"] = "visavis.tool_run"
    properties: ToolRunProperties


class LatencyProperties(Properties):
    """Seconds, step by step; a step that was not passed (speech, in a typed turn) is absent."""

    silence: float | None = None
    """From the last sound of the user until the silence was noticed."""
    turn: float | None = None
    """Until the turn was held to be complete and its words were there."""
    floor: float | None = None
    """Until the replica was free to think."""
    llm_first_text: float | None = None
    """Until the LLM's first text."""
    first_clause: float | None = None
    """Until there was enough of it to be spoken."""
    synthesis: float | None = None
    """Until the first clause was audio."""
    playout: float | None = None
    """Until its first sample left for the room."""
    total: float


class Latency(EventMessage):
    """Extension: how long the user waited for the reply that is beginning, and for what."""

    message_type: Literal["visavis"] = "visavis"
    event_type: Literal["visavis.latency"] = "visavis.latency"
    properties: LatencyProperties


class AckProperties(Properties):
    """What became of an interaction that carried an ``event_id``."""

    event_id: str
    """The client's own name for its interaction."""
    accepted: bool
    reason: str | None
    """Why not; or, of an accepted one, what it waits for."""
    applied_at: float | None
    """Unix seconds when it took effect; ``null`` while it waits for the floor, and when it was refused."""


class Ack(EventMessage):
    """Extension: the answer to an interaction that carried an ``event_id``; sent to everyone."""

    message_type: Literal["visavis"] = "visavis"
    event_type: Literal["visavis.ack"] = "visavis.ack"
    properties: AckProperties


class PlaybackProperties(Properties):
    """How far the replica's voice has got within one utterance."""

    state: Literal["playing", "finished", "interrupted"]
    position: float
    """Seconds of the utterance that have left for the room."""
    buffered: float
    """Seconds that are synthesized and have not left yet; 0 at the end."""


class Playback(EventMessage):
    """Extension: the playout clock, when speech begins, every half second of it, and when it ends."""

    message_type: Literal["visavis"] = "visavis"
    event_type: Literal["visavis.playback"] = "visavis.playback"
    properties: PlaybackProperties


Event = Annotated[
    Utterance
    | UtteranceStreaming
    | ToolCall
    | PerceptionToolCall
    | PerceptionAnalysis
    | ReplicaStartedSpeaking
    | ReplicaStoppedSpeaking
    | UserStartedSpeaking
    | UserStoppedSpeaking
    | StartedSpeaking
    | StoppedSpeaking
    | ReplicaInterrupted
    | ObjectiveActivated
    | ObjectiveCompleted
    | ObjectivePending
    | GuardrailTriggered
    | RagObservability
    | ReplicaJoined
    | ReplicaPresent
    | PalPresent
    | Shutdown
    | LayerFailed
    | ToolRun
    | Latency
    | Ack
    | Playback,
    Field(discriminator="event_type"),
]
