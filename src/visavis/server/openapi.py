"""The OpenAPI 3.1 description of the REST API, made from the routes; what FastAPI cannot know is added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import AliasChoices

from visavis.server.examples import EXAMPLES
from visavis.session.bodies import Body

ABOUT = """\
The shapes are those of Tavus's hosted API: programs written for it run by changing the base URL. Fields and
paths have their older and their newer names (`persona_id` and `pal_id`, `/v2/replicas` and `/v2/faces`): both
are read, and both are in answers. A final slash is accepted everywhere. Fields that are not described are let
pass, and null means absent.
"""
KEY = "x-api-key"
OPEN = ("health", "specification")
"""Tags of routes that take no key; so do those outside ``/v2``."""

Document = dict[str, Any]


def install(app: FastAPI) -> None:
    """Have the application describe itself this way at ``/openapi.json``."""
    plain: Callable[[], Document] = app.openapi

    def described() -> Document:
        if app.openapi_schema is None:
            document = plain()
            _add_security(document)
            _add_names(document)
            _add_examples(document)
            _drop_validation_errors(document)
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Path, method and description of every operation."""
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            yield path, method, about


def _add_security(document: Document) -> None:
    document["components"]["securitySchemes"] = {KEY: {"type": "apiKey", "in": "header", "name": KEY}}
    for path, _, about in operations(document):
        if path.startswith("/v2/"):
            about["security"] = [{KEY: []}]


def _add_names(document: Document) -> None:
    """Describe the other names of fields beside the first."""
    schemas = document["components"]["schemas"]
    for model in _bodies(Body):
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
        answer = about["responses"].get("422", {})
        if "HTTPValidationError" in str(answer):
            del about["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
