"""A browser's camera is shown to a vision-language model (a script that compares pictures) behind HTTP."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from pathlib import Path

import av

from tests.e2e.conftest import OpenPage
from tests.e2e.test_perception import PATIENCE, decoded, filmed, grey
from visavis.client.call import Call
from visavis.testing.openai_server import Reply, Request, ScriptedServer, call, pictures_of, say, text_of
from visavis.testing.server_process import RunningServer

HAT = {
    "type": "function",
    "function": {
        "name": "wears_a_hat",
        "description": "Call this when the user puts on a hat.",
        "parameters": {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]},
    },
}


def smiling(request: Request) -> bool:
    """What the question's picture shows."""
    (jpeg,) = pictures_of(request.body["messages"][1])
    return smiles(jpeg)


def smiles(jpeg: bytes) -> bool:
    """Whether it is the film's second scene."""
    with av.open(io.BytesIO(jpeg)) as file:
        shown = grey(next(file.decode(video=0)))
    neutral, smile = (grey(decoded(f"african-woman-{name}")) for name in ("neutral", "smiling"))
    return bool(abs(shown - smile).mean() < abs(shown - neutral).mean())


def model(request: Request) -> Reply:
    """Speaks of a hat when she smiles, so that nothing that is measured can say the same."""
    if "account of a video call" in request.body["messages"][0]["content"]:
        return say("**Was there a hat?** Yes, a red one, on participant 1.")
    if "tools" in request.body and smiling(request):
        return call("wears_a_hat", '{"kind": "bowler"}')
    return say(json.dumps({"appearance": "A woman in a red hat." if smiling(request) else "A woman."}))


async def test_a_model_is_shown_a_browser_s_camera_calls_a_tool_and_writes_the_analysis(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    async with ScriptedServer(answer=model) as vision:
        layer = {"base_url": vision.base_url, "api_key": "vlm-key", "model": "vlm", "visual_tools": [HAT]}
        layer["perception_analysis_queries"] = ["Was there a hat?"]
        body = {"system_prompt": "Be brief.", "greeting": "", "layers": {"perception": layer}}
        persona = server.api("POST", "/personas", json=body).json()["persona_id"]
        created = await asyncio.to_thread(server.create, persona_id=persona)
        calls, analyses = [], []
        async with (
            open_page(f"{created['conversation_url']}?join=1&name=Ann", camera=filmed(tmp_path)),
            Call.join(created["conversation_url"], user_name="Program", receive_video=False) as program,
            asyncio.timeout(PATIENCE),
        ):
            async for event in program.events():
                if event.event_type == "conversation.perception_tool_call":
                    calls.append(event.properties)
                    ending = f"/conversations/{created['conversation_id']}/end"
                    await asyncio.to_thread(server.api, "POST", ending)
                elif event.event_type == "conversation.perception_analysis":
                    analyses.append(event.properties.analysis)
    assert [(made.name, made.arguments) for made in calls] == [("wears_a_hat", {"kind": "bowler"})]
    assert smiles(base64.b64decode(calls[0].frames[0]["data"]))
    (analysis,) = analyses
    assert analysis.startswith("**Was there a hat?** Yes, a red one, on Ann.\n\n## Measured\n\n")
    assert {request.headers["authorization"] for request in vision.requests} == {"Bearer vlm-key"}
    assert "Ann" not in json.dumps([request.body for request in vision.requests])
    notes = text_of(vision.requests[-1].body["messages"][1])
    assert "participant 1: A woman" in notes and "Somebody was in view" in notes
    log = server.log.read_text()
    assert "vlm-key" not in log and "red hat" not in log
