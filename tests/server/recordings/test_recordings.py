"""Recordings on their way: to a bucket, told of, fetched, removed; and what is in the way."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.conftest import Api, RunServer
from tests.server.recordings.conftest import BUCKET, S3, recorded
from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.protocol.webhooks import WEBHOOK
from visavis.server.recordings import Destinations, service
from visavis.server.store import Conversation

HOOK = "http://127.0.0.1:1/hook"
IMPATIENT = {"config_kwargs": {"retries": {"max_attempts": 0}}}
NAMED = {"provider": "s3", "bucket_name": "acme-calls", "bucket_region": "eu-central-1"}


async def begin(api: Api, **properties: Any) -> str:
    created = await api.create(
        callback_url=HOOK, properties={"enable_recording": True, "max_call_duration": 60, **properties}
    )
    name: str = created["conversation_id"]
    return name


async def end(api: Api, name: str) -> None:
    assert (await api.http.post(f"/v2/conversations/{name}/end")).status_code == 200


async def listed(api: Api, name: str, *states: str) -> list[dict[str, Any]]:
    """A conversation's recordings, once they are in one of these states."""
    for _ in range(500):
        answer = (await api.http.get(f"/v2/conversations/{name}/recordings")).json()
        if answer["data"] and all(one["status"] in states for one in answer["data"]):
            found: list[dict[str, Any]] = answer["data"]
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"no recording of {states}: {answer}")


async def told(api: Api, name: str) -> list[dict[str, Any]]:
    """Webhooks about its recordings."""
    rows, _ = await api.store.webhooks.page(50, 0, conversation_id=name)
    bodies = [json.loads(row.body) for row in rows]
    for body in bodies:
        WEBHOOK.validate_python(body)
    return [body for body in bodies if "recording" in body["event_type"]]


async def test_the_worker_is_told_to_record(api: Api) -> None:
    name = await begin(api)
    _, live = api.held(name)
    assert live.spec.recording is not None
    assert Path(live.spec.recording.folder) == api.settings.data_dir / "recordings" / name
    _, unrecorded = api.held((await api.create())["conversation_id"])
    assert unrecorded.spec.recording is None


async def test_without_a_storage_a_recording_stays_and_is_fetched_from_here(api: Api) -> None:
    name = await begin(api)
    path = recorded(api, name)
    await end(api, name)
    (one,) = await listed(api, name, "ready")
    assert (one["storage_provider"], one["duration"]) == ("local", 2)
    assert one["s3_key"] == f"tavus/{name}/1764000000000"
    assert one["storage_uri"] == one["file_url"]
    (message,) = await told(api, name)
    assert message["event_type"] == "application.recording_ready"
    assert message["properties"] == {
        "bucket_name": "",
        "s3_key": one["s3_key"],
        "duration": 2,
        "storage_provider": "local",
        "storage_uri": one["file_url"],
    }
    url = httpx.URL(one["file_url"]).path
    whole = await api.http.get(url)
    assert whole.content == path.read_bytes()
    assert whole.headers["content-type"] == "video/mp4"
    part = await api.http.get(url, headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert (await api.http.get(url, headers={"x-api-key": "wrong"})).status_code == 401
    verbose = (await api.http.get(f"/v2/conversations/{name}", params={"verbose": True})).json()
    assert verbose["recordings"] == [one]
    other = await begin(api)
    assert (await api.http.get(url.replace(name, other))).status_code == 404


async def test_a_recording_goes_to_the_settings_bucket(run_server: RunServer, s3: S3) -> None:
    given = {"recordings_url": f"s3://{BUCKET}/calls", "recordings_options": s3.options}
    async with run_server(**given) as api:
        name = await begin(api)
        path = recorded(api, name)
        content = path.read_bytes()
        await end(api, name)
        (one,) = await listed(api, name, "ready")
        key = f"calls/tavus/{name}/1764000000000"
        assert (one["storage_provider"], one["bucket_name"], one["s3_key"]) == ("s3", BUCKET, key)
        assert one["storage_uri"] == f"s3://{BUCKET}/{key}"
        stored = s3.client.get_object(Bucket=BUCKET, Key=key)
        assert stored["ContentType"] == "video/mp4" and stored["Body"].read() == content
        for _ in range(100):
            if not path.parent.exists():
                break
            await asyncio.sleep(0.02)
        assert not path.parent.exists(), "it is there once"
        (message,) = await told(api, name)
        assert message["properties"]["storage_uri"] == one["storage_uri"]
        redirect = await api.http.get(httpx.URL(one["file_url"]).path)
        assert redirect.status_code == 307
        async with httpx.AsyncClient() as anybody:
            assert (await anybody.get(redirect.headers["location"])).content == content
        for _ in range(2):  # the second time there is nothing left to do
            await api.http.delete(f"/v2/conversations/{name}", params={"hard": True})
            assert s3.keys() == []


async def test_a_recording_goes_to_a_folder(run_server: RunServer, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    async with run_server(recordings_url=folder.as_uri()) as api:
        name = await begin(api)
        content = recorded(api, name).read_bytes()
        await end(api, name)
        (one,) = await listed(api, name, "ready")
        stored = folder / "tavus" / name / "1764000000000.mp4"
        assert stored.read_bytes() == content and stored.stat().st_mode & 0o777 == 0o600
        assert (await api.http.get(httpx.URL(one["file_url"]).path)).content == content
    left = recorded(api, name)  # a server that was killed before it had removed its own copy
    os.utime(left, (0, 0))
    async with run_server(recordings_url=(tmp_path / "new").as_uri()) as api:
        for _ in range(100):
            if not left.exists():
                break
            await asyncio.sleep(0.02)
        assert not left.exists(), "it is there once"
        assert (await api.http.get(httpx.URL(one["file_url"]).path)).content == content
        await api.http.delete(f"/v2/conversations/{name}", params={"hard": True})
        assert not stored.exists(), "it is removed from where it is, not from where new ones go"


async def test_a_conversations_own_bucket_by_a_role(run_server: RunServer, s3: S3) -> None:
    s3.client.create_bucket(
        Bucket="acme-calls", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    given = {
        "recordings_url": f"s3://{BUCKET}",
        "recordings_options": s3.options,
        "recordings_allow_buckets": ["s3://acme-*"],
    }
    role = {"assume_role_arn": "arn:aws:iam::123456789012:role/visavis", "external_id": "ours"}
    async with run_server(**given) as api:
        name = await begin(api, recording_storage={**NAMED, **role})
        recorded(api, name)
        await end(api, name)
        (one,) = await listed(api, name, "ready")
        assert one["storage_uri"] == f"s3://acme-calls/tavus/{name}/1764000000000"
        assert s3.keys("acme-calls") == [one["s3_key"]] and s3.keys() == []
        old = await begin(
            api,
            recording_s3_bucket_name="acme-calls",
            recording_s3_bucket_region="eu-central-1",
            aws_assume_role_arn=role["assume_role_arn"],
        )
        row = await api.store.conversations.get(old)
        assert row is not None
        asked = {**NAMED, "assume_role_arn": role["assume_role_arn"]}
        del asked["provider"]  # the default is not kept
        assert row.details["recording_storage"] == asked


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"recording_storage": NAMED}, "recordings_allow_buckets"),
        ({"recording_s3_bucket_name": "other", "recording_s3_bucket_region": "us-east-1"}, "s3://other"),
        ({"recording_storage": {"provider": "s3"}}, "s3 needs bucket_name"),
        ({"recording_storage": {"provider": "azure_blob", "container": "abc"}}, "needs storage_account"),
        ({"recording_storage": {"provider": "ftp", "bucket_name": "abc"}}, "provider"),
        ({"recording_storage": {**NAMED, "bucket_name": "../other"}}, "bucket_name"),
        ({"recording_storage": {**NAMED, "assume_role_arn": "root"}}, "assume_role_arn"),
        ({"recording_storage": {"provider": "gcs", "bucket_name": "acme-calls"}}, "visavis[gcs]"),
    ],
)
async def test_what_cannot_be_recorded_is_refused(
    run_server: RunServer, properties: dict[str, Any], words: str
) -> None:
    async with run_server(recordings_allow_buckets=["gcs://*", "azure_blob://acct/*"]) as api:
        answer = await api.http.post(
            "/v2/conversations", json={"properties": {"enable_recording": True, **properties}}
        )
        assert answer.status_code == 400 and words in answer.json()["message"]


async def test_a_chat_has_nothing_to_record(api: Api) -> None:
    answer = await api.http.post(
        "/v2/conversations", json={"chat": True, "properties": {"enable_recording": True}}
    )
    assert answer.status_code == 400 and "chat" in answer.json()["message"]


async def test_a_bucket_means_nothing_to_a_call_that_is_not_recorded(api: Api) -> None:
    created = await api.create(properties={"recording_storage": NAMED})
    row = await api.store.conversations.get(created["conversation_id"])
    assert row is not None and service.DETAIL not in row.details


async def test_a_copy_that_cannot_succeed_is_told_at_once_and_the_file_stays(
    run_server: RunServer, s3: S3
) -> None:
    code = "DESTINATION_NOT_FOUND"
    async with run_server(recordings_url="s3://nowhere", recordings_options=s3.options) as api:
        name = await begin(api)
        path = recorded(api, name)
        await end(api, name)
        (one,) = await listed(api, name, "failed")
        assert one["error_code"] == code and path.exists()
        (message,) = await told(api, name)
        assert message["event_type"] == "application.recording_copy_failed"
        assert message["properties"]["recording_id"] == one["recording_id"]
        assert message["properties"]["error_code"] == code
        assert (await api.http.get(httpx.URL(one["file_url"]).path)).status_code == 200


async def test_without_credentials_a_copy_fails_at_once(
    run_server: RunServer, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    options = {"endpoint_url": s3.endpoint}
    async with run_server(recordings_url=f"s3://{BUCKET}", recordings_options=options) as api:
        name = await begin(api)
        recorded(api, name)
        await end(api, name)
        (one,) = await listed(api, name, "failed")
        assert one["error_code"] == "DESTINATION_AUTH_FAILED"


async def test_a_storage_that_is_away_is_tried_again(
    run_server: RunServer, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAUSES", (0.05,) * 200)
    taken, options = httpx.URL(s3.endpoint), dict(s3.options)
    gate = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    host, port = gate.sockets[0].getsockname()
    options |= {"endpoint_url": f"http://{host}:{port}", **IMPATIENT}
    async with run_server(recordings_url=f"s3://{BUCKET}", recordings_options=options) as api:
        name = await begin(api)
        recorded(api, name)
        await end(api, name)
        await listed(api, name, "copying")
        await asyncio.sleep(0.2)
        gate.close()
        await gate.wait_closed()
        gate = await asyncio.start_server(lambda reader, writer: _pass_on(reader, writer, taken), host, port)
        await listed(api, name, "ready")
        assert s3.keys() == [f"tavus/{name}/1764000000000"]
    gate.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: httpx.URL) -> None:
    inner, outer = await asyncio.open_connection(to.host, to.port)

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data)
        sink.close()

    await asyncio.gather(pump(reader, outer), pump(inner, writer), return_exceptions=True)


async def test_what_a_crash_left_is_stored_at_the_next_start(
    run_server: RunServer, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "QUIET", 0.3)
    given = {"recordings_url": f"s3://{BUCKET}", "recordings_options": s3.options}
    away = {
        "recordings_url": f"s3://{BUCKET}",
        "recordings_options": {**s3.options, "endpoint_url": "http://127.0.0.1:9"},
    }
    async with run_server(**away) as api:
        name, empty, gone = await begin(api), await begin(api), await begin(api)
        lost = recorded(api, gone)
        recorded(api, name)
        hollow = api.settings.data_dir / "recordings" / empty
        hollow.mkdir()
        (hollow / "1764000000001.mp4").touch()
        unknown = recorded(api, "somebody else's")
        await end(api, gone)
        await listed(api, gone, "copying")
    lost.unlink()
    async with run_server(**given) as api:
        (one,) = await listed(api, name, "ready")
        assert s3.keys() == [one["s3_key"]]
        assert len(await told(api, name)) == 1
        for _ in range(100):
            if not hollow.exists():
                break
            await asyncio.sleep(0.02)
        assert not hollow.exists(), "nothing was in it"
        assert await told(api, empty) == []
        assert (await listed(api, gone, "failed"))[0]["error_code"] == "SOURCE_NOT_FOUND"
        assert unknown.exists(), "a database that does not know of it may be the wrong one"


async def test_a_call_deleted_while_it_is_recorded_leaves_nothing(api: Api) -> None:
    name = await begin(api)
    path = recorded(api, name)
    assert (await api.http.delete(f"/v2/conversations/{name}", params={"hard": True})).status_code == 204
    assert not path.parent.exists()


async def test_what_a_worker_finishes_after_its_conversation_was_deleted_goes_too(api: Api) -> None:
    name = await begin(api)
    await api.store.conversations.delete(name)
    path = recorded(api, name)
    await api.supervisor.end(name, "end_conversation_endpoint_hit")
    for _ in range(250):
        if not path.parent.exists():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it is still there")


async def test_a_storage_that_is_away_keeps_a_recording_and_its_conversation(
    run_server: RunServer, s3: S3
) -> None:
    given = {"recordings_url": f"s3://{BUCKET}", "recordings_options": s3.options}
    async with run_server(**given) as api:
        name = await begin(api)
        recorded(api, name)
        await end(api, name)
        await listed(api, name, "ready")
    given["recordings_options"] = {**s3.options, "endpoint_url": "http://127.0.0.1:9", **IMPATIENT}
    async with run_server(**given) as api:
        answer = await api.http.delete(f"/v2/conversations/{name}", params={"hard": True})
        assert answer.status_code == 502 and "storage" in answer.json()["message"]
        assert (await api.http.get(f"/v2/conversations/{name}")).status_code == 200
    assert len(s3.keys()) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://host/folder", "must begin with"),
        ("s3://", "names no bucket"),
        ("s3://key:secret@bucket", "recordings_options"),
        ("file://host/folder", "file:///path"),
        ("gs://bucket", "visavis[gcs]"),
    ],
)
def test_a_storage_that_cannot_be_used_is_told_at_start(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Destinations(Settings(data_dir=tmp_path, recordings_url=url))
    assert words in str(refused.value) and "secret" not in str(refused.value)


async def test_a_file_that_a_worker_left_to_a_disk_that_hangs_is_waited_for(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "QUIET", 1.0)
    name = await begin(api)
    written = recorded(api, name, ended_well=False).stat().st_mtime
    await end(api, name)
    await listed(api, name, "ready")
    assert time.time() - written >= 1.0


async def test_a_file_that_a_worker_of_a_killed_server_may_still_write_is_waited_for(
    run_server: RunServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "QUIET", 1.0)
    async with run_server(workers=1) as api:
        name = await begin(api)
        row = await api.store.conversations.get(name)
    assert row
    async with run_server(workers=1) as api:  # as a server that is killed leaves the row
        await api.store.conversations.delete(name)
        columns = (column.key for column in Conversation.__table__.columns)
        await api.store.conversations.add(Conversation(**{key: getattr(row, key) for key in columns}))
        written = recorded(api, name, ended_well=False).stat().st_mtime
    async with run_server(workers=1) as api:
        await listed(api, name, "ready")
        assert time.time() - written >= 1.0
        over = (await api.http.get(f"/v2/conversations/{name}?verbose=true")).json()
        assert over["shutdown_reason"] == "internal error occurred at step server"
