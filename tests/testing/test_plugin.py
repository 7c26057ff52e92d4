"""The pytest plugin, in test runs of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest_plugins = "pytester"

FAKE_SERVER = """
    import contextlib
    import pytest
    from visavis.testing import server_process

    @pytest.fixture(scope="session")
    def visavis_settings():
        return {"llm_base_url": "http://127.0.0.1:9/v1", "workers": 3}

    @contextlib.contextmanager
    def remembered(folder, *arguments, **settings):
        assert folder.is_dir() and not arguments
        print("started")
        yield settings
        print("stopped")

    server_process.running_server = remembered
"""
SETTINGS = """
import pytest

@pytest.fixture(scope="session")
def visavis_settings():
    return {"workers": 1, "public_url": "https://call.example", "ice_servers": ["stun:stun.example:3478"]}
"""
TELLS_AND_WAITS = """
import pathlib, time

def test_it_is_killed(visavis_server):
    created = visavis_server.create(test_mode=True)
    pathlib.Path("new").write_text(f"{visavis_server.process.pid} {created['conversation_url']}")
    pathlib.Path("new").rename("told")
    time.sleep(100)
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project without a conftest; each run is a process of its own."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return pytester


def test_the_fixtures_are_there_without_a_conftest(run: pytest.Pytester) -> None:
    listed = run.runpytest_subprocess("--fixtures", "-v")
    listed.stdout.fnmatch_lines_random(
        [
            "conversation -- *plugin.py:*",
            "visavis_settings *session scope* -- *plugin.py:*",
            "visavis_server *session scope* -- *plugin.py:*",
        ]
    )


def test_a_conversation_needs_no_preparation(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        def test_it_answers(conversation):
            talk = conversation(llm={"hello": "Good day."})
            assert talk.ask("Hello!") == "Good day."

        def test_it_asks_for_nothing_but_itself(visavis_settings):
            assert visavis_settings == {}
        """
    )
    run.runpytest_subprocess("-W", "error", "-p", "no:asyncio").assert_outcomes(passed=2)


def test_the_plugin_alone_loads_nothing_of_visavis(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import sys

        def test_it_is_not_loaded():
            loaded = {name for name in sys.modules if name.startswith("visavis")}
            assert loaded == {"visavis", "visavis.testing", "visavis.testing.plugin"}
        """
    )
    run.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_failure_shows_what_happened_in_each_conversation(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        def test_it_fails(conversation):
            first = conversation(llm="Good day to you.")
            second = conversation(llm="Never asked.")
            first.ask("Hello out there!")
            second.echo("Something else.")
            second.run_until_idle()
            assert first.heard == ["Good bye."]
        """
    )
    result = run.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- conversation 1 -*",
            "* → user said 'Hello out there!'",
            '* conversation.utterance turn 1 {"role": "replica", "speech": "Good day to you."}',
            "*- conversation 2 -*",
            '* conversation.utterance turn 0 {"role": "replica", "speech": "Something else."}',
        ]
    )


def test_a_success_shows_nothing(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        def test_it_passes(conversation):
            conversation(llm="Good day.").ask("Hello!")
        """
    )
    result = run.runpytest_subprocess("-rA")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*conversation 1*")


def test_the_programs_of_a_conversation_end_with_its_test(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import asyncio

        ended = []

        async def app(call):
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)

        def test_it_runs(conversation):
            conversation(app=app).run(1)
            assert ended == []

        def test_it_has_ended():
            assert ended == [True]
        """
    )
    run.runpytest_subprocess("-W", "error", "-p", "no:asyncio").assert_outcomes(passed=2)


def test_an_error_at_the_end_of_a_program_fails_the_test(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import asyncio

        async def app(call):
            try:
                await asyncio.Event().wait()
            finally:
                raise LookupError("not cleaned up")

        def test_it_runs(conversation):
            conversation(app=app).run(1)
        """
    )
    result = run.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*LookupError: not cleaned up"])


def test_the_settings_of_a_project_reach_its_server(run: pytest.Pytester) -> None:
    run.makeconftest(FAKE_SERVER)
    run.makepyfile(
        """
        def test_one(visavis_server):
            assert visavis_server == {"llm_base_url": "http://127.0.0.1:9/v1", "workers": 3}

        def test_two(visavis_server):
            assert visavis_server["workers"] == 3
        """
    )
    result = run.runpytest_subprocess("-s")
    result.assert_outcomes(passed=2)
    assert result.stdout.str().count("started") == result.stdout.str().count("stopped") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux ends the server")
def test_the_real_server_has_the_settings_and_does_not_outlive_a_run_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(SETTINGS)
    (tmp_path / "test_server.py").write_text(TELLS_AND_WAITS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--basetemp={tmp_path / 'data'}",
    ]
    log, told = tmp_path / "log", tmp_path / "told"
    with log.open("wb") as out, subprocess.Popen(command, cwd=tmp_path, stdout=out, stderr=out) as tests:
        try:
            while not told.exists():
                assert tests.poll() is None, log.read_text()
                time.sleep(0.05)
        finally:
            tests.kill()
    pid, url = told.read_text().split()
    assert url.startswith("https://call.example/c")
    assert gone(int(pid))


def gone(pid: int) -> bool:
    """Whether the process ends within the time that a server takes to stop."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if zombie(pid):
            return True
        time.sleep(0.05)
    return False


def zombie(pid: int) -> bool:
    """Whether it has ended, and whoever inherited it does not care."""
    return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
