"""The published specification at stable addresses, for everyone and without a key."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from visavis.protocol.specification import BASE, HERE
from visavis.server.services import Injected

router = APIRouter(tags=["specification"])


@router.get("/spec", include_in_schema=False)
@router.get(BASE, include_in_schema=False)
async def newest(services: Injected) -> RedirectResponse:
    """The page of the newest version, from wherever the server and its slashes are seen."""
    return RedirectResponse(f"{services.prefix}{BASE}/index.html")


def files() -> StaticFiles:
    """Schemas, the AsyncAPI document and the page."""
    return StaticFiles(directory=HERE)
