"""Later offers of a call: over its signal channel, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from visavis.errors import SignallingError
from visavis.rooms.webrtc.engine import Engine

ANSWER_SECONDS = 10.0


class Offers:
    """Renegotiates a connection.

    Attributes:
        turn: held by who prepares transceivers and asks.
    """

    def __init__(self, engine: Engine, connection: Any, say: Callable[..., None]) -> None:
        """Prepare for the first of them.

        Args:
            engine: whose connection it is.
            connection: the ``RTCPeerConnection``.
            say: sends a signal.
        """
        self.turn = asyncio.Lock()
        self._engine, self._connection, self._say = engine, connection, say
        self._answer: asyncio.Future[str] | None = None

    async def ask(self, more: Callable[[], dict[str, Any]] = dict) -> None:
        """Offer what the transceivers are now, and take the answer.

        Args:
            more: fields of the signal, asked for when sections have their mids.

        Raises:
            SignallingError: the server does not answer, or with what cannot be used.
        """
        await self._connection.setLocalDescription(await self._connection.createOffer())
        self._answer = asyncio.get_running_loop().create_future()
        self._say("offer", sdp=self._connection.localDescription.sdp, **more())
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self._answer
            await self._connection.setRemoteDescription(self._engine.description("answer", answer))
        except TimeoutError:
            raise SignallingError("the server did not answer an offer") from None
        except self._engine.errors as error:
            raise SignallingError(f"the answer cannot be used: {error}") from error

    def answered(self, sdp: object) -> None:
        """The server has answered."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(str(sdp))

    def close(self) -> None:
        """The call is over."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(SignallingError("the call is over"))
