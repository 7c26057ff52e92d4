"""What the replica's face shows (PROTOCOL 1.2 set_emotion, 4 emotion tags)."""

from __future__ import annotations

from visavis.conversation.effects import SetEmotion
from visavis.conversation.outbox import Outbox
from visavis.conversation.perceived import Perceived
from visavis.conversation.replica import Replica
from visavis.conversation.writer import Writer
from visavis.protocol.emotions import Emotion

SMILE: Emotion = "content"


class Expression:
    """What a client set is held; a tag in an utterance goes before it, from its word to the utterance's end.

    With neither, a smile is smiled back.

    Attributes:
        held: what a client set.
    """

    def __init__(self, out: Outbox, replica: Replica | Writer, perceived: Perceived) -> None:
        self._out, self._replica, self._perceived = out, replica, perceived
        self._shown: Emotion = "neutral"
        self.held: Emotion = "neutral"

    def show(self) -> None:
        """After each input: tell the face if that has changed."""
        generation = self._replica.current
        wanted = (generation.emotion if generation is not None else None) or self.held
        if wanted == "neutral" and self._perceived.smiling:
            wanted = SMILE
        if wanted != self._shown:
            self._shown = wanted
            self._out.put(SetEmotion(wanted))
