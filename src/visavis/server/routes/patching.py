"""``PATCH`` by JSON Patch (RFC 6902), for whatever is kept as a resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Body as JSONBody
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from visavis.server.resources.patches import Operation, patched
from visavis.server.store import Resource, Store

Patch = Annotated[
    Any,
    JSONBody(
        description="A JSON Patch (RFC 6902).",
        json_schema_extra={
            "type": "array",
            "examples": [[{"op": "replace", "path": "/name", "value": "Another"}]],
            "items": {
                "type": "object",
                "required": ["op", "path"],
                "properties": {
                    "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
                    "path": {"type": "string", "description": "A JSON Pointer (RFC 6901)."},
                    "from": {"type": "string"},
                    "value": {},
                },
            },
        },
    ),
]
UNCHANGED = (304, 422)
"""What only a patch is answered: nothing changed; the body is no patch."""

Document = dict[str, Any]


async def change_resource(
    store: Store, resource_id: str, kind: str, edit: Callable[[Document], Document]
) -> tuple[Resource | None, bool]:
    """Change a document without losing what others change meanwhile.

    Returns:
        The resource as it is now, None if there is none; and whether it is as it was.
    """
    same = False

    def noting(document: Document) -> Document:
        nonlocal same
        edited = edit(document)
        same = edited == document
        return edited

    return await store.resources.change(resource_id, kind, noting), same


def edited(document: Document, patch: list[Operation], model: type[BaseModel]) -> Document:
    """What a patch makes of a document without secrets; fields that are not set count as their defaults.

    Raises:
        Refusal: an operation fails.
        RequestValidationError: the result is not valid.
    """
    before = model.model_validate(document).model_dump(mode="json")
    try:
        after = model.model_validate(patched(before, patch)).model_dump(mode="json")
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False)) from None
    return document if after == before else after
