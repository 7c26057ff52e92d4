"""How long people wait, against a real server: ``python -m benchmarks.latency [part …] --runs 20``."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence

from benchmarks import answering, echoing, interrupting, joining, turns
from benchmarks.figures import Figure
from benchmarks.report import Report
from benchmarks.rig import Rig, rig
from benchmarks.stages import parsed

Measure = Callable[[Rig, int], Awaitable[list[Figure]]]

PARTS: dict[str, tuple[tuple[Measure, int], ...]] = {
    "join": ((joining.by_click, 10), (joining.by_peer, 10)),
    "echo": ((echoing.by_peer, 20), (echoing.by_page, 20)),
    "respond": ((answering.instant, 20), (answering.embedded, 10)),
    "turn": ((turns.instant, 15), (turns.embedded, 10)),
    "interrupt": ((interrupting.by_peer, 30), (interrupting.by_page, 30)),
}
"""What is measured, and how often unless told."""
IN_CHROMIUM = {joining.by_click, echoing.by_page, interrupting.by_page}


async def measure(parts: Sequence[str], engine: str, runs: int | None, browser: bool) -> Report:
    """Run these parts against a fresh server."""
    name = f"latency-{engine}" if set(parts) == set(PARTS) else f"latency-{engine}-{'-'.join(parts)}"
    report = Report(name, {"webrtc_engine": engine, "parts": list(parts), "workers": 1})
    report.notes.append(
        "Server, LLM, Python peer and Chromium share this machine's cores; the network is loopback."
    )
    with rig(webrtc_engine=engine) as running:
        for part in parts:
            for work, usual in PARTS[part]:
                if browser or work not in IN_CHROMIUM:
                    report.add(await work(running, runs or usual))
    return report


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--engine", choices=("wrtc", "aiortc"), default="wrtc", help="the server's")
    parser.add_argument("--runs", type=int, help="of each measurement, instead of 10 to 30")
    parser.add_argument("--no-browser", action="store_true", help="leave out what is measured in Chromium")
    options = parsed(parser, PARTS, arguments)
    report = asyncio.run(measure(options.stages, options.engine, options.runs, not options.no_browser))
    report.publish()


if __name__ == "__main__":
    main()
