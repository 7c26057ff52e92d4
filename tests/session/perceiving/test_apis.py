"""Tools of perception that have an API: called and forgotten, over real HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.outbound.serving import Received, local_client, reply, serving
from tests.session.perceiving.seer import NEUTRAL, Seer, showing
from tests.session.perceiving.test_perceiver import SMILED, logged, received, until
from tests.session.scripted import ScriptedLLM
from tests.session.test_live import SPEC, conversation
from visavis.session.apicalls import Outbound
from visavis.session.spec import ConversationSpec, PerceptionSpec
from visavis.session.tools import ToolBody


def spec(url: str) -> ConversationSpec:
    tool = ToolBody.model_validate(
        {
            "name": "screen_shared",
            "description": "A screen is shared.",
            "parameters": {"type": "object", "properties": {"what": {"type": "string"}}},
            "delivery": {"api": {"url": f"{url}/shared", "method": "POST"}},
            "origin": "vision",
        }
    )
    matched = SMILED.model_copy(
        update={
            "name": "screen_shared",
            "signal": "sharing the screen",
            "arguments": {"what": "words"},
            "api": True,
        }
    )
    return SPEC.model_copy(update={"tools": [tool.spec("t1")], "perception": PerceptionSpec(tools=[matched])})


@pytest.mark.parametrize("status", [200, 500])
async def test_a_call_goes_to_its_api_and_nothing_comes_of_the_answer(status: int) -> None:
    asked = asyncio.Event()

    async def answer(_: Received, __: asyncio.StreamWriter) -> bytes:
        asked.set()
        return reply(status, b'{"answer": "of the API"}', content_type="application/json")

    with capture_logs() as logs:
        async with (
            serving(answer) as server,
            local_client() as client,
            conversation(
                ScriptedLLM(), spec(server.url), perception=Seer(), outbound=Outbound(lambda: client)
            ) as stage,
        ):
            ann = stage.room.join("Ann")
            ann.sends("screen")
            async with showing(ann, NEUTRAL, "screen"):
                await until(lambda: received(ann, "conversation.perception_tool_call"), "everybody is told")
                await asyncio.wait_for(asked.wait(), 5)
    (request,) = server.received
    assert json.loads(request.body) == {"what": "sharing the screen"}
    assert "of the API" not in json.dumps([*stage.log, *(told for _, told in stage.told)])
    assert logged(stage, "ToolAnswered") == []
    failures: list[Any] = [entry for entry in logs if entry["event"] == "a tool's API failed"]
    assert len(failures) == (1 if status == 500 else 0)
