"""Visual tools as a persona's author would write them: the server finds out which signal is meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

TOOLS = {
    "user_smiled": "Call this when the user smiles.",
    "user_surprised": "Call this when the user looks surprised.",
    "user_frowned": "Call this when the user frowns.",
    "eyes_closed": "Call this when the user closes their eyes.",
    "user_talking": "Call this when the user's lips move as they talk.",
    "user_nodded": "Call this when the user nods.",
    "user_shook_head": "Call this when the user shakes their head.",
    "user_looked_away": "Call this when the user looks away from the screen.",
    "user_left": "Call this when the user leaves the frame.",
    "user_came_back": "Call this when the user comes back into the frame.",
    "second_person": "Call this when a second person appears in the picture.",
    "too_close": "Call this when the user is very close to the camera.",
    "too_far": "Call this when the user is too far away from the camera.",
    "room_dark": "Call this when it is too dark to see the user.",
    "light_glares": "Call this when the light is too bright.",
    "screen_shared": "Call this when the user shares their screen.",
}
"""One for each condition that a neutral face does not have, by name."""


def definitions(names: Iterable[str]) -> list[dict[str, Any]]:
    """In OpenAI's shape, without parameters."""
    return [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": TOOLS[name],
                "parameters": {"type": "object", "properties": {}},
            },
        }
        for name in names
    ]
