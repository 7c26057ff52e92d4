"""Acknowledgements: what became of interactions that carried an ``event_id`` (extension)."""

from __future__ import annotations

from visavis.conversation.floor import Floor, Job, Reply
from visavis.conversation.generation import Generation
from visavis.conversation.outbox import Outbox
from visavis.conversation.replica import Replica
from visavis.conversation.writer import Writer
from visavis.protocol import events
from visavis.protocol.interactions import Interaction, Interrupt

QUEUED = "queued"
UNHEARD = "nothing had been heard"
DROPPED = "dropped before it was heard"
GREETING = "the greeting goes on; what waited is dropped"


class Acks:
    """Answers each ``event_id``: at once, but for an interrupt, whose answer comes with the silence.

    What was accepted and is then dropped before anything of it was heard is answered again: no other event
    tells of it.
    """

    def __init__(self, out: Outbox, floor: Floor, replica: Replica | Writer) -> None:
        self._out, self._floor, self._replica = out, floor, replica
        self._until_silent: list[tuple[str, Generation | None]] = []

    def give(self, asked: Interaction, refused: str | None, job: Job | None) -> None:
        """The interaction was handled.

        Args:
            asked: carries an ``event_id``, or wants no answer.
            refused: why it had no effect; None if it had one.
            job: what it wants to have the floor for; None if for nothing.
        """
        if not asked.event_id:
            return
        if refused is not None:
            self.refuse(asked.event_id, refused)
        elif job is not None and self._floor.waits(job):
            self._answer(asked.event_id, True, QUEUED, None)
        elif isinstance(asked, Interrupt):
            self._interrupted(asked.event_id)
        else:
            self._answer(asked.event_id, True, None, self._out.unix)

    def refuse(self, event_id: str, reason: str) -> None:
        """It had no effect."""
        self._answer(event_id, False, reason, None)

    def settle(self) -> None:
        """After each input: tell those who wait for silence, once it is there."""
        current = self._replica.current
        if current is None or not current.stopping:
            self.flush()
        lost, self._floor.lost = self._floor.lost, []
        for job in lost:
            if isinstance(job, Generation) and job.stopping:
                self._floor.lost.append(job)  # playout will say whether anything was heard
            elif event_id := _unheard(job):
                self.refuse(event_id, DROPPED)

    def flush(self) -> None:
        """Tell them now: playout has stopped, or the call ends."""
        waiting, self._until_silent = self._until_silent, []
        for event_id, silenced in waiting:
            self._answer(event_id, True, _remark(silenced), self._out.unix)

    def _interrupted(self, event_id: str) -> None:
        # A user may have cut it already, or it is the greeting: then it still has the floor.
        self._until_silent.append((event_id, self._floor.cut or self._replica.current))

    def _answer(self, event_id: str, accepted: bool, reason: str | None, applied_at: float | None) -> None:
        self._out.broadcast(
            events.Ack,
            asked_for=True,
            event_id=event_id,
            accepted=accepted,
            reason=reason,
            applied_at=applied_at,
        )


def _unheard(job: Job) -> str | None:
    """The name of the interaction that asked for it, if nobody heard of it."""
    if isinstance(job, Reply) or (isinstance(job, Generation) and job.audible):
        return None
    return job.event_id


def _remark(silenced: Generation | None) -> str | None:
    """What an interrupt did, if not what one expects."""
    if silenced is None or not (silenced.heard or silenced.audible):
        return UNHEARD
    return GREETING if silenced.kind == "greeting" else None
