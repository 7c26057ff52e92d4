from __future__ import annotations

import threading
from typing import Any

import pytest

from visavis.session.shelf import Shelf


async def test_a_replica_is_ready_before_it_is_asked_for_and_the_next_is_made_at_once() -> None:
    made: list[tuple[int, int]] = []
    third = threading.Event()

    def make(width: int, height: int, seed: int) -> Any:
        made.append((width, height))
        if len(made) == 3:
            third.set()
        return object()

    shelf = Shelf(make, 64, 48)
    shelf.wait()
    first, second = await shelf.take(), await shelf.take()
    assert first is not second
    assert third.wait(5)
    assert made == [(64, 48)] * 3


async def test_a_replica_that_cannot_be_made_says_so_when_the_worker_starts() -> None:
    def make(width: int, height: int, seed: int) -> Any:
        raise RuntimeError("no GPU libraries")

    with pytest.raises(RuntimeError, match="libraries"):
        Shelf(make, 64, 48).wait()
