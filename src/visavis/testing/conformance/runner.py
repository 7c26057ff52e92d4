"""Runs cases side by side, and removes what they made whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

from visavis.testing.conformance import hooks, steps
from visavis.testing.conformance.drivers import ABILITIES, DRIVERS
from visavis.testing.conformance.invariants import INVARIANTS, looked_at
from visavis.testing.conformance.model import Case
from visavis.testing.conformance.results import Result
from visavis.testing.conformance.session import PATIENCE, Session, Unmet
from visavis.testing.conformance.target import Target


class Runner:
    """Runs cases against a target.

    Args:
        target: the server.
        driver: a name in ``DRIVERS``.
        jobs: cases at a time.
        shortfalls: known failures by case.
        patience: seconds that an expected event may take, unless a case says otherwise.
        on_result: told each result as it comes.
    """

    def __init__(
        self,
        target: Target,
        driver: str,
        jobs: int = 1,
        shortfalls: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
        on_result: Callable[[Result], None] = lambda _: None,
    ) -> None:
        self._target, self._driver = target, driver
        self._gate = asyncio.Semaphore(jobs)
        self._shortfalls = shortfalls or {}
        self._patience = patience
        self._on_result = on_result
        self._broken: dict[str, str] = {}
        self._looked_at: set[str] = set()

    async def run(self, cases: Sequence[Case], fail_fast: bool = False) -> list[Result]:
        """Run them; results come in the order of the cases, rules for all conversations last.

        Args:
            cases: which.
            fail_fast: stop at the first that fails.
        """
        results: dict[str, Result] = {}
        together = [case for case in cases if not case.alone]
        try:
            for batch in (together, *([case] for case in cases if case.alone)):
                async with contextlib.aclosing(self._together(batch)) as done:
                    async for result in done:
                        results[result.case.id] = result
                        if fail_fast and (result.outcome == "failed" or self._broken):
                            return self._in_order(cases, results)
        finally:
            await self._target.clean()
        return self._in_order(cases, results)

    def _in_order(self, cases: Sequence[Case], results: Mapping[str, Result]) -> list[Result]:
        return [results[case.id] for case in cases if case.id in results] + self._rules()

    async def _together(self, cases: Sequence[Case]) -> AsyncGenerator[Result]:
        tasks = [asyncio.create_task(self._one(case)) for case in cases]
        try:
            for coming in asyncio.as_completed(tasks):
                yield await coming
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, case: Case) -> Result:
        async with self._gate:
            began = time.monotonic()
            result = await self._outcome(case)
            result.seconds = round(time.monotonic() - began, 3)
        self._on_result(result.judged(self._shortfalls))
        return result

    async def _outcome(self, case: Case) -> Result:
        if missing := self._missing(case):
            return Result(case, "skipped", detail=missing)
        session = Session(self._target, case.id, DRIVERS[self._driver], case.needs, self._patience)
        try:
            async with asyncio.timeout(case.seconds):
                try:
                    await self._carry_out(case, session)
                finally:
                    await session.leave()
        except Unmet as error:
            return Result(case, "failed", detail=str(error), events=session.events)
        except TimeoutError:
            return Result(case, "failed", detail=f"not done in {case.seconds:g} s", events=session.events)
        except Exception as error:  # whatever an unknown server answers, the other cases are run
            detail = f"{type(error).__name__}: {error}"
            return Result(case, "failed", detail=detail, events=session.events)
        finally:
            self._look_at(session)
        return Result(case, "passed")

    async def _carry_out(self, case: Case, session: Session) -> None:
        if case.hook:
            await hooks.HOOKS[case.hook](session)
        for number, step in enumerate(case.steps, 1):
            try:
                await steps.run(session, step)
            except Unmet as error:
                raise Unmet(f"step {number}: {error}") from None

    def _missing(self, case: Case) -> str:
        """Why the case cannot run here; empty if it can."""
        for need in case.needs:
            if need == "scripted_llm" and not self._target.llm_url:
                return "the server cannot reach the suite's language model (--public-url)"
            if need == "webhooks" and not self._target.hook_url:
                return "the server cannot reach the suite's webhook receiver (--public-url)"
            if need not in ("scripted_llm", "webhooks") and need not in ABILITIES[self._driver]:
                return f"not with the driver {self._driver}: {need}"
        return ""

    def _look_at(self, session: Session) -> None:
        """Check what must hold in every conversation."""
        created = session.names.get("created")
        if not created or not session.events:
            return
        dialect = session.names.get("dialect", "")
        for invariant in looked_at(session.events, dialect, session.case_id):
            name = invariant.case.id
            self._looked_at.add(name)
            problem = invariant.rule(session.events, created["conversation_id"])
            if problem and name not in self._broken:
                self._broken[name] = f"in {session.case_id}: {problem}"

    def _rules(self) -> list[Result]:
        results = [self._rule(invariant.case).judged(self._shortfalls) for invariant in INVARIANTS]
        for result in results:
            self._on_result(result)
        return results

    def _rule(self, case: Case) -> Result:
        if case.id in self._broken:
            return Result(case, "failed", detail=self._broken[case.id])
        if case.id not in self._looked_at:
            return Result(case, "skipped", detail="nothing came that it is about")
        return Result(case, "passed")
