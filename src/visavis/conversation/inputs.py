"""What can happen to a conversation. Each input says when, in seconds since the conversation began."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from visavis.protocol.events import PerceptionAnalysis, PerceptionToolCall, RagObservability
from visavis.protocol.interactions import Interaction

SAMPLE_RATE = 48_000
"""Samples a second of everything the core counts in samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A step that the replica works towards (PROTOCOL 2.5).

    Attributes:
        name: ``objective_name``, unique in the conversation.
        prompt: what is to be achieved, in words for the LLM.
        manual: the participant must confirm it (``confirmation_mode: manual``).
        output_variables: names of what is to be collected.
        next_conditional: the objectives that may follow, each with its condition in words.
        next_required: the one that follows; excludes ``next_conditional``.
    """

    name: str
    prompt: str
    manual: bool = False
    output_variables: tuple[str, ...] = ()
    next_conditional: dict[str, str] = field(default_factory=dict)
    next_required: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """What must not happen in the conversation (PROTOCOL 2.6).

    Attributes:
        prompt: in words for the LLM.
        app_message: whether clients are told when it fires.
    """

    name: str
    uuid: str
    prompt: str
    app_message: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a conversation is made from; fixed at its start.

    Attributes:
        system_prompt: the persona's.
        context: the persona's and the conversation's context, already joined; may be empty.
        greeting: the first words once a participant has joined; empty for none.
        tools: OpenAI function definitions. Keys beside ``type`` and ``function`` say how a tool is used and
            do not go to the LLM: ``on_call``, ``static_filler``, ``on_resolve`` (PROTOCOL 2.7),
            ``canvas_config`` (1.4).
        api_tools: names of those among them whose calls the session carries out (``delivery.api``): no client
            is asked to, and none can answer them.
        pipeline_mode: ``echo`` means no STT and no LLM: the replica says what echoes bring.
        chat: text only: nothing is spoken or heard, what is written counts as received (PROTOCOL 5.1).
        dialect: a name in ``visavis.protocol.dialects.DIALECTS``.
        wake_phrase: the replica stays silent until a user said it; empty for none.
        sleep_phrase: it falls silent again at this one.
        idle_engagement: whether, and how soon, the replica speaks first after a silence.
        speculative_inference: the LLM starts at a user's pause, before the turn is held to be complete.
        objectives: the first one is where it begins.
        perception: somebody looks and listens how people are; the end waits for the analysis.
        max_call_duration: seconds from the start.
        participant_left_timeout: seconds after the last person left; 0 ends at once.
        participant_absent_timeout: seconds from the start while nobody has joined.
    """

    conversation_id: str
    replica_id: str
    system_prompt: str = ""
    context: str = ""
    greeting: str = ""
    tools: tuple[dict[str, Any], ...] = ()
    api_tools: tuple[str, ...] = ()
    pipeline_mode: Literal["full", "echo"] = "full"
    chat: bool = False
    dialect: str = "union"
    wake_phrase: str = ""
    sleep_phrase: str = ""
    idle_engagement: Literal["off", "patient", "eager"] = "off"
    speculative_inference: bool = False
    objectives: tuple[Objective, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    perception: bool = False
    max_call_duration: float = 3600.0
    participant_left_timeout: float = 0.0
    participant_absent_timeout: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Something that happened.

    Attributes:
        at: seconds since the conversation began; never decreases.
    """

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Input):
    """The first input, and the only one without which nothing is defined.

    Attributes:
        epoch: Unix seconds at ``at == 0``; event timestamps are ``epoch + at``.
        seed: where ids come from.
    """

    epoch: float
    seed: int
    config: Config


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantJoined(Input):
    """A person (never the replica) is connected and can hear."""

    participant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLeft(Input):
    """A person is gone.

    Attributes:
        lost: the connection broke off; they may come back.
    """

    participant_id: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class AudioClip:
    """Audio that an echo brought; the samples themselves stay outside.

    Attributes:
        ref: the session's name for it.
        samples: its length at ``SAMPLE_RATE``.
    """

    ref: int
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionReceived(Input):
    """A client asked for something.

    Attributes:
        participant_id: who; None when it came by REST.
        interaction: without its audio, if it had any.
        clip: that audio; None when there was none or it could not be decoded.
    """

    participant_id: str | None
    interaction: Interaction
    clip: AudioClip | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRefused(Input):
    """A client sent what cannot be understood, and wants to know: it carried an ``event_id``.

    Attributes:
        participant_id: who; None when it came by REST.
        event_id: the client's name for it.
        reason: as ``parse`` gave it.
    """

    participant_id: str | None
    event_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSpeechStarted(Input):
    """The conversational flow heard a user begin, or go on after a pause within the same turn."""

    participant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSpeechStopped(Input):
    """The user fell silent; the turn may or may not be over.

    Attributes:
        silence: seconds of silence that had passed when this became known.
    """

    participant_id: str
    silence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTranscript(Input):
    """The transcript of the user's unfinished turn, whole, not a delta.

    Attributes:
        audio_analysis: how it sounds so far, in words; empty when perception says nothing.
        visual_analysis: how the user looks, likewise.
    """

    participant_id: str
    text: str
    audio_analysis: str = ""
    visual_analysis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTurnEnded(Input):
    """The conversational flow holds the turn to be complete. Empty text: it was no speech.

    Attributes:
        audio_analysis: how it sounded, in words; empty when perception says nothing.
        visual_analysis: how the user looked, likewise.
    """

    participant_id: str
    text: str
    audio_analysis: str = ""
    visual_analysis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPerceived(Input):
    """How a participant is now; each replaces the one before. All empty: nothing is known any more.

    Attributes:
        appearance: in words, for the LLM; empty when there is nothing to say.
        emotions: likewise.
        screenshare: what the shared screen shows, likewise.
        smiling: whether the participant smiles.
    """

    participant_id: str
    appearance: str = ""
    emotions: str = ""
    screenshare: str = ""
    smiling: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PerceptionConcluded(Input):
    """The answer to ``ConcludePerception``.

    Attributes:
        analysis: of the whole call, Markdown; empty when nothing was perceived.
    """

    analysis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerTold(Input):
    """A layer beside the dialogue (perception, the knowledge base) has something to tell everyone.

    Attributes:
        event: its envelope is filled in by the core.
        inference_id: the inference it belongs to; None if to none.
    """

    event: PerceptionToolCall | PerceptionAnalysis | RagObservability
    inference_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceText(Input):
    """The LLM sent text (a delta)."""

    generation: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallRequest:
    """One function call of the LLM.

    Attributes:
        id: the LLM's id for it; may be empty.
        arguments: JSON text as the LLM wrote it.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceToolCalls(Input):
    """The LLM called tools; sent once, complete, before ``InferenceFinished``."""

    generation: int
    calls: tuple[ToolCallRequest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceFinished(Input):
    """The LLM has said all."""

    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceFailed(Input):
    """The LLM did not finish. What it said before still stands.

    Attributes:
        reason: in words fit for a client: no keys, no prompt.
    """

    generation: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAnswered(Input):
    """The answer to ``CallTool``.

    Attributes:
        name: the tool's, for whoever reads the log.
        output: what the API said; or, in words fit for the LLM, what went wrong.
        spoken: the output is text for people, not data.
        failed: it did not do what was asked.
    """

    call_id: str
    output: str
    spoken: bool = True
    failed: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class WordMark:
    """Where a word of a segment ends.

    Attributes:
        text_end: characters of the segment's text up to and with this word.
        sample_end: samples of the segment's audio up to the word's end.
    """

    text_end: int
    sample_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSynthesized(Input):
    """A segment's audio is complete and queued for playout, in the order of the segments.

    Attributes:
        samples: the segment's length; 0 when there was nothing to say.
        words: in order; empty for audio without text.
    """

    generation: int
    segment: int
    samples: int
    words: tuple[WordMark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechFailed(Input):
    """A segment could not be spoken; it counts as silent."""

    generation: int
    segment: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayoutProgressed(Input):
    """So many samples of the generation have left for the room, all segments together."""

    generation: int
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayoutStopped(Input):
    """The answer to ``StopPlayout``: nothing of the generation leaves any more, and so much had left."""

    generation: int
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Input):
    """A timer that the core set has run down."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRequested(Input):
    """Somebody outside ends the call.

    Attributes:
        reason: a ``shutdown_reason`` (PROTOCOL 3).
    """

    reason: str = field(default="end_conversation_endpoint_hit")
