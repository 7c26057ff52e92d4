"""Runs cases side by side, and removes what they made whatever happens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from visavis.testing.conformance import hooks, steps
from visavis.testing.conformance.cost import held
from visavis.testing.conformance.drivers import ABILITIES, DRIVERS
from visavis.testing.conformance.invariants import INVARIANTS, Invariant, looked_at
from visavis.testing.conformance.model import Case
from visavis.testing.conformance.results import Result, printable
from visavis.testing.conformance.session import PATIENCE, Session, Unmet
from visavis.testing.conformance.stopping import Stop, Stopped, to_the_end
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
        stop: may be asked to end the run early.
    """

    def __init__(
        self,
        target: Target,
        driver: str,
        jobs: int = 1,
        shortfalls: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
        on_result: Callable[[Result], None] = lambda _: None,
        stop: Stop | None = None,
    ) -> None:
        self._target, self._driver = target, driver
        self._gate = asyncio.Semaphore(jobs)
        self._shortfalls = shortfalls or {}
        self._patience = patience
        self._on_result = on_result
        self._stop = stop or Stop()
        self._failed = Stop()
        self._ends: tuple[Stop, ...] = (self._stop,)
        self._results: dict[str, Result] = {}
        self._broken: dict[str, str] = {}
        self._looked_at: set[str] = set()

    async def run(self, cases: Sequence[Case], fail_fast: bool = False) -> list[Result]:
        """Run them; results come in the order of the cases, rules for all conversations last.

        Args:
            cases: which.
            fail_fast: stop at the first that fails and is not known to.

        Returns:
            Those that came to an end, when the run was asked to stop.
        """
        together = [case for case in cases if not case.alone]
        self._ends = (self._stop, self._failed) if fail_fast else (self._stop,)
        try:
            for batch in (together, *([case] for case in cases if case.alone)):
                if any(stop.asked for stop in self._ends):
                    break
                work = self._together(batch)
                for stop in self._ends:
                    work = stop.unless(work)
                await work
        except Stopped:
            pass  # what is done is reported
        finally:
            await to_the_end(self._target.clean())
        done = [self._results[case.id] for case in cases if case.id in self._results]
        return done + self._rules()

    async def _together(self, cases: Sequence[Case]) -> None:
        async with asyncio.TaskGroup() as group:
            for case in cases:
                group.create_task(self._one(case))

    async def _one(self, case: Case) -> None:
        async with self._gate:
            if any(stop.asked for stop in self._ends):
                return
            result = await self._outcome(case)
        self._results[case.id] = result.judged(self._shortfalls)
        self._on_result(result)
        if result.outcome == "failed" or self._broken.keys() - self._shortfalls.keys():
            self._failed.ask(case.id)

    async def _outcome(self, case: Case) -> Result:
        if missing := self._missing(case):
            return Result(case, "skipped", detail=missing)
        session = Session(self._target, case.id, DRIVERS[self._driver], case.needs, self._patience)
        session.seconds, session.allowed = case.seconds, len(held(case))
        began = time.monotonic()
        try:
            problem = await self._problem(case, session)
        finally:
            # One after the other a server may hold few conversations, and minutes cost.
            await to_the_end(self._target.made.remove(case.id))
        seconds = round(time.monotonic() - began, 3)
        self._look_at(session)
        if problem is None:
            return Result(case, "passed", seconds)
        return Result(case, "failed", seconds, printable(problem), session.events)

    async def _problem(self, case: Case, session: Session) -> str | None:
        """What is not as the case demands; None when all is."""
        limit = case.seconds * session.scale
        try:
            async with asyncio.timeout(limit) as session.deadline:
                try:
                    await self._carry_out(case, session)
                finally:
                    await session.leave()
        except Unmet as error:
            return str(error)
        except TimeoutError:
            return f"not done in {limit:g} s"
        except Exception as error:  # whatever an unknown server answers, the other cases are run
            return f"{type(error).__name__}: {error}"
        return None

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
            if need in ("scripted_llm", "webhooks"):
                if not self._target.llm_url:
                    return self._target.why_not
            elif need not in ABILITIES[self._driver]:
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
            problem = _applied(invariant, session, created["conversation_id"])
            if problem and name not in self._broken:
                self._broken[name] = printable(f"in {session.case_id}: {problem}")

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


def _applied(invariant: Invariant, session: Session, conversation_id: str) -> str | None:
    try:
        return invariant.rule(session.events, conversation_id)
    except Exception as error:  # an event so odd that the rule cannot even read it breaks it
        return f"an event cannot be read: {type(error).__name__}: {error}"
