"""Webhooks of real conversations, and their log by REST."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest

from tests.outbound.serving import Received, reply, serving
from tests.server.conftest import Api, RunServer
from tests.server.webhooks.receiving import LIMIT
from visavis.outbound.signing import new_secret, verify
from visavis.server.webhooks import dispatcher

SECRETS = [new_secret(), new_secret()]
EXAMPLE = json.loads(
    '{"properties": {}, "conversation_id": "c1", "webhook_url": "<callback_url>", '
    '"event_type": "system.replica_joined", "message_type": "system", '
    '"timestamp": "2025-07-11T06:45:47.472000Z"}'
)
"""Of PROTOCOL 3."""


async def until_settled(api: Api, **params: Any) -> list[dict[str, Any]]:
    """The log, the oldest first, once nothing waits any more."""
    async with asyncio.timeout(LIMIT):
        while True:
            found = (await api.http.get("/v2/webhooks", params={"limit": 100, **params})).json()
            if found["data"] and all(each["state"] != "pending" for each in found["data"]):
                assert found["total_count"] == len(found["data"])
                return list(reversed(found["data"]))
            await asyncio.sleep(0.02)


async def test_a_conversation_is_told_of_and_the_log_says_how(
    run_server: RunServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "LOOK", 3600.0)  # it does not look by itself
    well = False

    async def answer(request: Received, _: asyncio.StreamWriter) -> bytes:
        return reply(200 if well else 410)

    async with serving(answer) as there, run_server(webhook_secret=" ".join(SECRETS)) as api:
        url = f"{there.url}/hook"
        name = (await api.create(callback_url=url))["conversation_id"]
        other = (await api.create())["conversation_id"]
        for each in (name, other):
            assert (await api.http.post(f"/v2/conversations/{each}/end")).status_code == 200
        log = await until_settled(api, conversation_id=name)
        types = ["system.replica_joined", "system.shutdown", "application.transcription_ready"]
        assert [each["event_type"] for each in log] == types
        assert [json.loads(one.body)["event_type"] for one in there.received] == types
        assert (await api.http.get("/v2/webhooks")).json()["total_count"] == 3, "of the other there is none"

        joined = json.loads(there.received[0].body)
        assert list(joined) == list(EXAMPLE)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", joined.pop("timestamp"))
        assert joined == {
            "properties": {"replica_id": "r-drawn-vera"},
            "conversation_id": name,
            "webhook_url": url,
            "event_type": "system.replica_joined",
            "message_type": "system",
        }
        for secret in SECRETS:
            verify(secret, there.received[0].headers, there.received[0].body)

        first = log[0]
        assert (first["state"], first["attempt_count"], first["url"]) == ("failed", 1, url)
        shown = (await api.http.get(f"/v2/webhooks/{first['webhook_id']}")).json()
        assert shown["body"] == {**joined, "timestamp": shown["body"]["timestamp"]}
        (attempt,) = shown["attempts"]
        assert (attempt["status"], attempt["error"]) == (410, None)

        well = True
        again = await api.http.post(f"/v2/webhooks/{first['webhook_id']}/redeliver")
        assert (again.status_code, again.json()["state"]) == (200, "pending")
        assert (await until_settled(api, conversation_id=name))[0]["state"] == "delivered"
        ids = [one.headers["webhook-id"] for one in there.received]
        assert ids[0] == ids[3] == first["webhook_id"] and len(ids) == 4
        shown = (await api.http.get(f"/v2/webhooks/{first['webhook_id']}")).json()
        assert [each["status"] for each in shown["attempts"]] == [410, 200]
        only = (await api.http.get("/v2/webhooks", params={"state": "delivered"})).json()
        assert [each["webhook_id"] for each in only["data"]] == [first["webhook_id"]]
        told = (await api.http.get("/metrics")).text
        assert 'visavis_webhooks_total{event_type="system.shutdown",outcome="failed"} 1.0' in told

        await api.http.delete(f"/v2/conversations/{name}")
        assert (await api.http.get("/v2/webhooks")).json()["total_count"] == 0
        for answer_ in (
            await api.http.get(f"/v2/webhooks/{first['webhook_id']}"),
            await api.http.post(f"/v2/webhooks/{first['webhook_id']}/redeliver"),
        ):
            assert (answer_.status_code, answer_.json()["error"]) == (400, "Invalid webhook_id")
        assert (await api.http.get("/v2/webhooks", headers={"x-api-key": "wrong"})).status_code == 401


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_callback_url_that_nothing_can_be_sent_to_is_refused_at_once(run_server: RunServer) -> None:
    async with run_server(outbound_allow=["10.1.0.0/16"]) as api:
        for url, words in (
            ("ftp://there.test/", "callback_url"),
            ("not a url", "callback_url"),
            ("http://user:secret@there.test/", "user and password"),
            (f"http://there.test/{'a' * 2048}", "callback_url"),
            ("http://127.0.0.1:3000/", "outbound_allow"),
            ("http://[::1]/", "outbound_allow"),
            ("https://169.254.169.254/latest", "outbound_allow"),
        ):
            refused = await api.http.post("/v2/conversations", json={"callback_url": url})
            assert refused.status_code == 400 and words in refused.json()["error"], url
            assert "secret" not in refused.text
        for url in ("", "http://10.1.2.3/", "https://there.test/hook?x=1"):
            await api.create(callback_url=url)
