"""Who may begin: 'full' is a better answer than a call that stutters (DESIGN rule 6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from visavis.config import Settings
from visavis.errors import CapacityExceeded


class Candidate(Protocol):
    """What admission looks at in a worker."""

    ready: bool
    conversations: set[str]
    chats: set[str]
    load: float


T = TypeVar("T", bound=Candidate)


def choose(workers: Iterable[T], settings: Settings, chat: bool = False) -> T:
    """The worker with the fewest conversations, the less busy of equals.

    Args:
        workers: all there are.
        settings: what they may hold.
        chat: whether the conversation has neither sound nor picture; such count apart.

    Raises:
        CapacityExceeded: none has a place left, or those that have are too busy.
    """
    free = [worker for worker in workers if worker.ready and _has_room(worker, settings, chat)]
    if not free:
        raise CapacityExceeded(
            "You have reached the maximum concurrent conversations that this server can hold now. "
            "End one, or try again later."
        )
    return min(free, key=lambda worker: (len(worker.conversations), worker.load))


def _has_room(worker: Candidate, settings: Settings, chat: bool) -> bool:
    chats = len(worker.chats)
    if chat:
        return chats < settings.chats_per_worker
    calls = len(worker.conversations) - chats
    return calls < settings.conversations_per_worker and worker.load <= settings.worker_load_limit
