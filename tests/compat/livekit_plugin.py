"""The REST half of ``livekit-plugins-tavus``, as an agent calls it.

Run by ``test_livekit_plugin.py`` in the plugin's own environment. Prints one JSON object.
"""

import asyncio
import json
import sys

import aiohttp
from livekit.agents import APIStatusError
from livekit.plugins.tavus.api import TavusAPI

ROOM = {"livekit_ws_url": "wss://agents.example.com", "livekit_room_token": "room-token"}


async def refusal(call) -> dict:
    """How a call failed, and how many requests it took."""
    try:
        return {"answered": await call}
    except APIStatusError as error:
        return {"status": error.status_code, "retryable": error.retryable, "body": json.loads(error.body)}


async def main(url: str, key: str) -> None:
    asked: list[str] = []

    async def count(session, context, parameters) -> None:
        asked.append(parameters.url.path)

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(count)
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        tavus = TavusAPI(key, url, session=session)
        pal = await tavus.create_pal("Lucy", default_face_id="r-drawn-vera")
        persona = await tavus.create_persona()
        saw = {
            "pal": pal,
            "persona": persona,
            "stock": await tavus.create_conversation(),
            "own": await tavus.create_conversation(pal_id=pal),
            "deprecated": await tavus.create_conversation(
                persona_id=persona, replica_id="r-drawn-vera", extra_payload={"conversation_name": "Named"}
            ),
        }
        before = len(asked)
        saw["room"] = await refusal(tavus.create_conversation(pal_id=pal, properties=ROOM))
        saw["room"]["requests"] = asked[before:]
        saw["wrong_key"] = await refusal(
            TavusAPI("wrong", url, session=session).create_pal(default_face_id="r-drawn-vera")
        )
    print(json.dumps(saw))


asyncio.run(main(*sys.argv[1:]))
