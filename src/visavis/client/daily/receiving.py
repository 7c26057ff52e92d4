"""What comes from the room: the replica's and other people's media, to renderers and to the speaker."""

from __future__ import annotations

import asyncio
from typing import Literal

import structlog

from visavis.client.connection import Connection
from visavis.client.daily.context import Context
from visavis.client.daily.pcm import PcmQueue, added
from visavis.client.daily.state import State
from visavis.errors import SignallingError
from visavis.rooms.base import PLAYOUT_RATE

log = structlog.get_logger(__name__)

PICTURES: dict[str, Literal["camera", "screen"]] = {"camera": "camera", "screenVideo": "screen"}

Want = tuple[str, str]
"""A participant's id, and what of them, in daily-python's words."""


class Receiving:
    """Reads what somebody asked for; the replica's sound paces the speaker, where all are mixed."""

    def __init__(self, state: State, context: Context, call: Connection, player: object) -> None:
        """Prepare.

        Args:
            state: the client's.
            context: the process's, with the speaker.
            call: the call.
            player: by what name the speaker knows this call.
        """
        self._state, self._context, self._call, self._player = state, context, call, player
        self._readers: dict[Want, asyncio.Task[None]] = {}
        self._voices: dict[str, PcmQueue] = {}

    async def run(self) -> None:
        """Read the replica's media until the call is over."""
        try:
            await asyncio.gather(self._hear_replica(), self._see_replica())
        finally:
            for reader in self._readers.values():
                reader.cancel()
            await asyncio.gather(*self._readers.values(), return_exceptions=True)

    def follow(self) -> None:
        """Begin to read what is wanted of other people, who come and go."""
        for want in self._wants() - self._readers.keys():
            self._readers[want] = asyncio.create_task(self._read(want))

    def _wants(self) -> set[Want]:
        state = self._state
        others = {one.id for one in state.others.values() if one.kind == "person"}
        wants = {key for key in (*state.audio_renderers, *state.video_renderers) if key[0] in others}
        if self._context.speaker is not None:
            wants |= {(one, "microphone") for one in others}
        readable = {"microphone", *PICTURES}
        return {want for want in wants if want[1] in readable and state.subscribed(*want)}

    async def _read(self, want: Want) -> None:
        try:
            await (self._see(want) if want[1] in PICTURES else self._hear(want))
        except SignallingError as error:
            log.error("media cannot be received", error=str(error))
        finally:
            self._readers.pop(want, None)
            self._voices.pop(want[0], None)

    async def _hear(self, want: Want) -> None:
        voice = PcmQueue(PLAYOUT_RATE, 1)
        self._voices[want[0]] = voice
        async for chunk in self._call.audio(want[0]):
            if not self._state.subscribed(*want):
                continue
            if (renderer := self._state.audio_renderers.get(want)) is not None:
                renderer.push(chunk.samples)
            if self._context.speaker is not None:
                voice.write(chunk.samples.tobytes(), lambda: None)

    async def _see(self, want: Want) -> None:
        async for picture in self._call.video(want[0], PICTURES[want[1]]):
            renderer = self._state.video_renderers.get(want)
            if renderer is not None and self._state.subscribed(*want):
                renderer.push(picture)

    async def _hear_replica(self) -> None:
        async for chunk in self._call.audio():
            replica = self._call.replica
            samples = chunk.samples
            heard = replica is not None and self._state.subscribed(replica.id, "microphone")
            if heard and replica is not None:
                renderer = self._state.audio_renderers.get((replica.id, "microphone"))
                if renderer is not None:
                    renderer.push(samples)
            if self._context.speaker is not None:
                voices = [voice.pull(len(samples)) for voice in self._voices.values()]
                self._context.speaker.play(self._player, added([samples] * heard + voices, len(samples)))

    async def _see_replica(self) -> None:
        async for picture in self._call.video():
            replica = self._call.replica
            if replica is None or not self._state.subscribed(replica.id, "camera"):
                continue
            if (renderer := self._state.video_renderers.get((replica.id, "camera"))) is not None:
                renderer.push(picture)
