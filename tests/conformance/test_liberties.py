"""A server that departs from ours where the documents allow it passes what is not ours alone."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.conformance.liberties import LIBERTIES, Liberty
from tests.conformance.serving import serving
from tests.conformance.test_mutations import PATIENCE, SEES_ALL, cases_for
from visavis.testing.conformance.suite import Suite
from visavis.testing.conformance.target import Target

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    async with serving(tmp_path_factory.mktemp("server")) as made:
        yield made


@pytest.mark.parametrize("liberty", LIBERTIES, ids=lambda liberty: liberty.name)
async def test_a_liberty_is_let_pass(
    liberty: Liberty, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    liberty.apply(monkeypatch)
    cases = cases_for((*liberty.passes, *SEES_ALL))
    report = await Suite(target, "chat", jobs=4, patience=PATIENCE).run(cases)
    found = {result.case.id: result for result in report.results if result.case.id in liberty.passes}
    assert {name: result.detail for name, result in found.items() if result.outcome != "passed"} == {}
    assert set(found) == set(liberty.passes)
