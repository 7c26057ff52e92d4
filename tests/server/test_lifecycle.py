"""How conversations begin, end and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.server.conftest import Api, RunServer
from tests.server.fakes import GOOD_OFFER, TaskLauncher
from visavis.config import Settings
from visavis.server.postcall import PostCall
from visavis.server.records import removal
from visavis.server.store import Conversation, Webhook
from visavis.server.store.models import now
from visavis.server.store.webhooks import Webhooks
from visavis.server.workers import supervisor, worker_process

HOOK = "http://127.0.0.1:9/hook"
STARTUP = "exception_encountered_during_conversation_startup"


@pytest.fixture
async def api(run_server: RunServer) -> AsyncIterator[Api]:
    async with run_server(workers=1, outbound_allow=["127.0.0.1"]) as running:
        yield running


class Slow:
    """A studio whose rooms open when told."""

    def __init__(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate = asyncio.Event()
        self._open = api.launcher.studio.open
        monkeypatch.setattr(api.launcher.studio, "open", self)

    async def __call__(self, *arguments: Any) -> Any:
        await self.gate.wait()
        return await self._open(*arguments)


async def asked(api: Api) -> tuple[asyncio.Task[httpx.Response], str]:
    """A creation under way, and the conversation's id."""
    creating = asyncio.create_task(api.http.post("/v2/conversations", json={"callback_url": HOOK}))
    async with asyncio.timeout(10):
        while not (listed := (await api.http.get("/v2/conversations")).json()["data"]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return creating, listed[0]["conversation_id"]


async def row_of(api: Api, name: str) -> Conversation:
    found = await api.store.conversations.get(name, deleted=True)
    assert found is not None
    return found


async def told(api: Api) -> list[str]:
    async with api.store._engine.connect() as connection:
        return list(await connection.scalars(select(Webhook.event_type).order_by(Webhook.number)))


async def test_one_that_a_worker_cannot_begin_is_over_and_tells_so(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("no camera")

    monkeypatch.setattr(api.launcher.studio, "open", broken)
    answer = await api.http.post("/v2/conversations", json={"callback_url": HOOK})
    assert answer.status_code == 500
    (listed,) = (await api.http.get("/v2/conversations?status=ended")).json()["data"]
    found = (await api.http.get(f"/v2/conversations/{listed['conversation_id']}?verbose=true")).json()
    assert found["shutdown_reason"] == STARTUP
    assert found["events"][0]["event_type"] == "system.shutdown"
    assert await told(api) == ["system.shutdown", "application.transcription_ready"]
    assert api.supervisor.conversations == 0


async def test_one_whose_worker_dies_while_it_begins_is_over(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slow(api, monkeypatch)
    creating, name = await asked(api)
    api.launcher.children[0].kill()
    assert (await creating).status_code == 503
    assert (await row_of(api, name)).shutdown_reason == STARTUP


async def test_one_that_is_ended_while_it_begins_never_does(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(api, monkeypatch)
    creating, name = await asked(api)
    ending = asyncio.create_task(api.http.post(f"/v2/conversations/{name}/end"))
    await asyncio.sleep(0.05)
    slow.gate.set()
    assert (await creating).status_code == 404
    assert (await ending).json()["status"] == "ended"
    assert (await row_of(api, name)).shutdown_reason == "bot_could_not_join_meeting_it_was_probably_ended"


BEFORE, AFTER = (PostCall, "expect"), (Webhooks, "enqueue")
"""What a beginning waits for before it goes to a worker, and afterwards."""


@pytest.mark.parametrize("step", [BEFORE, AFTER])
async def test_one_whose_beginning_fails_leaves_nothing_that_goes_on(
    api: Api, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str]
) -> None:
    async def broken(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr(*step, broken)
    creating = await asyncio.gather(api.http.post("/v2/conversations", json={}), return_exceptions=True)
    assert isinstance(creating[0], OperationalError), "a real server answers 500"
    await nothing_is_left(api)


@pytest.mark.parametrize("step", [BEFORE, (TaskLauncher, "open"), AFTER])
async def test_one_whose_creator_goes_away_leaves_nothing_that_goes_on(
    api: Api, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str]
) -> None:
    reached, gate = asyncio.Event(), asyncio.Event()

    async def waiting(*_: object) -> None:
        reached.set()
        await gate.wait()

    slow = Slow(api, monkeypatch) if step[1] == "open" else monkeypatch.setattr(*step, waiting)
    creating, _ = await asked(api)
    async with asyncio.timeout(10):
        while not (reached.is_set() or (slow and api.supervisor.conversations)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    creating.cancel()
    await asyncio.gather(creating, return_exceptions=True)
    if slow:
        slow.gate.set()
    await nothing_is_left(api)


@pytest.mark.parametrize("ending", ["end", "delete", "hard"])
async def test_one_that_is_ended_before_a_worker_has_it_never_begins(
    api: Api, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    gate = asyncio.Event()

    async def waiting(*_: object) -> None:
        await gate.wait()

    monkeypatch.setattr(PostCall, "expect", waiting)
    creating, name = await asked(api)
    if ending == "end":
        answer = await api.http.post(f"/v2/conversations/{name}/end")
        assert answer.json()["status"] == "ended"
    else:
        answer = await api.http.delete(f"/v2/conversations/{name}?hard={ending == 'hard'}")
        assert answer.status_code == 204
    gate.set()
    assert (await creating).status_code == 404
    assert not api.launcher.studio.made
    await nothing_is_left(api)
    row = await api.store.conversations.get(name, deleted=True)
    assert row is None if ending == "hard" else row and row.status == "ended"


async def nothing_is_left(api: Api) -> None:
    """Neither here, nor in the worker, nor in the database."""
    assert api.supervisor.conversations == 0
    async with asyncio.timeout(10):
        while not all(room.closed for room, _ in api.launcher.studio.made.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (await api.http.get("/v2/conversations?status=active")).json()["total_count"] == 0
    assert not await api.store.resources.all("post_call")


async def test_what_a_worker_says_of_one_that_was_given_up_is_not_heard(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "CREATE_TIMEOUT", 0.1)
    seen: list[str] = []
    worker = api.supervisor.workers[0]
    call = worker._channel.call

    async def late(method: str, **params: Any) -> Any:
        if method != "create":
            return await call(method, **params)
        await call(method, **params)  # it begins, and the answer takes too long
        seen.append("began")
        raise supervisor.WorkerLost("no answer in time")

    monkeypatch.setattr(worker._channel, "call", late)
    assert (await api.http.post("/v2/conversations", json={})).status_code == 503
    (name,) = api.launcher.studio.made
    async with asyncio.timeout(10):
        while not api.launcher.studio.made[name][0].closed:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await api.http.get(f"/v2/conversations/{name}/events")
    events = await api.store.logs.events(name)
    assert [event["event_type"] for _, event in events].count("system.shutdown") == 1
    assert (await row_of(api, name)).shutdown_reason == STARTUP and seen


async def test_ending_one_whose_worker_is_dead_waits_until_that_is_known(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    api.supervisor.workers[0]._channel.close()
    answer = await api.http.post(f"/v2/conversations/{name}/end")
    assert (answer.status_code, answer.json()["status"]) == (200, "ended")
    assert (await row_of(api, name)).shutdown_reason == "internal error occurred at step worker"
    assert not api.supervisor._over


async def test_after_the_answer_to_its_end_nobody_interacts(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    answers = await asyncio.gather(*(api.http.post(f"/v2/conversations/{name}/end") for _ in range(3)))
    assert [answer.json()["status"] for answer in answers] == ["ended"] * 3
    message = {"conversation_id": name, "event_type": "conversation.interrupt"}
    assert (await api.http.post("/v2/interactions", json=message)).status_code == 400
    assert not api.supervisor._over


async def test_deleting_softly_hides_it_everywhere_and_hard_removes_it_afterwards(api: Api) -> None:
    created = await api.create(callback_url=HOOK)
    name = created["conversation_id"]
    room = api.held(name)[0]
    assert (await api.http.delete(f"/v2/conversations/{name}")).status_code == 204
    assert room.closed == "daily_room_has_been_deleted"
    row = await row_of(api, name)
    assert (row.status, row.shutdown_reason) == ("ended", "daily_room_has_been_deleted")
    assert "system.shutdown" in await told(api)

    interrupt = {"conversation_id": name, "event_type": "conversation.interrupt"}
    offer = {"content": GOOD_OFFER, "headers": {"content-type": "application/sdp"}}
    for method, path, options in (
        ("GET", f"/v2/conversations/{name}", {}),
        ("GET", f"/v2/conversations/{name}/events", {}),
        ("GET", f"/v2/conversations/{name}/log", {}),
        ("POST", f"/v2/conversations/{name}/end", {}),
        ("DELETE", f"/v2/conversations/{name}", {}),
        ("POST", "/v2/interactions", {"json": interrupt}),
        ("GET", f"/{name}/status", {}),
        ("GET", f"/{name}/events", {}),
        ("POST", f"/{name}/whip", offer),
        ("GET", f"/{name}/chat", {}),
    ):
        answer = await api.http.request(method, path, **options)
        assert answer.status_code in (400, 404), (method, path.replace(name, "…"), answer.status_code)
    assert (await api.http.get("/v2/conversations")).json()["total_count"] == 0

    assert (await api.http.delete(f"/v2/conversations/{name}?hard=true")).status_code == 204
    assert await api.store.conversations.get(name, deleted=True) is None
    assert await told(api) == []
    assert (await api.http.delete(f"/v2/conversations/{name}?hard=true")).status_code == 400


async def test_deleting_twice_at_once_removes_it_once(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    answers = await asyncio.gather(
        *(api.http.delete(f"/v2/conversations/{name}?hard=true") for _ in range(4))
    )
    assert {answer.status_code for answer in answers} <= {204, 400}
    assert answers[0].status_code == 204
    assert await api.store.conversations.get(name, deleted=True) is None


async def test_deleting_one_whose_worker_is_dead(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    api.launcher.children[0].kill()
    assert (await api.http.delete(f"/v2/conversations/{name}?hard=true")).status_code == 204
    assert await api.store.conversations.get(name, deleted=True) is None
    assert not api.supervisor.holds(name)


async def test_times_move_as_the_conversation_does(api: Api) -> None:
    test = await api.create(test_mode=True)
    row = await row_of(api, test["conversation_id"])
    assert row.ended_at is not None and row.shutdown_reason == "test_mode"
    name = (await api.create())["conversation_id"]
    before = await row_of(api, name)
    assert before.ended_at is None
    ended = (await api.http.post(f"/v2/conversations/{name}/end")).json()
    assert ended["updated_at"] > ended["created_at"]
    after = await row_of(api, name)
    assert after.ended_at and after.ended_at >= before.created_at
    await api.http.post(f"/v2/conversations/{name}/end")
    assert (await row_of(api, name)).updated_at == after.updated_at, "what is over stays as it is"


async def test_old_conversations_are_removed_only_if_that_is_asked_for(run_server: RunServer) -> None:
    def over(name: str, days: float, **more: Any) -> Conversation:
        about = {"replica_id": "r", "replica_name": "R", "persona_id": "p", "persona_name": "P"}
        when = now() - timedelta(days=days)
        return Conversation(
            **{
                "id": name,
                "name": "n",
                "status": "ended",
                "ended_at": when,
                "updated_at": when,
                **about,
                **more,
            }
        )

    async with run_server() as api:
        for row in (
            over("old", 8),
            over("deleted", 9, deleted_at=now()),
            over("undated", 9, ended_at=None),
            over("recent", 6),
        ):
            await api.store.conversations.add(row)
    assert Settings().conversation_retention_days == 0
    async with run_server() as api:
        assert await api.store.conversations.get("old")
    async with run_server(conversation_retention_days=7) as api:
        active = (await api.create())["conversation_id"]
        async with asyncio.timeout(10):
            while await api.store.conversations.ended_before(now() - timedelta(days=7), 10):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        for name in ("old", "deleted", "undated"):
            assert await api.store.conversations.get(name, deleted=True) is None
        assert await api.store.conversations.get("recent")
        assert api.supervisor.holds(active)


async def test_one_that_cannot_be_removed_does_not_keep_others(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [(await api.create())["conversation_id"] for _ in range(3)]
    for name in names:
        await api.http.post(f"/v2/conversations/{name}/end")
    kept = removal.Recordings.delete_files

    async def failing(self: Any, conversation_id: str) -> None:
        if conversation_id == names[0]:
            raise OSError("no such bucket")
        await kept(self, conversation_id)

    monkeypatch.setattr(removal.Recordings, "delete_files", failing)
    monkeypatch.setattr(removal, "AT_ONCE", 1)
    services = api.http._transport.app.state.services  # type: ignore[attr-defined]
    assert await services.removal.remove_older(timedelta()) == 2
    assert [await api.store.conversations.get(name) is None for name in names] == [False, True, True]
