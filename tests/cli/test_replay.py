"""``visavis replay``: the same inputs, the same events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
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
    events = [event for event in wires(call.all_effects) if event["event_type"] != "system.replica_present"]
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


def checked(log: Path, events: list[dict[str, Any]]) -> Result:
    recorded = log.parent / "events.json"
    recorded.write_text(json.dumps({"data": events}))
    return CliRunner().invoke(app, ["replay", str(log), "--check", str(recorded)])


def test_events_that_the_record_lost_are_shown(tmp_path: Path) -> None:
    call = Driven()
    call.speaks(2.0)
    call.ends()
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(call.log))
    events = wires(call.all_effects)
    lost = events.pop(2), events.pop(2)
    done = checked(log, events)
    assert done.exit_code == 1
    told = "".join(done.output.split())
    assert all("".join(json.dumps(event).split()) in told for event in lost)
    assert checked(log, wires(call.all_effects)[2:-2]).exit_code == 0, "a part is compared as a part"


@pytest.mark.parametrize("dialect", ["seed", "2026-03"])
def test_events_without_numbers_that_the_record_lost_are_shown(dialect: str, tmp_path: Path) -> None:
    call = Driven(dialect=dialect)
    call.speaks(2.0)
    call.ends()
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(call.log))
    events = [event for event in wires(call.all_effects) if event["event_type"] != "system.replica_present"]
    lost = events.pop(1)
    done = checked(log, events)
    assert (done.exit_code, lost["event_type"] in done.output) == (1, True)


def test_a_call_whose_worker_died_may_have_a_shutdown_behind_its_log(tmp_path: Path) -> None:
    call = Driven(greeting="Welcome.")
    call.ask("interrupt")
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(call.log))
    events = wires(call.all_effects)
    goodbye = {"event_type": "system.shutdown", "seq": events[-1]["seq"] + 1, "properties": {}}
    assert checked(log, [*events, goodbye]).exit_code == 0
    unheard = {**goodbye, "event_type": "conversation.utterance"}
    assert checked(log, [*events, unheard]).exit_code == 1


def test_what_splits_lines_elsewhere_splits_none_in_a_log(tmp_path: Path) -> None:
    call = Driven()
    call.ask("append_llm_context", context="one\u2028two\x85three")
    call.ends()
    log = tmp_path / "log.jsonl"
    raw = [json.dumps(json.loads(line), ensure_ascii=False) for line in call.log]
    log.write_text("\n".join(raw), encoding="utf-8")
    recorded = tmp_path / "events.jsonl"
    recorded.write_text("\n".join(json.dumps(e, ensure_ascii=False) for e in wires(call.all_effects)))
    done = CliRunner().invoke(app, ["replay", str(log), "--check", str(recorded)])
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize("text", [b"5", b"\xff\xfe", b"[5]", b"", b'{"data": []}', b"nonsense"])
def test_what_holds_no_events_is_refused(log: Path, tmp_path: Path, text: bytes) -> None:
    (tmp_path / "events.json").write_bytes(text)
    done = CliRunner().invoke(app, ["replay", str(log), "--check", str(tmp_path / "events.json")])
    assert isinstance(done.exception, ConfigurationError)


@pytest.mark.parametrize("text", [b"{}", b"nonsense", b'{"type": "Nothing"}', b"5", b"\xff\xfe"])
def test_what_is_no_log_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "log.jsonl").write_bytes(text)
    done = CliRunner().invoke(app, ["replay", str(tmp_path / "log.jsonl")])
    assert isinstance(done.exception, ConfigurationError)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["replay", str(tmp_path / "none")])
    assert isinstance(done.exception, ConfigurationError)
