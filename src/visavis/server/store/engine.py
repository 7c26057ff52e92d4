"""Connections to the database: SQLite by default, Postgres or any other by its URL."""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from visavis.config import Settings
from visavis.errors import ConfigurationError

Sessions = async_sessionmaker[AsyncSession]


def database_url(settings: Settings) -> str:
    """The settings' database; for SQLite its directory is made, readable by its owner alone."""
    if settings.database_url:
        return settings.database_url
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = settings.data_dir / "visavis.db"
    path.touch(mode=0o600)
    return f"sqlite+aiosqlite:///{path}"


def create_engine(url: str) -> AsyncEngine:
    """An engine for a URL with an asynchronous driver.

    Raises:
        ConfigurationError: it is none, or its driver is not installed. The URL may hold a password and is
            not quoted.
    """
    try:
        engine = create_async_engine(
            url,
            pool_pre_ping=not url.startswith("sqlite"),  # a database that was restarted is noticed
            hide_parameters=True,  # errors quote them otherwise, and logs quote errors: words, ids
        )
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"database_url: its driver {error.name} is not installed") from None
    except ArgumentError:
        raise ConfigurationError(
            "database_url is no SQLAlchemy URL with an asynchronous driver, "
            "such as sqlite+aiosqlite:///file or postgresql+asyncpg://user@host/name"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
