"""Finds a layer's engine by name. Ours and third parties' are found the same way: by entry point."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from visavis.errors import EngineMissing


def engines(layer: str) -> list[str]:
    """Names installed for a layer (``stt``, ``tts``, ``llm``, ``vad``, ``turn``, ``replica``)."""
    return sorted(entry.name for entry in entry_points(group=f"visavis.layers.{layer}"))


def engine(layer: str, name: str) -> Any:
    """The engine's class.

    Raises:
        EngineMissing: when no installed package offers it, or its own dependencies are missing.
    """
    found = entry_points(group=f"visavis.layers.{layer}", name=name)
    if not found:
        raise EngineMissing(layer, name, f"installed are {', '.join(engines(layer)) or 'none'}")
    try:
        return next(iter(found)).load()
    except ImportError as error:
        raise EngineMissing(layer, name, f"its package is incomplete ({error})") from error
