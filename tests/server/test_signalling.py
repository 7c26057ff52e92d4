from __future__ import annotations

import pytest

from tests.server.conftest import Api, RunServer
from tests.server.fakes import GOOD_OFFER

SDP = {"content-type": "application/sdp"}
FRAGMENT = {"content-type": "application/trickle-ice-sdpfrag"}


@pytest.fixture
async def name(api: Api) -> str:
    del api.http.headers["x-api-key"]
    created = await api.http.post("/v2/conversations", json={}, headers={"x-api-key": "the-key"})
    return str(created.json()["conversation_id"])


async def test_an_offer_is_answered_without_a_key(api: Api, name: str) -> None:
    answer = await api.http.post(
        f"/{name}/whip", params={"user_name": "Ada", "user_id": "u1"}, content=GOOD_OFFER, headers=SDP
    )
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/sdp"
    location = answer.headers["location"]
    assert location.startswith(f"/{name}/whip/") and not location.endswith("p1"), "ids are no credentials"
    assert answer.text == "v=0\r\ns=Ada\r\n"
    person = api.held(name)[0].people["p1"]
    assert (person.user_id, person.user_name) == ("u1", "Ada")


async def test_the_replica_participant_can_be_recognised(api: Api, name: str) -> None:
    (replica,) = api.held(name)[0].participants()
    assert replica.user_id == "tavus-replica-r-drawn-vera"
    assert (replica.kind, replica.user_name) == ("replica", "Vera")


async def test_nobody_may_pose_as_the_replica(api: Api, name: str) -> None:
    answer = await api.http.post(
        f"/{name}/whip", params={"user_id": "my-tavus-replica"}, content=GOOD_OFFER, headers=SDP
    )
    assert answer.status_code == 400


async def test_candidates_are_passed_on_and_leaving_frees_the_place(api: Api, name: str) -> None:
    here = (await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=SDP)).headers["location"]
    patched = await api.http.patch(here, content="a=candidate:1", headers=FRAGMENT)
    assert patched.status_code == 204
    assert api.held(name)[0].fragments == ["a=candidate:1"]
    for _ in range(2):
        assert (await api.http.delete(here)).status_code == 200
    assert "p1" not in api.held(name)[0].people


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("who", ["nobody", "p1", "%ff%00"])
async def test_what_names_nobody_or_only_their_public_id_is_a_404(
    api: Api, name: str, method: str, who: str
) -> None:
    await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=SDP)
    answer = await api.http.request(method, f"/{name}/whip/{who}", content="a=x", headers=FRAGMENT)
    assert answer.status_code == 404
    assert "p1" in api.held(name)[0].people


async def test_a_bad_offer_is_a_400_with_words(api: Api, name: str) -> None:
    answer = await api.http.post(f"/{name}/whip", content="hello", headers=SDP)
    assert (answer.status_code, answer.json()["message"]) == (400, "the offer is not SDP")
    undecodable = await api.http.post(f"/{name}/whip", content=b"\xff", headers=SDP)
    assert undecodable.status_code == 400


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", ""])
async def test_another_content_type_is_a_415(api: Api, name: str, media_type: str) -> None:
    answer = await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers={"content-type": media_type})
    assert answer.status_code == 415


async def test_a_huge_offer_is_a_413(api: Api, name: str) -> None:
    answer = await api.http.post(f"/{name}/whip", content="v=0" + "x" * 300_000, headers=SDP)
    assert answer.status_code == 413


async def test_an_unknown_or_ended_conversation_is_a_404(api: Api, name: str) -> None:
    unknown = await api.http.post(f"/c{'0' * 32}/whip", content=GOOD_OFFER, headers=SDP)
    assert unknown.status_code == 404
    await api.http.post(f"/v2/conversations/{name}/end", headers={"x-api-key": "the-key"})
    ended = await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=SDP)
    assert ended.status_code == 404


async def test_max_participants_counts_the_replica(api: Api) -> None:
    name = (await api.create(max_participants=2))["conversation_id"]
    first = await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=SDP)
    second = await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=SDP)
    assert (first.status_code, second.status_code) == (201, 409)
    assert "full" in second.json()["message"]
    await api.http.delete(first.headers["location"])
    assert (await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=SDP)).status_code == 201


async def test_ice_servers_are_named_one_header_each(run_server: RunServer) -> None:
    async with run_server(ice_servers=["stun:a.test:3478", "turn:b.test"]) as api:
        name = (await api.create())["conversation_id"]
        for answer in (
            await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=SDP),
            await api.http.get(f"/{name}/status"),
        ):
            assert answer.headers.get_list("link") == [
                '<stun:a.test:3478>; rel="ice-server"',
                '<turn:b.test>; rel="ice-server"',
            ]


async def test_a_script_of_another_origin_may_read_location_and_link(api: Api, name: str) -> None:
    answer = await api.http.post(
        f"/{name}/whip", content=GOOD_OFFER, headers={**SDP, "origin": "https://app.test"}
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"Location", "Link"} <= set(answer.headers["access-control-expose-headers"].split(", "))


async def test_the_status_tells_the_page_what_it_needs(api: Api, name: str) -> None:
    expected = {
        "status": "active",
        "replica_name": "Vera",
        "persona_name": "Vera",
        "audio_only": False,
        "captions": None,
        "perception": {
            "vision": True,
            "voice": True,
            "emotion_recognition": "full",
            "elsewhere": False,
            "frames": False,
        },
        "disclosure": None,
        "shutdown_reason": None,
    }
    assert (await api.http.get(f"/{name}/status")).json() == expected
    await api.http.post(f"/v2/conversations/{name}/end", headers={"x-api-key": "the-key"})
    ended = (await api.http.get(f"/{name}/status")).json()
    assert (ended["status"], ended["shutdown_reason"]) == ("ended", "end_conversation_endpoint_hit")
    assert (await api.http.get(f"/c{'0' * 32}/status")).status_code == 404


async def test_behind_a_path_the_location_holds_it(run_server: RunServer) -> None:
    async with run_server(public_url="https://example.test/calls/") as api:
        created = await api.create()
        assert created["conversation_url"].startswith("https://example.test/calls/c")
        path = f"/{created['conversation_id']}/whip"
        answer = await api.http.post(path, content=GOOD_OFFER, headers=SDP)
        assert answer.headers["location"].startswith(f"/calls{path}/")
