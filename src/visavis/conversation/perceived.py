"""How users are, as perception told it: what the LLM and the events say of it (PROTOCOL 1.3, 4)."""

from __future__ import annotations

from visavis.conversation.inputs import UserPerceived, UserTranscript, UserTurnEnded

TAGS = ("appearance", "emotions", "screenshare")
"""What becomes ``<user_appearance>`` and so on."""
LONGEST = 4_000
"""Characters of what is told between two tags."""


class Perceived:
    """The latest of each participant.

    Attributes:
        speaker: who had the last word among the users; None before anybody had it.
    """

    def __init__(self) -> None:
        self._latest: dict[str, UserPerceived] = {}
        self.speaker: str | None = None

    def update(self, message: UserPerceived) -> None:
        """A participant is now like this."""
        self._latest[message.participant_id] = message

    def forget(self, participant_id: str) -> None:
        """The participant is gone."""
        self._latest.pop(participant_id, None)
        if self.speaker == participant_id:
            self.speaker = None

    @property
    def smiling(self) -> bool:
        """Whether anybody smiles."""
        return any(latest.smiling for latest in self._latest.values())

    @property
    def tags(self) -> str:
        """What the LLM is told: of the last speaker, before anybody spoke of the latest; may be empty.

        Somebody else's looks are not the speaker's, whose camera may be off.
        """
        latest = (
            self._latest.get(self.speaker)
            if self.speaker is not None
            else next(reversed(self._latest.values()), None)
        )
        if latest is None:
            return ""
        told = {tag: inert(getattr(latest, tag)) for tag in TAGS}
        return " ".join(f"<user_{tag}>{text}</user_{tag}>" for tag, text in told.items() if text)


def inert(text: str) -> str:
    """Words of whatever engine as one line between two tags of ours: they can neither end nor begin one.

    A model may have read them on a shared screen.
    """
    return " ".join(text.replace("<", " ").replace(">", " ").split())[:LONGEST]


def analyses(message: UserTurnEnded | UserTranscript) -> dict[str, str]:
    """Properties of the user's utterance; only those where perception has something to say."""
    said = {
        "user_audio_analysis": inert(message.audio_analysis),
        "user_visual_analysis": inert(message.visual_analysis),
    }
    return {name: analysis for name, analysis in said.items() if analysis}


def tagged(text: str, analyses: dict[str, str]) -> str:
    """A turn as the LLM is told it."""
    return " ".join([*(f"<{name}>{analysis}</{name}>" for name, analysis in analyses.items()), text])
