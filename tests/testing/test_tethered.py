"""A command that ends when its parent does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from visavis.testing.server_process import _started

TETHERED = [sys.executable, "-m", "visavis.testing.tethered"]
linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux ends the command")

WAITS = """
import pathlib, signal, sys, time

def ended(*_):
    pathlib.Path(sys.argv[1]).write_text("ended by SIGTERM")
    sys.exit()

signal.signal(signal.SIGTERM, ended)
print("ready", flush=True)
time.sleep(60)
"""
STARTS = """
import subprocess, sys, time

subprocess.Popen([sys.executable, "-m", "visavis.testing.tethered", sys.executable, "-c", *sys.argv[1:]])
time.sleep(60)
"""
STARTS_IN_A_THREAD = """
import pathlib, sys, threading, time
from visavis.testing.server_process import _started

def start():
    log = pathlib.Path(sys.argv[3])
    _started([sys.executable, "-c", *sys.argv[1:3]], {}, log)
    while "ready" not in log.read_text():
        time.sleep(0.01)

thread = threading.Thread(target=start)
thread.start()
thread.join()
time.sleep(60)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TETHERED, *arguments], capture_output=True, text=True, timeout=30, check=False)


@contextmanager
def killed_at_the_end(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    with process:
        try:
            yield process
        finally:
            process.kill()


def appears(path: Path, text: str, within: float = 20.0) -> bool:
    """Whether the file holds the text in time."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if path.exists() and text in path.read_text():
            return True
        time.sleep(0.02)
    return False


@linux
def test_the_command_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "note"
    command = [sys.executable, "-c", STARTS, WAITS, str(note)]
    with killed_at_the_end(subprocess.Popen(command, stdout=subprocess.PIPE)) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        parent.kill()
        assert appears(note, "ended by SIGTERM")


@linux
def test_a_server_outlives_the_thread_that_asked_for_it_but_not_the_process(tmp_path: Path) -> None:
    note, log = tmp_path / "note", tmp_path / "log"
    command = [sys.executable, "-c", STARTS_IN_A_THREAD, WAITS, str(note), str(log)]
    with killed_at_the_end(subprocess.Popen(command)) as parent:
        assert appears(log, "ready")
        assert not appears(note, "ended", within=0.5)
        parent.kill()
        assert appears(note, "ended by SIGTERM")


def test_the_command_is_what_was_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = _started([sys.executable, "-c", "import os; print(os.getpid())"], dict(os.environ), log)
    assert process.wait(20) == 0
    assert log.read_text() == f"{process.pid}\n"


def test_a_started_command_can_be_ended_as_any_other(tmp_path: Path) -> None:
    process = _started([sys.executable, "-c", WAITS, str(tmp_path / "note")], {}, tmp_path / "log")
    assert appears(tmp_path / "log", "ready")
    assert process.poll() is None
    (keeper,) = (thread for thread in threading.enumerate() if thread.name == "keeps a server")
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    keeper.join(20)
    assert not keeper.is_alive()
    assert (tmp_path / "note").exists()


def test_a_command_that_cannot_be_logged_is_not_started(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _started(["true"], {}, tmp_path / "nowhere" / "log")


def test_the_command_gets_its_own_arguments_and_gives_its_own_result() -> None:
    done = run(
        sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(7)", "--help", "--parent", "1"
    )
    assert (done.returncode, done.stdout) == (7, "['--help', '--parent', '1']\n")


@linux
def test_a_parent_that_is_gone_already_starts_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    done = run("--parent", str(gone.pid), sys.executable, "-c", "print('started')")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "the parent is gone already" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "which command?"),
        (["no-such-command-anywhere"], "no-such-command-anywhere: No such file or directory"),
        (["--parent", "nobody", "true"], "invalid int value: 'nobody'"),
    ],
)
def test_what_cannot_be_run_says_how_it_is_used(arguments: list[str], reason: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "usage: python -m visavis.testing.tethered [--parent PID] COMMAND" in done.stderr
    assert reason in done.stderr
