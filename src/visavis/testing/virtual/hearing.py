"""Users who speak, as the replica's ears would tell it: turns, pauses, partial transcripts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field

from visavis.conversation.inputs import (
    Input,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTranscript,
    UserTurnEnded,
)
from visavis.layers.conversational_flow.flow import FlowSettings
from visavis.protocol.interactions import Sensitivity_
from visavis.testing.virtual.clock import Clock, Play

WORDS_A_SECOND = 3.0
NOTICED_AFTER = 0.16
"""Seconds of speech after which a turn has begun, while the replica is silent."""
STOPPED_AFTER = 0.192
"""Seconds of silence after which a user is held to have stopped speaking."""
TURN_ENDS_AFTER = 0.4
"""Seconds of silence after which a turn that sounds complete has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How something is said.

    Attributes:
        words_a_second: how fast.
        complete: it sounds like a whole turn; if not, the turn ends only at the limit of patience.
        audio_analysis: how perception finds that it sounds.
        visual_analysis: how it finds that the user looks.
    """

    words_a_second: float = WORDS_A_SECOND
    complete: bool = True
    audio_analysis: str = ""
    visual_analysis: str = ""


class Speech:
    """Something that a user says, or is going on to say."""

    def __init__(self) -> None:
        self.play: Play | None = None

    @property
    def over(self) -> bool:
        """The turn has ended, or was never noticed, or its speaker is gone."""
        return self.play is not None and self.play.over


@dataclass(slots=True)
class _Turn:
    words: list[str] = field(default_factory=list)
    noticed: bool = False
    speaking: bool = False


class Hearing:
    """What the microphones, ``conversational_flow`` and ``stt`` are in a real conversation.

    Attributes:
        replica_speaking: then it takes more speech to be noticed.
    """

    def __init__(self, flow: FlowSettings, clock: Clock, feed: Callable[[Input], None]) -> None:
        self._persona = self._flow = flow
        self._clock, self._feed = clock, feed
        self._speeches: dict[str, Speech] = {}
        self.replica_speaking = False

    def set_sensitivity(self, pause: Sensitivity_ | None, interrupt: Sensitivity_ | None) -> None:
        """Change turn-taking from now on."""
        self._flow = self._flow.sensed(pause, interrupt, self._persona)

    def begin(self, who: str, parts: Sequence[str | float], manner: Manner) -> Speech:
        """A user begins to speak now.

        Args:
            who: the participant.
            parts: words, and between them seconds of silence.
            manner: how.

        Raises:
            ValueError: they are speaking already.
        """
        return self._play(who, lambda: self._say(who, _segments(parts), manner))

    def noise(self, who: str, seconds: float) -> Speech:
        """A sound that is no speech."""
        return self._play(who, lambda: self._rustle(who, seconds))

    def leave(self, who: str) -> None:
        """The participant is gone."""
        speech = self._speeches.pop(who, None)
        if speech is not None and speech.play is not None:
            speech.play.cancel()

    def leave_all(self) -> None:
        """The call is over."""
        for who in list(self._speeches):
            self.leave(who)

    def _play(self, who: str, steps: Callable[[], Iterator[float]]) -> Speech:
        current = self._speeches.get(who)
        if current is not None and not current.over:
            raise ValueError(f"{who} is speaking already")
        speech = self._speeches[who] = Speech()
        speech.play = self._clock.play(steps())
        return speech

    def _say(self, who: str, segments: list[tuple[str, float]], manner: Manner) -> Iterator[float]:
        turn = _Turn()
        for number, (text, pause) in enumerate(segments, 1):
            begins = self._clock.now
            words = text.split()
            ends = begins + len(words) / manner.words_a_second
            if not turn.noticed:
                turn.noticed = yield from self._noticed(begins, ends)
            if turn.noticed:
                self._started(who, turn)
                yield from self._words(who, turn, words, begins, manner)
                last = number == len(segments)
                yield from self._silence(who, turn, ends, None if last else pause, manner)
            yield ends + pause

    def _noticed(self, begins: float, ends: float) -> Generator[float, None, bool]:
        """Whether the speech becomes a turn: while the replica speaks, it takes more of it."""
        yield begins + NOTICED_AFTER
        if not self.replica_speaking:
            return True
        yield min(begins + self._flow.barge_in, ends)
        return not self.replica_speaking or ends - begins >= self._flow.barge_in

    def _words(
        self, who: str, turn: _Turn, words: list[str], begins: float, manner: Manner
    ) -> Iterator[float]:
        for number, word in enumerate(words, 1):
            yield begins + number / manner.words_a_second
            turn.words.append(word)
            text = " ".join(turn.words)
            self._feed(
                UserTranscript(
                    at=self._clock.now,
                    participant_id=who,
                    text=text,
                    audio_analysis=manner.audio_analysis,
                    visual_analysis=manner.visual_analysis,
                )
            )

    def _silence(
        self, who: str, turn: _Turn, since: float, pause: float | None, manner: Manner
    ) -> Iterator[float]:
        """What is told of a pause; None: nothing more comes."""
        if pause is not None and pause < STOPPED_AFTER:
            return
        yield since + STOPPED_AFTER
        turn.speaking = False
        self._feed(UserSpeechStopped(at=self._clock.now, participant_id=who, silence=STOPPED_AFTER))
        limit = self._flow.silence_limit
        ends_after = min(limit, TURN_ENDS_AFTER) if pause is None and manner.complete else limit
        if pause is not None and pause < ends_after:
            return
        yield since + ends_after
        text, turn.words, turn.noticed = " ".join(turn.words), [], False
        self._feed(
            UserTurnEnded(
                at=self._clock.now,
                participant_id=who,
                text=text,
                audio_analysis=manner.audio_analysis,
                visual_analysis=manner.visual_analysis,
            )
        )

    def _rustle(self, who: str, seconds: float) -> Iterator[float]:
        begins = self._clock.now
        if seconds < NOTICED_AFTER or not (yield from self._noticed(begins, begins + seconds)):
            return
        turn = _Turn()
        self._started(who, turn)
        yield from self._silence(who, turn, begins + seconds, None, Manner())

    def _started(self, who: str, turn: _Turn) -> None:
        if not turn.speaking:
            turn.speaking = True
            self._feed(UserSpeechStarted(at=self._clock.now, participant_id=who))


def _segments(parts: Sequence[str | float]) -> list[tuple[str, float]]:
    """Each piece of speech and the silence after it.

    Raises:
        ValueError: there is nothing to say.
    """
    segments: list[tuple[str, float]] = []
    for part in parts:
        if isinstance(part, str):
            if part.strip():
                segments.append((part, 0.0))
        elif segments:
            text, pause = segments[-1]
            segments[-1] = (text, pause + part)
    if not segments:
        raise ValueError("nothing to say")
    return segments
