"""A whole run: what the server calls is started, cases are run, the report is made."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import visavis
from visavis.testing.conformance import scouting
from visavis.testing.conformance.backstage import backstage
from visavis.testing.conformance.daily_rooms import library
from visavis.testing.conformance.drivers import DRIVERS
from visavis.testing.conformance.model import Case
from visavis.testing.conformance.results import Report, Result
from visavis.testing.conformance.runner import Runner
from visavis.testing.conformance.session import PATIENCE
from visavis.testing.conformance.stopping import Stop, Stopped
from visavis.testing.conformance.target import Target, is_loopback

CALLS = {"scripted_llm", "webhooks"}
"""Needs of cases in which the server calls the suite."""


class Suite:
    """Cases against a target.

    Args:
        target: the server.
        driver: a name in ``drivers.DRIVERS``; None chooses by the server's rooms.
        jobs: cases at a time.
        patience: seconds that an expected event may take, unless a case says otherwise.

    Attributes:
        stop: may be asked to end the run early, with a report of what was done.
    """

    def __init__(self, target: Target, driver: str | None, jobs: int, patience: float = PATIENCE) -> None:
        self._target, self._driver, self._jobs, self._patience = target, driver, jobs, patience
        self.stop = Stop()

    async def run(
        self,
        cases: Sequence[Case],
        shortfalls: Mapping[str, str] | None = None,
        listen: str = "127.0.0.1:0",
        public_url: str = "",
        fail_fast: bool = False,
        on_result: Callable[[Result], None] = lambda _: None,
        listen_first: bool = False,
    ) -> Report:
        """Run the cases; whatever happens, what they made is removed.

        Args:
            cases: which.
            shortfalls: known failures by case.
            listen: where the suite's language model and webhook receiver listen.
            public_url: where the target reaches them.
            fail_fast: stop at the first that fails and is not known to.
            on_result: told each result as it comes.
            listen_first: skip cases for which a target on this machine does not reach the suite.

        Raises:
            ApiUnreachable: the server does not answer.
            ConfigurationError: it refuses the key, or something is wrong with an argument.
        """
        started, began = datetime.now(UTC), time.monotonic()
        driver = self._driver or ""
        called = any(CALLS.intersection(case.needs) for case in cases)
        async with backstage(self._target, listen, public_url):
            try:
                driver = await self.stop.unless(self._scout())
                if listen_first and called and not public_url and is_loopback(self._target.url):
                    joins = DRIVERS[driver]
                    await self.stop.unless(scouting.listen_for_calls(self._target, joins, self._patience))
            except Stopped:
                cases = ()
            runner = Runner(
                self._target, driver, self._jobs, shortfalls, self._patience, on_result, self.stop
            )
            results = await runner.run(cases, fail_fast)
        return Report(
            target=self._target.url,
            driver=driver,
            version=visavis.__version__,
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 1),
            results=results,
            stopped=self.stop.reason,
            left=self._target.made.left,
            notes=(self._target.why_not,) if called and not self._target.llm_url else (),
        )

    async def _scout(self) -> str:
        """Look at the server before anything is asked of it; the driver to use."""
        await scouting.choose_replica(self._target)
        driver = self._driver or await scouting.driver_for(self._target)
        if driver == "daily":
            library(self._target.url)
        return driver
