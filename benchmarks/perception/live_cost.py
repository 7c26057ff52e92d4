"""What perception costs in a call: the same one with it, with a blind engine instead, and without it."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from benchmarks import lag, processes
from benchmarks.figures import Figure, milliseconds
from benchmarks.perception import blind
from benchmarks.perception.clips import JUDGED
from benchmarks.perception.film import film
from benchmarks.perception.noticing import AT_REST, Found
from benchmarks.perception.stage import Acting, acting, persona
from benchmarks.perception.tools import TOOLS
from benchmarks.rig import Rig, rig
from benchmarks.viewer import STORY

WARM_UP = 6.0
"""Seconds before anything counts: the bitrate, the first words, a face that becomes known."""
ON, BLIND, OFF = "perception on", "a blind engine", "perception off"
SPOKEN = 20.0
"""Seconds that the story takes at least."""


@dataclass(slots=True)
class Arm:
    """One of the ways, and what its windows showed."""

    rig: Rig
    persona_id: str
    cpu: dict[bool, list[float]] = field(default_factory=lambda: defaultdict(list))
    lags: dict[bool, list[float]] = field(default_factory=lambda: defaultdict(list))
    memory: dict[bool, list[float]] = field(default_factory=lambda: defaultdict(list))


async def cost(running: Rig, windows: int, seconds: int) -> Found:
    """Windows of each way in turn, idle and while the replica speaks."""
    path = film(JUDGED[0], AT_REST)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="visavis-bench-")))
        with blind.installed(folder):
            other = stack.enter_context(rig(embedded_llm="smollm2-135m", perception_engine=blind.NAME))
        arms = {
            ON: Arm(running, await persona(running, TOOLS)),
            BLIND: Arm(other, await persona(other, TOOLS)),
            OFF: Arm(running, await persona(running, perception_model="off")),
        }
        for _ in range(windows):
            for arm in arms.values():
                async with acting(arm.rig, arm.persona_id, path) as call:
                    for speaks in (False, True):
                        await _window(arm, call, speaks, seconds)
    figures = []
    for speaks, what in ((False, "idle"), (True, "replica speaks")):
        figures += _figures(arms, speaks, what, seconds)
    return Found(
        figures,
        [
            "Each window is a call of its own with Chromium, whose camera shows a neutral, lively face, "
            "and a program; both are on the same cores and not counted. The blind engine is given the same "
            "pictures and looks at none: the difference to it is beside decoding."
        ],
    )


async def _window(arm: Arm, call: Acting, speaks: bool, seconds: int) -> None:
    if speaks:
        for _ in range(1 + int((WARM_UP + seconds) / SPOKEN)):
            await call.peer.echo("".join(STORY))
    await asyncio.sleep(WARM_UP)
    usage, lags = await asyncio.gather(
        processes.watch(arm.rig.server.process.pid, seconds), lag.watch(arm.rig.server, seconds)
    )
    arm.cpu[speaks].append(mean(usage["worker"].cpu))
    arm.memory[speaks].append(max(usage["worker"].memory))
    arm.lags[speaks] += lags["worker"]


def _figures(arms: dict[str, Arm], speaks: bool, what: str, seconds: int) -> list[Figure]:
    figures = [
        Figure(f"{what}, {name}: CPU of worker", "% of a core", arm.cpu[speaks], f"mean of each {seconds} s")
        for name, arm in arms.items()
    ]
    for name, aim in ((BLIND, "at most 6"), (OFF, "")):
        pairs = zip(arms[ON].cpu[speaks], arms[name].cpu[speaks], strict=True)
        figures.append(
            Figure(
                f"{what}: {ON} beyond {name}",
                "% of a core",
                [with_it - without for with_it, without in pairs],
                "windows one after the other, each pair's difference",
                aim=aim,
            )
        )
    for name, arm in arms.items():
        figures.append(
            milliseconds(
                f"{what}, {name}: loop lag of worker",
                arm.lags[speaks],
                f"/metrics: worst of each {lag.PERIOD:.0f} s",
            )
        )
        figures.append(
            Figure(
                f"{what}, {name}: memory of worker", "MB", arm.memory[speaks], "resident, each window's most"
            )
        )
    return figures
