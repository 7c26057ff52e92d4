"""The published specification, generated from the models: JSON Schema 2020-12 and AsyncAPI 3.

``python -m visavis.protocol.specification`` (``make spec``) writes the files of ``spec/``; a test fails when
they are stale.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from visavis.protocol.base import Message
from visavis.protocol.dialects import DIALECTS
from visavis.protocol.events import Event, EventMessage
from visavis.protocol.interactions import Interaction

VERSION = "v1"
BASE = f"/spec/{VERSION}"
"""Where a server serves the files; ``$id`` is relative to it, for no host owns the protocol."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXTENSION = "x-visavis-extension"
DIALECTS_KEY = "x-dialects"

HERE = Path(__file__).parent / "spec"


def interactions() -> list[type[Message]]:
    """The models of what clients send."""
    return list(get_args(get_args(Interaction)[0]))


def events() -> list[type[EventMessage]]:
    """The models of what a conversation sends."""
    return list(get_args(get_args(Event)[0]))


def event_types(model: type[Message]) -> list[str]:
    """The ``event_type`` values of a model; the first is the one to send."""
    field = model.model_fields["event_type"]
    return sorted(get_args(field.annotation), key=lambda name: name != field.default)


@cache
def examples() -> dict[str, list[dict[str, Any]]]:
    """Messages as they go on the wire, by ``event_type``."""
    text = (files("visavis.protocol") / "spec" / "examples.json").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = json.loads(text)
    return found


def schema(model: type[Message]) -> dict[str, Any]:
    """The JSON Schema of one message, strict as it is sent."""
    name = event_types(model)[0]
    made = model.model_json_schema(ref_template="#/$defs/{model}")
    _tighten(made, model)
    for part, definition in _parts(model).items():
        if part in made.get("$defs", {}):
            _tighten(made["$defs"][part], definition)
    made["title"] = name
    made["properties"]["message_type"] = {"const": model.model_fields["message_type"].default}
    head: dict[str, Any] = {"$schema": DIALECT, "$id": f"{BASE}/schemas/{name}.json"}
    if name.startswith("visavis."):
        head[EXTENSION] = True
    if issubclass(model, EventMessage):
        head[DIALECTS_KEY] = dialects_of(name)
    shown = [example for kind in event_types(model) for example in examples().get(kind, [])]
    return {**head, **made, "examples": shown}


def dialects_of(event_type: str) -> list[str]:
    """The dialects in which an event is sent of the conversation's own accord."""
    extension = event_type.startswith("visavis.")
    return [
        dialect.name
        for dialect in DIALECTS.values()
        if (dialect.extensions if extension else event_type not in dialect.omitted)
    ]


def bundle(name: str, models: list[type[Any]]) -> dict[str, Any]:
    """A schema of any of these messages, in one file."""
    definitions: dict[str, Any] = {}
    for model in models:
        made = schema(model)
        for key in ("$schema", "$id"):
            made.pop(key)
        definitions.update(made.pop("$defs", {}))
        definitions[model.__name__] = made
    return {
        "$schema": DIALECT,
        "$id": f"{BASE}/schemas/{name}.json",
        "title": name,
        "oneOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in models],
        "$defs": dict(sorted(definitions.items())),
    }


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: one channel, what clients send and what they receive."""
    everything = [*interactions(), *events()]
    definitions: dict[str, Any] = {}
    messages = {}
    for model in everything:
        made = schema(model)
        name = event_types(model)[0]
        for key in ("$schema", "$id", "examples"):
            made.pop(key)
        for part, definition in made.pop("$defs", {}).items():
            definitions[part] = _rooted(definition)
        definitions[model.__name__] = _rooted(made)
        messages[model.__name__] = _message(model, name)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:visavis:interactions-protocol",
        "info": {
            "title": "Interactions Protocol",
            "version": "1.0.0",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {"app": _channel(messages)},
        "operations": {
            "interact": _operation("receive", "What a client may ask of the conversation.", interactions()),
            "observe": _operation("send", "What the conversation tells everyone in the room.", events()),
        },
        "components": {"messages": messages, "schemas": dict(sorted(definitions.items()))},
    }


def documents() -> dict[str, str]:
    """Every generated file of ``spec/`` by its path there."""
    schemas = {f"schemas/{event_types(model)[0]}.json": schema(model) for model in interactions()}
    schemas |= {f"schemas/{event_types(model)[0]}.json": schema(model) for model in events()}
    schemas["schemas/interactions.json"] = bundle("interactions", list(interactions()))
    schemas["schemas/events.json"] = bundle("events", list(events()))
    schemas["schemas/message.json"] = bundle("message", [*interactions(), *events()])
    schemas["asyncapi.json"] = asyncapi()
    return {path: _dump(document) for path, document in schemas.items()}


def write(folder: Path = HERE) -> None:
    """Write all generated files, and remove those that no model has any more."""
    from visavis.protocol.specification_page import page

    wanted = {**documents(), "index.html": page()}
    for stale in folder.rglob("*.json"):
        if stale.relative_to(folder).as_posix() not in {*wanted, "examples.json"}:
            stale.unlink()
    for path, text in wanted.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


_ABOUT = (
    "JSON objects on a conversation's app-message channel. Interactions come from clients, events go to "
    "everyone in the room. Every frame is one message; a message is at most 255 KiB of JSON. "
    f"Messages marked `{EXTENSION}` are additions of this implementation: ignore those you do not know."
)


def _channel(messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "address": None,
        "title": "visavis.app",
        "description": (
            "The WebRTC data channel `visavis.app` of a room, or the WebSocket `/{conversation_id}/chat` of "
            "the server. A client's frame is `{to, data}`, one from the room `{from, data}`; `data` is the "
            "message. By REST, `POST /v2/interactions` takes a bare interaction."
        ),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _operation(action: str, summary: str, models: list[Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/app"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/app/messages/{model.__name__}"} for model in models],
    }


def _message(model: type[Message], name: str) -> dict[str, Any]:
    message: dict[str, Any] = {
        "name": name,
        "title": name,
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }
    if not issubclass(model, EventMessage):
        message["correlationId"] = {
            "description": "Extension: answered by `visavis.ack`.",
            "location": "$message.payload#/event_id",
        }
    shown = [example for kind in event_types(model) for example in examples().get(kind, [])]
    if shown:
        message["examples"] = [{"payload": example} for example in shown]
    return message


def _parts(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The models of a message's properties, by name."""
    field = model.model_fields.get("properties")
    if field is None:
        return {}
    kinds = get_args(field.annotation) or (field.annotation,)
    return {kind.__name__: kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)}


def _tighten(made: dict[str, Any], model: type[BaseModel]) -> None:
    """What is sent: heads always, and null only where a field has no default and allows it."""
    always = [name for name in ("message_type", "event_type") if name in made.get("properties", {})]
    if issubclass(model, EventMessage):
        always.append("conversation_id")
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    made["required"] = list(dict.fromkeys([*always, *required]))
    if not made["required"]:
        del made["required"]
    if "description" in made:
        made["description"] = " ".join(made["description"].split())
    for name, property_ in made.get("properties", {}).items():
        property_.pop("title", None)
        if name not in required:
            _drop_null(property_)
        if name not in ("message_type", "event_type") and property_.get("default", ...) is None:
            del property_["default"]


def _drop_null(property_: dict[str, Any]) -> None:
    kinds = [kind for kind in property_.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del property_["anyOf"]
        property_.update(kinds[0])
    elif kinds:
        property_["anyOf"] = kinds


def _rooted(value: Any) -> Any:
    """References into the document's components."""
    if isinstance(value, dict):
        return {
            key: item.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _rooted(item)
            for key, item in value.items()
        }
    return [_rooted(item) for item in value] if isinstance(value, list) else value


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write()
