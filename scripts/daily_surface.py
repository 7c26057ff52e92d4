"""Lists daily-python's names and signatures, for ``tests/client/daily/surface.json``.

Run it where daily-python is installed and ``visavis-daily`` is not.
"""

from __future__ import annotations

import importlib
import inspect
import json
from importlib.metadata import version
from typing import Any


def members(kind: type) -> dict[str, str]:
    """A class's public members: signatures, or what they are."""
    found = {}
    for name, member in sorted(vars(kind).items()):
        if name.startswith("_"):
            continue
        if type(member).__name__ == "getset_descriptor":
            found[name] = "property"
        elif isinstance(member, kind):
            found[name] = "value"
        else:
            found[name] = str(inspect.signature(getattr(kind, name)))
    return found


def surface(module: Any) -> dict[str, Any]:
    """All classes of the module."""
    classes: dict[str, Any] = {}
    for name, kind in sorted(vars(module).items()):
        if not name.startswith("_") and isinstance(kind, type):
            classes[name] = {"members": members(kind)}
            if signature := getattr(kind, "__text_signature__", None):
                classes[name]["signature"] = signature
    return classes


if __name__ == "__main__":
    listing = {
        "distribution": "daily-python",
        "version": version("daily-python"),
        "classes": surface(importlib.import_module("daily")),
    }
    print(json.dumps(listing, indent=1))
