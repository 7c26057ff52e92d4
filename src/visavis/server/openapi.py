"""The REST API's description of itself: which errors there are, and how a caller shows who it is."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

ERROR = {
    "type": "object",
    "properties": {"message": {"type": "string"}, "error": {"type": "string"}},
    "required": ["message", "error"],
}
"""Twice the same words."""

OF_ALL = {400: "It is not valid, or names what does not exist.", 429: "Too many requests; see Retry-After."}
OF_CALLERS = {
    401: "Invalid access token.",
    403: "The API key lacks a scope.",
    404: "There is no such thing.",
    413: "The body is too large.",
    503: "The server is not ready, or a worker does not answer.",
}
OF_GUESTS = {
    401: "The meeting token has expired.",
    403: "The room is private.",
    404: "There is no such conversation, or nobody of this name in it.",
    409: "The room is full.",
    413: "The body is too large.",
    415: "Another content type is needed.",
    503: "A worker does not answer.",
}
UNCHECKED = ("/healthz", "/readyz", "/metrics")
"""Paths that are never refused."""


def describe(app: FastAPI) -> None:
    """Have ``/openapi.json`` say so."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(plain())
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(schema: dict[str, Any]) -> None:
    parts = schema.setdefault("components", {})
    parts.setdefault("schemas", {})["Error"] = ERROR
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["securitySchemes"] = {
        "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "meetingToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    }
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            if path in UNCHECKED:
                continue
            called = path.startswith("/v2")
            operation["security"] = [{"apiKey": []}] if called else [{}, {"meetingToken": []}]
            for status, words in {**OF_ALL, **(OF_CALLERS if called else OF_GUESTS)}.items():
                operation["responses"].setdefault(str(status), _error(words))


def _error(words: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": words, "content": content}
