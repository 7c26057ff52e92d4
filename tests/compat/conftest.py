"""The real server, and a place for environments that outlasts a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import server

__all__ = ["server"]


@pytest.fixture(scope="session")
def cache(request: pytest.FixtureRequest) -> Path:
    """Where the environments of public programs are kept between runs."""
    return Path(request.config.cache.mkdir("compat"))
