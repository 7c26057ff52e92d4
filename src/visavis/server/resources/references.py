"""The resources that a persona names: whether they exist is checked when it is made or changed.

They may be deleted afterwards; a conversation that needs one checks again.
"""

from __future__ import annotations

from typing import Any

from visavis.server.errors import Refusal
from visavis.server.resources.documents import DOCUMENT
from visavis.server.resources.pronunciation import DICTIONARY
from visavis.server.resources.steering import GUARDRAIL, GUARDRAIL_SET, OBJECTIVES
from visavis.server.resources.tools import TOOL, rows_of
from visavis.server.store import Store

KINDS = {
    "objectives_id": OBJECTIVES,
    "guardrails_id": GUARDRAIL_SET,
    "guardrail_ids": GUARDRAIL,
    "document_ids": DOCUMENT,
    "tool_ids": TOOL,
    "layers.tts.pronunciation_dictionary_id": DICTIONARY,
}
"""By the field that names them. Replicas are not among them: any id is one (PROTOCOL 7)."""


async def check(store: Store, document: dict[str, Any], before: dict[str, Any] | None = None) -> None:
    """Check what a persona's document names.

    Args:
        store: holds the resources.
        document: the new one.
        before: the old one; what it named may be gone.

    Raises:
        Refusal: something named does not exist.
    """
    for field, kind in KINDS.items():
        known = _named(before or {}, field)
        new = [name for name in _named(document, field) if name not in known]
        if new and (missing := await store.resources.missing(new, kind)):
            raise Refusal(400, f"Invalid {field.rpartition('.')[2]}: {missing[0][:64]}")
        if new and kind == TOOL:
            await _check_tools(store, _named(document, field))


async def _check_tools(store: Store, ids: list[str]) -> None:
    """No two of them have one name."""
    gone = await store.resources.missing(ids, TOOL)
    await rows_of(store, [name for name in ids if name not in gone])


def _named(document: dict[str, Any], field: str) -> list[str]:
    value: Any = document
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, str):
        return [value] if value else []
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
