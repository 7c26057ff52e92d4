"""How often somebody may ask: moving windows, counted in this process."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from visavis.config import Settings

FRAMES = "3000/minute"
"""Of one participant who posts them: as many as a stream of 20 ms pieces of sound has."""
TOO_MANY = "too many requests; wait as long as Retry-After says"


class Limit:
    """One limit, counted apart for each name.

    Args:
        rate: such as ``600/minute``; ``off`` for none.
    """

    def __init__(self, rate: str) -> None:
        self._item: RateLimitItem | None = None if rate == "off" else parse(rate)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, name: str) -> int:
        """Count one; 0 if that is within the limit, else the seconds to wait."""
        if self._item is None or self._limiter.hit(self._item, name):
            return 0
        return self._wait(self._item, name)

    def spent(self, name: str) -> int:
        """The seconds to wait before another would be within the limit; 0 if it is now. Counts nothing."""
        if self._item is None or self._limiter.test(self._item, name):
            return 0
        return self._wait(self._item, name)

    def _wait(self, item: RateLimitItem, name: str) -> int:
        free_at = self._limiter.get_window_stats(item, name).reset_time
        return max(1, math.ceil(free_at - time.time()))


class Limits:
    """Those of a server.

    Attributes:
        api: requests of one API key.
        join: requests of one address that need no key.
        failed_keys: requests of one address whose key was wrong.
        frames: that one reader of a stream posts.
    """

    def __init__(self, settings: Settings) -> None:
        self.api = Limit(settings.rate_limit_api)
        self.join = Limit(settings.rate_limit_join)
        self.failed_keys = Limit(settings.rate_limit_failed_keys)
        self.frames = Limit(FRAMES)
