"""What a run made is removed: when a case ends, when it is interrupted, when the server resists."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.conformance.paper_server import PaperServer, event, room
from visavis.testing.conformance import belongings
from visavis.testing.conformance import session as sessions
from visavis.testing.conformance.model import Case
from visavis.testing.conformance.results import Result
from visavis.testing.conformance.runner import Runner
from visavis.testing.conformance.stopping import Stop, Stopped, to_the_end


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(belongings, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(belongings, "AT_ONCE", (0.0,))
    monkeypatch.setattr(sessions, "WAITS", (0.01, 0.01, 0.01))
    monkeypatch.setattr(
        "visavis.testing.conformance.runner.DRIVERS", {"chat": room(event("system.replica_joined"))}
    )


def case(name: str = "REST-900", *steps: dict[str, Any], **fields: Any) -> Case:
    return Case(id=name, title="t", source="docs", reference="r", steps=steps or ({"create": {}},), **fields)


async def run(server: PaperServer, *cases: Case, stop: Stop | None = None) -> tuple[list[Result], list[str]]:
    target = server.target
    results = await Runner(target, "chat", stop=stop).run(cases)
    return [result for result in results if result.case in cases], target.made.left


def refusing(*asked: str, status: int = 500, times: int = 10**9) -> Any:
    left = Counter(dict.fromkeys(asked, times))

    def rule(request: httpx.Request) -> httpx.Response | None:
        key = f"{request.method} {request.url.path.removeprefix('/v2')}"
        if left[key] <= 0:
            return None
        left[key] -= 1
        return httpx.Response(status, json={"error": "not now"})

    return rule


async def test_what_a_case_made_is_gone_before_the_next_case_begins() -> None:
    server = PaperServer()
    most = 0

    def rule(request: httpx.Request) -> None:
        nonlocal most
        most = max(most, len(server.of("conversations")))

    server.rule = rule
    results, left = await run(server, *(case(f"REST-90{number}") for number in range(4)))
    assert [result.outcome for result in results] == ["passed"] * 4
    assert most == 1
    assert (server.kept, left) == ({}, [])


async def test_what_a_failed_case_made_is_removed_too() -> None:
    server = PaperServer()
    results, left = await run(server, case("REST-900", {"create": {}}, {"rest": "GET /nowhere"}))
    assert results[0].outcome == "failed"
    assert (server.kept, left) == ({}, [])


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_end_that_is_refused_is_tried_again(status: int) -> None:
    server = PaperServer(refusing("POST /conversations/c2/end", status=status, times=2))
    _, left = await run(server, case())
    assert (server.kept, left) == ({}, [])
    assert server.asked.count("POST /conversations/c2/end") >= 2


async def test_what_cannot_be_removed_is_told_without_a_conversation_s_id() -> None:
    server = PaperServer(
        refusing("POST /conversations/c2/end", "DELETE /conversations/c2", "DELETE /personas/p1")
    )
    target = server.target
    await Runner(target, "chat").run([case()])
    assert target.made.left == ["personas: p1", f"conversations: {target.prefix}REST-900"]


async def test_a_conversation_without_a_name_is_told_by_its_hash() -> None:
    server = PaperServer(refusing("DELETE /conversations/c2"))
    _, left = await run(server, case("REST-900", {"create": {"conversation_name": None}}))
    assert len(left) == 1 and left[0].startswith("conversations: sha256 ") and "c2" not in left[0].split()


async def test_what_a_server_cannot_delete_is_not_asked_for_for_ever() -> None:
    server = PaperServer(refusing("DELETE /personas/p1", status=405))
    _, left = await run(server, case())
    assert left == ["personas: p1"]
    assert server.asked.count("DELETE /personas/p1") <= 3


async def test_few_are_removed_at_a_time() -> None:
    server, now, most = PaperServer(), 0, 0

    async def before(request: httpx.Request) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1

    target = server.target
    for number in range(20):
        await target.request("POST", "/personas", case=str(number), json={})
    server.before = before
    await target.clean()
    assert server.kept == {}
    assert most <= belongings.AT_A_TIME


async def test_a_creation_under_way_at_an_interruption_is_removed() -> None:
    server, stop = PaperServer(), Stop()

    async def before(request: httpx.Request) -> None:
        if request.method == "POST" and request.url.path == "/v2/conversations":
            stop.ask("SIGTERM")
            await asyncio.sleep(0.05)

    server.before = before
    results, left = await run(server, case(), stop=stop)
    assert results == []
    assert len(server.bodies["/conversations"]) == 1
    assert (server.kept, left) == ({}, [])


async def test_a_conversation_whose_creation_was_not_answered_is_found_by_its_name() -> None:
    server = PaperServer()
    server.kept["/conversations/c9"] = {
        "conversation_id": "c9",
        "conversation_name": "conformance of somebody else",
        "status": "active",
    }

    async def after(request: httpx.Request) -> None:
        if request.method == "POST" and request.url.path == "/v2/conversations":
            raise httpx.ReadTimeout("no answer")

    server.after = after
    results, left = await run(server, case())
    assert (results[0].outcome, left) == ("failed", [])
    assert list(server.kept) == ["/conversations/c9"]


async def test_a_conversation_that_a_case_named_is_found_by_its_persona() -> None:
    server = PaperServer()

    async def after(request: httpx.Request) -> None:
        if request.method == "POST" and request.url.path == "/v2/conversations":
            raise httpx.ReadTimeout("no answer")

    server.after = after
    _, left = await run(server, case("REST-900", {"create": {"conversation_name": "other"}}))
    assert (server.kept, left) == ({}, [])


async def test_that_it_may_have_left_something_is_told_when_nobody_lists_it() -> None:
    def rule(request: httpx.Request) -> httpx.Response | None:
        if request.url.path == "/v2/conversations":
            if request.method == "POST":
                raise httpx.ReadTimeout("no answer")
            return httpx.Response(500)
        return None

    _, left = await run(PaperServer(rule), case())
    assert left == ["conversations: perhaps one whose creation was not answered"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(429, headers={"retry-after": "0"}),
        httpx.Response(400, json={"message": "User has reached maximum concurrent conversations"}),
    ],
)
async def test_a_server_without_room_is_waited_for(answer: httpx.Response) -> None:
    refusals = iter([answer, answer])

    def rule(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and request.url.path == "/v2/conversations":
            return next(refusals, None)
        return None

    server = PaperServer(rule)
    results, _ = await run(server, case())
    assert results[0].outcome == "passed"
    assert server.asked.count("POST /conversations") == 3


async def test_a_server_that_never_has_room_is_waited_for_within_a_limit() -> None:
    server = PaperServer(refusing("POST /conversations", status=429))
    results, left = await run(server, case())
    assert results[0].outcome == "failed" and "429" in results[0].detail
    assert server.asked.count("POST /conversations") == 4
    assert (server.kept, left) == ({}, [])


async def test_waiting_for_room_takes_nothing_of_the_case_s_time() -> None:
    def rule(request: httpx.Request) -> httpx.Response | None:
        first = server.asked.count("POST /conversations") == 1 and server.asked[-1] == "POST /conversations"
        return httpx.Response(429, headers={"retry-after": "0.3"}) if first else None

    server = PaperServer(rule)
    results, _ = await run(server, case(seconds=0.2))
    assert results[0].outcome == "passed", results[0].detail


async def test_a_room_that_nobody_can_leave_fails_its_case_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(invitation: object) -> Any:
        class Forever:
            async def __aenter__(self) -> None:
                invitation.on_message(event("system.replica_joined"))  # type: ignore[attr-defined]

            async def __aexit__(self, *_: object) -> None:
                await asyncio.Event().wait()

        return Forever()

    monkeypatch.setattr(sessions, "LEAVE_SECONDS", 0.05)
    monkeypatch.setattr("visavis.testing.conformance.runner.DRIVERS", {"chat": stuck})
    server = PaperServer()
    results, left = await run(server, case("REST-900", {"talk": {}}))
    assert "could not be left" in results[0].detail
    assert (server.kept, left) == ({}, [])


async def test_what_runs_to_the_end_is_not_cancelled() -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0.05)
        done.set()

    task = asyncio.create_task(to_the_end(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done.is_set()


async def test_what_is_stopped_has_ended() -> None:
    stop, ended = Stop(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.02)
            ended.set()

    asyncio.get_running_loop().call_later(0.02, stop.ask, "SIGINT")
    with pytest.raises(Stopped):
        await stop.unless(work())
    assert ended.is_set() and stop.reason == "SIGINT"
    with pytest.raises(Stopped):
        await stop.unless(work())


async def test_a_removal_comes_to_an_end_where_the_server_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = PaperServer()

    async def before(request: httpx.Request) -> None:
        if request.method == "DELETE":
            await asyncio.Event().wait()

    monkeypatch.setattr(belongings, "LIMIT", 0.05)
    monkeypatch.setattr(belongings, "LAST_LIMIT", 0.05)
    server.before = before
    results, left = await run(server, case())
    assert results[0].outcome == "passed"
    assert len(left) == 2
