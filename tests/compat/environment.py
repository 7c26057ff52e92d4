"""Environments of their own for public programs."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
DISTRIBUTION = ROOT / "packages" / "visavis-daily"

WITHOUT_PROXY = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


class Environment:
    """A virtual environment that was made.

    Attributes:
        bin: the folder of its commands.
    """

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"

    def run(self, *command: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one of its commands, with nothing of this process's Python path."""
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [str(self.bin / str(command[0])), *map(str, command[1:])],
            env={**inherited, **WITHOUT_PROXY, **variables},
            capture_output=True,
            text=True,
            timeout=120,
        )


def environment(cache: Path, program: str, dependencies: Sequence[str]) -> Environment:
    """An environment with a program, in which ``daily`` is visavis; made from the package index once.

    Visavis and what it needs come from the environment that runs the tests; they come last, so that the
    program has the versions it was installed with.

    Args:
        cache: the folder where environments are kept between runs.
        program: a requirement, installed without its dependencies.
        dependencies: what it needs of them; not ``daily-python``.
    """

    def install(folder: Path) -> None:
        _pip(folder, "--no-deps", program, DISTRIBUTION)
        _pip(folder, *dependencies)
        _lend(folder)

    return _made(cache, program, (*dependencies, str(DISTRIBUTION)), install)


def plain_environment(cache: Path, *program: str) -> Environment:
    """An environment with a program and all that it asks for, and nothing of visavis.

    Args:
        cache: the folder where environments are kept between runs.
        program: its requirements, the one that names it first.
    """
    return _made(cache, program[0], program[1:], lambda folder: _pip(folder, *program))


def _made(cache: Path, program: str, others: Sequence[str], install: Callable[[Path], None]) -> Environment:
    recipe = "\n".join((program, *others, sys.version))
    folder = cache / f"{program.partition('=')[0]}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    made = folder / "made"
    if not made.exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        install(folder)
        made.touch()
    return Environment(folder)


def _pip(folder: Path, *arguments: object) -> None:
    command = [folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def _lend(folder: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    lent = (ROOT / "src", sysconfig.get_paths()["purelib"])
    (folder / "lib" / version / "site-packages" / "visavis.pth").write_text("\n".join(map(str, lent)) + "\n")
