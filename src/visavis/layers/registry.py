"""Finds a layer's engine by name. Ours and third parties' are found the same way: by entry point."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from visavis.errors import EngineMissing


def engines(layer: str) -> list[str]:
    """Names installed for a layer: stt, tts, llm, vad, turn, replica, perception or embedding."""
    return sorted(entry.name for entry in entry_points(group=f"visavis.layers.{layer}"))


def require(layer: str, name: str) -> None:
    """Check that an engine is installed, without loading it.

    Raises:
        EngineMissing: no installed package offers it.
    """
    if name not in (installed := engines(layer)):
        raise EngineMissing(layer, name, f"installed are {', '.join(installed) or 'none'}")


def engine(layer: str, name: str) -> Any:
    """The engine's class.

    Raises:
        EngineMissing: when no installed package offers it, or its own dependencies are missing.
    """
    require(layer, name)
    found = entry_points(group=f"visavis.layers.{layer}", name=name)
    try:
        return next(iter(found)).load()
    except ImportError as error:
        raise EngineMissing(layer, name, f"its package is incomplete ({error})") from error
