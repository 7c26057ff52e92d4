"""Private rooms from Python: the client, the daily stand-in and the terminal, on a server of this process."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from tests.client.daily.test_call_client import Handler, client, completed
from tests.client.daily.test_call_client import made as daily_made
from tests.client.test_real_call import SILENT, conversation, cut
from visavis.client import Call
from visavis.errors import SignallingError

NOT_ALLOWED = r"the join was refused \(403\): You are not allowed to join this meeting\.$"

made = daily_made


async def test_one_joins_with_a_token_and_comes_back_when_that_has_expired(tmp_path: Path) -> None:
    async with conversation(tmp_path, require_auth=True) as (api, created):
        with pytest.raises(SignallingError, match=NOT_ALLOWED):
            async with Call.join(created.conversation_url, **SILENT):
                pytest.fail("joined")
        ends = int(time.time()) + 2
        token = await api.conversations.token(
            created.conversation_id, user_name="Ada", user_id="u1", exp=ends
        )
        url = f"{created.conversation_url}?t={token}"
        async with api.join(created, user_name="first", **SILENT), Call.join(url, **SILENT) as call:
            back = asyncio.Event()
            call.on("state", lambda change: back.set() if change.state == "connected" else None)
            me = next(one for one in call.participants if one.id == call.participant_id)
            assert (me.user_name, me.user_id) == ("Ada", "u1")
            await call.echo("Before.")
            await asyncio.sleep(ends + 1 - time.time())
            with pytest.raises(SignallingError, match=r"401.*has expired"):
                async with Call.join(url, **SILENT):
                    pytest.fail("joined")
            cut(call)
            await api.interactions.send(
                {
                    "event_type": "conversation.echo",
                    "conversation_id": created.conversation_id,
                    "properties": {"text": "Meanwhile."},
                }
            )
            await back.wait()
            assert (await call.echo("After.")).speech == "After."
            await api.conversations.end(created.conversation_id)
            said = [
                event.properties.speech
                async for event in call.events()
                if hasattr(event.properties, "speech")
            ]
            assert "Meanwhile." in said, "the log of a private room is read with the session's secret"


async def test_the_daily_stand_in_joins_with_a_token(tmp_path: Path) -> None:
    async with conversation(tmp_path, require_auth=True) as (_, created):
        async with client(Handler()) as caller:
            _, refused = await completed(caller.join, created.conversation_url)
            assert "You are not allowed to join this meeting." in refused
        async with client(Handler()) as caller:
            joined, error = await completed(caller.join, created.conversation_url, created.meeting_token)
            assert error is None and joined["participants"]["local"]


async def test_the_terminal_joins_with_a_token(tmp_path: Path) -> None:
    async with conversation(tmp_path, require_auth=True) as (_, created):
        for options, code in (([], 1), (["--token", created.meeting_token or ""], 0)):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "visavis.cli", "talk", created.conversation_url, *options),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            printed, complaint = await process.communicate(b"Hello\n")
            assert process.returncode == code, complaint
            assert ("Good morning." in printed.decode()) is (code == 0)
            assert ("not allowed to join" in complaint.decode()) is (code == 1)
