"""``visavis replay``: the same inputs, the same events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.conversation.driving import Driven, wires
from visavis.cli import app
from visavis.errors import ConfigurationError


@pytest.fixture
def call() -> Driven:
    """A conversation in which something was said."""
    call = Driven(greeting="Welcome.")
    call.ask("interrupt")
    call.voices(call.ask("echo", text="One two three four."))
    call.ends()
    return call


@pytest.fixture
def log(call: Driven, tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(call.log))
    return path


def test_events_are_printed_as_they_went_out(call: Driven, log: Path) -> None:
    done = CliRunner().invoke(app, ["replay", str(log)])
    assert [json.loads(line) for line in done.stdout.splitlines()] == wires(call.all_effects)
    assert CliRunner().invoke(app, ["replay", "-"], input=log.read_text()).stdout == done.stdout


@pytest.mark.parametrize("page", [True, False])
def test_a_replay_that_is_the_same_says_nothing(call: Driven, log: Path, tmp_path: Path, page: bool) -> None:
    events = wires(call.all_effects)[1:]  # a recording has no heartbeats, say
    recorded = tmp_path / "events.json"
    recorded.write_text(json.dumps({"data": events}) if page else "\n".join(map(json.dumps, events)))
    done = CliRunner().invoke(app, ["replay", str(log), "--check", str(recorded)])
    assert (done.exit_code, done.output) == (0, "")


def test_the_first_difference_is_shown(call: Driven, log: Path, tmp_path: Path) -> None:
    events = wires(call.all_effects)
    events[-1]["properties"]["reason"] = "another"
    recorded = tmp_path / "events.json"
    recorded.write_text(json.dumps({"data": events}))
    done = CliRunner().invoke(app, ["replay", str(log), "--check", str(recorded)])
    assert done.exit_code == 1
    assert "another" in done.output


@pytest.mark.parametrize("dialect", ["seed", "2026-03", "pal"])
def test_recordings_in_every_dialect_can_be_compared(dialect: str, tmp_path: Path) -> None:
    call = Driven(dialect=dialect)
    call.speaks(2.0)
    call.ends()
    (tmp_path / "log.jsonl").write_text("\n".join(call.log))
    (tmp_path / "events.json").write_text("\n".join(map(json.dumps, wires(call.all_effects))))
    options = [str(tmp_path / "log.jsonl"), "--check", str(tmp_path / "events.json")]
    assert CliRunner().invoke(app, ["replay", *options]).exit_code == 0


@pytest.mark.parametrize("text", ["{}", "nonsense", '{"type": "Nothing"}'])
def test_what_is_no_log_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.jsonl").write_text(text)
    done = CliRunner().invoke(app, ["replay", str(tmp_path / "log.jsonl")])
    assert isinstance(done.exception, ConfigurationError)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["replay", str(tmp_path / "none")])
    assert isinstance(done.exception, ConfigurationError)
