"""Perception through the real thing: ``python -m benchmarks.perception.live [stage …]``.

A server, Chromium whose camera plays films of rendered people (rendered once, some minutes), a program in the
same room, and a persona with tools in plain words. About 40 minutes with all stages.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence

from benchmarks.perception import live_cost, noticing
from benchmarks.perception.noticing import PEOPLE, Found
from benchmarks.report import Report
from benchmarks.rig import Rig, rig
from benchmarks.stages import parsed

Stage = Callable[[Rig, argparse.Namespace], Awaitable[Found]]
STAGES: dict[str, Stage] = {
    "smiles": lambda rig, options: noticing.smiles(rig, options.smiles, PEOPLE[: options.people]),
    "going": lambda rig, options: noticing.coming_and_going(rig, PEOPLE[: min(2, options.people)]),
    "analysis": lambda rig, options: noticing.analysed(rig, PEOPLE[: min(2, options.people)]),
    "cost": lambda _, options: live_cost.cost(options.windows, options.seconds),
    "rest": lambda rig, options: noticing.at_rest(rig, options.minutes),
}
MOST = 3600.0
"""Seconds that a stage may take beside ``--minutes``; whatever is wrong, a benchmark comes to an end."""


async def measure(stages: Sequence[str], options: argparse.Namespace) -> Report:
    """Run these stages, one after the other, against a fresh server."""
    settings = {**vars(options), "stages": list(stages)}
    name = "perception-live" if set(stages) == set(STAGES) else f"perception-live-{'-'.join(stages)}"
    report = Report(name, settings)
    with rig(embedded_llm="smollm2-135m") as running:
        for stage in stages:
            async with asyncio.timeout(MOST + options.minutes * 60):
                found = await STAGES[stage](running, options)
            report.add(found.figures)
            report.notes += found.notes
    return report


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.perception.live", description=__doc__)
    parser.add_argument("--people", type=int, default=len(PEOPLE), help="how many act")
    parser.add_argument("--smiles", type=int, default=4, help="of each of them")
    parser.add_argument("--windows", type=int, default=4, help="of each way, for the costs")
    parser.add_argument("--seconds", type=int, default=30, help="of a window")
    parser.add_argument("--minutes", type=float, default=10.0, help="of a neutral face")
    options = parsed(parser, STAGES, arguments)
    asyncio.run(measure(options.stages, options)).publish()


if __name__ == "__main__":
    main()
