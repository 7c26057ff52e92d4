"""Documents (PROTOCOL 2.4): kept and listed; nothing reads them yet, and they say so."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.server.conftest import Api

URL = "https://example.org/manual.pdf"


async def make(api: Api, **body: Any) -> dict[str, Any]:
    answer = await api.http.post("/v2/documents", json={"document_url": URL, **body})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_a_document_is_kept_and_says_that_nothing_reads_it(api: Api) -> None:
    with capture_logs() as logs:
        made = await make(
            api, tags=["a"], crawl={"depth": 2}, custom_description="A page.", from_the_future=1
        )
    assert made["document_id"].startswith("d8-") and made["document_name"] == "manual.pdf"
    assert (made["status"], made["crawl_config"]) == ("error", {"depth": 2, "max_pages": 10})
    assert made["error_message"].startswith("document_processing_failed: ")
    warned = [one["event"] for one in logs if one["log_level"] == "warning"]
    assert warned == ["a document is kept without effect: nothing reads documents yet"]
    path = f"/v2/documents/{made['document_id']}"
    assert (await api.http.get(f"{path}?verbose=true")).json() == made
    chunks = (await api.http.get(f"{path}/chunks?collection=regular&limit=100")).json()
    assert (chunks["chunks"], chunks["total_count"]) == ([], 0)

    changed = await api.http.patch(path, json={"document_name": "Manual", "tags": ["b"], "status": "ready"})
    assert (changed.json()["document_name"], changed.json()["tags"]) == ("Manual", ["b"])
    assert changed.json()["status"] == "error" and changed.json()["custom_description"] == "A page."
    assert (await api.http.patch(path, json={"tags": "b"})).status_code == 400

    again = await api.http.post(f"{path}/recrawl", json={"crawl": {"depth": 3, "max_pages": 5}})
    assert (again.status_code, again.json()["crawl_config"]) == (202, {"depth": 3, "max_pages": 5})
    assert (again.json()["status"], again.json()["crawl_count"]) == ("error", 0)
    assert (await api.http.post(f"{path}/recrawl")).json()["crawl_config"]["depth"] == 3
    page = await make(api)
    refused = await api.http.post(f"/v2/documents/{page['document_id']}/recrawl", json={})
    assert (refused.status_code, "without crawl" in refused.json()["error"]) == (409, True)

    assert (await api.http.delete(path)).status_code == 204
    for method, below in (
        ("GET", ""),
        ("GET", "/chunks"),
        ("DELETE", ""),
        ("PATCH", ""),
        ("POST", "/recrawl"),
    ):
        gone = await api.http.request(method, path + below, json={} if method != "GET" else None)
        assert (gone.status_code, gone.json()["message"]) == (404, "Document not found")


async def test_documents_are_listed_from_page_0(api: Api) -> None:
    names = ["Änderung", "beta", "gamma"]
    for name, tags in zip(names, (["x", "ü"], ["x"], []), strict=True):
        await make(api, document_name=name, tags=tags, participant_tags=tags[:1])
    queries: list[tuple[dict[str, Any], list[str], int]] = [
        ({}, names[::-1], 3),
        ({"limit": 2, "page": 0}, ["gamma", "beta"], 3),
        ({"limit": 2, "page": 1}, ["Änderung"], 3),
        ({"sort": "ascending"}, names, 3),
        ({"sort": "desc", "verbose": "true", "scope": "mine"}, names[::-1], 3),
        ({"status": "error", "name_or_uuid": "ET"}, ["beta"], 1),
        ({"status": "ready"}, [], 0),
        ({"tags": "ü, nothing"}, ["Änderung"], 1),
        ({"tags": "x", "participant_tags": "x"}, ["beta", "Änderung"], 2),
    ]
    for query, found, total in queries:
        answer = (await api.http.get("/v2/documents", params=query)).json()
        assert [one["document_name"] for one in answer["data"]] == found, query
        assert (answer["total_count"], answer["page"]) == (total, query.get("page", 0))
        assert answer["limit"] == query.get("limit", 10)
    tags = await api.http.get("/v2/documents/tags")
    assert tags.json() == {"tags": ["x", "ü"], "total_count": 2}
    second = await api.http.get("/v2/documents/tags?limit=1&page=2")
    assert second.json() == {"tags": ["ü"], "total_count": 2}


@pytest.mark.parametrize(
    "body",
    [
        {"document_url": None},
        {"document_url": "file:///etc/passwd"},
        {"document_url": "https://"},
        {"document_url": "https://a/" + "x" * 2048},
        {"crawl": {"depth": 11}},
        {"crawl": {"max_pages": 101}},
        {"tags": [""]},
        {"callback_url": "nowhere"},
    ],
)
async def test_what_is_no_document_is_refused(api: Api, body: dict[str, Any]) -> None:
    answer = await api.http.post("/v2/documents", json={"document_url": URL, **body})
    assert answer.status_code == 400 and answer.json()["error"]


async def test_memories_are_not_found(api: Api) -> None:
    answer = await api.http.delete("/v2/memories/anna/m1")
    assert (answer.status_code, answer.json()["message"]) == (404, "Memory not found")
