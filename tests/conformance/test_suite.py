"""The suite itself: its cases, its reports, its command."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from visavis.cli import app
from visavis.errors import ConfigurationError
from visavis.testing.conformance import reports
from visavis.testing.conformance.cost import minutes
from visavis.testing.conformance.hooks import HOOKS
from visavis.testing.conformance.listing import every_rule, listing
from visavis.testing.conformance.match import mismatch
from visavis.testing.conformance.model import Case, chosen, every_case
from visavis.testing.conformance.results import FORGOTTEN, Report, Result, read_shortfalls
from visavis.testing.conformance.steps import STEPS
from visavis.testing.conformance.target import is_loopback, is_private

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"


def test_there_are_at_least_120_cases_with_numbers_of_their_own() -> None:
    ids = [case.id for case in (*every_case(), *every_rule())]
    assert len(ids) == len(set(ids)) >= 120


@pytest.mark.parametrize("case", every_case(), ids=lambda case: case.id)
def test_a_case_says_what_it_does(case: Case) -> None:
    assert bool(case.hook) != bool(case.steps)
    assert not case.hook or case.hook in HOOKS
    for step in case.steps:
        assert next(iter(step)) in STEPS


def test_every_hook_is_used() -> None:
    assert {case.hook for case in every_case() if case.hook} == set(HOOKS)


def test_profiles_hold_one_another() -> None:
    sizes = [len(chosen(profile)) for profile in ("core", "full", "extensions")]
    assert sizes == sorted(sizes) and sizes[2] == len(every_case())
    assert {case.profile for case in chosen("full")} == {"core", "full"}
    assert [case.id for case in chosen("core", ["ext-001", "HOOK"])] == [
        "HOOK-001",
        "HOOK-002",
        "HOOK-003",
        "EXT-001",
    ]
    with pytest.raises(ValueError, match="NOPE-1"):
        chosen("core", ["nope-1"])


@pytest.mark.parametrize(
    ("wanted", "found", "problem"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, None),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b is 2, wanted 1"),
        ({"a": 1}, {}, "a is missing"),
        ({"a": {"$absent": True}}, {"a": None}, "a is there, and must not be"),
        ({"a": True}, {"a": 1}, "a is 1, wanted True"),
        ([1, {"$type": "string"}], [1, 2], "[1] is 2, wanted $type 'string'"),
        ({"a": {"$any": [1, {"$re": "^x"}]}}, {"a": "xy"}, None),
        ({"a": {"$type": "number"}}, {"a": True}, "a is True, wanted $type 'number'"),
        ({"$some": {"x": 1}}, [{"x": 2}, {"x": 1}], None),
        ({"$every": {"x": 1}}, [{"x": 2}, {"x": 1}], "it is [{'x': 2}, {'x': 1}], wanted $every {'x': 1}"),
        ({"a": 1}, [], "it is [], wanted an object"),
        ({"$every": {"x": 1}}, [], "it is [], wanted $every {'x': 1}"),
        ({"a": {"$not": 1}}, {}, None),
        ({"a": {"$not": 1}}, {"a": 1}, "a is 1, wanted $not 1"),
        ({"a": {"$all": [{"$gt": 1}, {"$not": 3}]}}, {"a": 2}, None),
        ({"a": {"$all": [{"$gt": 1}, {"$not": 3}]}}, {}, "a is missing"),
        ({"a": {"$gt": 2}}, {"a": 2}, "a is 2, wanted $gt 2"),
        ({"a": {"$json": {"b": 1}}}, {"a": '{"b":1}'}, None),
        ({"a": {"$json": {"b": 1}}}, {"a": {"b": 1}}, "a is {'b': 1}, wanted $json {'b': 1}"),
        (
            {"$nowhere": "key"},
            {"a": [{"b": "my key"}]},
            "it is {'a': [{'b': 'my key'}]}, wanted $nowhere 'key'",
        ),
        ({"$nowhere": "key"}, {"key": ["lock"]}, None),
    ],
)
def test_a_demand_says_where_it_is_not_met(wanted: object, found: object, problem: str | None) -> None:
    assert mismatch(wanted, found) == problem


def report(*results: Result) -> Report:
    return Report("http://127.0.0.1:1", "chat", "1.0", "2026-01-02T03:04:05+00:00", 1.5, results)


def result(
    name: str, outcome: str, detail: str = "", events: list[dict[str, object]] | None = None
) -> Result:
    case = next(case for case in every_case() if case.id == name)
    return Result(case, outcome, 0.25, detail, events or [])  # type: ignore[arg-type]


def test_reports_say_the_same_in_three_ways(tmp_path: Path) -> None:
    failed = result(
        "ECHO-001", "failed", "it said </script> and top-secret", [{"event_type": "x", "k": "top-secret"}]
    )
    made = report(result("REST-001", "passed"), failed, result("HOOK-001", "known", "no webhooks"))
    reports.write(made, tmp_path, secrets=("top-secret", ""))
    data = json.loads((tmp_path / "report.json").read_text())
    assert data["counts"] == {"passed": 1, "failed": 1, "known": 1, "skipped": 0}
    suites = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert [suite.get("name") for suite in suites] == ["REST API", "Echo", "Webhooks"]
    assert [suite.get("failures") for suite in suites] == ["0", "1", "0"]
    failure = suites.find(".//failure")
    assert failure is not None and "</script>" in failure.get("message", "")
    html = (tmp_path / "index.html").read_text()
    assert html.count("</script>") == 1
    assert not any("top-secret" in path.read_text() for path in tmp_path.iterdir())


@pytest.mark.parametrize("key", ["k", "case", "id", "x", "12"])
def test_a_short_key_is_no_reason_to_spoil_the_report(tmp_path: Path, key: str) -> None:
    made = report(result("ECHO-001", "failed", "the case k has no id", [{"event_type": "x", "id": "12"}]))
    reports.write(made, tmp_path / "without")
    reports.write(made, tmp_path / "with", secrets=(key,))
    for name in ("report.json", "junit.xml", "index.html"):
        assert (tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes()


def test_a_key_is_hidden_in_values_and_nowhere_else(tmp_path: Path) -> None:
    event = {"event_type": "x", "outcome": "it is outcome, twice: outcome", "list": [{"a": "outcome"}]}
    made = report(result("ECHO-001", "failed", "outcome", [event]))
    reports.write(made, tmp_path, secrets=("outcome",))
    (case,) = json.loads((tmp_path / "report.json").read_text())["cases"]
    assert (case["outcome"], case["detail"]) == ("failed", "********")
    assert case["events"][0]["outcome"] == "it is ********, twice: ********"
    assert case["events"][0]["list"] == [{"a": "********"}]


def test_a_report_is_written_of_the_oddest_events(tmp_path: Path) -> None:
    event = json.loads('{"event_type": "\\ud800", "\\ud800": ["\\uffff\\u0001", NaN, 1e999]}')
    reports.write(report(result("ECHO-001", "failed", "\ud800 \x1b", [event])), tmp_path)
    (case,) = json.loads((tmp_path / "report.json").read_text())["cases"]
    assert case["events"] == [{"event_type": "?", "?": ["\uffff\x01", "nan", "inf"]}]
    assert ElementTree.parse(tmp_path / "junit.xml").getroot().find(".//failure") is not None


def test_a_report_says_how_a_run_ended_and_what_it_left(tmp_path: Path) -> None:
    made = replace(
        report(result("REST-001", "passed")), stopped="SIGTERM", left=["personas: p1"], notes=["no tunnel"]
    )
    reports.write(made, tmp_path)
    data = json.loads((tmp_path / "report.json").read_text())
    assert (data["stopped"], data["left"], data["notes"]) == ("SIGTERM", ["personas: p1"], ["no tunnel"])
    error = ElementTree.parse(tmp_path / "junit.xml").getroot().find(".//error")
    assert error is not None and error.get("message") == "stopped by SIGTERM; personas: p1"
    assert "personas: p1" in (tmp_path / "index.html").read_text()


def test_known_shortfalls_do_not_count_until_they_pass(tmp_path: Path) -> None:
    path = tmp_path / "known.txt"
    path.write_text("# ours\nECHO-001 not yet  # soon\n\nECHO-002 nor this\n")
    known = read_shortfalls(path)
    assert known == {"ECHO-001": "not yet", "ECHO-002": "nor this"}
    assert result("ECHO-001", "failed", "silence").judged(known).outcome == "known"
    passed = result("ECHO-002", "passed").judged(known)
    assert (passed.outcome, passed.detail) == ("failed", FORGOTTEN)
    assert result("ECHO-003", "failed").judged(known).outcome == "failed"


@pytest.mark.parametrize("line", ["ECHO-999 what is that", "ECHO-001"])
def test_a_list_of_shortfalls_with_a_mistake_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "known.txt").write_text(line)
    with pytest.raises(ConfigurationError, match="line 1"):
        read_shortfalls(tmp_path / "known.txt")


def test_our_own_shortfalls_are_cases() -> None:
    ids = {case.id for case in (*every_case(), *every_rule())}
    assert read_shortfalls(HERE / "shortfalls.txt").keys() <= ids


def test_a_hosted_server_needs_the_flag() -> None:
    options = ["--target", "https://93.184.216.34", "--api-key", "k", "--case", "ECHO"]
    done = CliRunner().invoke(app, ["conformance", *options])
    assert isinstance(done.exception, ConfigurationError)
    assert "--accept-cost" in str(done.exception)


@pytest.mark.parametrize("target", ["127.0.0.1:7600", "localhost", "ftp://127.0.0.1", "http://", ""])
def test_a_target_is_an_address(target: str) -> None:
    done = CliRunner().invoke(app, ["conformance", "--target", target or "  ", "--case", "REST-001"])
    assert isinstance(done.exception, ConfigurationError)
    assert "no address of a server; it looks like http://127.0.0.1:7600" in str(done.exception)


def test_the_cost_of_a_run_is_known() -> None:
    held, most = minutes(chosen("core", ["REST-001", "ECHO-001", "PROP-009"]))
    assert (held, most) == (2, (60 + 105) / 60)


def test_where_minutes_cost_nothing() -> None:
    assert is_loopback("http://127.0.0.1:7600") and is_loopback("http://[::1]/v2")
    assert is_private("http://10.1.2.3") and not is_loopback("http://10.1.2.3")
    assert not is_private("http://93.184.216.34")


def test_the_table_in_the_documentation_is_that_of_the_cases() -> None:
    text = (DOCS / "conformance.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- cases -->\n\n(.*)\n\n<!-- /cases -->", text, re.DOTALL)
    assert found is not None
    assert found[1] == listing(), "write it anew: visavis conformance --profile extensions --list"


def test_cases_are_listed_without_a_server() -> None:
    done = CliRunner().invoke(app, ["conformance", "--profile", "extensions", "--list"])
    assert done.exit_code == 0
    assert done.output.strip() == listing()
