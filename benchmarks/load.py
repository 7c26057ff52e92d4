"""What conversations cost: CPU, memory, loop lag, frames: ``python -m benchmarks.load [stage …]``."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks import lag, processes
from benchmarks.browser import browser, opened
from benchmarks.figures import Figure, milliseconds
from benchmarks.report import Report
from benchmarks.rig import Rig, rig
from benchmarks.stages import parsed
from benchmarks.viewer import READY, STORY

FULL_RATE = "25 fps"
ONE_CORE = "< 60 % of a core"
Stage = Callable[[Rig, int], Awaitable[list[Figure]]]


async def empty(rig: Rig, seconds: int) -> list[Figure]:
    """A server that waits."""
    return await _cost(rig, "no conversation", seconds)


async def idle(rig: Rig, seconds: int) -> list[Figure]:
    """One conversation with one silent viewer."""
    return await _viewed(rig, "one idle conversation", seconds)


async def speaking(rig: Rig, seconds: int) -> list[Figure]:
    """One conversation whose replica speaks all the time; no language model works (as if it were remote)."""
    return await _viewed(rig, "one speaking conversation, LLM remote", seconds, "--speaking", aim=ONE_CORE)


async def answering(rig: Rig, seconds: int) -> list[Figure]:
    """One conversation that the embedded language model keeps talking."""
    return await _viewed(rig, "one conversation, embedded LLM answering", seconds, "--asking")


async def in_chromium(rig: Rig, seconds: int) -> list[Figure]:
    """All on one machine: Chromium shows a speaking replica while the embedded LLM works for another call."""
    name = "Chromium on the same cores, embedded LLM answering another call"
    async with (
        _viewer(rig, seconds + 8, "--asking"),
        rig.conversation() as url,
        browser() as running,
        opened(running, url) as tab,
    ):
        await tab.join()
        for _ in range(1 + seconds // 10):
            await tab.say("conversation.echo", modality="text", text="".join(STORY), done=True)
        await tab.first_sound(0)
        await asyncio.sleep(3)
        costing = asyncio.create_task(_cost(rig, name, seconds))
        counted = [await tab.frames()]
        for _ in range(seconds):
            await asyncio.sleep(1)
            counted.append(await tab.frames())
        figures = await costing
        held = await tab.jitter_buffer_ms()
    spans = list(pairwise(counted))
    method = "Chromium's getStats, each second's difference"
    return [
        *figures,
        Figure(
            f"{name}: frames received whole",
            "fps",
            [after["received"] - before["received"] for before, after in spans],
            f"{method}: what the server encoded; 640x480 VP8",
            bad="low",
            aim=FULL_RATE,
        ),
        Figure(
            f"{name}: frames decoded",
            "fps",
            [after["decoded"] - before["decoded"] for before, after in spans],
            method,
            bad="low",
        ),
        Figure(
            f"{name}: freezes",
            "",
            [counted[-1]["freezes"] - counted[0]["freezes"]],
            f"getStats freezeCount over {seconds} s",
        ),
        Figure(f"{name}: audio jitter buffer", "ms", [held], "getStats, mean of the call"),
    ]


STAGES: dict[str, Stage] = {
    "empty": empty,
    "idle": idle,
    "speaking": speaking,
    "answering": answering,
    "chromium": in_chromium,
}


@dataclass(slots=True)
class Viewing:
    """A viewer at work in its own process."""

    process: asyncio.subprocess.Process

    async def ready(self) -> None:
        """Wait until it counts.

        Raises:
            RuntimeError: when it gave up before.
        """
        assert self.process.stderr
        said = []
        while line := await self.process.stderr.readline():
            if line.decode().strip() == READY:
                return
            said.append(line.decode())
        raise RuntimeError(f"the viewer gave up: {''.join(said)[-2000:]}")

    async def result(self) -> dict[str, Any]:
        """What it saw."""
        out, _ = await self.process.communicate()
        found: dict[str, Any] = json.loads(out)
        return found


@asynccontextmanager
async def _viewer(rig: Rig, seconds: int, *flags: str) -> AsyncIterator[Viewing]:
    """A new conversation with one viewer, who counts by the time this is entered."""
    async with rig.conversation() as url:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.viewer", url, "--seconds", str(seconds), *flags,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            viewing = Viewing(process)
            await viewing.ready()
            yield viewing
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()


async def _viewed(rig: Rig, name: str, seconds: int, *flags: str, aim: str = "") -> list[Figure]:
    async with _viewer(rig, seconds, *flags) as viewing:
        figures = await _cost(rig, name, seconds, aim)
        seen = await viewing.result()
    rtp = "a Python viewer in a process of its own (not counted); RTP timestamps as they arrive"
    return [
        *figures,
        Figure(
            f"{name}: frames encoded",
            "fps",
            seen["encoded_per_second"],
            f"{rtp}, each second; 640x480 VP8",
            bad="low",
            aim=FULL_RATE,
        ),
        Figure(f"{name}: between frames", "ms", seen["gaps_ms"], f"{rtp}: time between two frames"),
        Figure(
            f"{name}: frames decoded", "fps", [seen["decoded_per_second"]], "the same viewer, mean", bad="low"
        ),
        Figure(f"{name}: video", "kbit/s", [seen["video_kbps"]], "payloads that arrived, mean"),
        Figure(f"{name}: audible", "share", [seen["audible"]], "of the time, over -40 dBFS"),
    ]


async def _cost(rig: Rig, name: str, seconds: int, aim: str = "") -> list[Figure]:
    """CPU, memory and loop lag of the server's processes for a while."""
    usage, lags = await asyncio.gather(
        processes.watch(rig.server.process.pid, seconds), lag.watch(rig.server, seconds)
    )
    cpu = [
        Figure(
            f"{name}: CPU of {role}",
            "% of a core",
            used.cpu,
            "user and system time of each second",
            aim=aim if role == "worker" else "",
        )
        for role, used in usage.items()
    ]
    memory = [
        Figure(f"{name}: memory of {role}", "MB", used.memory, "resident, each second")
        for role, used in usage.items()
    ]
    lateness = [
        milliseconds(f"{name}: loop lag of {process}", values, f"/metrics: worst of each {lag.PERIOD:.0f} s")
        for process, values in lags.items()
    ]
    return [*cpu, *memory, *lateness]


async def measure(stages: Sequence[str], engine: str, seconds: int) -> Report:
    """Run these stages, one after the other, against a fresh server."""
    name = f"load-{engine}" if set(stages) == set(STAGES) else f"load-{engine}-{'-'.join(stages)}"
    report = Report(
        name,
        {"webrtc_engine": engine, "stages": list(stages), "seconds": seconds, "workers": 1},
        notes=[
            "One worker. Per cent are of one core. The viewer shares the machine's cores but is not counted."
        ],
    )
    with rig(webrtc_engine=engine) as running:
        for stage in stages:
            report.add(await STAGES[stage](running, seconds))
    return report


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.load", description=__doc__)
    parser.add_argument("--engine", choices=("wrtc", "aiortc"), default="wrtc", help="the server's")
    parser.add_argument("--seconds", type=int, default=20, help="of each stage")
    options = parsed(parser, STAGES, arguments)
    asyncio.run(measure(options.stages, options.engine, options.seconds)).publish()


if __name__ == "__main__":
    main()
