"""For whoever runs the server: is it alive, is it ready, how is it doing."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from visavis.server.services import Injected

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(services: Injected) -> JSONResponse:
    """Whether every worker and the default LLM can take a conversation; 503 until then."""
    supervisor = services.supervisor
    body = {
        "status": "ready" if supervisor.ready else "starting",
        "workers": sum(worker.ready for worker in supervisor.workers),
        "workers_wanted": services.settings.workers,
        "llm": supervisor.llm is not None,
    }
    return JSONResponse(body, 200 if supervisor.ready else 503)


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(services: Injected) -> Response:
    """In Prometheus's text format."""
    return Response(services.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
