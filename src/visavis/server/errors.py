"""Every error answers with the same words under both keys that clients read (PROTOCOL 2.0)."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from visavis.errors import (
    CapacityExceeded,
    MessageTooLarge,
    RemoteError,
    SignallingError,
    UnknownConversation,
    UnknownParticipant,
    VisavisError,
    WorkerLost,
)
from visavis.server.recordings.storage import StorageFailed
from visavis.server.resources.sealing import ForgedSecret

STATUS: dict[type[VisavisError], int] = {
    CapacityExceeded: 400,
    SignallingError: 400,
    MessageTooLarge: 400,
    ForgedSecret: 400,
    UnknownConversation: 404,
    UnknownParticipant: 404,
    StorageFailed: 502,
    WorkerLost: 503,
    RemoteError: 500,
}

log = structlog.get_logger(__name__)


class Refusal(Exception):
    """A request that is answered with an error.

    Attributes:
        status: HTTP status.
        message: for the client.
        headers: to go with it.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


def error_response(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The body that all errors have."""
    return JSONResponse({"message": message, "error": message}, status, headers)


def install(app: FastAPI) -> None:
    """Have the application answer errors this way."""

    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> JSONResponse:
        return error_response(refusal.status, refusal.message, refusal.headers)

    @app.exception_handler(VisavisError)
    async def failed(_: Request, error: VisavisError) -> JSONResponse:
        return error_response(STATUS.get(type(error), 500), str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return error_response(400, describe(error))

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        return error_response(error.status_code, str(error.detail), error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("request failed", route=route_of(request.scope), exc_info=error)
        return error_response(500, "internal error; the server's log says more")


def describe(error: RequestValidationError) -> str:
    """All that is wrong, field by field, without repeating what was sent."""
    problems = []
    for problem in error.errors():
        if problem["type"] == "json_invalid":
            return "the body is not valid JSON"
        said = problem["msg"].removeprefix("Value error, ")  # pydantic's, before words of ours
        place = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query"))
        problems.append(f"{place}: {said}" if place else f"the body: {said}")
    return "; ".join(problems)


def route_of(scope: Mapping[str, object]) -> str:
    """The path's template: paths themselves hold conversation ids, which no log or metric may."""
    return str(getattr(scope.get("route"), "path", "unmatched"))
