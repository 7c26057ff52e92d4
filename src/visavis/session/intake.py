"""Takes clients' messages in: from anything JSON can say to the core's inputs."""

from __future__ import annotations

from collections.abc import Callable

from visavis.conversation.inputs import AudioClip, Input, InteractionReceived, InteractionRefused
from visavis.protocol import Ignored, parse
from visavis.protocol.interactions import Echo, EchoProperties
from visavis.session.clips import BadClip, Clips


class Intake:
    """The way of interactions into a conversation.

    Args:
        clips: takes the audio of echoes.
        elapsed: seconds since the conversation began.
        feed: takes the inputs.
        ignored: told why a message meant nothing, if its sender does not want to know.
    """

    def __init__(
        self,
        clips: Clips,
        elapsed: Callable[[], float],
        feed: Callable[[Input], None],
        ignored: Callable[[str], None],
    ) -> None:
        self._clips, self._elapsed, self._feed, self._ignored = clips, elapsed, feed, ignored

    def take(self, message: object, participant_id: str | None = None) -> None:
        """Take one message of a client in, decoded or as JSON text. Never raises for what it holds."""
        interaction = parse(message)
        if isinstance(interaction, Ignored):
            self._refuse(participant_id, interaction.event_id, interaction.reason)
            return
        clip = None
        if isinstance(interaction, Echo):
            try:
                clip = self._take_clip(interaction.properties, participant_id or "")
            except BadClip as error:
                if not interaction.properties.is_done:
                    self._refuse(participant_id, interaction.event_id, str(error))
                    return
                self._ignored(str(error))  # but the utterance is over
        self._feed(
            InteractionReceived(
                at=self._elapsed(), participant_id=participant_id, interaction=interaction, clip=clip
            )
        )

    def _refuse(self, participant_id: str | None, event_id: str | None, reason: str) -> None:
        """What was sent means nothing: it is logged, and told to a client that wants to know."""
        if event_id is None:
            self._ignored(reason)
        else:
            self._feed(
                InteractionRefused(
                    at=self._elapsed(), participant_id=participant_id, event_id=event_id, reason=reason
                )
            )

    def _take_clip(self, echo: EchoProperties, sender: str) -> AudioClip | None:
        """The audio of an echo; it goes no further than this, and text beside it or instead of it stays."""
        if self._clips.expects(echo, sender) and not echo.audio:
            echo.modality = "audio"
        audio, echo.audio = echo.audio, "" if echo.audio else echo.audio
        if not echo.is_audio:
            return None
        return self._clips.decode(echo.model_copy(update={"audio": audio}), sender, self._elapsed())
