"""``visavis db``."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from visavis.cli import app
from visavis.errors import ConfigurationError
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


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_database_that_is_down_is_told_in_words_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("VISAVIS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VISAVIS_DATABASE_URL", "postgresql+asyncpg://me:s3cret@127.0.0.1:1/calls")
    for command in (("serve", "--host", host, "--port", "0"), ("db", "status")):
        answer = CliRunner().invoke(app, command)
        assert isinstance(answer.exception, ConfigurationError)
        assert "the database cannot be reached" in str(answer.exception)
        assert "s3cret" not in str(answer.exception) + answer.output
