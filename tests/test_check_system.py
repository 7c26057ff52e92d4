"""``scripts/check-system`` on systems that lack something, made of a folder of small commands."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("sh", "uname", "grep")
PYTHON = """
case "$2" in
  *venv,*) exit {venv} ;;
  *print*) echo python3.12-venv ;;
  *) exit {old} ;;
esac
"""


class System:
    """A PATH with nothing on it but what a test installs; every library is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (folder / tool).symlink_to(found)
        self.install("ldconfig", "echo libEGL.so.1; echo libGL.so.1")
        self.install("python3", PYTHON.format(venv=0, old=0))
        self.install("node", "echo true")
        self.install("npm")
        self.install("chromium")
        self.install("turnserver")
        self.install("initdb")

    def install(self, name: str, script: str = "") -> None:
        file = self._folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def remove(self, name: str) -> None:
        (self._folder / name).unlink()

    def check(self, what: str = "test") -> tuple[int, str]:
        done = subprocess.run(
            [self._folder / "sh", "scripts/check-system", what],
            cwd=ROOT,
            env={"PATH": str(self._folder)},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stderr


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(tmp_path)


def test_a_system_that_has_everything_passes_in_silence(system: System) -> None:
    assert system.check() == (0, "")


def test_what_is_missing_is_one_line_to_run(system: System) -> None:
    for name in ("python3", "node", "npm", "chromium", "turnserver", "initdb"):
        system.remove(name)
    system.install("ldconfig")
    code, said = system.check()
    assert code == 1
    packages = "python3 python3-venv nodejs npm libegl1 libgl1 chromium coturn postgresql"
    assert said.splitlines()[-1] == f"On Debian or Ubuntu:  sudo apt-get install -y {packages}"


@pytest.mark.parametrize(
    ("command", "package"), [("chromium", "chromium"), ("turnserver", "coturn"), ("initdb", "postgresql")]
)
def test_some_are_asked_for_by_the_tests_alone(system: System, command: str, package: str) -> None:
    system.remove(command)
    assert system.check("run") == (0, "")
    assert f"install -y {package}" in system.check("test")[1]


def test_the_venv_package_is_that_of_the_python_in_use(system: System) -> None:
    system.install("python3", PYTHON.format(venv=1, old=0))
    assert "install -y python3.12-venv\n" in system.check()[1]


def test_what_is_too_old_is_not_cured_by_installing_it_again(system: System) -> None:
    system.install("python3", PYTHON.format(venv=0, old=1))
    system.install("node", "echo false")
    code, said = system.check()
    assert code == 1
    assert "python3 is older than 3.11" in said and "node is older than 20" in said
    assert "apt-get" not in said
