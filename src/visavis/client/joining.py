"""Which way leads into a conversation's room: told from its ``conversation_url``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal, Unpack

import httpx

from visavis.errors import ConfigurationError

if TYPE_CHECKING:
    from visavis.client.call import Call
    from visavis.client.options import JoinOptions

Way = Literal["webrtc", "daily"]


def way_to(conversation_url: str) -> Way:
    """``daily`` for a room of Daily's, else ``webrtc``: a server of this kind."""
    try:
        host = httpx.URL(conversation_url).host
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"not a conversation_url: {error}") from error
    return "daily" if host == "daily.co" or host.endswith(".daily.co") else "webrtc"


@asynccontextmanager
async def join(
    conversation_url: str, *, token: str | None = None, **options: Unpack[JoinOptions]
) -> AsyncIterator[Call]:
    """Be in a call for the length of a ``with`` block.

    Args:
        conversation_url: of either kind.
        token: a meeting token.
        options: those that hold for the kind.

    Raises:
        ConfigurationError: Daily's package is needed and missing, or cannot do what is asked.
    """
    from visavis.client.call import Call

    if way_to(conversation_url) == "webrtc":
        async with Call.join(conversation_url, token=token, **options) as call:
            yield call
        return
    from visavis.client.daily_connection import DailyConnection

    asked: dict[str, Any] = dict(options)
    asked.pop("user_id", None)  # Daily takes it from the token
    if asked.get("camera") is None:
        asked.pop("camera", None)
    try:
        dialled = DailyConnection.join(conversation_url, token=token, **asked)
    except TypeError as error:
        raise ConfigurationError(f"in a room of Daily's: {error}") from error
    async with Call.join_by(lambda: dialled) as call:
        yield call
