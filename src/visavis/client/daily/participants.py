"""Participants in daily-python's shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from visavis.rooms.base import Participant, Source

KINDS = ("camera", "microphone", "screenVideo", "screenAudio")

SOURCES: dict[Source, str] = {
    "microphone": "microphone",
    "camera": "camera",
    "screen": "screenVideo",
    "screen-audio": "screenAudio",
}
"""daily-python's words for what a participant sends."""

Subscribed = Callable[[str, str], bool]
"""Whether a participant's media of a kind are subscribed to."""

PERMISSIONS: dict[str, Any] = {
    "hasPresence": True,
    "canSend": ["camera", "microphone"],
    "canReceive": {"base": True, "byUserId": {}, "byParticipantId": {}},
    "canAdmin": [],
}
"""Everybody's: a room has no owners."""


def remote(person: Participant, subscribed: Subscribed) -> dict[str, Any]:
    """Somebody else."""
    sends = ("camera", "microphone") if person.kind == "replica" else [SOURCES[one] for one in person.sending]
    return {
        "id": person.id,
        "info": _info(person, is_local=False),
        "media": {
            **{kind: _media(person.id, kind, kind in sends, subscribed) for kind in KINDS},
            "customAudio": {},
            "customVideo": {},
        },
    }


def local(
    person: Participant, user_name: str, sends: dict[str, str], custom: dict[str, str]
) -> dict[str, Any]:
    """Ourselves.

    Args:
        person: as the room knows us.
        user_name: how others are to see us, once we join.
        sends: the track's id of each kind that is sent.
        custom: the id of each custom audio track that is sent.
    """
    return {
        "id": person.id,
        "info": {"userName": user_name, **_info(person, is_local=True)},
        "media": {
            **{kind: _own(sends.get(kind)) for kind in KINDS},
            "customAudio": {name: _own(track) for name, track in custom.items()},
            "customVideo": {},
        },
    }


def _info(person: Participant, *, is_local: bool) -> dict[str, Any]:
    info: dict[str, Any] = {
        "isLocal": is_local,
        "isOwner": False,
        "joinedAt": int(person.joined_at),
        "permissions": PERMISSIONS,
        "userId": person.user_id or person.id,
    }
    if person.user_name:
        info["userName"] = person.user_name
    return info


def _media(participant_id: str, kind: str, sends: bool, subscribed: Subscribed) -> dict[str, Any]:
    wanted = subscribed(participant_id, kind)
    found: dict[str, Any] = {"subscribed": "subscribed" if wanted else "unsubscribed"}
    if not sends:
        return {**found, "state": "off", "offReasons": ["user"]}
    if not wanted:
        return {**found, "state": "receivable"}
    return {**found, "state": "playable", "track": {"id": f"{participant_id}-{kind}"}}


def _own(track: str | None) -> dict[str, Any]:
    if track is None:
        return {"subscribed": "unsubscribed", "state": "off", "offReasons": ["user"]}
    return {"subscribed": "unsubscribed", "state": "playable", "track": {"id": track}}
