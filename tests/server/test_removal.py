"""What is left in the data directory of a conversation that was removed: nothing."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.server.conftest import RunServer
from visavis.server.store.models import Inputs, WebhookAttempt


@pytest.fixture
def database() -> str:
    """The data directory's own."""
    return ""


WORD = "xylographopolis"
HOOK = "http://127.0.0.1:9/hook"


def holding(folder: Path, *words: bytes) -> list[str]:
    """Names of files that hold one of these."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(word in path.read_bytes() for word in words)]


def unpacked(lines: bytes) -> str:
    return zlib.decompress(lines).decode()


async def test_no_word_of_it_is_left_in_any_file(run_server: RunServer, tmp_path: Path) -> None:
    async with run_server(outbound_allow=["127.0.0.1"]) as api:
        kept = (await api.create(conversation_name="another one"))["conversation_id"]
        name = (await api.create(conversation_name=f"About {WORD}", callback_url=HOOK))["conversation_id"]
        for number in range(300):  # pages of both are mixed
            for who, text in ((name, f"{WORD} {number} " * 5), (kept, f"something else {number} " * 5)):
                message = {
                    "conversation_id": who,
                    "event_type": "conversation.echo",
                    "properties": {"text": text},
                }
                assert (await api.http.post("/v2/interactions", json=message)).status_code == 200
        api.held(name)[1].listener.logged([f'{{"text": "{WORD} of the inputs"}}'])
        recording = tmp_path / "recordings" / name / "1.mp4"
        recording.parent.mkdir(parents=True)
        recording.write_bytes(WORD.encode())
        await api.http.post(f"/v2/conversations/{name}/end")
        async with api.store._engine.connect() as connection:
            wanted = select(Inputs.lines).where(Inputs.conversation_id == name)
            packed = [lines for lines in await connection.scalars(wanted) if WORD in unpacked(lines)]
        (hook, *_), _ = await api.store.webhooks.page(1, 0, conversation_id=name)
        await api.store.webhooks.tried(
            WebhookAttempt(webhook_number=hook.number, error=f"{WORD} was the answer")
        )
        traces = [WORD.encode(), name.encode(), *packed]
        assert holding(tmp_path, WORD.encode()) and packed, "there is something to be left"

        assert (await api.http.delete(f"/v2/conversations/{name}?hard=true")).status_code == 204
        assert holding(tmp_path, *traces) == []
        rest = (await api.http.get(f"/v2/conversations/{kept}/events?limit=1000")).json()["data"]
        assert len(rest) == 301, "the other one is whole"
    assert holding(tmp_path, *traces) == []
