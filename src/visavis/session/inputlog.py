"""The log of a conversation's inputs on its way to the server: the log *is* the conversation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from visavis.conversation.inputs import Input
from visavis.conversation.log import encode

EVERY = 0.5
"""Seconds between two batches."""
MOST_CHARACTERS = 64 * 1024
"""Of a batch that waits no longer."""


class InputLog:
    """Collects inputs as JSON lines and hands them on in batches, in order.

    Args:
        hand_on: takes a batch; None keeps nothing.
    """

    def __init__(self, hand_on: Callable[[list[str]], None] | None) -> None:
        self._hand_on = hand_on
        self._lines: list[str] = []
        self._characters = 0

    def input(self, happened: Input) -> None:
        """Keep this input."""
        if self._hand_on is None:
            return
        line = json.dumps(encode(happened), separators=(",", ":"))
        self._lines.append(line)
        self._characters += len(line)
        if self._characters >= MOST_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Hand on what has been collected; before an event goes out, so that none is without its cause."""
        lines, self._lines, self._characters = self._lines, [], 0
        if lines and self._hand_on is not None:
            self._hand_on(lines)

    async def run(self) -> None:
        """Hand on regularly until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            self.flush()
