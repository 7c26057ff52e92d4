"""Cases through daily-python's API: ours, on our own server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.serving import serving
from visavis.daily import Daily
from visavis.testing.conformance import daily_rooms
from visavis.testing.conformance.model import every_case
from visavis.testing.conformance.suite import Suite

NAMES = ("ECHO-001", "RESP-003", "INTR-001", "TOOL-003", "LIFE-004", "CTX-001")


@pytest.fixture(autouse=True)
def made() -> Iterator[None]:
    """The driver initializes the module once in a process; other tests do so too."""
    Daily.deinit()
    daily_rooms._initialized.cache_clear()
    yield
    daily_rooms._initialized.cache_clear()
    Daily.deinit()


async def test_cases_pass_through_the_daily_module(tmp_path: Path) -> None:
    cases = [case for case in every_case() if case.id in NAMES or "audio" in case.needs]
    assert len(cases) > len(NAMES)
    async with serving(tmp_path) as target:
        report = await Suite(target, "daily", jobs=2, patience=5.0).run(cases)
    found = {result.case.id: (result.outcome, result.detail) for result in report.results}
    assert {name: found[name] for name in found if found[name][0] != "passed"} == {}
