"""Handlers: what a program wants to be called for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any

from visavis.client.kinds import Happening, Kind, fits
from visavis.protocol.events import PerceptionAnalysis

Handler = Callable[[Any], Any]
"""Takes what happened; may be asynchronous."""
Spawn = Callable[[Coroutine[Any, Any, Any]], None]
"""Runs something for as long as the call goes on, and tells of its errors."""


class Handlers:
    """Calls each handler of a kind in the order in which they were added.

    Args:
        spawn: runs asynchronous ones, each as a task of its own, and what synchronous ones raised.
    """

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._handlers: list[tuple[Kind, Handler]] = []
        self._analysis: PerceptionAnalysis | None = None

    def add(self, kind: Kind, handler: Handler) -> Callable[[], None]:
        """From now on; call what this returns to have it no more."""
        entry = (kind, handler)
        self._handlers.append(entry)

        def unsubscribe() -> None:
            if entry in self._handlers:
                self._handlers.remove(entry)

        return unsubscribe

    def tell(self, happening: Happening) -> None:
        """Call those that it is for. A handler that raises keeps no other from being called."""
        again = isinstance(happening, PerceptionAnalysis) and self._is_twin(happening)
        for kind, handler in list(self._handlers):
            if not fits(happening, kind) or (again and kind is PerceptionAnalysis):
                continue
            try:
                result = handler(happening)
            except Exception as error:
                self._spawn(_raise(error))
                continue
            if inspect.isawaitable(result):
                self._spawn(_await(result))

    def _is_twin(self, analysis: PerceptionAnalysis) -> bool:
        """Whether it is the one before under its other spelling, which a class has as well."""
        before, self._analysis = self._analysis, analysis
        return (
            before is not None
            and before.event_type != analysis.event_type
            and before.properties == analysis.properties
        )


async def _await(awaitable: Any) -> None:
    await awaitable


async def _raise(error: Exception) -> None:
    raise error
