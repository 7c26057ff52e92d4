"""Replicas and voices (PROTOCOL 2.3), under their older and newer names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Api


async def test_replicas_are_listed_by_what_is_asked_for(api: Api) -> None:
    for path in ("/v2/replicas", "/v2/faces"):
        for query, count in (
            ("", 1),
            ("?limit=100&verbose=true&sort=recommended", 1),
            ("?replica_type=user", 0),
            ("?face_type=system", 1),
            ("?replica_ids=r1,r-drawn-vera", 1),
            ("?face_ids=r1", 0),
            ("?model_name=drawn", 1),
            ("?model_name=phoenix-4", 0),
            ("?page=2", 1),
        ):
            listed = (await api.http.get(path + query)).json()
            assert listed["total_count"] == count, query
            assert len(listed["data"]) == (0 if "page=2" in query else count)
    one = (await api.http.get("/v2/faces/r-drawn-vera?verbose=true")).json()
    assert (one["face_id"], one["replica_type"], one["training_progress"]) == (
        "r-drawn-vera",
        "system",
        "100/100",
    )


async def test_what_cannot_be_done_to_a_replica_is_said_in_words(api: Api) -> None:
    training = {"replica_name": "Me", "train_image_url": "https://example.org/me.png", "voice_name": "heart"}
    answer = await api.http.post("/v2/faces", json=training)
    assert answer.status_code == 400 and "trains no replicas yet" in answer.json()["message"]
    for body in ({"replica_name": "Me"}, {**training, "train_video_url": "https://example.org/me.mp4"}):
        assert (await api.http.post("/v2/replicas", json=body)).status_code == 400
    requests: list[tuple[str, str, Any]] = [
        ("PATCH", "/name", {"face_name": "Nora"}),
        ("DELETE", "?hard=true", None),
    ]
    for method, below, body in requests:
        kept = await api.http.request(method, f"/v2/replicas/r-drawn-vera{below}", json=body)
        assert kept.status_code == 400 and "comes with the server" in kept.json()["error"]
        unknown = await api.http.request(method, f"/v2/faces/r1{below}", json=body)
        assert (unknown.status_code, unknown.json()["error"]) == (400, "Invalid replica_id")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["heart"]),
        ("?limit=25&page=0&sort=ascending", ["heart"]),
        ("?search=EAR&tag=female", ["heart"]),
        ("?tags=male,english", ["heart"]),
        ("?search=zoe", []),
        ("?tag=male", []),
        ("?page=2", []),
    ],
)
async def test_the_engines_voices_are_listed(api: Api, query: str, names: list[str]) -> None:
    listed = (await api.http.get(f"/v2/voices{query}")).json()
    assert [voice["voice_name"] for voice in listed["data"]] == names
    for voice in listed["data"]:
        assert voice["replica_id"] == "r-drawn-vera" and {"tag_name": "female"} in voice["tags"]
    assert (await api.http.get("/v2/voices?limit=101")).status_code == 400
