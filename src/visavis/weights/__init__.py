"""The content-addressed store of model files: find them, and fetch and verify what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from visavis.config import Settings
from visavis.weights.catalog import MODELS, Model, needed
from visavis.weights.store import Progress, ProgressCallback, Store

__all__ = ["MODELS", "Model", "Progress", "ProgressCallback", "Store", "fetch", "find", "missing", "needed"]


def find(name: str) -> Path:
    """Where a model is, in the store of the process's settings: its file, or folder if it has several.

    Raises:
        ModelUnavailable: it is not there; the message says how to fetch it.
    """
    return Store.of(Settings()).find(name)


def fetch(names: Iterable[str], progress: ProgressCallback | None = None) -> None:
    """Bring models into the store of the process's settings (see ``Store.fetch``). Blocking."""
    Store.of(Settings()).fetch(names, progress)


def missing(names: Iterable[str]) -> list[str]:
    """Those that are not in the store of the process's settings."""
    return Store.of(Settings()).missing(names)
