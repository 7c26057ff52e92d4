"""Our own keepalive: ICE consent alone notices a dead browser only after 17 to 29 s."""

from __future__ import annotations

PING_SECONDS = 1.0
MISSES_ALLOWED = 6


class Keepalive:
    """Counts pings without a sign of life. Ticks are counted, not seconds, so our own stall drops nobody."""

    def __init__(self) -> None:
        self._number = 0
        self._missed = 0

    def heard(self) -> None:
        """Something came from the peer."""
        self._missed = 0

    def tick(self) -> int | None:
        """Once every ``PING_SECONDS``: the number of the ping to send, or None when the peer is dead."""
        if self._missed >= MISSES_ALLOWED:
            return None
        self._missed += 1
        self._number += 1
        return self._number
