"""The REST API's description of itself (OpenAPI 3.1): FastAPI makes it, this adds what that cannot know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import AliasChoices, BaseModel

from visavis.server.description.examples import EXAMPLES
from visavis.session.bodies import Body, PerceptionLayer

ABOUT = """\
The shapes are those of Tavus's hosted API: programs written for it run by changing the base URL. Fields and
paths have their older and their newer names (`persona_id` and `pal_id`, `/v2/replicas` and `/v2/faces`): both
are read, and both are in answers. A final slash is accepted everywhere. Fields that are not described are let
pass, and null means absent.
"""

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

Document = dict[str, Any]


def describe(app: FastAPI) -> None:
    """Have ``/openapi.json`` say so."""
    plain = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            document = plain()
            _add_names(document)
            _add_examples(document)
            _drop_validation_errors(document)
            _add_access(document)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Path, method and description of every operation."""
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            yield path, method, about


def _add_names(document: Document) -> None:
    """Describe the other names of fields beside the first."""
    schemas = document["components"]["schemas"]
    models: list[type[BaseModel]] = [*_bodies(Body), PerceptionLayer]
    for model in models:
        properties = schemas.get(model.__name__, {}).get("properties", {})
        for field in model.model_fields.values():
            choices = field.validation_alias
            if not isinstance(choices, AliasChoices):
                continue
            first, *others = (str(choice) for choice in choices.choices)
            for other in others if first in properties else ():
                properties[other] = {**properties[first], "description": f"The same as `{first}`."}


def _add_examples(document: Document) -> None:
    schemas = document["components"]["schemas"]
    for name, example in EXAMPLES.items():
        schemas[name]["examples"] = [example]


def _bodies(model: type[Body]) -> Iterator[type[Body]]:
    for below in model.__subclasses__():
        yield below
        yield from _bodies(below)


def _drop_validation_errors(document: Document) -> None:
    """FastAPI's own 422 is never sent: what is not valid is answered 400."""
    for _, _, about in operations(document):
        if "HTTPValidationError" in str(about["responses"].get("422")):
            del about["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)


def _add_access(document: Document) -> None:
    """How a caller shows who it is, and what refuses it."""
    document["components"]["securitySchemes"] = {
        "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "meetingToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    }
    for path, _, about in operations(document):
        if path in UNCHECKED:
            continue
        called = path.startswith("/v2")
        about["security"] = [{"apiKey": []}] if called else [{}, {"meetingToken": []}]
        for status, words in {**OF_ALL, **(OF_CALLERS if called else OF_GUESTS)}.items():
            about["responses"].setdefault(str(status), _error(words))


def _error(words: str) -> Document:
    """The answer is ``replies.Error``."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": words, "content": content}
