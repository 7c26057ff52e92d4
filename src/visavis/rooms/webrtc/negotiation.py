"""Offers in, answers out: what a peer's connection carries and over which network path."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from visavis.errors import SignallingError
from visavis.rooms.webrtc import sdp
from visavis.rooms.webrtc.engine import Engine, NextFrame
from visavis.rooms.webrtc.outlet import Slot

MOST_SLOTS = 64
"""Media sections beyond the replica's that one connection can be sent."""
GATHERING_SECONDS = 5.0
"""How long STUN and TURN servers are waited for."""


class Negotiation:
    """Answers one client's offers, one after the other.

    Attributes:
        sending: kinds of media (``audio``, ``video``) of the replica that the client receives.
        slots: what else it can be sent, by the mid of the media section.
        later: the mids of sections behind the first of their kind.
    """

    def __init__(self, engine: Engine, connection: Any, sources: Mapping[str, NextFrame]) -> None:
        """Prepare for the first offer.

        Args:
            engine: whose connection it is.
            connection: an ``RTCPeerConnection``.
            sources: for each kind of media, what gives the next frame to send.
        """
        self.sending: set[str] = set()
        self.slots: dict[str, Slot] = {}
        self.later: frozenset[str] = frozenset()
        self._engine, self._connection, self._sources = engine, connection, sources
        self._turn = asyncio.Lock()
        self._gathering = asyncio.Event()
        connection.on("icegatheringstatechange", self._gathering.set)

    @property
    def busy(self) -> bool:
        """Whether an offer is being answered."""
        return self._turn.locked()

    async def answer(self, offer: str, apart: frozenset[str] = frozenset()) -> str:
        """Answer an offer, the first or a later one, with all candidates gathered.

        Args:
            offer: the SDP.
            apart: mids of sections in which other participants are to be shown.

        Raises:
            SignallingError: when it cannot be answered.
        """
        wanted = sdp.read_offer(offer, apart | self.slots.keys())
        async with self._turn:
            try:
                return await self._answer(offer, wanted)
            except self._engine.errors as error:
                raise SignallingError(f"the offer cannot be answered: {error}") from error

    async def add_fragment(self, text: str) -> str | None:
        """Take trickled candidates, or restart ICE where the engine can.

        Returns:
            the fragment to answer a restart with; None for candidates.

        Raises:
            SignallingError: when it cannot be taken.
        """
        fragment = sdp.read_fragment(text)
        if not fragment.ufrag or fragment.ufrag == sdp.ice_ufrag(self._remote()):
            await self._add_candidates(fragment)
            return None
        if not self._engine.caps.ice_restart:
            raise SignallingError(f"the {self._engine.name} engine cannot restart ICE; join again")
        if not fragment.pwd:
            raise SignallingError("the fragment restarts ICE without an ice-pwd")
        answer = await self.answer(sdp.with_credentials(self._remote(), fragment.ufrag, fragment.pwd))
        await self._add_candidates(fragment)
        return sdp.fragment_of(answer)

    async def _answer(self, offer: str, wanted: sdp.Offer) -> str:
        self.later = frozenset(wanted.sections)
        for kind in sorted(wanted.receives - self.sending):
            self._send(kind)
        await self._connection.setRemoteDescription(self._engine.description("offer", offer))
        for transceiver in self._connection.getTransceivers():
            if transceiver.stopped:
                continue
            if transceiver.mid in wanted.sections:
                self._fill(transceiver, wanted.sections[transceiver.mid])
            # What the offer does not allow is left out of the answer by the engine.
            transceiver.direction = "sendrecv" if transceiver.sender.track else "recvonly"
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        return await self._gathered_description()

    async def _gathered_description(self) -> str:
        """Our description with candidates; after an ICE restart the engine returns before it has any."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHERING_SECONDS):
                while "a=candidate:" not in self._connection.localDescription.sdp:
                    self._gathering.clear()
                    await self._gathering.wait()
        return str(self._connection.localDescription.sdp)

    def _fill(self, transceiver: Any, kind: str) -> None:
        """Make a section of its own ready to send what the client will want there."""
        if transceiver.mid in self.slots or len(self.slots) >= MOST_SLOTS:
            return
        slot = self.slots[transceiver.mid] = Slot("audio" if kind == "audio" else "video")
        transceiver.sender.replaceTrack(self._engine.track(kind, slot.waiting.get))

    def _send(self, kind: str) -> None:
        self.sending.add(kind)
        sender = self._connection.addTrack(self._engine.track(kind, self._sources[kind]))
        if kind == "video":
            for transceiver in self._connection.getTransceivers():
                if transceiver.sender is sender:
                    self._engine.prefer(transceiver, "video/vp8")

    async def _add_candidates(self, fragment: sdp.Fragment) -> None:
        default_mid = sdp.first_mid(self._remote())
        try:
            for entry in fragment.candidates:
                candidate = self._engine.candidate_from_sdp(entry.value)
                candidate.sdpMid = entry.mid or default_mid
                await self._connection.addIceCandidate(candidate)
            if fragment.ended:
                await self._connection.addIceCandidate(None)
        except self._engine.errors as error:
            raise SignallingError(f"a candidate cannot be used: {error}") from error

    def _remote(self) -> str:
        return str(self._connection.remoteDescription.sdp)
