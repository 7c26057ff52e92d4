"""Whatever users keep: personas, objectives, guardrails, tools, documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm.exc import StaleDataError

from visavis.server.store.engine import Sessions
from visavis.server.store.models import Resource

TRIES = 8
"""To change what others change at the same time."""


class Resources:
    """Rows of a kind, each with a document. Secrets in documents are the caller's to seal."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, resource: Resource) -> None:
        """Insert it."""
        async with self._sessions.begin() as session:
            session.add(resource)

    async def get(self, resource_id: str, *kinds: str) -> Resource | None:
        """One of these kinds."""
        async with self._sessions() as session:
            found = await session.get(Resource, resource_id)
            return found if found is not None and found.kind in kinds else None

    async def all(self, *kinds: str) -> Sequence[Resource]:
        """All of these kinds, the newest first."""
        wanted = select(Resource).where(Resource.kind.in_(kinds))
        async with self._sessions() as session:
            rows = await session.scalars(wanted.order_by(Resource.created_at.desc(), Resource.id))
            return rows.all()

    async def page(self, limit: int, offset: int, *kinds: str) -> tuple[Sequence[Resource], int]:
        """Some of these kinds, the newest first, and how many there are in all."""
        where = Resource.kind.in_(kinds)
        async with self._sessions() as session:
            total = await session.scalar(select(func.count(Resource.id)).where(where))
            newest = select(Resource).where(where).order_by(Resource.created_at.desc(), Resource.id)
            rows = await session.scalars(newest.limit(limit).offset(offset))
            return rows.all(), total or 0

    async def change(
        self, resource_id: str, kind: str, edit: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Resource | None:
        """Replace a document by what ``edit`` makes of it, without losing what others change meanwhile.

        Args:
            resource_id: which.
            kind: of what kind.
            edit: takes the document as it is and returns the new one; it may be called again, and may raise.

        Returns:
            The resource as it is now; None if there is none.
        """
        for failed in range(1, TRIES + 1):
            try:
                async with self._sessions.begin() as session:
                    found = await session.get(Resource, resource_id)
                    if found is None or found.kind != kind:
                        return None
                    edited = edit(found.document)
                    if edited != found.document:
                        found.document = edited
                return found
            except StaleDataError:
                if failed == TRIES:
                    raise
        raise AssertionError("unreachable")

    async def delete(self, resource_id: str, *kinds: str) -> bool:
        """Remove one of these kinds; whether it was there."""
        async with self._sessions.begin() as session:
            gone = await session.execute(
                delete(Resource).where(Resource.id == resource_id, Resource.kind.in_(kinds))
            )
            return bool(gone.rowcount)  # type: ignore[attr-defined]
