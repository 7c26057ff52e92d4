"""``/docs``: the REST API's description to be read, without a key and without anything from elsewhere."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from visavis.server.description.reference_page import page
from visavis.server.services import Injected

router = APIRouter(tags=["specification"])


@router.get("/docs", include_in_schema=False)
async def reference(request: Request, services: Injected) -> HTMLResponse:
    """The page."""
    return HTMLResponse(page(request.app.openapi(), services.prefix))
