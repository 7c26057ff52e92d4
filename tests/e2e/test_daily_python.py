"""The interactions page's Daily Python client, to the letter, and daily-python's own ways of use."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from visavis.testing.server_process import RunningServer

EXAMPLE = Path(__file__).parents[2] / "examples" / "daily-python" / "client.py"

USE = """
import threading
join_room("{conversation_url}")
send_message({{
    "message_type": "conversation",
    "event_type": "conversation.echo",
    "conversation_id": "{conversation_id}",
    "properties": {{"text": "Hello from Daily Python."}},
}})
threading.Event().wait({seconds})
"""


async def test_the_printed_client_has_the_replica_speak_and_ends_by_itself(server: RunningServer) -> None:
    created = server.create(custom_greeting="")
    code = EXAMPLE.read_text() + USE.format(seconds=6, **created)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-c", code),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(40):
        printed, complaints = await process.communicate()
    said = printed.decode()
    assert "Incoming app message from" in said
    assert "'speech': 'Hello from Daily Python.'" in said
    assert "conversation.stopped_speaking" in said
    # It never leaves, as printed; the process ends all the same, and the room is told.
    assert process.returncode == 0
    assert complaints.decode() == ""
    assert '"reason": "left"' in server.log.read_text()
