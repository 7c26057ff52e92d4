"""The real server, public programs, and a place for their environments that outlasts a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compat.tavus import Tavus
from tests.e2e.conftest import server
from visavis.testing.server_process import RunningServer

__all__ = ["server"]


@pytest.fixture(scope="session")
def cache(request: pytest.FixtureRequest) -> Path:
    """Where the environments of public programs are kept between runs."""
    return Path(request.config.cache.mkdir("compat"))


@pytest.fixture(scope="session")
def tavus(cache: Path, server: RunningServer) -> Tavus:
    """The command ``tavus`` with the server's address and key."""
    return Tavus.install(cache, server)
