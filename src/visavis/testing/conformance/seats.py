"""What a way into a conversation is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.errors import SignallingError
from visavis.testing.conformance.model import Need

NAME = "conformance"
"""What our participants are called."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where to, and who is told what happens there.

    Attributes:
        url: the ``conversation_url``.
        token: the ``meeting_token``, of a private room.
        media: which the case needs.
        on_message: takes each app message.
        on_participant: called when somebody else is there.
    """

    url: str
    token: str
    media: Collection[Need]
    on_message: Callable[[Any], None]
    on_participant: Callable[[], None]


class Seat(Protocol):
    """A participant's place in a call."""

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        ...

    async def speak(self, sound: NDArray[np.int16]) -> None:
        """Say this (mono, 48 kHz) and return when it has been said."""
        ...

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """The replica's voice of the next ``seconds``: mono, 48 kHz."""
        ...

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """The luma of the next ``count`` pictures, each of shape (height, width)."""
        ...


Join = Callable[[Invitation], AbstractAsyncContextManager[Seat]]
"""Takes the seat, which is left at the end."""


class Soundless:
    """The half of a seat that has no media."""

    async def speak(self, sound: NDArray[np.int16]) -> None:
        """Never."""
        raise SignallingError("this driver carries no sound")

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """Never."""
        raise SignallingError("this driver carries no sound")

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """Never."""
        raise SignallingError("this driver carries no picture")
