"""Whether memory grows from call to call: ``python -m benchmarks.memory [stage …]``.

Many short calls, one after the other, in one worker: a Python peer that shows a rendered person, speaks, and
is spoken to. And many conversations that nobody joins, for the server. Some twelve minutes with all stages.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import psutil

from benchmarks.camera import Camera
from benchmarks.figures import Figure
from benchmarks.peer import joined
from benchmarks.perception.stage import persona
from benchmarks.perception.tools import TOOLS
from benchmarks.processes import of_role
from benchmarks.report import Report
from benchmarks.rig import Rig, rig
from benchmarks.stages import parsed
from benchmarks.turns import questions
from benchmarks.viewer import STORY

REST = 2.0
"""Seconds after a call's end before memory is read: what ends late has ended."""
SPOKEN = 3.0
"""Seconds that a question takes."""
UNUSED_AT_ONCE = 4
"""Conversations that nobody joins, side by side."""
UNUSED = 20
"""Conversations between two looks at the server's memory."""
Stage = Callable[[Rig, argparse.Namespace], Awaitable[list[Figure]]]


@dataclass(slots=True)
class Held:
    """What a process holds after each call, in megabytes.

    Attributes:
        resident: all of it.
        own: what no other process shares with it (USS).
        part: its own and its part of what is shared (PSS).
    """

    process: psutil.Process
    resident: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    part: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Note what it holds now."""
        memory = self.process.memory_full_info()
        self.resident.append(memory.rss / 2**20)
        self.own.append(memory.uss / 2**20)
        self.part.append(memory.pss / 2**20)

    def figures(self, name: str, each: str) -> list[Figure]:
        """What it holds all along and in the end, and what is added each time once the first half is over.

        Args:
            name: of the process, and of what it does.
            each: between two looks.
        """
        half = self.own[len(self.own) // 2 :]
        slope = float(np.polyfit(range(len(half)), half, 1)[0]) if len(half) > 1 else float("nan")
        end = f"after {len(self.own) - 1} {each}"
        return [
            Figure(f"{name}: own", "MB", self.own, f"USS, {end}; the first value: before any"),
            Figure(f"{name}: own, before any", "MB", self.own[:1], "USS"),
            Figure(f"{name}: own, after one", "MB", self.own[1:2], "USS"),
            Figure(f"{name}: own, in the end", "MB", self.own[-1:], f"USS, {end}"),
            Figure(
                f"{name}: own and its part of the shared, in the end", "MB", self.part[-1:], f"PSS, {end}"
            ),
            Figure(f"{name}: resident, in the end", "MB", self.resident[-1:], f"RSS, {end}"),
            Figure(f"{name}: own, added each time", "MB", [slope], "a line through the second half", aim="0"),
        ]


@dataclass(frozen=True, slots=True)
class Both:
    """The server and its worker."""

    server: Held
    worker: Held

    @classmethod
    def of(cls, rig: Rig) -> Both:
        """As they are before anything is asked of them."""
        both = cls(*(Held(of_role(rig.server.process.pid, role)) for role in ("server", "worker")))
        both.look()
        return both

    def look(self) -> None:
        """Note what they hold now."""
        self.server.look()
        self.worker.look()

    def figures(self, name: str, each: str) -> list[Figure]:
        """Of both (``Held.figures``)."""
        return [
            *self.worker.figures(f"{name}: worker", each),
            *self.server.figures(f"{name}: server", each),
        ]


async def perceived(rig: Rig, options: argparse.Namespace) -> list[Figure]:
    """Calls with perception."""
    return await _calls(rig, options, "perception on", await persona(rig, TOOLS))


async def unperceived(rig: Rig, options: argparse.Namespace) -> list[Figure]:
    """The same without."""
    return await _calls(rig, options, "perception off", await persona(rig, perception_model="off"))


async def unused(rig: Rig, options: argparse.Namespace) -> list[Figure]:
    """Conversations that are created and ended, and seen by nobody."""
    held, at_once = Both.of(rig), asyncio.Semaphore(UNUSED_AT_ONCE)

    async def one() -> None:
        async with at_once, rig.conversation():
            pass

    for _ in range(options.calls):
        await asyncio.gather(*(one() for _ in range(UNUSED)))
        await asyncio.sleep(REST)
        held.look()
    return held.figures("unused", f"rounds of {UNUSED} conversations nobody joined")


STAGES: dict[str, Stage] = {"perceived": perceived, "unperceived": unperceived, "unused": unused}


async def _calls(rig: Rig, options: argparse.Namespace, name: str, persona_id: str) -> list[Figure]:
    held, camera = Both.of(rig), Camera()
    spoken = await asyncio.to_thread(questions)
    for number in range(options.calls):
        async with rig.conversation(persona_id=persona_id) as url, joined(url, camera=camera) as peer:
            await peer.echo(STORY[number % len(STORY)])
            await asyncio.sleep(options.seconds / 2)
            await peer.microphone.play(spoken[number % len(spoken)])
            await asyncio.sleep(options.seconds / 2)
        await asyncio.sleep(REST)
        held.look()
    return held.figures(name, f"calls of some {options.seconds + SPOKEN:.0f} s")


async def measure(stages: Sequence[str], options: argparse.Namespace) -> Report:
    """Run these stages, each against a fresh server."""
    name = "memory" if set(stages) == set(STAGES) else f"memory-{'-'.join(stages)}"
    report = Report(
        name,
        {"stages": list(stages), "calls": options.calls, "seconds": options.seconds, "workers": 1},
        notes=["One worker, wrtc. The peer shows a lively face at 15 pictures a second, 640x480 VP8."],
    )
    for stage in stages:
        with rig(embedded_llm="smollm2-135m") as running:
            report.add(await STAGES[stage](running, options))
    return report


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--calls", type=int, default=30, help="one after the other")
    parser.add_argument("--seconds", type=float, default=5.0, help="of a call, beside what is said in it")
    options = parsed(parser, STAGES, arguments)
    asyncio.run(measure(options.stages, options)).publish()


if __name__ == "__main__":
    main()
