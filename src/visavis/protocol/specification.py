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
from visavis.protocol.webhooks import Webhook, WebhookMessage

VERSION = "v1"
BASE = f"/spec/{VERSION}"
"""Where a server serves the files; ``$id`` is relative to it, for no host owns the protocol."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXTENSION = "x-visavis-extension"
DIALECTS_KEY = "x-dialects"

HERE = Path(__file__).parent / "spec"
WRITTEN = ("examples.json", "webhook-examples.json")
"""Its files that are not generated."""


def interactions() -> list[type[Message]]:
    """The models of what clients send."""
    return list(get_args(get_args(Interaction)[0]))


def events() -> list[type[EventMessage]]:
    """The models of what a conversation sends."""
    return list(get_args(get_args(Event)[0]))


def webhooks() -> list[type[WebhookMessage]]:
    """The models of what is posted to a ``callback_url``."""
    return list(get_args(get_args(Webhook)[0]))


def event_types(model: type[Message]) -> list[str]:
    """The ``event_type`` values of a model; the first is the one to send."""
    field = model.model_fields["event_type"]
    return sorted(get_args(field.annotation), key=lambda name: name != field.default)


@cache
def examples() -> dict[str, list[dict[str, Any]]]:
    """Messages as they go on the wire, by ``event_type``."""
    return _read("examples.json")


@cache
def webhook_examples() -> dict[str, list[dict[str, Any]]]:
    """Webhooks as they are posted, by ``event_type``; some have the name of an event."""
    return _read("webhook-examples.json")


def examples_of(model: type[Message]) -> list[dict[str, Any]]:
    """Those of one message, in all its spellings."""
    found = webhook_examples() if issubclass(model, WebhookMessage) else examples()
    return [example for kind in event_types(model) for example in found.get(kind, [])]


def place(model: type[Message]) -> str:
    """Where its schema is, behind ``BASE``."""
    folder = "schemas/webhooks" if issubclass(model, WebhookMessage) else "schemas"
    return f"{folder}/{event_types(model)[0]}.json"


def schema(model: type[Message]) -> dict[str, Any]:
    """The JSON Schema of one message: strict, as it should be sent, where readers are lenient."""
    name = event_types(model)[0]
    made = model.model_json_schema(ref_template="#/$defs/{model}")
    _tighten(made, model)
    for part, definition in _parts(model).items():
        _tighten(made["$defs"][part], definition)
    made["title"] = name
    made["properties"]["message_type"] = {"const": model.model_fields["message_type"].default}
    head: dict[str, Any] = {"$schema": DIALECT, "$id": f"{BASE}/{place(model)}"}
    if name.startswith("visavis."):
        head[EXTENSION] = True
    if issubclass(model, EventMessage):
        head[DIALECTS_KEY] = dialects_of(name)
    return {**head, **made, "examples": examples_of(model)}


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


def documents() -> dict[str, str]:
    """Every generated file of ``spec/`` by its path there."""
    from visavis.protocol.specification_asyncapi import asyncapi

    bundles: dict[str, list[Any]] = {
        "interactions": interactions(),
        "events": events(),
        "message": [*interactions(), *events()],
        "webhooks": webhooks(),
    }
    schemas = {place(model): schema(model) for model in (*interactions(), *events(), *webhooks())}
    schemas |= {f"schemas/{name}.json": bundle(name, models) for name, models in bundles.items()}
    schemas["asyncapi.json"] = asyncapi()
    return {path: _dump(document) for path, document in schemas.items()}


def write(folder: Path = HERE) -> None:
    """Write all generated files, and remove those that no model has any more."""
    from visavis.protocol.specification_page import page

    wanted = {**documents(), "index.html": page()}
    for stale in folder.rglob("*.json"):
        if stale.relative_to(folder).as_posix() not in {*wanted, *WRITTEN}:
            stale.unlink()
    for path, text in wanted.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _read(name: str) -> dict[str, list[dict[str, Any]]]:
    text = (files("visavis.protocol") / "spec" / name).read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = json.loads(text)
    return found


def _parts(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The models that a message is made of, by name."""
    found: dict[str, type[BaseModel]] = {}
    for field in model.model_fields.values():
        for kind in _kinds(field.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= {kind.__name__: kind, **_parts(kind)}
    return found


def _kinds(annotation: Any) -> list[Any]:
    """A type, or those that it is composed of."""
    inner = get_args(annotation)
    return [kind for one in inner for kind in _kinds(one)] if inner else [annotation]


def _tighten(made: dict[str, Any], model: type[BaseModel]) -> None:
    """What is sent: heads always, and null only where a field has no default and allows it."""
    always = [name for name in ("message_type", "event_type") if name in made.get("properties", {})]
    if issubclass(model, EventMessage):
        always.append("conversation_id")
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    made["required"] = list(dict.fromkeys([*always, *required, *made.get("required", [])]))
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


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write()
