"""The specification as an AsyncAPI 3 document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visavis.protocol.base import Message
from visavis.protocol.interactions import InteractionMessage
from visavis.protocol.specification import (
    EXTENSION,
    event_types,
    events,
    examples_of,
    interactions,
    schema,
    webhooks,
)
from visavis.protocol.webhooks import WebhookMessage

_ABOUT = (
    "JSON objects on a conversation's app-message channel. Interactions come from clients, events go to "
    "everyone in the room. Every frame is one message; a message is at most 255 KiB of JSON. Webhooks are "
    "posted to the application's own server. "
    f"Messages marked `{EXTENSION}` are additions of this implementation: ignore those you do not know."
)
_APP = (
    "The WebRTC data channel `visavis.app` of a room, or the WebSocket `/{conversation_id}/chat` of the "
    "server. A client's frame is `{to, data}`, one from the room `{from, data}`; `data` is the message. By "
    "REST, `POST /v2/interactions` takes a bare interaction."
)
_CALLBACK = "The `callback_url` that a conversation was created with. Each webhook is the body of one POST."

_HEADERS = {
    "type": "object",
    "description": "Standard Webhooks (https://www.standardwebhooks.com), symmetric signatures.",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "properties": {
        "webhook-id": {
            "type": "string",
            "description": "The same for each attempt; by it repetitions are told.",
            "examples": ["msg_5f0c1d3e9b7a46820d1c3e5f"],
        },
        "webhook-timestamp": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "Of this attempt, in Unix seconds.",
            "examples": ["1746000000"],
        },
        "webhook-signature": {
            "type": "string",
            "pattern": "^v1,[A-Za-z0-9+/]+=*( v1,[A-Za-z0-9+/]+=*)*$",
            "description": (
                "`v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`; "
                "several, separated by spaces, while one secret takes the place of another."
            ),
            "examples": ["v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="],
        },
    },
}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: what clients send and receive in a room, and what is posted to them."""
    everything: list[type[Message]] = [*interactions(), *events(), *webhooks()]
    definitions: dict[str, Any] = {}
    messages = {}
    for model in everything:
        made = schema(model)
        for key in ("$schema", "$id", "examples"):
            made.pop(key)
        for part, definition in made.pop("$defs", {}).items():
            definitions[part] = _rooted(definition)
        definitions[model.__name__] = _rooted(made)
        messages[model.__name__] = _message(model)
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
        "channels": {
            "app": _channel("visavis.app", _APP, [*interactions(), *events()]),
            "webhooks": _channel("callback_url", _CALLBACK, webhooks()),
        },
        "operations": {
            "interact": _operation(
                "receive", "app", "What a client may ask of the conversation.", interactions()
            ),
            "observe": _operation(
                "send", "app", "What the conversation tells everyone in the room.", events()
            ),
            "notify": {
                **_operation("send", "webhooks", "What is posted to the application.", webhooks()),
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            },
        },
        "components": {
            "messages": messages,
            "schemas": {**dict(sorted(definitions.items())), "WebhookHeaders": _HEADERS},
        },
    }


def _channel(title: str, description: str, models: Sequence[type[Message]]) -> dict[str, Any]:
    names = [model.__name__ for model in models]
    return {
        "address": None,
        "title": title,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _operation(action: str, channel: str, summary: str, models: Sequence[type[Message]]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{model.__name__}"} for model in models],
    }


def _message(model: type[Message]) -> dict[str, Any]:
    name = event_types(model)[0]
    message: dict[str, Any] = {
        "name": name,
        "title": name,
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }
    if issubclass(model, InteractionMessage):
        message["correlationId"] = {
            "description": "Extension: answered by `visavis.ack`.",
            "location": "$message.payload#/event_id",
        }
    if issubclass(model, WebhookMessage):
        message["headers"] = {"$ref": "#/components/schemas/WebhookHeaders"}
    if shown := examples_of(model):
        message["examples"] = [{"payload": example} for example in shown]
    return message


def _rooted(value: Any) -> Any:
    """References into the document's components."""
    if isinstance(value, dict):
        return {
            key: item.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _rooted(item)
            for key, item in value.items()
        }
    return [_rooted(item) for item in value] if isinstance(value, list) else value
