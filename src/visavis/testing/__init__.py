"""Helpers for tests of applications, and of visavis itself.

What is named here is for everybody; it is loaded when it is used, so that the pytest plugin costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visavis.testing.server_process import RunningServer, running_server
    from visavis.testing.virtual.answers import NEVER, Answer, Invocation, calls, fails
    from visavis.testing.virtual.call import ScriptedCall
    from visavis.testing.virtual.conversation import ScriptedConversation
    from visavis.testing.virtual.events import Events
    from visavis.testing.virtual.llm import Asked, ScriptedLLM, UnexpectedInference
    from visavis.testing.virtual.recording import replayed
    from visavis.testing.virtual.tts import ScriptedTTS

_HOMES = {
    "Answer": "virtual.answers",
    "Asked": "virtual.llm",
    "Events": "virtual.events",
    "Invocation": "virtual.answers",
    "NEVER": "virtual.answers",
    "RunningServer": "server_process",
    "ScriptedCall": "virtual.call",
    "ScriptedConversation": "virtual.conversation",
    "ScriptedLLM": "virtual.llm",
    "ScriptedTTS": "virtual.tts",
    "UnexpectedInference": "virtual.llm",
    "calls": "virtual.answers",
    "fails": "virtual.answers",
    "replayed": "virtual.recording",
    "running_server": "server_process",
}

__all__ = [
    "NEVER",
    "Answer",
    "Asked",
    "Events",
    "Invocation",
    "RunningServer",
    "ScriptedCall",
    "ScriptedConversation",
    "ScriptedLLM",
    "ScriptedTTS",
    "UnexpectedInference",
    "calls",
    "fails",
    "replayed",
    "running_server",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
