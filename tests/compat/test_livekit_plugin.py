"""``livekit-plugins-tavus``, unmodified: its REST half makes pals and conversations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.compat.environment import plain_environment
from visavis.testing.server_process import RunningServer

PROGRAM = ("livekit-plugins-tavus==1.8.9", "livekit-agents==1.8.9")
AGENT = Path(__file__).with_name("livekit_plugin.py")


@pytest.fixture(scope="module")
def saw(cache: Path, server: RunningServer) -> dict[str, Any]:
    ran = plain_environment(cache, *PROGRAM).run("python", AGENT, f"{server.url}/v2", server.key)
    assert ran.returncode == 0, ran.stderr
    answers: dict[str, Any] = json.loads(ran.stdout)
    return answers


def test_it_makes_pals(saw: dict[str, Any], server: RunningServer) -> None:
    pal = server.api("GET", f"/pals/{saw['pal']}").json()
    assert (pal["pal_name"], pal["default_face_id"]) == ("Lucy", "r-drawn-vera")
    persona = server.api("GET", f"/personas/{saw['persona']}").json()
    assert persona["persona_name"].startswith("lk_persona_")
    for made in (pal, persona):
        assert made["pipeline_mode"] == "echo"
        assert made["layers"]["transport"] == {"transport_type": "livekit"}


def test_it_makes_conversations(saw: dict[str, Any], server: RunningServer) -> None:
    stock, own, deprecated = (
        server.api("GET", f"/conversations/{saw[name]}").json() for name in ("stock", "own", "deprecated")
    )
    # The stock ids that it falls back to are the hosted service's: Vera answers.
    assert (stock["persona_id"], stock["replica_id"]) == ("p-vera", "r-drawn-vera")
    assert stock["conversation_name"].startswith("lk_conversation_")
    assert own["persona_id"] == saw["pal"]
    assert (deprecated["persona_id"], deprecated["conversation_name"]) == (saw["persona"], "Named")
    assert {one["status"] for one in (stock, own, deprecated)} == {"active"}


def test_a_room_elsewhere_is_refused_at_once_and_in_words(saw: dict[str, Any]) -> None:
    refused = saw["room"]
    assert (refused["status"], refused["retryable"]) == (400, False)
    assert refused["body"]["message"].startswith("properties.livekit_ws_url is not supported")
    assert refused["requests"] == ["/v2/conversations"]
    assert "room-token" not in json.dumps(refused)


def test_a_wrong_key_is_refused(saw: dict[str, Any]) -> None:
    body = {"message": "Invalid access token", "error": "Invalid access token"}
    assert saw["wrong_key"] == {"status": 401, "retryable": False, "body": body}
