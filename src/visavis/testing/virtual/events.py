"""The events of a conversation, and what a test can say about them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, overload

from visavis.protocol.events import Event, EventMessage

EventT = TypeVar("EventT", bound=EventMessage)

Kind = type[EventMessage] | str
"""A model of ``visavis.protocol.events``, or an ``event_type`` with or without ``conversation.``."""


class Events(list[Event]):
    """Events in order, typed.

    Args:
        events: those so far.
        timeline: what a failure shows.
    """

    def __init__(self, events: Iterable[Event] = (), timeline: Callable[[], str] | None = None) -> None:
        super().__init__(events)
        self._timeline = timeline

    @overload
    def of(self, kind: type[EventT], **properties: Any) -> list[EventT]: ...
    @overload
    def of(self, kind: str, **properties: Any) -> list[Event]: ...
    def of(self, kind: Kind, **properties: Any) -> Any:
        """All of this kind with these properties.

        Args:
            kind: a model, or an ``event_type``.
            properties: of the event, or of its envelope (``turn_idx=1``). An expected pattern
                (``re.compile``) is searched in a text; an expected object is compared with the JSON that a
                text holds (``arguments={"city": "Oslo"}``).
        """
        return self._find(kind, properties)

    @overload
    def expect(self, kind: type[EventT], *, times: int | None = None, **properties: Any) -> EventT: ...
    @overload
    def expect(self, kind: str, *, times: int | None = None, **properties: Any) -> Event: ...
    def expect(self, kind: Kind, *, times: int | None = None, **properties: Any) -> Any:
        """The first event of this kind with these properties.

        Args:
            kind: a model, or an ``event_type``.
            times: exactly so many there must be; None: at least one.
            properties: as for ``of``.

        Returns:
            The event; None where ``times=0``.

        Raises:
            AssertionError: it did not come; the message shows what came.
        """
        found = self._find(kind, properties)
        if (found and times is None) or len(found) == times:
            return found[0] if found else None
        wanted = "" if times is None else f"{times} "
        raise AssertionError(
            f"expected {wanted}{describe(kind, properties)}, found {len(found)}{self._hint(kind)}\n"
            f"{self._timeline() if self._timeline else ''}"
        )

    def _find(self, kind: Kind, properties: dict[str, Any]) -> list[Event]:
        return [event for event in self if matches(event, kind, properties)]

    def _hint(self, kind: Kind) -> str:
        same = len(self._find(kind, {}))
        return f" ({same} of this kind with other properties)" if same else ""


def matches(event: EventMessage, kind: Kind, properties: dict[str, Any]) -> bool:
    """Whether an event is of this kind and has these properties."""
    if isinstance(kind, str):
        if getattr(event, "event_type", None) not in (kind, f"conversation.{kind}"):
            return False
    elif not isinstance(event, kind):
        return False
    held = getattr(event, "properties", None)
    return all(
        _fits(getattr(held, name, None) if hasattr(held, name) else getattr(event, name, None), expected)
        for name, expected in properties.items()
    )


def describe(kind: Kind, properties: dict[str, Any]) -> str:
    """What was looked for, in words."""
    name = kind if isinstance(kind, str) else kind.__name__
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in properties.items())})"


def _fits(actual: object, expected: object) -> bool:
    if isinstance(expected, re.Pattern):
        return isinstance(actual, str) and expected.search(actual) is not None
    if isinstance(expected, dict | list) and isinstance(actual, str):
        try:
            return bool(json.loads(actual) == expected)
        except ValueError:
            return False
    return bool(actual == expected)
