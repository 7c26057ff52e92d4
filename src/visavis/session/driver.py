"""Feeds inputs to the core and carries its effects out, in order and at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from visavis.conversation.core import Conversation
from visavis.conversation.effects import Effect
from visavis.conversation.inputs import Input


class Driver:
    """The loop between the core and the world.

    An effect may cause an input before the next effect is carried out (``StopPlayout`` is answered on the
    spot); such inputs wait until the effects of the one before are done, so that order is kept.

    Args:
        perform: carries one effect out; must not block.
        record: told each input before the core sees it.
    """

    def __init__(self, perform: Callable[[Effect], None], record: Callable[[Input], None]) -> None:
        self.core = Conversation()
        self._perform = perform
        self._record = record
        self._waiting: deque[Input] = deque()
        self._busy = False

    def feed(self, happened: Input) -> None:
        """Tell the core that something happened."""
        self._waiting.append(happened)
        if self._busy:
            return
        self._busy = True
        try:
            while self._waiting:
                current = self._waiting.popleft()
                self._record(current)
                for effect in self.core.handle(current):
                    self._perform(effect)
        finally:
            self._busy = False
