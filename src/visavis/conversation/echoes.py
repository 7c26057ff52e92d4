"""Echoes: words or audio that a client has the replica say, whole or in chunks (PROTOCOL 1.2, 5.3)."""

from __future__ import annotations

from visavis.conversation.floor import Floor
from visavis.conversation.generation import Generation
from visavis.conversation.ids import Ids, echo_id
from visavis.conversation.inputs import AudioClip
from visavis.conversation.outbox import Outbox
from visavis.conversation.replica import Replica
from visavis.protocol.interactions import EchoProperties

GIVE_UP_AFTER = 10.0
"""Seconds without a chunk after which an echo counts as done."""
MOST_REMEMBERED = 1000
"""Dropped ids whose end has not come that are remembered."""

_TIMER = "echo:"


class Echoes:
    """Joins chunks of one id to one utterance."""

    def __init__(self, out: Outbox, ids: Ids, floor: Floor, replica: Replica) -> None:
        self._out, self._ids, self._floor, self._replica = out, ids, floor, replica
        self._open: dict[str, Generation] = {}
        self._dropped: dict[str, None] = {}
        floor.dropped = self._drop

    def chunk(self, participant_id: str | None, properties: EchoProperties, clip: AudioClip | None) -> None:
        """A chunk came. Without an id it belongs to the sender's open echo without one."""
        is_audio = _is_audio(properties, clip)
        done = properties.done if properties.done is not None else not is_audio
        key = _key(participant_id, properties, is_audio)
        if key in self._dropped:
            if done:
                del self._dropped[key]
            self._out.ignore("echo: a chunk of an utterance that was cut")
            return
        generation = self._open.get(key)
        empty = clip is None if is_audio else not (properties.text or "").strip()
        if generation is None:
            if empty:
                self._out.ignore("echo: audio missing or not decodable" if is_audio else "echo: no text")
                return
            generation = self._begin(key, properties.inference_id)
            if generation is None:
                return
        self._add(generation, properties.text or "", clip, is_audio)
        if done:
            self._close(key, generation)
        else:
            self._out.set_timer(f"{_TIMER}{generation.number}", self._out.now + GIVE_UP_AFTER)
        if self._replica.current is generation:
            self._replica.go_on(generation)

    def timer_ran_down(self, name: str) -> None:
        """A chunk was long in coming: the echo counts as done."""
        for key, generation in list(self._open.items()):
            if name == f"{_TIMER}{generation.number}":
                self._close(key, generation)
                if self._replica.current is generation:
                    self._replica.go_on(generation)

    def _begin(self, key: str, client_id: str | None) -> Generation | None:
        inference_id = echo_id(client_id) if client_id else self._ids.new()
        generation = self._floor.generation("echo", inference_id)
        if not self._floor.wait(generation):
            return None
        self._open[key] = generation
        return generation

    @staticmethod
    def _add(generation: Generation, text: str, clip: AudioClip | None, is_audio: bool) -> None:
        if not is_audio:
            generation.say(text)
        elif clip is not None:
            generation.play(clip)

    def _close(self, key: str, generation: Generation) -> None:
        del self._open[key]
        self._out.cancel_timer(f"{_TIMER}{generation.number}")
        generation.close()
        if self._replica.current is not generation:
            self._floor.forget_empty(generation)

    def _drop(self, generation: Generation) -> None:
        """The generation will not be heard (further): chunks of it that still come are ignored."""
        for key, open_one in list(self._open.items()):
            if open_one is generation:
                del self._open[key]
                self._out.cancel_timer(f"{_TIMER}{generation.number}")
                self._dropped[key] = None
                if len(self._dropped) > MOST_REMEMBERED:
                    del self._dropped[next(iter(self._dropped))]


def _key(participant_id: str | None, properties: EchoProperties, is_audio: bool) -> str:
    if properties.inference_id:
        return f"id {properties.inference_id}"
    return f"{'audio' if is_audio else 'text'} of {participant_id}"


def _is_audio(properties: EchoProperties, clip: AudioClip | None) -> bool:
    """Some clients name no modality, and some fill every field: then text wins."""
    return properties.is_audio or (properties.modality is None and not properties.text and clip is not None)
