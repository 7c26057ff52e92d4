"""The HTTP part of joining a call (RFC 9725; docs/signalling.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import structlog

from visavis.client.words import words_of
from visavis.errors import SignallingError
from visavis.ice import IceServer, from_links
from visavis.net import is_loopback

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 20.0
STATUS_SECONDS = 3.0
EVENTS_AT_ONCE = 1000


@dataclass(slots=True)
class Pass:
    """What lets one into a private room.

    Attributes:
        bearer: a meeting token; after joining the secret of one's session, which outlives the token.
    """

    bearer: str = ""


class Whip:
    """One join: the offer goes out by POST, the way out is DELETE on what came back."""

    def __init__(
        self,
        conversation_url: str,
        *,
        user_name: str = "",
        user_id: str = "",
        token: str | Pass | None = None,
    ) -> None:
        """Prepare a join.

        Args:
            conversation_url: as the REST API gives it; a query in it is kept, but for a token as ``t``.
            user_name: how others see the participant.
            user_id: the application's name for the participant.
            token: a meeting token, or what several joins of one participant have in common.

        Raises:
            SignallingError: ``conversation_url`` is no URL.
        """
        try:
            url = httpx.URL(conversation_url)
        except httpx.InvalidURL as error:
            raise SignallingError(f"not a conversation_url: {error}") from error
        self._pass = token if isinstance(token, Pass) else Pass(token or "")
        if given := url.params.get("t"):  # a header is not written into every proxy's log
            self._pass.bearer = self._pass.bearer or given
            url = url.copy_remove_param("t")
        named = {"user_name": user_name, "user_id": user_id}
        self._url = url.copy_with(path=url.path.rstrip("/") + "/whip").copy_merge_params(
            {name: value for name, value in named.items() if value}
        )
        self._room = url.copy_with(path=url.path.rstrip("/"), query=None)
        self._resource: httpx.URL | None = None
        self._got_in_by = ""
        self._trust_env = not is_loopback(conversation_url)

    async def offer(self, sdp: str) -> str:
        """Send the offer and return the answer.

        Raises:
            SignallingError: when the server cannot be reached or refuses, in its words.
        """
        headers = {**self._headers, "Content-Type": "application/sdp"}
        try:
            async with self._client(TIMEOUT_SECONDS) as client:
                response = await client.post(self._url, content=sdp.encode(), headers=headers)
        except httpx.HTTPError as error:
            raise SignallingError(f"the server did not answer: {error or type(error).__name__}") from error
        if response.status_code != httpx.codes.CREATED:
            reason = words_of(response) or response.text[:500]
            raise SignallingError(f"the join was refused ({response.status_code}): {reason}")
        if location := response.headers.get("Location"):
            self._resource = response.url.join(location)
            self._got_in_by = self._pass.bearer
            if self._pass.bearer:
                self._pass.bearer = self._resource.path.rpartition("/")[2]
        return response.text

    async def ice_servers(self) -> list[IceServer]:
        """Those that the server names; none where it does not answer: the offer will tell why."""
        response = await self._status()
        return from_links(", ".join(response.headers.get_list("link"))) if response is not None else []

    async def shutdown_reason(self) -> str | None:
        """Why the conversation is over; None while it goes on, or when the server does not say."""
        response = await self._status()
        try:
            status = response.json() if response is not None else None
        except ValueError:
            return None
        if not isinstance(status, dict) or status.get("status") != "ended":
            return None
        return str(status.get("shutdown_reason") or "ended")

    async def _status(self) -> httpx.Response | None:
        url = self._room.copy_with(path=f"{self._room.path}/status")
        try:
            async with self._client(STATUS_SECONDS) as client:
                return await client.get(url, headers=self._headers)
        except httpx.HTTPError:
            return None

    async def events(self, after: int) -> list[dict[str, Any]]:
        """What was broadcast behind this ``seq``, as far as the server keeps and tells it."""
        url = self._room.copy_with(path=f"{self._room.path}/events")
        found: list[dict[str, Any]] = []
        try:
            async with self._client(TIMEOUT_SECONDS) as client:
                while True:
                    params = {"after": after, "limit": EVENTS_AT_ONCE}
                    answer = (await client.get(url, params=params, headers=self._headers)).json()
                    found += answer["data"]
                    if len(answer["data"]) < EVENTS_AT_ONCE:
                        return found
                    after = answer["last_seq"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("missed events cannot be had", error=type(error).__name__)
            return found

    async def leave(self) -> None:
        """Give the place back. A server that is gone needs no goodbye."""
        if self._resource is None:
            return
        resource, self._resource = self._resource, None
        self._pass.bearer = self._got_in_by  # the secret of a session that was left opens nothing
        try:
            async with self._client(TIMEOUT_SECONDS) as client:
                await client.delete(resource)
        except httpx.HTTPError:
            return

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._pass.bearer}"} if self._pass.bearer else {}

    def _client(self, timeout: float) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=timeout, trust_env=self._trust_env)
