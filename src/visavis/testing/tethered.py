"""Runs a command that ends when its parent does: ``python -m visavis.testing.tethered COMMAND …``.

A test run that is killed cannot stop its server; on Linux the kernel does it, with SIGTERM. Elsewhere the
command runs as it would by itself.

The kernel's parent is the *thread* that started the process (prctl(2)): a command that is to live longer than
that thread must not be started by it. ``server_process`` keeps a thread for it.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Of prctl(2); it outlives exec."""


def main() -> None:
    """Become the command."""
    parser = _parser()
    asked = parser.parse_args()
    if not asked.command:
        parser.error("which command?")
    if sys.platform == "linux":
        _tether(asked.parent)
    try:
        os.execvp(asked.command[0], asked.command)
    except OSError as error:
        parser.error(f"{asked.command[0]}: {error.strerror}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        usage="python -m visavis.testing.tethered [--parent PID] COMMAND …",
        description="Run a command that ends when its parent does.",
    )
    parser.add_argument(
        "--parent",
        type=int,
        default=os.getppid(),
        metavar="PID",
        help="the parent's; if it is gone before the command begins, the command does not",
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND", help="with its arguments")
    return parser


def _tether(parent: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the kernel was asked to tell
        sys.exit("the parent is gone already")


if __name__ == "__main__":
    main()
