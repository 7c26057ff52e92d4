"""Which of a benchmark's stages are to be run: those named on the command line, or all."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence


def parsed(
    parser: argparse.ArgumentParser, stages: Collection[str], arguments: Sequence[str] | None
) -> argparse.Namespace:
    """The options of a benchmark; ``stages`` are those to be run, in order.

    Args:
        parser: with all other options.
        stages: those there are.
        arguments: of the command line; None: the program's own.
    """
    parser.add_argument("stages", nargs="*", help=f"of {', '.join(stages)}; default all")
    options = parser.parse_args(arguments)
    options.stages = options.stages or list(stages)
    if unknown := [stage for stage in options.stages if stage not in stages]:
        parser.error(f"unknown: {', '.join(unknown)}")
    return options
