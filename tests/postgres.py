"""A real Postgres for tests: its own cluster, on a socket only, gone afterwards."""

from __future__ import annotations

import asyncio
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from visavis.server.store import migrating

TEMPLATE = "visavis_template"
STARTING = 30.0
"""Seconds."""


class Postgres:
    """A running server.

    Args:
        directory: where its socket is.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._names = (f"visavis_{number}" for number in itertools.count(1))

    def url(self, name: str) -> str:
        """One of its databases."""
        return f"postgresql+asyncpg://visavis@/{name}?host={self._directory}"

    def database(self, empty: bool = False) -> str:
        """The URL of a new database: a copy of one that this release made, or an empty one."""
        name = next(self._names)
        asyncio.run(self._create(name, "template1" if empty else TEMPLATE))
        return self.url(name)

    def make_template(self) -> None:
        """Make what new databases are copies of."""
        asyncio.run(self._create(TEMPLATE, "template1"))
        asyncio.run(migrating.upgrade(self.url(TEMPLATE)))

    async def _create(self, name: str, template: str) -> None:
        connection = await asyncpg.connect(host=str(self._directory), user="visavis", database="postgres")
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            await connection.close()


@contextmanager
def running(safe: bool = False) -> Iterator[Postgres]:
    """Start one; it refuses to run as root, so root starts it as another user.

    Args:
        safe: write as durably as Postgres does by default, for measurements.
    """
    owner = _owner()
    directory = Path(tempfile.mkdtemp(prefix="visavis-postgres-"))
    if owner:
        os.chown(directory, owner.pw_uid, owner.pw_gid)
    user, group = (owner.pw_uid, owner.pw_gid) if owner else (None, None)
    data = directory / "data"
    subprocess.run(
        [_program("initdb"), "-D", data, "-U", "visavis", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        capture_output=True,
        user=user,
        group=group,
        cwd=directory,
    )
    with (directory / "log").open("wb") as log:
        hasty = () if safe else ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
        chosen = ("listen_addresses=", "max_connections=200", *hasty)
        settings = [part for setting in chosen for part in ("-c", setting)]
        process = subprocess.Popen(
            [_program("postgres"), "-D", data, "-k", directory, *settings],
            stdout=log,
            stderr=log,
            user=user,
            group=group,
            cwd=directory,
        )
    try:
        _wait(process, directory)
        server = Postgres(directory)
        server.make_template()
        yield server
    finally:
        process.send_signal(signal.SIGQUIT)  # nothing of it is kept
        process.wait(10)
        shutil.rmtree(directory, ignore_errors=True)


def _owner() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("Postgres does not run as root, and there is no user postgres or nobody")


def _program(name: str) -> str:
    """Debian keeps the programs out of the path."""
    candidates = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), shutil.which(name)]
    for candidate in reversed(candidates):
        if candidate:
            return str(candidate)
    raise RuntimeError(f"{name} is not installed: apt-get install postgresql")


def _wait(process: subprocess.Popen[bytes], directory: Path) -> None:
    deadline = time.monotonic() + STARTING
    check = [_program("pg_isready"), "-q", "-h", str(directory)]
    while subprocess.run(check, check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((directory / "log").read_text(errors="replace"))
        time.sleep(0.05)
