"""The specification's addresses."""

from __future__ import annotations

import pytest

from tests.server.conftest import Api, RunServer

PAGE = "/spec/v1/index.html"


@pytest.mark.parametrize("path", ["/spec", "/spec/", "/spec/v1", "/spec/v1/"])
async def test_every_way_of_writing_the_address_leads_to_the_page(api: Api, path: str) -> None:
    answer = await api.http.get(path, follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, PAGE)


async def test_behind_a_path_the_redirect_holds_it(run_server: RunServer) -> None:
    async with run_server(public_url="https://example.test/calls/") as api:
        answer = await api.http.get("/spec/")
        assert answer.headers["location"] == f"/calls{PAGE}"
