"""``visavis db``."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from visavis.cli import app
from visavis.server.store import migrating


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VISAVIS_DATA_DIR", str(tmp_path))
    return lambda *arguments, **options: CliRunner().invoke(app, ["db", *arguments], **options)


def test_tables_come_and_go(run) -> None:
    before = run("status")
    assert (before.exit_code, "without tables" in before.output) == (1, True)
    assert migrating.newest() in run("upgrade").output
    assert run("status").exit_code == 0
    assert run("downgrade", "0001", input="n\n").exit_code == 1
    assert run("status").exit_code == 0
    assert run("downgrade", "0001", "--yes").exit_code == 0
    assert "database 0001" in run("status").output


def test_an_unknown_revision_is_told_in_words(run) -> None:
    run("upgrade")
    answer = run("downgrade", "0815", "--yes")
    assert "0815" in str(answer.exception)
    assert run("status").exit_code == 0
