"""A run as JUnit XML, as JSON, and as one HTML page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from visavis.testing.conformance.model import GROUPS
from visavis.testing.conformance.results import Report, Result

HIDDEN = "********"
SHORTEST = 6
"""Letters of a secret: what is shorter is a part of words, and guessed at once."""
PLACE = "/*REPORT*/null"
"""In ``report.html``, where the data goes."""


def write(report: Report, folder: Path, secrets: Iterable[str] = ()) -> None:
    """Write ``index.html``, ``junit.xml`` and ``report.json`` into a folder, which is made if need be.

    Args:
        report: the run.
        folder: where to.
        secrets: must not appear in any of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    hidden = [secret for secret in secrets if len(secret) >= SHORTEST]
    data = as_json(report)
    for key in ("target", "stopped", "left", "notes"):
        data[key] = _clean(data[key], hidden)
    for case in data["cases"]:
        case["detail"], case["events"] = _clean(case["detail"], hidden), _clean(case["events"], hidden)
    text = json.dumps(data, ensure_ascii=False, indent=1)
    (folder / "report.json").write_text(text, encoding="utf-8")
    (folder / "junit.xml").write_bytes(junit(data))
    (folder / "index.html").write_text(page(data), encoding="utf-8")


def _clean(value: Any, secrets: Sequence[str]) -> Any:
    """What a server sent, without secrets and as every reader of JSON takes it."""
    if isinstance(value, dict):
        return {_readable(key): _clean(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item, secrets) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if not isinstance(value, str):
        return value
    for secret in secrets:
        value = value.replace(secret, HIDDEN)
    return _readable(value)


def _readable(text: str) -> str:
    """JSON can hold halves of letters that no file takes."""
    return text.encode("utf-8", "replace").decode()


def as_json(report: Report) -> dict[str, Any]:
    """The run as JSON values; cases have the events they received when they failed."""
    return {
        "target": report.target,
        "driver": report.driver,
        "version": report.version,
        "started": report.started,
        "seconds": report.seconds,
        "stopped": report.stopped,
        "left": list(report.left),
        "notes": list(report.notes),
        "counts": report.counts(),
        "groups": GROUPS,
        "cases": [_case(result) for result in report.results],
    }


def _case(result: Result) -> dict[str, Any]:
    case = result.case
    return {
        "id": case.id,
        "group": case.group,
        "title": case.title,
        "source": case.source,
        "reference": case.reference,
        "profile": case.profile,
        "outcome": result.outcome,
        "seconds": result.seconds,
        "detail": result.detail,
        "events": result.events,
    }


def junit(data: Mapping[str, Any]) -> bytes:
    """JUnit XML: one suite for each group; a known shortfall counts as skipped."""
    root = ElementTree.Element("testsuites", name=f"visavis conformance of {data['target']}")
    for group, members in groupby(data["cases"], key=lambda case: case["group"]):
        cases = list(members)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=GROUPS[group],
            timestamp=data["started"],
            tests=str(len(cases)),
            failures=str(sum(case["outcome"] == "failed" for case in cases)),
            skipped=str(sum(case["outcome"] in ("known", "skipped") for case in cases)),
        )
        for case in cases:
            _testcase(suite, group, case)
    if problems := [*([f"stopped by {data['stopped']}"] if data["stopped"] else []), *data["left"]]:
        suite = ElementTree.SubElement(root, "testsuite", name="The run", tests="1", errors="1")
        whole = ElementTree.SubElement(suite, "testcase", classname="conformance", name="comes to its end")
        ElementTree.SubElement(whole, "error", message=_printable("; ".join(problems)))
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _testcase(suite: ElementTree.Element, group: str, case: Mapping[str, Any]) -> None:
    name = f"{case['id']} {case['title']}"
    found = ElementTree.SubElement(
        suite, "testcase", classname=f"conformance.{group}", name=name, time=str(case["seconds"])
    )
    message = _printable(case["detail"])
    if case["outcome"] == "failed":
        failure = ElementTree.SubElement(found, "failure", message=message)
        failure.text = _printable("\n".join(json.dumps(event) for event in case["events"]))
    elif case["outcome"] != "passed":
        ElementTree.SubElement(found, "skipped", message=message)


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(
        letter for letter in text if (letter >= " " and letter not in "\ufffe\uffff") or letter in "\n\t"
    )


def page(data: Mapping[str, Any]) -> str:
    """One HTML page that needs nothing else."""
    template = (files("visavis.testing.conformance") / "report.html").read_text(encoding="utf-8")
    # Inside a script element only "</" and "<!--" could end the data.
    return template.replace(PLACE, json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))
