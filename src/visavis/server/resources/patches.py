"""JSON Patch (RFC 6902), bounded: what a patch may cost does not grow with its cunning."""

from __future__ import annotations

import copy
import json
from typing import Any

from jsonpatch import InvalidJsonPatch, JsonPatch, JsonPatchException, JsonPatchTestFailed
from jsonpointer import JsonPointer, JsonPointerException

from visavis.server.errors import Refusal
from visavis.server.nesting import DEEPEST, is_too_deep
from visavis.server.resources import naming

MOST_OPERATIONS = 1000
MOST_COPIED = 1024 * 1024
"""Characters of JSON that a patch may copy and move: each copy can double a document."""

Document = dict[str, Any]
Operation = dict[str, Any]


def patch_of(body: Any) -> list[Operation]:
    """The operations of a request's body.

    Raises:
        Refusal: 422 if it is no JSON Patch, 400 if it has too many operations.
    """
    if not isinstance(body, list):
        raise _no_patch()
    if len(body) > MOST_OPERATIONS:
        raise Refusal(400, f"a patch has {MOST_OPERATIONS} operations at most")
    try:
        for operation in body:
            _checked(operation)
    except (JsonPatchException, JsonPointerException, TypeError, ValueError, LookupError):
        raise _no_patch() from None
    return body


def patched(document: Document, patch: list[Operation]) -> Document:
    """The document with the operations applied, all of them; the names of a field go on agreeing.

    Args:
        document: stays as it is.
        patch: from ``patch_of``.

    Raises:
        Refusal: 400, one of them fails.
    """
    result = copy.deepcopy(document)
    left = MOST_COPIED
    for number, operation in enumerate(patch):
        place = f"operation {number} ({operation['op']} {operation['path']})"[:200]
        try:
            if operation["op"] in ("copy", "move"):
                left -= len(json.dumps(JsonPointer(operation["from"]).resolve(result)))
                if left < 0:
                    raise Refusal(400, f"{place}: the patch copies more than {MOST_COPIED} characters")
            said = naming.said(result)
            result = JsonPatch([operation]).apply(result, in_place=True)
        except JsonPatchTestFailed:
            # Its own words hold what is stored.
            raise Refusal(400, f"{place}: the value is another") from None
        except (JsonPatchException, JsonPointerException, TypeError, ValueError, LookupError):
            raise Refusal(400, f"{place}: there is no such place") from None
        except RecursionError:
            raise Refusal(400, f"{place}: nested beyond reason") from None
        if not isinstance(result, dict):
            raise Refusal(400, f"{place}: the whole must stay an object")
        naming.agree(result, said, operation)
    if is_too_deep(json.dumps(result)):
        raise Refusal(400, f"the result is nested more than {DEEPEST} levels deep")
    return result


def _checked(operation: Any) -> None:
    if not isinstance(operation, dict):
        raise InvalidJsonPatch("an operation is an object")
    JsonPatch([operation])
    # The library finds these only when it applies them.
    if operation["op"] in ("add", "replace", "test") and "value" not in operation:
        raise InvalidJsonPatch("a value is missing")
    if operation["op"] in ("move", "copy"):
        JsonPointer(operation["from"])


def _no_patch() -> Refusal:
    return Refusal(422, "Invalid JSON patch format")
