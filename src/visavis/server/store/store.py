"""The database, by what is kept in it."""

from __future__ import annotations

from visavis.config import Settings
from visavis.server.store import migrating
from visavis.server.store.conversations import Conversations
from visavis.server.store.engine import Sessions, create_engine, database_url
from visavis.server.store.keys import Keys
from visavis.server.store.logs import Logs
from visavis.server.store.recordings import Recordings
from visavis.server.store.resources import Resources
from visavis.server.store.webhooks import Webhooks


class Store:
    """Everything that outlives a call.

    Args:
        url: an SQLAlchemy URL with an asynchronous driver.

    Raises:
        ConfigurationError: it is none, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = create_engine(url)
        self._sessions = sessions = Sessions(self._engine)
        self.conversations = Conversations(sessions)
        self.logs = Logs(sessions)
        self.resources = Resources(sessions)
        self.webhooks = Webhooks(sessions)
        self.keys = Keys(sessions)
        self.recordings = Recordings(sessions)

    @classmethod
    def from_settings(cls, settings: Settings) -> Store:
        """The settings' database."""
        return cls(database_url(settings))

    async def open(self) -> None:
        """Bring the tables to this release.

        Raises:
            ConfigurationError: a newer release made them.
        """
        await migrating.upgrade(self._url)

    async def scrub(self) -> None:
        """Leave nothing of what was deleted in the database's files, where that is in our hands (SQLite)."""
        await self._sessions.scrub()

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
