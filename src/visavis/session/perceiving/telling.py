"""Tells the core how a participant is: when it changed, not too often, but a smile at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from visavis.conversation.inputs import Input, UserPerceived

EVERY = 1.0
"""Seconds between two tellings of one participant, unless a smile comes or goes."""


class Telling:
    """One participant's.

    Args:
        compose: what is to be told now.
        elapsed: seconds since the conversation began.
        feed: takes it.
    """

    def __init__(
        self,
        compose: Callable[[], UserPerceived],
        elapsed: Callable[[], float],
        feed: Callable[[Input], None],
    ) -> None:
        self._compose, self._elapsed, self._feed = compose, elapsed, feed
        self._told: UserPerceived | None = None
        self._later: asyncio.TimerHandle | None = None
        self._closed = False

    def refresh(self) -> None:
        """Something may have changed."""
        if self._closed:
            return
        told, new = self._told, self._compose()
        if told is None and new == UserPerceived(at=new.at, participant_id=new.participant_id):
            return
        if told is not None and replace(new, at=told.at) == told:
            return
        wait = 0.0 if told is None or told.smiling != new.smiling else told.at + EVERY - self._elapsed()
        if wait <= 0:
            self._told = new
            self._feed(new)
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(wait, self._due)

    def close(self) -> None:
        """Nothing more is to be told."""
        self._closed = True
        if self._later is not None:
            self._later.cancel()

    def _due(self) -> None:
        self._later = None
        self.refresh()
