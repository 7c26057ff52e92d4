"""What perception costs in a call: the same one with it, with a blind engine instead, and without it."""

from __future__ import annotations

import asyncio
import tempfile
import time
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
    audible: list[float] = field(default_factory=list)


async def cost(windows: int, seconds: int) -> Found:
    """Windows of each way in turn, idle and while the replica speaks; each way has a server of its own."""
    path = film(JUDGED[0], AT_REST)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="visavis-bench-")))
        with blind.installed(folder):
            seeing, blinded, off = (
                stack.enter_context(rig(embedded_llm="smollm2-135m", perception_engine=engine))
                for engine in ("embedded", blind.NAME, "embedded")
            )
        arms = {
            ON: Arm(seeing, await persona(seeing, TOOLS)),
            BLIND: Arm(blinded, await persona(blinded, TOOLS)),
            OFF: Arm(off, await persona(off, perception_model="off")),
        }
        turns = list(arms.values())
        for window in range(windows):
            first = window % len(turns)
            for arm in (*turns[first:], *turns[:first]):
                async with acting(arm.rig, arm.persona_id, path) as call:
                    for speaks in (False, True):
                        await _window(arm, call, speaks, seconds)
    figures = []
    for speaks, what in ((False, "idle"), (True, "replica speaks")):
        figures += _figures(arms, speaks, what, seconds)
    audible = [share for arm in arms.values() for share in arm.audible]
    figures.append(
        Figure(
            "replica speaks: audible", "share", audible, "of the time, over -40 dBFS, all windows", bad="low"
        )
    )
    return Found(
        figures,
        [
            "Each way has a server of its own, and the ways take turns at being first. Each window is a call "
            "with Chromium, whose camera shows a neutral, lively face, and a program; both are on the same "
            "cores and not counted. The blind engine is given the same pictures and looks at none: the "
            "difference to it is beside decoding.",
        ],
    )


async def _window(arm: Arm, call: Acting, speaks: bool, seconds: int) -> None:
    if speaks:
        for _ in range(1 + int((WARM_UP + seconds) / SPOKEN)):
            await call.peer.echo("".join(STORY))
    await asyncio.sleep(WARM_UP)
    begun = time.monotonic()
    usage, lags = await asyncio.gather(
        processes.watch(arm.rig.server.process.pid, seconds), lag.watch(arm.rig.server, seconds)
    )
    arm.cpu[speaks].append(mean(usage["worker"].cpu))
    arm.memory[speaks].append(max(usage["worker"].memory))
    arm.lags[speaks] += lags["worker"]
    if speaks:
        spans = [span for span in call.peer.heard.spans if span.first >= begun]
        arm.audible.append(sum(span.last - span.first for span in spans) / (time.monotonic() - begun))


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
                "windows of one round, each pair's difference",
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
