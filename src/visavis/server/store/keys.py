"""API keys, by what is kept of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from visavis.server.store.engine import Sessions
from visavis.server.store.models import ApiKey, now


class Keys:
    """The keys that were made with ``visavis keys``."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, key: ApiKey) -> None:
        """Insert it."""
        async with self._sessions.begin() as session:
            session.add(key)

    async def by_digest(self, digest: str) -> ApiKey | None:
        """The key of this digest, revoked or expired ones included."""
        async with self._sessions() as session:
            found: ApiKey | None = await session.scalar(select(ApiKey).where(ApiKey.digest == digest))
            return found

    async def all(self) -> Sequence[ApiKey]:
        """All keys, the oldest first."""
        async with self._sessions() as session:
            return (await session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id))).all()

    async def revoke(self, key_id: str) -> bool:
        """Let it open nothing any more; whether it did until now."""
        async with self._sessions.begin() as session:
            found = await session.execute(
                update(ApiKey)
                .where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
                .values(revoked_at=now())
            )
            return bool(found.rowcount)  # type: ignore[attr-defined]

    async def used(self, key_id: str) -> None:
        """Note that it was used just now."""
        async with self._sessions.begin() as session:
            await session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now()))
