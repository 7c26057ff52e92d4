"""Asks the registries' services for known vulnerabilities; fails on one that audit.toml does not name.

Where a service cannot be asked, that is said aloud and counts as no failure: a machine without the Internet
still builds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WEB = HERE.parent / "web"
SECONDS = 25
"""For all questions to one service."""
UNASKED = 0.5
"""A service that knows nothing of more than this part of the packages was not really asked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A known vulnerability of a package."""

    package: str
    names: tuple[str, ...]
    """Its identifiers: GHSA, CVE, PYSEC."""
    remedy: str
    """In which versions it is, or no longer is."""


class CouldNotAsk(Exception):
    """The service does not answer, or knows nothing."""


def python_findings(report: Mapping[str, Any]) -> list[Finding]:
    """What pip-audit's JSON says.

    Raises:
        CouldNotAsk: it could look up next to nothing.
    """
    packages = [package for package in report["dependencies"] if package["name"] != "visavis"]
    skipped = sum("skip_reason" in package for package in packages)
    if not packages or skipped / len(packages) > UNASKED:
        raise CouldNotAsk(f"the service knows nothing of {skipped} of {len(packages)} packages")
    return [
        Finding(
            package["name"],
            (found["id"], *found.get("aliases", ())),
            "fixed in " + (", ".join(found.get("fix_versions", ())) or "no version"),
        )
        for package in packages
        for found in package.get("vulns", ())
    ]


def npm_findings(report: Mapping[str, Any]) -> list[Finding]:
    """What npm's JSON says.

    Raises:
        CouldNotAsk: it is about an error instead.
    """
    if "vulnerabilities" not in report:
        raise CouldNotAsk(str(report.get("message") or report.get("error") or "no answer"))
    return [
        Finding(name, (str(via["url"]).rpartition("/")[2],), f"in {via.get('range', 'all versions')}")
        for name, about in report["vulnerabilities"].items()
        for via in about["via"]
        if isinstance(via, dict)  # a name stands for another package, which is listed itself
    ]


def judge(findings: Sequence[Finding], ignored: Sequence[Mapping[str, Any]], today: date) -> list[str]:
    """What to complain about: findings that are not ignored, and entries of the list whose time is over."""
    known = {entry["id"] for entry in ignored if entry["until"] >= today}
    complaints = [
        f"audit.toml: {entry['id']} was to be looked at again by {entry['until']}"
        for entry in ignored
        if entry["until"] < today
    ]
    return complaints + [
        f"{finding.package}: {finding.names[0]} ({finding.remedy})"
        for finding in findings
        if known.isdisjoint(finding.names)
    ]


def ask(command: Sequence[str], where: Path) -> Mapping[str, Any]:
    """The JSON that a command prints; both tools exit with 1 when they find something.

    Raises:
        CouldNotAsk: it prints none.
    """
    try:
        done = subprocess.run(
            command, cwd=where, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        report: Mapping[str, Any] = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise CouldNotAsk(f"{command[0]}: {type(error).__name__}") from error
    return report


def python_report() -> Mapping[str, Any]:
    """Of this environment."""
    pip_audit = [sys.executable, "-m", "pip_audit", "--local", "--progress-spinner=off", "--format=json"]
    return ask([*pip_audit, "--timeout=5"], HERE.parent)


def npm_report() -> Mapping[str, Any]:
    """Of the lock file."""
    return ask(["npm", "audit", "--json", "--package-lock-only"], WEB)


def main() -> int:
    """Ask both; 1 if there is something to do."""
    ignored = tomllib.loads((HERE / "audit.toml").read_text()).get("ignore", [])
    complaints = judge([], ignored, date.today())
    for name, report, read in (
        ("pip-audit", python_report, python_findings),
        ("npm audit", npm_report, npm_findings),
    ):
        try:
            found = read(report())
        except CouldNotAsk as error:
            print(f"WARNING: {name} could not ask for known vulnerabilities: {error}", file=sys.stderr)
            continue
        current = [entry for entry in ignored if entry["until"] >= date.today()]
        complaints += judge(found, current, date.today())
        print(f"{name}: {len(found)} known vulnerabilities")
    for complaint in complaints:
        print(f"FAILED: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
