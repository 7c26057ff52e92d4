"""The suite can fail: it catches each of these defects, and finds none in the server as it is."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.conformance.mutations import MUTATIONS, Mutation
from tests.conformance.serving import serving
from visavis.testing.conformance.model import Case, every_case
from visavis.testing.conformance.results import Result
from visavis.testing.conformance.suite import Suite
from visavis.testing.conformance.target import Target

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 3.0
"""Seconds for an event of this server, which is quick."""
CASES = {case.id: case for case in every_case()}
SEES_ALL = ("RESP-003", "ECHO-001", "INTR-001", "INTR-013", "TOOL-003", "LIFE-004", "EXT-018")
"""Between them these have every kind of event; what must hold in every conversation is checked in them."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    async with serving(tmp_path_factory.mktemp("server")) as made:
        yield made


async def results(target: Target, cases: list[Case], driver: str) -> dict[str, Result]:
    report = await Suite(target, driver, jobs=4, patience=PATIENCE).run(cases)
    return {result.case.id: result for result in report.results}


def cases_for(names: tuple[str, ...]) -> list[Case]:
    """Of these; where a rule for all conversations is to catch, those that hold conversations."""
    wanted = {name for name in names if name in CASES}
    if len(wanted) < len(names):
        wanted |= set(SEES_ALL)
    return [CASES[name] for name in sorted(wanted)]


async def test_there_are_enough_of_them() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) >= 20


@pytest.mark.parametrize("driver", ("chat", "webrtc"))
async def test_the_server_as_it_is_passes_what_catches_the_mutations(target: Target, driver: str) -> None:
    theirs = [mutation.caught_by for mutation in MUTATIONS if mutation.driver == driver]
    names = {name for caught_by in theirs for name in caught_by}
    found = await results(target, cases_for((*names, *SEES_ALL)), driver)
    failed = {name: result.detail for name, result in found.items() if result.outcome == "failed"}
    assert failed == {}
    assert {name for name in names if found[name].outcome != "passed"} == set()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
async def test_a_mutation_is_caught(
    mutation: Mutation, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation.apply(monkeypatch)
    found = await results(target, cases_for(mutation.caught_by), mutation.driver)
    assert {name: found[name].outcome for name in mutation.caught_by} == dict.fromkeys(
        mutation.caught_by, "failed"
    )
