"""The tree of errors.

VisavisError
├── ConfigurationError      a setting, persona or command line is wrong
├── EngineMissing           a layer's engine is not installed or unknown
├── ModelUnavailable        a model file could not be fetched or verified
├── SignallingError         a join was refused or an offer could not be answered
├── MessageTooLarge         an app message exceeds the room's limit
├── CapacityExceeded        no worker can take another conversation
├── WorkerLost              the process that held the conversation is gone
├── RemoteError             a worker failed at what it was asked to do
├── UnknownConversation     no such conversation is in progress
├── UnknownParticipant      nobody of this name ever joined the conversation
├── InferenceFailed         the LLM endpoint refused, broke off or timed out
├── InteractionFailed       what was asked of a replica did not come about (client side)
│   ├── InteractionRefused  the server refused it
│   ├── InteractionDropped  an interruption, or another turn, came before it was heard
│   ├── LayerFailure        the LLM or the TTS could not do its part
│   └── CallEnded           the call was over first
├── OutboundError           a request to an address that a user named did not come about
│   ├── OutboundRefused     it never will: the address is not allowed or the request is wrong
│   └── OutboundFailed      it may another time: no answer, no connection, no such name yet
├── SignatureInvalid        a webhook was not signed with this secret, or not lately
├── ApiUnreachable          the REST API did not answer (client side)
└── ApiError                the REST API answered with an error (client side)
"""

from __future__ import annotations


class VisavisError(Exception):
    """Root of every error this package raises on purpose."""


class ConfigurationError(VisavisError):
    """A setting, a persona or a command line is wrong; the message says which and how to mend it."""


class EngineMissing(VisavisError):
    """A layer's engine is unknown or not installed.

    Attributes:
        layer: the layer's name, e.g. ``stt``.
        engine: the name asked for.
        remedy: what to do about it, in words.
    """

    def __init__(self, layer: str, engine: str, remedy: str) -> None:
        super().__init__(f"{layer} engine {engine!r} is not available: {remedy}")
        self.layer, self.engine, self.remedy = layer, engine, remedy


class ModelUnavailable(VisavisError):
    """A model file could not be found, fetched or verified.

    Attributes:
        model: the store's name of the model.
    """

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(f"model {model!r}: {reason}")
        self.model = model


class SignallingError(VisavisError):
    """A join was refused or an offer could not be answered."""


class MessageTooLarge(VisavisError):
    """An app message exceeds the room's limit.

    Attributes:
        size: bytes of the encoded message.
        limit: bytes allowed.
    """

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"message of {size} bytes exceeds the limit of {limit}")
        self.size, self.limit = size, limit


class CapacityExceeded(VisavisError):
    """No worker can take another conversation now."""


class WorkerLost(VisavisError):
    """The worker process that held the conversation is gone."""


class RemoteError(VisavisError):
    """A worker failed at what it was asked to do; its log says why."""


class UnknownConversation(VisavisError):
    """No such conversation is in progress."""


class UnknownParticipant(VisavisError):
    """Nobody of this name ever joined the conversation."""


class InferenceFailed(VisavisError):
    """The LLM endpoint refused, broke off or timed out."""


class InteractionFailed(VisavisError):
    """What was asked of a replica did not come about; by itself: the server did not answer in time."""


class InteractionRefused(InteractionFailed):
    """The server refused an interaction.

    Attributes:
        reason: in the server's words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"refused: {reason}")
        self.reason = reason


class InteractionDropped(InteractionFailed):
    """An interruption, or another turn, came before anything of it was heard.

    Attributes:
        reason: in words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"never heard: {reason}")
        self.reason = reason


class LayerFailure(InteractionFailed):
    """A layer could not do its part; the call goes on.

    Attributes:
        layer: ``llm`` or ``tts``.
        reason: in the server's words.
    """

    def __init__(self, layer: str, reason: str) -> None:
        super().__init__(f"{layer}: {reason}")
        self.layer, self.reason = layer, reason


class CallEnded(InteractionFailed):
    """The call is over.

    Attributes:
        reason: why.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the call is over: {reason}")
        self.reason = reason


class OutboundError(VisavisError):
    """A request to an address that a user named did not come about.

    Attributes:
        reason: in words, without query strings, secrets and resolved addresses.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutboundRefused(OutboundError):
    """It never will: the address is not allowed, or the request is wrong. Do not try again."""


class OutboundFailed(OutboundError):
    """It may another time: nobody answered in time, or there was no connection, or no such name."""


class SignatureInvalid(VisavisError):
    """A webhook was not signed with this secret, or not lately; the message says which."""


class ApiUnreachable(VisavisError):
    """The REST API did not answer; the message says at which address."""


class ApiError(VisavisError):
    """The REST API answered with an error.

    Attributes:
        status: HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
