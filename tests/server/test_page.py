from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.conftest import Api
from visavis.server.routes import page

ANY = f"c{'0' * 32}"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page as the build leaves it; requested before the server so that it is mounted."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>call</title>")
    (static / "icon.svg").write_text("<svg/>")
    (static / "assets" / "app-abc.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(page, "STATIC", static)
    return static


async def test_the_page_loads_for_any_conversation_id_and_may_be_framed(built: Path, api: Api) -> None:
    answer = await api.http.get(f"/{ANY}")
    assert answer.status_code == 200
    assert "<title>call</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_assets_are_cached_for_good_and_missing_ones_are_not(built: Path, api: Api) -> None:
    answer = await api.http.get("/assets/app-abc.js")
    assert (answer.status_code, answer.text) == (200, "1")
    assert "immutable" in answer.headers["cache-control"]
    missing = await api.http.get("/assets/gone.js")
    assert missing.status_code == 404
    assert "cache-control" not in missing.headers


async def test_files_beside_the_page_are_served_and_nothing_else(built: Path, api: Api) -> None:
    assert (await api.http.get("/icon.svg")).text == "<svg/>"
    for path in ("/nope", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"):
        answer = await api.http.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["message"] == answer.json()["error"]


async def test_an_unbuilt_page_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: Api
) -> None:
    monkeypatch.setattr(page, "STATIC", tmp_path / "nothing")
    answer = await api.http.get(f"/{ANY}")
    assert answer.status_code == 503
    assert "make run" in answer.text


async def test_the_root_says_what_this_is(api: Api) -> None:
    answer = await api.http.get("/")
    assert answer.status_code == 200
    assert "Conversational Video Interface" in answer.text


async def test_a_name_too_long_for_any_file_is_not_found(built: Path, api: Api) -> None:
    assert (await api.http.get(f"/{'a' * 300}")).status_code == 404
