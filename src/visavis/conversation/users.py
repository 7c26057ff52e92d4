"""The users' side of the floor: who speaks, and the turn each of them is forming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from visavis.conversation.generation import Generation
from visavis.conversation.ids import Ids
from visavis.conversation.outbox import Outbox, Tie
from visavis.protocol import events


@dataclass(slots=True)
class Turn:
    """What one participant is saying.

    Attributes:
        inference_id: the turn's, from its first sound to the reply.
        deaf: it began while it must not be heard, so nothing of it counts.
        speaking_since: seconds; None in a pause.
        text: the transcript last announced.
        told: the same as the LLM is told it.
        chunks_streamed: how often one was.
        displaced: the reply nobody had heard yet when this turn cut it.
    """

    inference_id: str
    deaf: bool
    speaking_since: float | None = None
    text: str = ""
    told: str = ""
    chunks_streamed: int = 0
    displaced: Generation | None = None


class Users:
    """Announces what users do. Turns are per participant."""

    def __init__(self, out: Outbox, ids: Ids) -> None:
        self._out, self._ids = out, ids
        self._turns: dict[str, Turn] = {}

    @property
    def forming(self) -> bool:
        """Whether anybody is in the middle of a turn."""
        return any(not turn.deaf for turn in self._turns.values())

    def began(self, participant_id: str, deaf: bool, turn_idx: int) -> Turn | None:
        """Speech began, or went on after a pause.

        Args:
            participant_id: who.
            deaf: a turn that begins now must not be heard.
            turn_idx: of the turn being formed.

        Returns:
            The turn; None when this changes nothing.
        """
        turn = self._turn(participant_id, deaf)
        if turn.deaf or turn.speaking_since is not None:
            return None
        turn.speaking_since = self._out.now
        tie = Tie(turn.inference_id, turn_idx)
        self._out.broadcast(events.UserStartedSpeaking, tie)
        self._out.broadcast(events.StartedSpeaking, tie, role="user")
        return turn

    def paused(self, participant_id: str, silence: float, turn_idx: int) -> Turn | None:
        """Speech stopped ``silence`` seconds ago.

        Returns:
            The turn, if one is forming.
        """
        turn = self._turns.get(participant_id)
        if turn is not None:
            self._close_speech(turn, silence, turn_idx)
        return turn

    def pausing(self, participant_id: str) -> Turn | None:
        """The turn of a participant who pauses, if there are words in it."""
        turn = self._turns.get(participant_id)
        if turn is None or turn.deaf or turn.speaking_since is not None or not turn.text:
            return None
        return turn

    def rename(self, participant_id: str) -> None:
        """From now on the turn that the participant is forming has another id."""
        self._turns[participant_id].inference_id = self._ids.new()

    def transcribed(self, participant_id: str, text: str, told: str, deaf: bool, turn_idx: int) -> None:
        """The transcript of the turn so far has changed; ``told`` is the same as the LLM is told it."""
        turn = self._turn(participant_id, deaf)
        text, turn.told = text.strip(), told
        if not turn.deaf and text and text != turn.text:
            self._stream(turn, text, turn_idx, final=False)

    def finished(self, participant_id: str, deaf: bool) -> Turn | None:
        """The turn is over; to be ended by ``commit`` or ``discard``. None when it must not be heard."""
        turn = self._turn(participant_id, deaf)
        del self._turns[participant_id]
        return None if turn.deaf else turn

    def commit(self, turn: Turn, text: str, turn_idx: int, analyses: dict[str, Any]) -> Tie:
        """The turn was said; announce all that is owed, in the order of PROTOCOL 5.2.

        Args:
            turn: ended by ``finished``.
            text: its words.
            turn_idx: its index.
            analyses: more properties of its utterance.
        """
        tie = Tie(turn.inference_id, turn_idx)
        self._stream(turn, text, turn_idx, final=True)
        self._close_speech(turn, 0.0, turn_idx)
        self._out.broadcast(events.Utterance, tie, role="user", speech=text, **analyses)
        return tie

    def discard(self, turn: Turn, turn_idx: int) -> None:
        """It was no speech after all, or its speaker is gone: close what was opened."""
        if turn.chunks_streamed:
            self._stream(turn, "", turn_idx, final=True)
        self._close_speech(turn, 0.0, turn_idx)

    def left(self, participant_id: str, turn_idx: int) -> Turn | None:
        """The participant is gone in the middle of whatever it was.

        Returns:
            The turn that comes to nothing, if one was forming.
        """
        turn = self._turns.pop(participant_id, None)
        if turn is not None:
            self.discard(turn, turn_idx)
        return turn

    def forget_displaced(self) -> None:
        """No reply that was cut is wanted any more."""
        for turn in self._turns.values():
            turn.displaced = None

    def hang_up(self, turn_idx: int) -> None:
        """The call ends."""
        for participant_id in list(self._turns):
            self.left(participant_id, turn_idx)

    def _turn(self, participant_id: str, deaf: bool) -> Turn:
        if participant_id not in self._turns:
            self._turns[participant_id] = Turn(self._ids.new(), deaf)
        return self._turns[participant_id]

    def _close_speech(self, turn: Turn, silence: float, turn_idx: int) -> None:
        if turn.speaking_since is None:
            return
        duration = round(max(0.0, self._out.now - silence - turn.speaking_since), 3)
        turn.speaking_since = None
        tie = Tie(turn.inference_id, turn_idx)
        self._out.broadcast(events.UserStoppedSpeaking, tie)
        self._out.broadcast(events.StoppedSpeaking, tie, role="user", interrupted=False, duration=duration)

    def _stream(self, turn: Turn, text: str, turn_idx: int, final: bool) -> None:
        turn.text = text
        self._out.broadcast(
            events.UtteranceStreaming,
            Tie(turn.inference_id, turn_idx),
            role="user",
            speech=text,
            content_index=turn.chunks_streamed,
            final=final,
        )
        turn.chunks_streamed += 1
