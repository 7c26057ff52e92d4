"""Every name of daily-python is there, with its parameters.

``surface.json`` was made by ``scripts/daily_surface.py`` where daily-python is installed.
"""

from __future__ import annotations

import inspect
import json
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from visavis import daily

SURFACE = json.loads(Path(__file__).with_name("surface.json").read_text())["classes"]
MEMBERS = [(name, member) for name, entry in SURFACE.items() for member in entry["members"]]


def parameters(signature: inspect.Signature) -> list[tuple[str, Any]]:
    """Names and defaults of what may be given by position."""
    return [
        (one.name, "" if one.default is inspect.Parameter.empty else repr(one.default))
        for one in signature.parameters.values()
        if one.kind is not inspect.Parameter.KEYWORD_ONLY and one.name != "self"
    ]


def listed(text: str) -> list[tuple[str, Any]]:
    """The same of a signature as introspection printed it."""
    parts = (part.strip() for part in text.strip("()").split(","))
    pairs = (part.partition("=") for part in parts if part not in ("self", "/", ""))
    return [(name, default) for name, _, default in pairs]


def test_every_class_is_there_and_no_other() -> None:
    assert sorted(daily.__all__) == sorted(SURFACE)


@pytest.mark.parametrize(("name", "member"), MEMBERS)
def test_a_member_is_as_daily_python_has_it(name: str, member: str) -> None:
    kind = SURFACE[name]["members"][member]
    found = inspect.getattr_static(getattr(daily, name), member)
    if kind == "value":
        assert isinstance(getattr(daily.LogLevel, member), Enum)
    elif kind == "property":
        assert not callable(found)
    else:
        ours = parameters(inspect.signature(getattr(getattr(daily, name), member)))
        theirs = listed(kind)
        # Introspection cannot print the default of a log level.
        assert [(one, "..." if one == "log_level" and value else value) for one, value in ours] == [
            (one, value.replace("Ellipsis", "...")) for one, value in theirs
        ]


@pytest.mark.parametrize("name", [name for name in SURFACE if name.startswith(("Call", "Custom"))])
def test_a_class_is_made_as_daily_pythons(name: str) -> None:
    made = parameters(inspect.signature(getattr(daily, name)))
    assert made == [(one, value.replace('"', "'")) for one, value in listed(SURFACE[name]["signature"])]


def test_the_distribution_daily_is_this_module() -> None:
    folder = Path(__file__).parents[3] / "packages" / "visavis-daily" / "src" / "daily"
    namespace: dict[str, Any] = {}
    exec((folder / "__init__.py").read_text(), namespace)
    assert {name: namespace[name] for name in daily.__all__} == {
        name: getattr(daily, name) for name in daily.__all__
    }
