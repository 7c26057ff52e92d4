"""What users say aloud: it takes the floor, is thought about ahead, and becomes a turn to be answered."""

from __future__ import annotations

from visavis.conversation import inputs as happens
from visavis.conversation.attention import Attention
from visavis.conversation.floor import Floor, Reply
from visavis.conversation.generation import Generation
from visavis.conversation.inputs import Config
from visavis.conversation.latency import Stopwatch
from visavis.conversation.outbox import Outbox, Tie
from visavis.conversation.perceived import Perceived, analyses, tagged
from visavis.conversation.presence import Presence
from visavis.conversation.replica import Replica
from visavis.conversation.users import Users
from visavis.conversation.writer import Writer


class SpokenTurns:
    """Between the users, the floor, and the inference that runs ahead."""

    def __init__(
        self,
        out: Outbox,
        config: Config,
        users: Users,
        floor: Floor,
        replica: Replica | Writer,
        attention: Attention,
        presence: Presence,
        perceived: Perceived,
        stopwatch: Stopwatch,
    ) -> None:
        self._out, self._config = out, config
        self._users, self._floor, self._replica = users, floor, replica
        self._attention, self._presence = attention, presence
        self._perceived, self._stopwatch = perceived, stopwatch
        self._speculation = floor.speculation

    def speech_started(self, message: happens.UserSpeechStarted) -> None:
        """A user takes the floor."""
        if not self._hears(message.participant_id):
            return
        turn = self._users.began(message.participant_id, self._greeting, self._forming)
        if turn is None:
            return
        self._speculation.cancel()
        generation = self._floor.barge_in()
        if generation is not None and generation.kind == "reply":
            turn.displaced = generation

    def speech_stopped(self, message: happens.UserSpeechStopped) -> None:
        """A user fell silent."""
        if not self._hears(message.participant_id):
            return
        turn = self._users.paused(message.participant_id, message.silence, self._forming)
        if turn is not None:
            self._stopwatch.silent(turn.inference_id, self._out.now, message.silence)
            self._think_ahead(message.participant_id)

    def transcribed(self, message: happens.UserTranscript) -> None:
        """A user's words so far."""
        if self._hears(message.participant_id):
            told = tagged(message.text.strip(), analyses(message))
            self._users.transcribed(message.participant_id, message.text, told, self._greeting, self._forming)
            self._think_ahead(message.participant_id)

    def ended(self, message: happens.UserTurnEnded) -> None:
        """A user has finished: what was said goes into the history and is to be answered."""
        if not self._hears(message.participant_id):
            return
        turn = self._users.finished(message.participant_id, self._greeting)
        if turn is None:
            return
        text = message.text.strip()
        told = tagged(text, analyses(message))
        expected = self._speculation.answers(message.participant_id, told)
        if not expected:
            self._speculation.cancel()
        if not text:
            self._users.discard(turn, self._forming)
            self.restore(turn.displaced)
            return
        self._perceived.speaker = message.participant_id
        index = self._floor.commit_turn(told)
        tie = self._users.commit(turn, text, index, analyses(message))
        self._stopwatch.mark(tie.inference_id, "turn_ended", self._out.now)
        if not self._attention.heard(text):
            return
        if expected:
            self._floor.take_up(tie)
        else:
            self._floor.wait(Reply(tie, "turn"))

    def left(self, participant_id: str) -> None:
        """Somebody is gone, in the middle of whatever it was."""
        self._speculation.cancel()
        turn = self._users.left(participant_id, self._forming)
        if turn is not None:
            self.restore(turn.displaced)

    def hang_up(self) -> None:
        """The call ends."""
        self._speculation.cancel()
        self._replica.hang_up()
        self._users.hang_up(self._forming)

    def restore(self, cut: Generation | None) -> None:
        """A noise must not eat an answer: what it cut before it could be heard is inferred again."""
        if cut is None or cut.kind != "reply" or cut.heard or self._floor.fills(cut):
            return
        if cut.entry is not None and any(call.result is None for call in cut.entry.calls):
            return
        if cut is self._replica.current:
            cut.again = True  # once it is known what was heard
        else:
            self.infer_again(cut)

    def infer_again(self, cut: Generation) -> None:
        """Answer its turn anew, unless that has been done or others have passed since."""
        current = self._replica.current
        answered = current is not None and current.kind == "reply"
        if cut.tie.turn_idx == self._floor.turn_idx and not answered:
            self._floor.wait(Reply(Tie(*cut.tie), "turn"), first=True)

    def _think_ahead(self, participant_id: str) -> None:
        """Begin to answer a turn that may be over, if nothing else is to be done first."""
        turn = self._users.pausing(participant_id)
        if turn is None or not self._config.speculative_inference or self._floor.busy:
            return
        if self._speculation.answers(participant_id, turn.told):
            return
        if not self._attention.would_answer(turn.text):
            return
        if self._out.dialect.speculative_ids:
            self._users.rename(participant_id)
        self._perceived.speaker = participant_id
        self._floor.think_ahead(participant_id, turn.told, turn.inference_id)

    @property
    def _forming(self) -> int:
        """The index of the turn that users are forming."""
        return self._floor.turn_idx + 1

    @property
    def _greeting(self) -> bool:
        """Whether the greeting has the floor: what users say meanwhile is dropped (PROTOCOL 5.1)."""
        generation = self._replica.current
        return generation is not None and generation.kind == "greeting"

    def _hears(self, participant_id: str) -> bool:
        if self._config.pipeline_mode == "echo" or self._config.chat:
            self._out.ignore(f"{'a chat' if self._config.chat else 'pipeline_mode echo'} hears nobody")
        elif participant_id not in self._presence:
            self._out.ignore("speech of somebody who is not here")
        else:
            return True
        return False
