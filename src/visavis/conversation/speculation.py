"""Thinking ahead: an inference begun at a user's pause, before the turn counts as complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from visavis.conversation.effects import CancelInference
from visavis.conversation.generation import Generation
from visavis.conversation.outbox import Outbox


@dataclass(slots=True)
class Ahead:
    """An inference without the floor.

    Attributes:
        generation: what it will be when the turn ends as expected.
        participant_id: whose turn it answers.
        text: the words it answers.
        held: what came from the LLM meanwhile, each to be handled when the floor is given.
        running: the LLM has not finished.
    """

    generation: Generation
    participant_id: str
    text: str
    held: list[Callable[[], None]] = field(default_factory=list)
    running: bool = True


class Speculation:
    """At most one inference ahead. Nobody learns of it unless it is taken up."""

    def __init__(self, out: Outbox) -> None:
        self._out = out
        self._ahead: Ahead | None = None

    def begin(self, ahead: Ahead) -> None:
        """An inference has been started ahead, in place of any other."""
        self._ahead = ahead

    def answers(self, participant_id: str, text: str) -> bool:
        """Whether it answers just these words of this participant."""
        ahead = self._ahead
        return ahead is not None and (ahead.participant_id, ahead.text) == (participant_id, text)

    def hold(self, generation: int, handle: Callable[[], None], last: bool = False) -> bool:
        """Keep news of the inference ahead for later.

        Args:
            generation: whose news it is.
            handle: does what is to be done about it.
            last: the LLM has finished.

        Returns:
            Whether it was news of that inference.
        """
        ahead = self._ahead
        if ahead is None or ahead.generation.number != generation:
            return False
        ahead.held.append(handle)
        ahead.running = ahead.running and not last
        return True

    def failed(self, generation: int) -> bool:
        """The inference ahead broke off: it is forgotten, and the turn is answered like any other.

        Returns:
            Whether it was that inference.
        """
        ahead = self._ahead
        if ahead is None or ahead.generation.number != generation:
            return False
        self._ahead = None
        return True

    def take_up(self) -> Ahead | None:
        """The turn has ended as expected: from now on it is an inference like any other."""
        ahead, self._ahead = self._ahead, None
        return ahead

    def cancel(self) -> None:
        """It answers what was not said."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead.running:
            self._out.put(CancelInference(ahead.generation.number))
