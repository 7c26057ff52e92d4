from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from visavis.config import Settings
from visavis.errors import CapacityExceeded
from visavis.server.workers.admission import choose

SETTINGS = Settings(conversations_per_worker=2, worker_load_limit=0.7)


@dataclass
class Worker:
    ready: bool = True
    conversations: set[str] = field(default_factory=set)
    chats: set[str] = field(default_factory=set)
    load: float = 0.0


def test_the_worker_with_the_fewest_conversations_is_chosen_and_the_less_busy_of_equals() -> None:
    busy, idle, holding = Worker(load=0.5), Worker(load=0.1), Worker(conversations={"a"})
    assert choose([holding, busy, idle], SETTINGS) is idle
    assert choose([holding, busy], SETTINGS) is busy


@pytest.mark.parametrize(
    "worker",
    [Worker(ready=False), Worker(conversations={"a", "b"}), Worker(load=0.71)],
    ids=["loading", "full", "busy"],
)
def test_a_worker_that_cannot_take_more_is_passed_over(worker: Worker) -> None:
    free = Worker(conversations={"a"}, load=0.7)
    assert choose([worker, free], SETTINGS) is free
    with pytest.raises(CapacityExceeded, match="maximum concurrent conversations"):
        choose([worker], SETTINGS)


def test_chats_count_apart_and_mind_no_load() -> None:
    settings = SETTINGS.model_copy(update={"chats_per_worker": 1})
    calls = Worker(conversations={"a", "b"}, load=0.9)
    assert choose([calls], settings, chat=True) is calls
    with pytest.raises(CapacityExceeded):
        choose([Worker(conversations={"c"}, chats={"c"})], settings, chat=True)
    chatting = Worker(conversations={"a", "c"}, chats={"c"})
    assert choose([chatting], settings) is chatting
