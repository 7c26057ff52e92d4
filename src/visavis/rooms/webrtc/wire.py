"""The frames on the two data channels (docs/signalling.md): JSON text, both ways."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from visavis.errors import MessageTooLarge
from visavis.rooms.base import Participant

APP_CHANNEL = "visavis.app"
SIGNAL_CHANNEL = "visavis.signal"
MAX_FRAME_BYTES = 262_144
"""What every WebRTC stack sends and takes as one message."""


class BadFrame(ValueError):
    """A frame that is not what the channel carries; the message says why without quoting it."""


@dataclass(frozen=True, slots=True)
class AppFrame:
    """An app message as a client sends it.

    Attributes:
        payload: ``data`` as JSON text.
    """

    to: str
    data: Any
    payload: str


def dump(value: Any) -> str:
    """Compact JSON text that any parser takes.

    Raises:
        BadFrame: for what JSON cannot say (NaN, bytes, nesting without end).
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadFrame(f"not a JSON value: {type(error).__name__}") from error
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which only the escaped form can carry.
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text


def size(text: str) -> int:
    """Bytes of a frame on its way."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def load(frame: object) -> dict[str, Any]:
    """A frame's JSON object.

    Raises:
        BadFrame: when it is none.
    """
    if not isinstance(frame, str):
        raise BadFrame("binary frame")
    if size(frame) > MAX_FRAME_BYTES:
        raise BadFrame("frame too large")
    try:
        value = json.loads(frame, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadFrame("not JSON") from error
    if not isinstance(value, dict):
        raise BadFrame("not a JSON object")
    return value


def dump_payload(data: Any, limit: int) -> str:
    """The JSON text of an app message's ``data``.

    Raises:
        BadFrame: when JSON cannot say it.
        MessageTooLarge: when it is longer than ``limit`` bytes of UTF-8.
    """
    payload = dump(data)
    if size(payload) > limit:
        raise MessageTooLarge(size(payload), limit)
    return payload


def load_app(frame: object, limit: int) -> AppFrame:
    """Read a client's app message; ``to`` defaults to everybody.

    Raises:
        BadFrame: when it is none.
        MessageTooLarge: when its ``data`` is longer than ``limit`` bytes of UTF-8.
    """
    message = load(frame)
    if "data" not in message:
        raise BadFrame("no data")
    to = message.get("to")
    if to is None:
        to = "*"
    if not isinstance(to, str):
        raise BadFrame("to is not a string")
    return AppFrame(to, message["data"], dump_payload(message["data"], limit))


def app_from(sender_id: str, payload: str) -> str:
    """An app message as clients receive it."""
    return f'{{"from":{dump(sender_id)},"data":{payload}}}'


def app_to(to: str, payload: str) -> str:
    """An app message as clients send it."""
    return f'{{"to":{dump(to)},"data":{payload}}}'


def participant_json(participant: Participant) -> dict[str, Any]:
    """A participant as signals name one."""
    return {
        "id": participant.id,
        "user_id": participant.user_id,
        "user_name": participant.user_name,
        "kind": participant.kind,
        "joined_at": participant.joined_at,
        "sending": list(participant.sending),
    }


def participant_of(entry: dict[str, Any]) -> Participant:
    """A participant as a signal names one; fields that we do not know are passed over.

    Raises:
        KeyError: it is none.
    """
    return Participant(
        id=entry["id"],
        user_id=entry["user_id"],
        user_name=entry["user_name"],
        kind=entry["kind"],
        joined_at=entry["joined_at"],
        sending=tuple(entry.get("sending", ())),
    )


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("JSON has no NaN and no Infinity")
