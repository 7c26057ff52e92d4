"""The page behind ``conversation_url``, its assets, and a word at the root."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from visavis.config import Settings
from visavis.server.access.headers import page_policy
from visavis.server.services import Injected

STATIC = Path(__file__).parent.parent / "static"

NOT_BUILT = "The page has not been built. Run `make run`, or `npm ci && npm run build` in the folder web/.\n"

ROOT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>visavis</title>
<style>body{font:16px/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}
code{font-size:.9em}</style>
<h1>visavis</h1>
<p>A self-hosted Conversational Video Interface. Conversations are made with
<code>POST /v2/conversations</code>; each is met at the <code>conversation_url</code> of the reply.</p>
<p><a href="/docs">The REST API</a>, also as <a href="/openapi.json">OpenAPI</a></p>
"""

router = APIRouter(include_in_schema=False)


class Assets(StaticFiles):
    """Built files; their names hold a hash of their content, so they never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, to be kept for a year."""
        response = await super().get_response(path, scope)
        if response.status_code in (200, 206, 304):
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


@router.get("/")
async def root() -> HTMLResponse:
    """Say what this is."""
    return HTMLResponse(ROOT)


@router.get("/{name}")
async def page(name: str, services: Injected) -> Response:
    """The page of a conversation, whatever has become of it: it asks for the status and says so."""
    if _names_a_conversation(name):
        return _file("index.html", services.settings)
    if name in _files():
        return _file(name, services.settings)
    raise HTTPException(404, "Not Found")


def assets() -> Assets:
    """To be mounted at ``/assets``; the folder may be built later."""
    return Assets(directory=STATIC / "assets", check_dir=False)


def _names_a_conversation(name: str) -> bool:
    return len(name) == 33 and name[0] == "c" and all(digit in "0123456789abcdef" for digit in name[1:])


def _files() -> set[str]:
    """What lies beside the page. Asking the disk for any name a client makes up would be an error waiting."""
    return {path.name for path in STATIC.glob("*") if path.is_file()}


def _file(name: str, settings: Settings) -> Response:
    path = STATIC / name
    if not path.is_file():
        return PlainTextResponse(NOT_BUILT, 503)
    return FileResponse(path, headers={"cache-control": "no-cache", **page_policy(settings)})
