"""Access tokens for client credentials (RFC 6749, section 4.4), kept until shortly before they expire."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode

from visavis.errors import OutboundFailed
from visavis.outbound.client import Answer, GuardedClient
from visavis.outbound.delivery import FORM, OAuth2Auth

LIFE_UNSAID = 300.0
"""Seconds that a token is used whose server does not say for how long it is good."""
MARGIN = 30.0
"""Seconds before its end at which a token is not used any more; at most a tenth of its life."""
MOST_KEPT = 256

Key = tuple[str, str, str, str]


@dataclass
class _Entry:
    token: str = ""
    until: float = 0.0
    """Of the loop's clock."""
    fetching: asyncio.Lock = field(default_factory=asyncio.Lock)


class Tokens:
    """The tokens of this process; one fetch at a time for the same credentials."""

    def __init__(self, client: GuardedClient) -> None:
        self._client = client
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()

    async def get(self, auth: OAuth2Auth, timeout: float) -> str:
        """A token that is good for a while.

        Args:
            auth: the credentials.
            timeout: seconds to fetch one in.

        Raises:
            OutboundError: none could be had.
        """
        entry = self._entry(auth)
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(timeout), entry.fetching:
                if entry.until <= now():
                    began = now()
                    entry.token, life = await self._fetch(auth, timeout)
                    entry.until = began + life - min(MARGIN, life / 10)
                return entry.token
        except TimeoutError:
            raise OutboundFailed("no access token in time") from None

    def drop(self, auth: OAuth2Auth, token: str) -> None:
        """Do not use this token again; one that took its place meanwhile stays."""
        entry = self._entry(auth)
        if entry.token == token:
            entry.until = 0.0

    def _entry(self, auth: OAuth2Auth) -> _Entry:
        key = (auth.token_url, auth.client_id, auth.client_secret, auth.scope or "")
        entry = self._entries.setdefault(key, _Entry())
        self._entries.move_to_end(key)
        if len(self._entries) > MOST_KEPT:
            self._entries.popitem(last=False)
        return entry

    async def _fetch(self, auth: OAuth2Auth, timeout: float) -> tuple[str, float]:
        """A new token and its life in seconds."""
        form = {"grant_type": "client_credentials", **({"scope": auth.scope} if auth.scope else {})}
        named = {**form, "client_id": auth.client_id, "client_secret": auth.client_secret}
        answer = await self._ask(auth, named, {}, timeout)
        if answer.status in (400, 401) and _json(answer).get("error") == "invalid_client":
            # Some servers read the credentials from the header alone (RFC 6749, section 2.3.1).
            pair = f"{quote_plus(auth.client_id)}:{quote_plus(auth.client_secret)}".encode()
            basic = "Basic " + base64.b64encode(pair).decode()
            answer = await self._ask(auth, form, {"authorization": basic}, timeout)
        if not 200 <= answer.status < 300:
            raise OutboundFailed(f"the token server answered {answer.status}")
        said = _json(answer)
        token = said.get("access_token")
        if (
            not isinstance(token, str)
            or not token
            or str(said.get("token_type", "bearer")).lower() != "bearer"
        ):
            raise OutboundFailed("the token server answered without a bearer token")
        return token, _life(said.get("expires_in"))

    async def _ask(
        self, auth: OAuth2Auth, form: dict[str, str], headers: dict[str, str], timeout: float
    ) -> Answer:
        return await self._client.request(
            "POST",
            auth.token_url,
            headers={"content-type": FORM, "accept": "application/json", **headers},
            body=urlencode(form).encode(),
            timeout=timeout,
            https_only=True,
        )


def _json(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _life(expires_in: Any) -> float:
    """Some write the number as text."""
    try:
        life = float(expires_in)
    except (TypeError, ValueError):
        return LIFE_UNSAID
    return life if 0 <= life < 1e9 else LIFE_UNSAID
