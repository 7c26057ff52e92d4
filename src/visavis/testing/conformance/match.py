"""Partial matching of JSON: what a case demands against what came."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def mismatch(wanted: Any, found: Any, place: str = "") -> str | None:
    """Where and how ``found`` is not as wanted; None when it is.

    An object demands only the keys it names. An object with one key that begins with ``$`` is an
    operator, see ``OPERATORS``; everything else demands an equal value.
    """
    if isinstance(wanted, dict) and len(wanted) == 1 and (name := next(iter(wanted))) in OPERATORS:
        if OPERATORS[name](wanted[name], found):
            return None
        return f"{place or 'it'} is {_short(found)}, wanted {name} {_short(wanted[name])}"
    if isinstance(wanted, dict):
        return _object(wanted, found, place)
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return f"{place or 'it'} is {_short(found)}, wanted {len(wanted)} items"
        problems = (
            mismatch(one, other, f"{place}[{at}]")
            for at, (one, other) in enumerate(zip(wanted, found, strict=True))
        )
        return next(filter(None, problems), None)
    truths = type(wanted) is bool or type(found) is bool
    same = wanted is found if truths else wanted == found
    return None if same else f"{place or 'it'} is {_short(found)}, wanted {_short(wanted)}"


def _object(wanted: dict[str, Any], found: Any, place: str) -> str | None:
    if not isinstance(found, dict):
        return f"{place or 'it'} is {_short(found)}, wanted an object"
    for key, value in wanted.items():
        inner = f"{place}.{key}" if place else key
        if value == {"$absent": True}:
            if key in found:
                return f"{inner} is there, and must not be"
        elif key not in found:
            if not _is_denial(value):
                return f"{inner} is missing"
        elif problem := mismatch(value, found[key], inner):
            return problem
    return None


def _is_denial(wanted: Any) -> bool:
    """Whether it only says what must not be: what is absent is not that either."""
    return isinstance(wanted, dict) and len(wanted) == 1 and next(iter(wanted)) in ("$not", "$nowhere")


def _is_somewhere(value: Any, found: Any) -> bool:
    """Whether an equal value, or a text that holds it, is anywhere inside."""
    if isinstance(found, dict):
        return any(_is_somewhere(value, item) for item in found.values())
    if isinstance(found, list):
        return any(_is_somewhere(value, item) for item in found)
    return bool(value == found) or (isinstance(value, str) and isinstance(found, str) and value in found)


def _is_json(wanted: Any, found: Any) -> bool:
    try:
        return isinstance(found, str) and mismatch(wanted, json.loads(found)) is None
    except ValueError:
        return False


def _is_uuid(_: Any, found: Any) -> bool:
    try:
        return isinstance(found, str) and str(uuid.UUID(found)) == found.lower()
    except ValueError:
        return False


def _is_type(wanted: str, found: Any) -> bool:
    if isinstance(found, bool) and wanted != "boolean":
        return False
    return isinstance(found, TYPES[wanted])


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$type": _is_type,
    "$re": lambda pattern, found: isinstance(found, str) and re.search(pattern, found) is not None,
    "$has": lambda part, found: hasattr(found, "__contains__") and part in found,
    "$lacks": lambda part, found: hasattr(found, "__contains__") and part not in found,
    "$all": lambda demands, found: all(mismatch(demand, found) is None for demand in demands),
    "$any": lambda options, found: any(mismatch(option, found) is None for option in options),
    "$not": lambda value, found: mismatch(value, found) is not None,
    "$nowhere": lambda value, found: not _is_somewhere(value, found),
    "$json": _is_json,
    "$uuid": _is_uuid,
    "$md5": lambda text, found: found == str(uuid.UUID(hashlib.md5(text.encode()).hexdigest())),
    "$gt": lambda least, found: _is_type("number", found) and found > least,
    "$gte": lambda least, found: _is_type("number", found) and found >= least,
    "$lte": lambda most, found: _is_type("number", found) and found <= most,
    "$length": lambda length, found: hasattr(found, "__len__") and len(found) == length,
    "$every": lambda one, found: (
        isinstance(found, list) and bool(found) and all(mismatch(one, item) is None for item in found)
    ),
    "$some": lambda one, found: (
        isinstance(found, list) and any(mismatch(one, item) is None for item in found)
    ),
}
"""What a demand may say besides a value: ``{"$re": "^c"}``, ``{"$any": [null, 1]}`` … ``$every`` is about a
list that is not empty; ``$json`` about a text that holds such a value; what is absent meets ``$not`` and
``$nowhere``."""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}…"
