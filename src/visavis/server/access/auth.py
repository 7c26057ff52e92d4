"""API keys: the operator's in the settings, on loopback a development key, and those of ``visavis keys``."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.server.access.scopes import EVERYTHING
from visavis.server.store import ApiKey, Store
from visavis.server.store.keys import Keys
from visavis.server.store.models import now
from visavis.server.vault import kept_text

FRESH = 1.0
"""Seconds that a stored key is taken at its word: so long one that was revoked elsewhere may still open."""
MOST_KNOWN = 1000
"""Keys remembered that long."""
NOTED = 60.0
"""Seconds between two notes of when a key was used last."""

log = structlog.get_logger(__name__)


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def development_key_path(settings: Settings) -> Path:
    """Where the development key is kept."""
    return settings.data_dir / "dev_key"


def development_key(settings: Settings) -> str:
    """The development key of this data directory, made on first use and readable by its owner alone."""
    return kept_text(development_key_path(settings), lambda: f"dev_{secrets.token_urlsafe(24)}")


def configured_keys(settings: Settings) -> list[str]:
    """The keys to accept beside those that are stored: the settings', or on loopback the development key."""
    if settings.api_keys:
        return [key.get_secret_value() for key in settings.api_keys]
    return [development_key(settings)] if is_loopback(settings.host) else []


async def require_keys(settings: Settings) -> None:
    """Make sure that there is a key at all.

    Raises:
        ConfigurationError: none is set or stored, and the address is open to other machines.
    """
    if not configured_keys(settings) and not await _any_stored(settings):
        raise ConfigurationError(
            f"listening on {settings.host} lets other machines in: make a key (visavis keys create NAME), "
            "set api_keys (VISAVIS_API_KEYS), or listen on 127.0.0.1"
        )


async def _any_stored(settings: Settings) -> bool:
    store = Store.from_settings(settings)
    try:
        return any(usable(key) for key in await store.keys.all())
    except (OperationalError, ProgrammingError):  # a database without tables has no keys
        return False
    finally:
        await store.close()


def usable(key: ApiKey) -> bool:
    """Whether a stored key opens anything: it is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now())


def digest_of(key: str) -> str:
    """What is kept of a key: it has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key a request has.

    Attributes:
        name: of the key, for counting its requests; no secret.
        scopes: what it may do.
    """

    name: str
    scopes: frozenset[str]


class Keyring:
    """Finds out whose key it is. Compares in constant time; holds digests only.

    Args:
        configured: keys that may do everything.
        stored: the others.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        configured: Iterable[str],
        stored: Keys | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._configured = [digest_of(key) for key in configured if key]
        self._stored, self._clock = stored, clock
        self._known: OrderedDict[str, tuple[ApiKey, float]] = OrderedDict()
        self._noted: dict[str, float] = {}

    async def find(self, key: str) -> Caller | None:
        """Whose key this is; None for nobody's, or one that opens nothing any more."""
        if not key:
            return None
        digest = digest_of(key)
        if any([hmac.compare_digest(digest, known) for known in self._configured]):
            return Caller(digest[:16], frozenset({EVERYTHING}))
        found = await self._look_up(digest)
        if found is None or not usable(found):
            return None
        await self._note(found)
        return Caller(found.id, frozenset(found.scopes))

    async def _look_up(self, digest: str) -> ApiKey | None:
        if self._stored is None:
            return None
        known, at = self._known.get(digest, (None, 0.0))
        if known is not None and self._clock() - at < FRESH:
            return known
        self._known.pop(digest, None)
        found = await self._stored.by_digest(digest)
        if found is None or not hmac.compare_digest(found.digest, digest):
            return None
        self._known[digest] = found, self._clock()
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return found

    async def _note(self, key: ApiKey) -> None:
        """Note the use, now and then: a write for each request would be too much."""
        if self._stored is None or self._clock() - self._noted.get(key.id, -NOTED) < NOTED:
            return
        self._noted[key.id] = self._clock()
        try:
            await self._stored.used(key.id)
        except SQLAlchemyError as error:  # a database that cannot be written to now is no reason to refuse
            log.warning("the last use of a key could not be noted", error=type(error).__name__)
