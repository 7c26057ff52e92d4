"""``tavus-cli`` from the package index, unmodified, pointed at a server."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.compat.environment import Environment, environment
from visavis.testing.server_process import RunningServer

PROGRAM = "tavus-cli==0.11.0"
DEPENDENCIES = (
    *("fastmcp>=2.0.0", "httpx>=0.27.0", "jsonpatch>=1.33", "keyring>=25.0.0"),
    *("pydantic>=2.7.0", "python-dotenv>=1.0.0", "rich>=13.7.0", "typer>=0.12.0"),
)


@dataclass(frozen=True, slots=True)
class Tavus:
    """The command ``tavus`` with the server's address and key."""

    installed: Environment
    server: RunningServer

    @classmethod
    def install(cls, cache: Path, server: RunningServer) -> Tavus:
        """From the package index the first time, and from the cache later."""
        return cls(environment(cache, PROGRAM, DEPENDENCIES), server)

    def run(self, *arguments: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
        """As it comes, well or ill."""
        return self.installed.run(
            *("tavus", *arguments),
            TAVUS_PUBLIC_API_BASE_URL=f"{self.server.url}/v2",
            TAVUS_API_KEY=key or self.server.key,
            PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
            COLUMNS="200",
        )

    def shown(self, *arguments: str) -> str:
        """What it printed, if it went well and had nothing to complain about."""
        result = self.run(*arguments)
        assert (result.returncode, result.stderr) == (0, ""), result
        return result.stdout

    def told(self, *arguments: str) -> Any:
        """The same as JSON."""
        return json.loads(self.shown(*arguments))

    def row(self, name: str, *arguments: str) -> list[str]:
        """The cells of the one line of a table that has a name in it."""
        (line,) = (line for line in self.shown(*arguments).splitlines() if name in line)
        return [cell.strip() for cell in line.strip("│ ").split("│")]

    def refused(self, *arguments: str, key: str | None = None) -> str:
        """Its one line of explanation, if it failed as it does when a server refuses."""
        result = self.run(*arguments, key=key)
        assert (result.returncode, result.stderr) == (1, ""), result
        return result.stdout.strip().splitlines()[-1]
