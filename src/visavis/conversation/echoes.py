"""Echoes: words or audio that a client has the replica say, whole or in chunks (PROTOCOL 1.2, 5.3)."""

from __future__ import annotations

from dataclasses import dataclass

from visavis.conversation.effects import DropClip
from visavis.conversation.floor import Floor
from visavis.conversation.generation import Generation
from visavis.conversation.ids import Ids, echo_id
from visavis.conversation.inputs import AudioClip, Config
from visavis.conversation.outbox import Outbox
from visavis.conversation.replica import Replica
from visavis.conversation.writer import NO_VOICE, Writer
from visavis.protocol.interactions import EchoProperties

GIVE_UP_AFTER = 10.0
"""Seconds without a chunk after which an echo counts as done."""
MOST_REMEMBERED = 1000
"""Dropped ids whose end has not come that are remembered."""


@dataclass(frozen=True, slots=True)
class Open:
    """An echo whose last chunk has not come."""

    generation: Generation
    timer: str


class Echoes:
    """Joins chunks of one id to one utterance."""

    def __init__(
        self, out: Outbox, ids: Ids, config: Config, floor: Floor, replica: Replica | Writer
    ) -> None:
        self._out, self._ids, self._floor, self._replica = out, ids, floor, replica
        self._silent = config.chat
        self._open: dict[str, Open] = {}
        self._begun = 0
        self._dropped: dict[str, float] = {}
        floor.dropped = self._drop

    def chunk(
        self, participant_id: str | None, properties: EchoProperties, clip: AudioClip | None
    ) -> Generation | None:
        """A chunk came. Without an id it belongs to the sender's open echo without one.

        Returns:
            The utterance that it belongs to; None if to none.
        """
        is_audio, done = properties.is_audio, properties.is_done
        if clip is not None and not is_audio:
            self._out.put(DropClip(clip.ref))
        key = _key(participant_id, properties, is_audio)
        echo = self._find(key, properties, clip if is_audio else None, done)
        if echo is None:
            if clip is not None and is_audio:
                self._out.put(DropClip(clip.ref))
            return None
        if not is_audio:
            if not echo.generation.say(properties.text or ""):
                self._out.ignore("echo: the utterance is too long")
        elif clip is not None:
            echo.generation.play(clip)
        if done:
            self._close(key)
        else:
            self._out.set_timer(echo.timer, self._out.now + GIVE_UP_AFTER)
        if self._replica.current is echo.generation:
            self._replica.go_on(echo.generation)
        return echo.generation

    def timer_ran_down(self, name: str) -> None:
        """A chunk was long in coming: the echo counts as done."""
        for key, echo in list(self._open.items()):
            if name == echo.timer:
                self._close(key)
                if self._replica.current is echo.generation:
                    self._replica.go_on(echo.generation)

    def _find(self, key: str, properties: EchoProperties, clip: AudioClip | None, done: bool) -> Open | None:
        """The echo that the chunk belongs to, begun if need be; None, with the reason told, if to none."""
        if self._silent and (clip is not None or properties.is_audio):
            self._out.ignore(f"echo: {NO_VOICE}")
            return None
        if self._was_dropped(key, done):
            self._out.ignore("echo: a chunk of an utterance that was cut")
            return None
        if key in self._open:
            return self._open[key]
        if clip is None and not (properties.text or "").strip():
            self._out.ignore("echo: nothing to say")
            return None
        if clip is None and properties.is_audio:
            self._out.ignore("echo: audio missing")
            return None
        return self._begin(key, properties.inference_id)

    def _was_dropped(self, key: str, done: bool) -> bool:
        """Whether the chunk goes on with what was cut; one that is long in coming begins anew."""
        last = self._dropped.pop(key, None)
        if last is None or self._out.now - last > GIVE_UP_AFTER:
            return False
        if not done:
            self._remember_dropped(key)
        return True

    def _remember_dropped(self, key: str) -> None:
        self._dropped[key] = self._out.now
        if len(self._dropped) > MOST_REMEMBERED:
            del self._dropped[next(iter(self._dropped))]

    def _begin(self, key: str, client_id: str | None) -> Open | None:
        inference_id = echo_id(client_id) if client_id else self._ids.new()
        generation = self._floor.generation("echo", inference_id)
        if not self._floor.wait(generation):
            return None
        self._begun += 1
        self._open[key] = Open(generation, f"echo {self._begun}")
        return self._open[key]

    def _close(self, key: str) -> None:
        echo = self._open.pop(key)
        self._out.cancel_timer(echo.timer)
        echo.generation.close()
        if self._replica.current is not echo.generation:
            self._floor.forget_empty(echo.generation)

    def _drop(self, generation: Generation) -> None:
        """It will not be heard (further): what waits is let go, chunks that still come are ignored."""
        for segment in generation.segments[generation.issued :]:
            if segment.clip is not None:
                self._out.put(DropClip(segment.clip.ref))
        for key, echo in list(self._open.items()):
            if echo.generation is generation:
                del self._open[key]
                self._out.cancel_timer(echo.timer)
                self._remember_dropped(key)


def _key(participant_id: str | None, properties: EchoProperties, is_audio: bool) -> str:
    if properties.inference_id:
        return f"id {properties.inference_id}"
    return f"{'audio' if is_audio else 'text'} of {participant_id}"
