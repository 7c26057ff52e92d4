"""``kill -9`` at moments that nobody chose: what was readable stays readable, and everything has an end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.server.killing import REAL, Tally, kill_server, kill_worker


@pytest.fixture
def chance() -> random.Random:
    seed = random.randrange(10**6)
    print("seed", seed)
    return random.Random(seed)


async def test_a_server_that_is_killed_loses_nothing_that_could_be_read(
    tmp_path: Path, database: str, chance: random.Random
) -> None:
    tally = Tally()
    await kill_server(tmp_path, chance, tally, database_url=database)
    assert tally.crashed and tally.webhooks >= 2 * tally.conversations


async def test_so_it_is_with_real_workers(tmp_path: Path, chance: random.Random) -> None:
    tally = Tally()
    await kill_server(tmp_path, chance, tally, REAL, workers=1)
    assert tally.crashed


async def test_a_worker_that_is_killed_told_all_that_it_had_said(
    tmp_path: Path, chance: random.Random
) -> None:
    tally = Tally()
    await kill_worker(tmp_path, chance, tally)
    assert tally.crashed
