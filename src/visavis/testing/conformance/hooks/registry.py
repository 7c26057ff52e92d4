"""Hooks by name, as cases name them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from visavis.testing.conformance.session import Session

Hook = Callable[[Session], Awaitable[None]]
HOOKS: dict[str, Hook] = {}


def hook(function: Hook) -> Hook:
    """Register under the function's own name."""
    HOOKS[function.__name__] = function
    return function
