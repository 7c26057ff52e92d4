"""The pronunciation dictionary that a persona names, from the store (PROTOCOL 2.7)."""

from __future__ import annotations

from typing import Any

from visavis.server.errors import Refusal
from visavis.server.store import Store
from visavis.session.pronunciation import DictionaryBody, Rule

DICTIONARY = "dictionary"
"""The kind of ``store.Resource``."""


def dictionary_of(document: dict[str, Any]) -> str:
    """The id of the dictionary that a persona's document names; empty for none."""
    tts = document.get("layers", {}).get("tts")
    name = tts.get("pronunciation_dictionary_id") if isinstance(tts, dict) else None
    return name if isinstance(name, str) else ""


async def rules_of(store: Store, document: dict[str, Any]) -> list[Rule]:
    """How a persona pronounces words.

    Raises:
        Refusal: its dictionary does not exist.
    """
    if not (name := dictionary_of(document)):
        return []
    row = await store.resources.get(name, DICTIONARY)
    if row is None:
        raise Refusal(400, "Invalid pronunciation_dictionary_id")
    return DictionaryBody.model_validate(row.document).rules
