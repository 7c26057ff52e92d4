"""scripts/audit: what it makes of the tools' reports, and that it says so when nobody could be asked."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
import audit

TODAY = date(2026, 12, 1)
PYTHON = {
    "dependencies": [
        {"name": "sound", "version": "1", "vulns": []},
        {
            "name": "leaky",
            "version": "1",
            "vulns": [{"id": "PYSEC-1", "aliases": ["GHSA-1", "CVE-1"], "fix_versions": ["1.1"]}],
        },
        {"name": "own", "skip_reason": "not on the index"},
    ]
}
NPM = {
    "vulnerabilities": {
        "deep": {"via": [{"url": "https://github.com/advisories/GHSA-2", "range": "<2"}]},
        "above": {"via": ["deep"]},
    }
}


def test_a_known_vulnerability_fails_unless_it_is_named_and_looked_at_in_time() -> None:
    found = audit.python_findings(PYTHON) + audit.npm_findings(NPM)
    assert audit.judge(found, [], TODAY) == ["leaky: PYSEC-1 (fixed in 1.1)", "deep: GHSA-2 (in <2)"]
    in_time = [{"id": "CVE-1", "until": TODAY}, {"id": "GHSA-2", "until": TODAY}]
    assert audit.judge(found, in_time, TODAY) == []
    late = audit.judge(found, in_time, date(2026, 12, 2))
    assert len(late) == 4 and "looked at again" in late[0]


@pytest.mark.parametrize(
    ("read", "report"),
    [
        (audit.python_findings, {"dependencies": [{"name": "a", "skip_reason": "not found"}]}),
        (audit.python_findings, {"dependencies": []}),
        (audit.npm_findings, {"message": "405 Method Not Allowed", "error": {}}),
    ],
)
def test_a_service_that_knows_nothing_was_not_asked(read: Any, report: Mapping[str, Any]) -> None:
    with pytest.raises(audit.CouldNotAsk):
        read(report)


def test_who_cannot_be_asked_is_a_warning_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "python_report", lambda: audit.ask(["no-such-command"], Path()))
    monkeypatch.setattr(
        audit, "npm_report", lambda: audit.ask([sys.executable, "-c", "print('sorry')"], Path())
    )
    assert audit.main() == 0
    assert capsys.readouterr().err.count("WARNING") == 2
    monkeypatch.setattr(audit, "npm_report", lambda: NPM)
    assert audit.main() == 1
    assert "FAILED: deep" in capsys.readouterr().err
