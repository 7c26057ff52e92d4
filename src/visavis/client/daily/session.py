"""One stay in a call, on the loop's thread: what the room says becomes events, what is wanted is fetched."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import structlog

from visavis.client.connection import Connection
from visavis.client.daily import transcripts
from visavis.client.daily.context import Context
from visavis.client.daily.entrance import Entrance
from visavis.client.daily.inputs import Sources
from visavis.client.daily.receiving import Receiving
from visavis.client.daily.speaker import VirtualSpeakerDevice
from visavis.client.daily.state import Completion, State
from visavis.client.received import ReceivedMessage
from visavis.errors import VisavisError
from visavis.rooms.base import Participant, ParticipantJoined

log = structlog.get_logger(__name__)

LEFT = "leftCall"
"""daily-python's word for everybody who went."""


class Session:
    """From joining to having left."""

    def __init__(self, state: State, context: Context, url: str, token: str | None) -> None:
        """Prepare to join.

        Args:
            state: the client's.
            context: the process's.
            url: the ``conversation_url``.
            token: a meeting token.
        """
        self._state, self._context = state, context
        self._url, self._token = url, token
        self._call: Connection | None = None
        self._receiving: Receiving | None = None
        self._leaving = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._over = asyncio.Event()
        self._entrance = Entrance()

    async def run(self, completion: Completion | None) -> None:
        """Join, stay until leaving or the end, and say how it went."""
        self._task = asyncio.current_task()
        self._state.emit("on_call_state_updated", "joining")
        try:
            reason = await self._stay(completion)
        except VisavisError as error:
            reason = str(error)
        except asyncio.CancelledError:
            reason = "the client left while it was joining"
        except Exception as error:
            # A completion that never comes would leave the program waiting for ever.
            log.exception("the call failed")
            reason = f"the call failed: {type(error).__name__}"
        if not self._state.joined:
            self._state.complete(completion, None, reason)
        if not self._leaving.is_set():
            self._state.emit("on_error", reason)
        self._gone()
        self._state.emit("on_call_state_updated", "left")
        self._over.set()
        self._settled.set()

    async def leave(self) -> None:
        """Leave, also in the middle of joining; returns when that is done."""
        if not self._leaving.is_set() and not self._over.is_set():
            self._leaving.set()
            self._state.emit("on_call_state_updated", "leaving")
            if not self._state.joined and self._task is not None:
                self._task.cancel()
        await self._over.wait()

    @property
    def over(self) -> bool:
        """Whether it was left, or never came about."""
        return self._over.is_set()

    async def ready(self) -> None:
        """Wait until we are in the call, or until it is sure that we will not be."""
        await self._settled.wait()

    def switch(self, before: VirtualSpeakerDevice | None, after: VirtualSpeakerDevice) -> None:
        """Play on another speaker, at once."""
        if before is not None:
            before.stop(self)
        if self._state.joined:
            after.start(self)

    async def send(self, data: Any, to: str) -> None:
        """Send an app message.

        Raises:
            VisavisError: it is too large, or the call is over.
        """
        await self._in_call().send(data, to)

    async def adapt(self) -> None:
        """Fetch and send what settings, renderers and devices ask for now.

        Raises:
            VisavisError: the room refuses more media.
        """
        if self._call is None:
            return
        found, hears, sees = self._wants()
        self._state.mix.plug(found.audio)
        self._state.lens.source = found.camera
        speaker = self._context.speaker
        if speaker is not None:
            speaker.start(self)
        await self._call.add_media(
            microphone=self._state.mix if found.audio else None,
            camera=self._state.lens if found.camera else None,
            receive_audio=hears,
            receive_video=sees,
        )
        self._call.say_sending(found.sending())
        self._follow()

    async def _stay(self, completion: Completion | None) -> str:
        """Be in the call; returns why it ended."""
        found, hears, sees = self._wants()
        joining = Connection.join(
            self._url,
            user_name=self._state.user_name,
            token=self._token,
            microphone=self._state.mix if found.audio else None,
            camera=self._state.lens if found.camera else None,
            receive_audio=hears,
            receive_video=sees,
            ice_servers=self._state.ice_servers,
        )
        async with joining as call:
            self._call = call
            await self.adapt()
            self._entered(call)
            self._state.complete(completion, self._join_data(), None)
            self._settled.set()
            await self._live(call)
        return call.closed_reason

    async def _live(self, call: Connection) -> None:
        self._receiving = Receiving(self._state, self._context, call, self)
        self._receiving.follow()
        # They end with the call, each after the last thing it was sent.
        reading = asyncio.gather(
            self._read(call),
            self._meet(call),
            self._notice(call),
            self._receiving.run(),
            self._entrance.run(),
        )
        leaving = asyncio.create_task(self._leaving.wait())
        try:
            await asyncio.wait((leaving, reading), return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
        finally:
            for task in (reading, leaving):
                task.cancel()
            await asyncio.gather(reading, leaving, return_exceptions=True)
            self._entrance.release()

    def _entered(self, call: Connection) -> None:
        state = self._state
        people = {person.id: person for person in call.participants}
        state.me = people.pop(call.participant_id)
        state.joined = True
        state.others = people
        state.emit("on_call_state_updated", "joined")
        state.emit("on_network_connection_status_updated", {"connection": "signalling", "event": "connected"})
        state.emit("on_participant_updated", state.local())
        for person in people.values():
            if person.kind == "replica":
                self._entrance.tell(partial(self._is_there, person.id))
            else:
                self._came(person)
        self._counted()

    def _is_there(self, participant_id: str) -> None:
        if person := self._state.others.get(participant_id):  # as they are now, unless they have gone
            self._came(person)

    def _gone(self) -> None:
        state = self._state
        self._call, state.joined = None, False
        state.mix.plug({})
        state.lens.source = None
        if self._context.speaker is not None:
            self._context.speaker.stop(self)
        for person in state.others.values():
            state.emit("on_participant_left", state.remote(person), LEFT)
        state.others = {}

    def _join_data(self) -> dict[str, Any]:
        meeting = self._url.partition("?")[0].rstrip("/").rpartition("/")[2]
        return {"meetingSession": {"id": meeting}, "participants": self._state.participants()}

    async def _read(self, call: Connection) -> None:
        async for message in call.messages():
            self._entrance.message(partial(self._take, message))

    def _take(self, message: ReceivedMessage) -> None:
        self._state.emit("on_app_message", message.data, message.sender_id)
        self._interpret(message)

    def _interpret(self, message: ReceivedMessage) -> None:
        state, sender = self._state, self._state.others.get(message.sender_id)
        if sender is None or sender.kind != "replica" or not isinstance(message.data, dict):
            return
        if message.data.get("event_type") == "conversation.replica.started_speaking":
            state.active_speaker = sender.id
            state.emit("on_active_speaker_changed", state.remote(sender))
        if state.transcribing:
            said = transcripts.transcript(message.data, sender.id, [one.id for one in self._listeners()])
            if said is not None:
                state.emit("on_transcription_message", said)

    def _listeners(self) -> list[Participant]:
        people = [*self._state.others.values(), self._state.me]
        return [person for person in people if person.kind == "person"]

    async def _meet(self, call: Connection) -> None:
        async for event in call.arrivals():
            person = event.participant
            if isinstance(event, ParticipantJoined):
                if person.id not in self._state.others:
                    self._state.others[person.id] = person
                    self._came(person)
                    self._follow()
            elif person.id in self._state.others:
                self._entrance.release()
                del self._state.others[person.id]
                self._state.emit("on_participant_left", self._state.remote(person), LEFT)
            self._counted()

    def _came(self, person: Participant) -> None:
        self._state.emit("on_participant_joined", self._state.remote(person))
        self._state.emit("on_participant_updated", self._state.remote(person))

    def _follow(self) -> None:
        if self._receiving is not None:
            self._receiving.follow()

    def _counted(self) -> None:
        self._state.emit("on_participant_counts_updated", self._state.counts())

    async def _notice(self, call: Connection) -> None:
        async for person in call.updates():
            if person.id in self._state.others:
                self._state.others[person.id] = person
                if self._entrance.open or person.kind != "replica":
                    self._state.emit("on_participant_updated", self._state.remote(person))

    def _wants(self) -> tuple[Sources, bool, bool]:
        """What is to be said and shown, and whether the replica is to be heard and to be seen."""
        state = self._state
        with state.lock:
            found = state.sources()
            hears = self._context.speaker is not None or any(
                state.subscribed(who, source) for who, source in state.audio_renderers
            )
            sees = any(state.subscribed(who, source) for who, source in state.video_renderers)
        for problem in found.problems:
            log.warning("input", problem=problem)
        return found, hears, sees

    def _in_call(self) -> Connection:
        if self._call is None:
            raise VisavisError("the client is not in a call")
        return self._call
