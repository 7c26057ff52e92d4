"""Transcripts, webhooks' bodies and exports of calls that a real core held."""

from __future__ import annotations

import asyncio
import io
import json
import time
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import Api
from visavis.conversation.log import replayed_events
from visavis.protocol.events import ToolCall
from visavis.protocol.webhooks import WEBHOOK, ReplicaJoinedWebhook, TranscriptEntry
from visavis.server.records.export import Export
from visavis.server.records.subtitles import LONGEST, as_srt, as_text, as_vtt, cues
from visavis.server.store import Recording
from visavis.server.webhooks import hooks
from visavis.testing import ScriptedConversation, calls
from visavis.testing.virtual.conversation import EPOCH

BEFORE = 100
"""The seqs of what the fake worker tells by itself are below."""
PERSONA = {
    "system_prompt": "Keep this to yourself.",
    "layers": {"llm": {"tools": [{"type": "function", "function": {"name": "look"}}]}},
}
WORDS = [
    ("assistant", "Welcome."),
    ("user", "What is the weather?"),
    ("tool", "Blue sky."),
    ("assistant", "It is"),
]


def call(folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """A greeting, a question, a tool's result, an answer that is cut, and the end: events and inputs."""
    talk = ScriptedConversation(
        persona=PERSONA,
        llm=[calls("look"), "It is a lovely day with a blue sky."],
        custom_greeting="Welcome.",
    )
    try:
        talk.run_until_idle()
        talk.says("What is the weather?")
        talk.run(2)
        asked = talk.of(ToolCall)[0].properties.tool_call_id
        properties = {"tool_call_id": asked, "output": "Blue sky."}
        talk.send({"event_type": "conversation.tool_result", "properties": properties})
        talk.run_until_heard("is")
        talk.interrupt()
        talk.run_until_idle()
        talk.end()
        talk.save(folder / "log.jsonl")
        return [event.wire() for event in talk.events], (folder / "log.jsonl").read_text().splitlines()
    finally:
        talk.close()


async def held(api: Api, folder: Path, lost: int = 0, **body: Any) -> str:
    """A conversation on the server in which all of it happened, but for the last events."""
    name: str = (await api.create(**body))["conversation_id"]
    _, live = api.held(name)
    events, lines = call(folder)
    shift = time.time() - EPOCH
    started = json.loads(lines[0])
    lines[0] = json.dumps({**started, "epoch": started["epoch"] + shift}, separators=(",", ":"))
    live.listener.logged(lines)
    for event in events[: len(events) - lost]:
        moved = {**event, "seq": event["seq"] + BEFORE, "timestamp": event["timestamp"] + shift}
        live.listener.event(moved["seq"], moved)
    return name


async def over(api: Api, name: str) -> None:
    """Wait until the call is over."""
    for _ in range(500):
        if not api.supervisor.holds(name):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the call goes on")


def words(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(entry["role"], entry["content"]) for entry in entries]


async def test_a_transcript_is_there_during_the_call_and_after_it(api: Api, tmp_path: Path) -> None:
    name = await held(api, tmp_path)
    during = (await api.http.get(f"/v2/conversations/{name}/transcript")).json()
    assert (during["status"], words(during["transcript"])) == ("active", WORDS)
    await api.http.post(f"/v2/conversations/{name}/end")
    after = (await api.http.get(f"/v2/conversations/{name}/transcript")).json()
    assert (after["status"], after["transcript"]) == ("ended", during["transcript"])
    seconds = [entry["seconds_from_start"] for entry in after["transcript"]]
    assert seconds == sorted(seconds) and 0 <= seconds[0] < seconds[-1] < 60
    assert "Keep this to yourself" not in json.dumps(after)


async def test_a_worker_that_dies_leaves_the_words_that_were_heard(api: Api, tmp_path: Path) -> None:
    events, _ = call(tmp_path)
    kinds = [event["event_type"] for event in events]
    lost = kinds[::-1].index("conversation.utterance.streaming") + 1
    name = await held(api, tmp_path, lost=lost)
    api.held(name)[1].over.set_exception(RuntimeError("killed"))
    await over(api, name)
    answer = (await api.http.get(f"/v2/conversations/{name}/transcript")).json()
    assert (answer["status"], words(answer["transcript"])) == ("ended", WORDS)


async def test_a_verbose_conversation_ends_with_its_transcript(api: Api, tmp_path: Path) -> None:
    name = await held(api, tmp_path, callback_url="https://hooks.example/here")
    during = (await api.http.get(f"/v2/conversations/{name}?verbose=true")).json()
    assert "application.transcription_ready" not in {event["event_type"] for event in during["events"]}
    await api.http.post(f"/v2/conversations/{name}/end")
    events = (await api.http.get(f"/v2/conversations/{name}?verbose=true")).json()["events"]
    shut = next(event for event in events if event["event_type"] == "system.shutdown")
    assert shut["properties"]["shutdown_reason"] == "end_conversation_endpoint_hit"
    told = WEBHOOK.validate_python(events[-1])
    assert told.event_type == "application.transcription_ready"
    assert told.webhook_url == "https://hooks.example/here"
    assert words(events[-1]["properties"]["transcript"]) == WORDS


@pytest.mark.parametrize(
    ("format", "type_", "beginning"),
    [
        ("txt", "text/plain", "[00:00:00] Vera: Welcome.\n"),
        ("vtt", "text/vtt", "WEBVTT\n\n00:00:00."),
        ("srt", "application/x-subrip", "1\n00:00:00,"),
    ],
)
async def test_transcripts_come_as_text_and_subtitles(
    api: Api, tmp_path: Path, format: str, type_: str, beginning: str
) -> None:
    name = await held(api, tmp_path)
    answer = await api.http.get(f"/v2/conversations/{name}/transcript?format={format}")
    assert answer.headers["content-type"].startswith(type_)
    assert answer.text.startswith(beginning)
    assert "What is the weather?" in answer.text
    assert ("Blue sky." in answer.text) == (format == "txt"), "results are not said"


async def test_unknown_conversations_and_formats_are_refused(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    for path in ("cnobody/transcript", "cnobody/export", f"{name}/transcript?format=pdf"):
        assert (await api.http.get(f"/v2/conversations/{path}")).status_code == 400
    del api.http.headers["x-api-key"]
    for path in ("transcript", "export"):
        assert (await api.http.get(f"/v2/conversations/{name}/{path}")).status_code == 401


async def test_an_export_holds_everything_and_replays(api: Api, tmp_path: Path) -> None:
    name = await held(api, tmp_path)
    await api.http.post(f"/v2/conversations/{name}/end")
    file = api.settings.data_dir / "recordings" / name / "call.mp4"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(range(256)) * 10_000)
    outside = tmp_path.parent / f"{tmp_path.name}-outside.mp4"
    outside.write_bytes(b"not of this conversation")
    for number, path in enumerate((file.relative_to(api.settings.data_dir), outside)):
        await api.store.recordings.add(Recording(id=f"rec{number}", conversation_id=name, path=str(path)))

    answer = await api.http.get(f"/v2/conversations/{name}/export")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.zip"'
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert archive.namelist() == [
        "conversation.json",
        "events.jsonl",
        "inputs.jsonl",
        "transcript.json",
        "transcript.txt",
        "transcript.vtt",
        "transcript.srt",
        "metrics.json",
        "recordings/call.mp4",
    ]
    assert archive.read("recordings/call.mp4") == file.read_bytes()
    assert json.loads(archive.read("conversation.json"))["shutdown_reason"] == "end_conversation_endpoint_hit"
    assert words(json.loads(archive.read("transcript.json"))) == WORDS
    inputs = [line for line in archive.read("inputs.jsonl").decode().splitlines() if '"said"' not in line]
    events = [json.loads(line) for line in archive.read("events.jsonl").splitlines()]
    kept = [event["event_type"] for event in events if event["seq"] > BEFORE]
    replayed = [event.event_type for event in replayed_events(inputs)]
    assert kept == [kind for kind in replayed if kind != "system.replica_present"]
    figures = json.loads(archive.read("metrics.json"))
    assert (figures["user_turns"], figures["interruptions"], figures["tool_calls"]) == (1, 1, 1)
    assert figures["latency"]["total"]["count"] == len(figures["replies"]) == 1
    assert figures["replica_speech_seconds"] > 0.3


async def test_an_export_is_made_while_it_is_sent(api: Api, tmp_path: Path) -> None:
    name = (await api.create())["conversation_id"]
    row = await api.store.conversations.get(name)
    assert row is not None
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0" * 8_000_000)
    sizes = [len(piece) async for piece in Export(api.store, row, "", [film, tmp_path / "gone"]).stream()]
    assert max(sizes) < 2_000_000 < sum(sizes)


async def test_bodies_of_webhooks_follow_the_specification_in_order(api: Api) -> None:
    name = (await api.create(callback_url="https://hooks.example/here"))["conversation_id"]
    await api.http.post(f"/v2/conversations/{name}/end")
    row = await api.store.conversations.get(name)
    assert row is not None and row.ended_at is not None
    entry = TranscriptEntry(role="user", content="Hi.", timestamp=1.5, seconds_from_start=0.5, duration=1.0)
    bodies = hooks.after_the_end(row, [entry], "# Seen")
    assert [WEBHOOK.validate_python(body).event_type for body in bodies] == [
        "system.shutdown",
        "application.transcription_ready",
        "application.perception_analysis",
    ]
    assert bodies == sorted(bodies, key=lambda body: str(body["timestamp"]))
    assert len({body["timestamp"] for body in bodies}) == 3
    assert bodies[1]["properties"] == {
        "replica_id": row.replica_id,
        "transcript": [
            {"role": "user", "content": "Hi.", "timestamp": 1.5, "seconds_from_start": 0.5, "duration": 1.0}
        ],
    }
    assert len(hooks.after_the_end(row, [])) == 2
    joined = hooks.replica_joined(row, row.created_at)
    assert isinstance(WEBHOOK.validate_python(joined), ReplicaJoinedWebhook)
    assert set(joined) == {
        "properties",
        "conversation_id",
        "webhook_url",
        "event_type",
        "message_type",
        "timestamp",
    }


def test_long_replies_are_cut_into_cues_that_follow_each_other() -> None:
    text = "word " * 100 + "<end> & over"
    entries = [
        TranscriptEntry(role="assistant", content=text, seconds_from_start=3661.5, duration=60.0),
        TranscriptEntry(role="user", content="typed", seconds_from_start=3700.0, duration=0.0),
        TranscriptEntry(role="user", content="no time"),
    ]
    found = list(cues(entries, "Vera"))
    assert all(len(cue.text) <= LONGEST for cue in found)
    assert " ".join(cue.text for cue in found[:-1]) == text
    assert found[0].start == 3661.5 and 3721.5 <= found[-2].end < 3722.5, (
        "the last word is shown for a second"
    )
    assert all(one.end <= other.start + 1e-9 for one, other in pairwise(found[:-1]))
    assert found[-1].end - found[-1].start == 1.0
    assert "01:01:01.500 --> " in as_vtt(entries, "Vera <3")
    assert "<v Vera &lt;3>" in as_vtt(entries, "Vera <3") and "&lt;end&gt; &amp;" in as_vtt(entries, "x")
    assert "Vera: word" in as_srt(entries, "Vera") and "01:01:01,500" in as_srt(entries, "Vera")
    assert as_text(entries, "Vera").endswith("User: typed\nUser: no time\n")
