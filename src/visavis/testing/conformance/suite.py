"""A whole run: what the server calls is started, cases are run, the report is made."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import visavis
from visavis.testing.conformance.backstage import backstage
from visavis.testing.conformance.model import Case
from visavis.testing.conformance.results import Report, Result
from visavis.testing.conformance.runner import Runner
from visavis.testing.conformance.session import PATIENCE
from visavis.testing.conformance.target import Target

HOLDS = ("create", "talk")


class Suite:
    """Cases against a target.

    Args:
        target: the server.
        driver: a name in ``drivers.DRIVERS``.
        jobs: cases at a time.
        patience: seconds that an expected event may take, unless a case says otherwise.
    """

    def __init__(self, target: Target, driver: str, jobs: int, patience: float = PATIENCE) -> None:
        self._target, self._driver, self._jobs, self._patience = target, driver, jobs, patience

    async def run(
        self,
        cases: Sequence[Case],
        shortfalls: Mapping[str, str] | None = None,
        listen: str = "127.0.0.1:0",
        public_url: str = "",
        fail_fast: bool = False,
        on_result: Callable[[Result], None] = lambda _: None,
    ) -> Report:
        """Run the cases; whatever happens, what they made is removed.

        Args:
            cases: which.
            shortfalls: known failures by case.
            listen: where the suite's language model and webhook receiver listen.
            public_url: where the target reaches them.
            fail_fast: stop at the first that fails.
            on_result: told each result as it comes.
        """
        started, began = datetime.now(UTC), time.monotonic()
        runner = Runner(self._target, self._driver, self._jobs, shortfalls, self._patience, on_result)
        async with backstage(self._target, listen, public_url):
            results = await runner.run(cases, fail_fast)
        return Report(
            target=self._target.url,
            driver=self._driver,
            version=visavis.__version__,
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 1),
            results=results,
        )


def minutes(cases: Sequence[Case]) -> tuple[int, float]:
    """How many conversations these cases hold, and how many minutes these take at most."""
    holding = [
        case for case in cases if case.hook or any(verb in step for step in case.steps for verb in HOLDS)
    ]
    return len(holding), sum(case.seconds for case in holding) / 60
