"""What people must know of a conversation before they join it (EU AI Act, art. 50), kept in its row."""

from __future__ import annotations

from typing import Any

from visavis.session.bodies import CreateConversation, PersonaBody
from visavis.session.spec import ConversationSpec

NOTICES = "notices"
"""Where they are in ``Conversation.details``."""


def notices_of(body: CreateConversation, about: PersonaBody, spec: ConversationSpec) -> dict[str, Any]:
    """For the row; nothing where nothing has to be told."""
    told = {"perception": _perception(spec), "disclosure": about.visible_disclosure(body.policy)}
    return {NOTICES: given} if (given := {name: value for name, value in told.items() if value}) else {}


def _perception(spec: ConversationSpec) -> dict[str, Any] | None:
    """What is looked at and listened for; None: nothing, as in a chat without sound and picture."""
    perception = spec.perception
    if perception is None or spec.chat:
        return None
    return {
        "vision": True,
        "voice": perception.emotion_recognition == "full",
        "emotion_recognition": perception.emotion_recognition,
        "elsewhere": perception.vision is not None,
        "frames": any(tool.modality == "vision" and tool.frames for tool in perception.tools),
    }
