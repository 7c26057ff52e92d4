"""Connections to the database: SQLite by default, Postgres or any other by its URL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import structlog
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from visavis.config import Settings
from visavis.errors import ConfigurationError

AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What another try may mend."""

GOING = ("08", "53", "57P")
"""Beginnings of SQLSTATEs: connections, resources, shutdowns and starts (PostgreSQL, appendix A)."""

TO_SEND = "something to send"
"""Set in a session's ``info`` by whoever put something into the outbox with it."""

log = structlog.get_logger(__name__)


PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "secure_delete=ON",  # what was deleted is overwritten: words must not stay in free pages
)


class Sessions:
    """Makes sessions. Those that write wait for each other on SQLite, which takes one writer at a time.

    It would have them ask again and again, up to a tenth of a second apart.

    Attributes:
        outbox_filled: set when something was put into the outbox, and committed, in this process.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._make = async_sessionmaker(engine, expire_on_commit=False)
        self.outbox_filled = asyncio.Event()
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    def __call__(self) -> AsyncSession:
        """A session that reads."""
        return self._make()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A session that writes: committed at the end, undone by an exception."""
        async with self._turn, self._make.begin() as session:
            yield session
        if session.info.get(TO_SEND):
            self.outbox_filled.set()

    async def scrub(self) -> None:
        """On SQLite, empty the write-ahead log: it still holds what was deleted. Void elsewhere."""
        if self._engine.dialect.name != "sqlite":
            return
        async with self._turn, self._engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            busy = (await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).scalar_one()
        if busy:
            log.warning("the write-ahead log was not emptied: somebody reads; the next removal tries again")


def database_url(settings: Settings) -> str:
    """The settings' database; for SQLite its directory is made, readable by its owner alone."""
    if settings.database_url:
        return settings.database_url
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = settings.data_dir / "visavis.db"
    path.touch(mode=0o600)
    return f"sqlite+aiosqlite:///{path}"


def create_engine(url: str) -> AsyncEngine:
    """An engine for a URL with an asynchronous driver, as the store uses it.

    Raises:
        ConfigurationError: it is none, or its driver is not installed. The URL may hold a password and is
            not quoted.
    """
    engine = bare_engine(url, pool_pre_ping=not url.startswith("sqlite"))  # it may have been restarted
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def bare_engine(url: str, **options: bool) -> AsyncEngine:
    """An engine as the driver makes it.

    Raises:
        ConfigurationError: the URL is none, or its driver is not installed.
    """
    try:
        # Errors quote parameters otherwise, and logs quote errors: words, ids.
        engine = create_async_engine(url, hide_parameters=True, **options)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"database_url: its driver {error.name} is not installed") from None
    except ArgumentError:
        raise ConfigurationError(
            "database_url is no SQLAlchemy URL with an asynchronous driver, "
            "such as sqlite+aiosqlite:///file or postgresql+asyncpg://user@host/name"
        ) from None
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "handle_error", _told_apart)
    return engine


async def reach(url: str) -> None:
    """Make sure that the database answers.

    Raises:
        ConfigurationError: it does not, or the URL is none.
    """
    engine = bare_engine(url)
    try:
        async with engine.connect():
            pass
    except DBAPIError as error:
        raise ConfigurationError(
            f"the database cannot be reached: {error.orig}; is it running, and is database_url right?"
        ) from None
    finally:
        await engine.dispose()


def _connect(dialect: Dialect, _record: object, arguments: Any, options: Any) -> DBAPIConnection:
    """A connection. Drivers say in classes of any kind that there is none."""
    try:
        return dialect.connect(*arguments, **options)
    except (OSError, dialect.loaded_dbapi.Error) as error:
        raise OperationalError(None, None, error, hide_parameters=True) from error


def _told_apart(context: ExceptionContext) -> OperationalError | None:
    """Postgres' word that it goes, comes or is full has no class of its own."""
    error, original = context.sqlalchemy_exception, context.original_exception
    code = str(getattr(original, "sqlstate", None) or "")
    if isinstance(error, DBAPIError) and not isinstance(error, AWAY) and code.startswith(GOING):
        return OperationalError(
            error.statement,
            error.params,
            original,
            hide_parameters=True,
            connection_invalidated=error.connection_invalidated,
        )
    return None


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
