"""What an API key may do."""

from __future__ import annotations

from collections.abc import Collection

EVERYTHING = "*"
"""The scope of keys in the settings, and of those that were made without one."""

SCOPES = {
    "conversations:read": "read conversations, their events, logs and recordings",
    "conversations:write": "make, steer, end and delete conversations, and read them",
    "resources:read": "read personas, replicas, objectives, guardrails and whatever else is kept",
    "resources:write": "make, change and delete those, and read them",
    EVERYTHING: "everything, also what later releases add",
}
"""Each with what it allows."""

OF_CALLS = ("conversations", "interactions", "recordings", "webhooks")
"""First parts of paths behind ``/v2`` that are about conversations; all others are resources."""

READING = ("GET", "HEAD", "OPTIONS")


def needed(method: str, path: str) -> str:
    """The scope that a request takes.

    Args:
        method: of HTTP.
        path: from ``/v2`` on, without a final slash.
    """
    about = "conversations" if path.removeprefix("/v2/").partition("/")[0] in OF_CALLS else "resources"
    return f"{about}:{'read' if method in READING else 'write'}"


def allows(scopes: Collection[str], scope: str) -> bool:
    """Whether a key with these scopes has this one; writing includes reading."""
    about, _, _ = scope.partition(":")
    return not {EVERYTHING, scope, f"{about}:write"}.isdisjoint(scopes)
