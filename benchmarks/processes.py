"""CPU and memory of the server's processes, by what they do."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

ROLES = {"visavis.session.worker": "worker", "visavis.layers.llm": "embedded LLM", "visavis.cli": "server"}
"""What a command line says of its process's role."""
SECOND = 1.0


@dataclass(slots=True)
class Usage:
    """What one role used.

    Attributes:
        cpu: per cent of one core, one value a second.
        memory: resident megabytes, one value a second.
    """

    cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


async def watch(pid: int, seconds: int) -> dict[str, Usage]:
    """Look at a process and its descendants once a second; several of one role count together."""
    usage: dict[str, Usage] = defaultdict(Usage)
    before, at = _times(pid), time.monotonic()
    for _ in range(seconds):
        await asyncio.sleep(SECOND)
        after, now = _times(pid), time.monotonic()
        used: dict[str, float] = defaultdict(float)
        memory: dict[str, float] = defaultdict(float)
        for process, (role, cpu, resident) in after.items():
            used[role] += cpu - before.get(process, (role, 0.0, 0.0))[1]
            memory[role] += resident
        for role, spent in used.items():
            usage[role].cpu.append(100 * spent / (now - at))
            usage[role].memory.append(memory[role])
        before, at = after, now
    return dict(usage)


def of_role(pid: int, role: str) -> psutil.Process:
    """The process of this role, of the tree below ``pid``.

    Raises:
        LookupError: there is none, or more than one.
    """
    found = [process for process in _tree(pid) if _role(" ".join(process.cmdline())) == role]
    if len(found) != 1:
        raise LookupError(f"{len(found)} processes are a {role}")
    return found[0]


def _times(pid: int) -> dict[int, tuple[str, float, float]]:
    """Role, CPU seconds so far and resident megabytes of each process of the tree."""
    return {process.pid: figures for process in _tree(pid) if (figures := _figures(process))}


def _tree(pid: int) -> Iterator[psutil.Process]:
    root = psutil.Process(pid)
    yield root
    yield from root.children(recursive=True)


def _figures(process: psutil.Process) -> tuple[str, float, float] | None:
    """None for a process that ended meanwhile."""
    try:
        with process.oneshot():
            times, memory = process.cpu_times(), process.memory_info()
            command = " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return None
    return _role(command), times.user + times.system, memory.rss / 2**20


def _role(command: str) -> str:
    return next((role for mark, role in ROLES.items() if mark in command), "other")
