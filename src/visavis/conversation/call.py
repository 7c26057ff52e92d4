"""What each input does to a conversation that has begun; the rules themselves are in its parts."""

from __future__ import annotations

from visavis.conversation import inputs as happens
from visavis.conversation.acks import Acks
from visavis.conversation.activity import IDLE, Demeanour
from visavis.conversation.attention import Attention
from visavis.conversation.echoes import Echoes
from visavis.conversation.ending import CONCLUSION, Ending
from visavis.conversation.engagement import ENGAGEMENT, Engagement
from visavis.conversation.expression import Expression
from visavis.conversation.floor import Floor, Reply
from visavis.conversation.generation import Generation
from visavis.conversation.guardrails import Guardrails
from visavis.conversation.history import History, ToolCall
from visavis.conversation.ids import Ids
from visavis.conversation.inner_tools import InnerTools
from visavis.conversation.latency import Stopwatch
from visavis.conversation.objectives import Objectives
from visavis.conversation.outbox import Outbox, Tie
from visavis.conversation.perceived import Perceived, analyses, tagged
from visavis.conversation.presence import DEADLINES, HEARTBEAT, Presence
from visavis.conversation.replica import Replica
from visavis.conversation.requests import Requests
from visavis.conversation.toolbox import Toolbox
from visavis.conversation.tools import Tools
from visavis.conversation.users import Users
from visavis.conversation.writer import Writer
from visavis.protocol import events
from visavis.protocol import interactions as asks

BESIDE_THE_TALK = (asks.SetEmotion, asks.Sensitivity, asks.RealtimeApi)
"""Interactions that change nothing of what is to be answered."""


class Call:
    """The parts of a conversation, joined.

    Attributes:
        out: what the last input caused.
    """

    def __init__(self, started: happens.Started) -> None:
        config = started.config
        self._config = config
        self._ids = Ids(started.seed)
        self.out = Outbox(started.epoch, config.conversation_id, config.dialect)
        self.history = History(config.system_prompt, config.context)
        self._stopwatch = Stopwatch()
        voice = Writer if config.chat else Replica
        self._replica = voice(self.out, self.history, self._stopwatch)
        self._users = Users(self.out, self._ids)
        toolbox = Toolbox(config.tools, config.api_tools)
        self._objectives = Objectives(self.out, config.objectives)
        self._inner = InnerTools(self._objectives, Guardrails(self.out, config.guardrails))
        self._tools = Tools(self.out, self._ids, toolbox, self._inner)
        self._attention = Attention(config.wake_phrase, config.sleep_phrase)
        self._floor = Floor(
            self.out,
            self._ids,
            toolbox,
            self._inner,
            self.history,
            self._replica,
            self._tools,
            self._stopwatch,
            self._attention,
        )
        self._echoes = Echoes(self.out, self._ids, config, self._floor, self._replica)
        self._expression = Expression(self.out, self._replica)
        self._requests = Requests(
            self.out,
            self._ids,
            config,
            self.history,
            self._users,
            self._tools,
            self._objectives,
            self._floor,
            self._echoes,
            self._expression,
        )
        self._acks = Acks(self.out, self._floor, self._replica)
        self._ending = Ending(self.out, config, self._acks)
        self._perceived = Perceived()
        self.at(started.at)
        self._presence = Presence(self.out, config)
        self._speculation = self._floor.speculation
        self._demeanour = Demeanour(self.out, self._presence, self._users, self._replica)
        self._engagement = Engagement(
            self.out,
            self._ids,
            config,
            self._floor,
            self._presence,
            self._users,
            self._attention,
        )
        self.settle()

    @property
    def ended(self) -> bool:
        """Nothing follows."""
        return self._ending.over

    def hears(self, message: happens.Input) -> bool:
        """Whether this still matters: while the call ends, little does."""
        return self._ending.hears(message)

    def at(self, now: float) -> None:
        """Time goes on; it never goes back."""
        if now > self.out.now:
            self.out.now = now

    def settle(self) -> None:
        """After each input: let the next one speak, show what has changed."""
        if self._ending.begun:
            return
        self._advance()
        self._acks.settle()
        self._engagement.watch()
        self._demeanour.show()
        self._expression.show()

    def participant_joined(self, message: happens.ParticipantJoined) -> None:
        """Announce the replica to them; greet the first."""
        if message.participant_id in self._presence:
            self.out.ignore("the participant is here already")
            return
        self._demeanour.woke()
        first = self._presence.joined(message.participant_id)
        if first and self._config.pipeline_mode != "echo":
            self._objectives.begin()
        if first and self._config.greeting.strip():
            greeting = self._floor.generation("greeting", self._ids.new())
            greeting.say(self._config.greeting)
            greeting.close()
            self._floor.wait(greeting, first=True)

    def participant_left(self, message: happens.ParticipantLeft) -> None:
        """Close what they had open; end the call if nobody is to be waited for."""
        if message.participant_id not in self._presence:
            self.out.ignore("the participant is not here")
            return
        self._speculation.cancel()
        self._perceived.forget(message.participant_id)
        self._see()
        turn = self._users.left(message.participant_id, self._forming)
        if turn is not None:
            self._restore(turn.displaced)
        reason = self._presence.left(message.participant_id, message.lost)
        if reason is not None:
            self._end(reason)
        elif not self._presence.anyone:
            self._restore(self._floor.fall_silent())

    def interaction_received(self, message: happens.InteractionReceived) -> None:
        """A client asked for something."""
        if not isinstance(message.interaction, BESIDE_THE_TALK):
            self._speculation.cancel()
        self.out.ignored = None
        job = self._requests.handle(message)
        refused = self.out.ignored
        self._advance()
        self._acks.give(message.interaction, refused, job)

    def interaction_refused(self, message: happens.InteractionRefused) -> None:
        """A client sent what nobody understands."""
        self.out.ignore(message.reason)
        self._acks.refuse(message.event_id, message.reason)

    def layer_told(self, message: happens.LayerTold) -> None:
        """A layer beside the dialogue has news: everyone is told."""
        told = message.event
        tie = Tie(message.inference_id, self._floor.turn_idx) if message.inference_id else None
        self.out.tell(type(told), tie, told.properties.model_dump(exclude_unset=True))

    def user_perceived(self, message: happens.UserPerceived) -> None:
        """A user looks different: the LLM will be told, and a smile is smiled back."""
        if message.participant_id not in self._presence:
            self.out.ignore("the looks of somebody who is not here")
            return
        self._perceived.update(message)
        self._see()

    def perception_concluded(self, message: happens.PerceptionConcluded) -> None:
        """The analysis of the call is there."""
        self._ending.concluded(message)

    def user_speech_started(self, message: happens.UserSpeechStarted) -> None:
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

    def user_speech_stopped(self, message: happens.UserSpeechStopped) -> None:
        """A user fell silent."""
        if not self._hears(message.participant_id):
            return
        turn = self._users.paused(message.participant_id, message.silence, self._forming)
        if turn is not None:
            self._stopwatch.silent(turn.inference_id, self.out.now, message.silence)
            self._think_ahead(message.participant_id)

    def user_transcript(self, message: happens.UserTranscript) -> None:
        """A user's words so far."""
        if self._hears(message.participant_id):
            told = tagged(message.text.strip(), analyses(message))
            self._users.transcribed(message.participant_id, message.text, told, self._greeting, self._forming)
            self._think_ahead(message.participant_id)

    def user_turn_ended(self, message: happens.UserTurnEnded) -> None:
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
            self._restore(turn.displaced)
            return
        self._speaks(message.participant_id)
        index = self._floor.commit_turn(told)
        tie = self._users.commit(turn, text, index, analyses(message))
        self._stopwatch.mark(tie.inference_id, "turn_ended", self.out.now)
        if not self._attention.heard(text):
            return
        if expected:
            self._floor.take_up(tie)
        else:
            self._floor.wait(Reply(tie, "turn"))

    def inference_text(self, message: happens.InferenceText) -> None:
        """The LLM goes on."""
        if self._speculation.hold(message.generation, lambda: self.inference_text(message)):
            return
        generation = self._inferring(message.generation)
        if generation is not None:
            self._stopwatch.mark(generation.tie.inference_id, "first_text", self.out.now)
            if not generation.say(message.text):
                self.out.ignore("the model's answer is too long")
            self._replica.go_on(generation)

    def inference_tool_calls(self, message: happens.InferenceToolCalls) -> None:
        """The LLM calls tools."""
        if self._speculation.hold(message.generation, lambda: self.inference_tool_calls(message)):
            return
        generation = self._inferring(message.generation)
        if generation is not None and self._floor.fills(generation):
            self.out.ignore("the model called tools instead of filling the time")
        elif generation is not None:
            self._tools.call(generation, message.calls)
            self._replica.go_on(generation)

    def inference_finished(self, message: happens.InferenceFinished) -> None:
        """The LLM has said all."""
        if self._speculation.hold(message.generation, lambda: self.inference_finished(message), last=True):
            return
        generation = self._inferring(message.generation)
        if generation is None:
            return
        calls = generation.entry.calls if generation.entry is not None else []
        generation.close()
        if not generation.text.strip():
            self._go_on_silently(generation, calls)
        self._close_inference(generation)

    def inference_failed(self, message: happens.InferenceFailed) -> None:
        """The LLM broke off; what it said stands."""
        if self._speculation.failed(message.generation):
            return
        generation = self._inferring(message.generation)
        if generation is not None:
            self._layer_failed(generation, message.reason)
            self._close_inference(generation)

    def tool_answered(self, message: happens.ToolAnswered) -> None:
        """A tool's API has answered."""
        batch = self._tools.answered(message)
        if batch is not None:
            self._requests.go_on(batch)

    def speech_synthesized(self, message: happens.SpeechSynthesized) -> None:
        """A segment can be heard."""
        generation = self._current(message.generation)
        if generation is not None:
            self._replica.synthesized(generation, message)

    def speech_failed(self, message: happens.SpeechFailed) -> None:
        """A segment cannot be heard."""
        generation = self._current(message.generation)
        if generation is not None:
            self._replica.speech_failed(generation, message)

    def playout_progressed(self, message: happens.PlayoutProgressed) -> None:
        """More was heard."""
        generation = self._current(message.generation)
        if generation is not None:
            self._replica.progressed(generation, message.samples)

    def playout_stopped(self, message: happens.PlayoutStopped) -> None:
        """What was cut is silent."""
        generation = self._current(message.generation)
        if generation is not None:
            self._replica.stopped(generation, message.samples)
            if generation.again and not generation.heard:
                self._infer_again(generation)

    def timer_fired(self, message: happens.TimerFired) -> None:
        """A timer ran down."""
        name = message.name
        if not self.out.timer_ran_down(name):
            self.out.ignore("a timer that does not run")
        elif name == CONCLUSION:
            self._ending.finish()
        elif self._ending.begun:
            return
        elif name in DEADLINES:
            self._end(f"{name} reached")
        elif name == HEARTBEAT:
            self._presence.beat()
        elif name == IDLE:
            self._demeanour.drifted()
        elif name == ENGAGEMENT:
            self._engagement.speak_first()
        else:
            self._echoes.timer_ran_down(name)

    def end_requested(self, message: happens.EndRequested) -> None:
        """Somebody outside ends the call."""
        self._end(message.reason)

    def _think_ahead(self, participant_id: str) -> None:
        """Begin to answer a turn that may be over, if nothing else is to be done first."""
        turn = self._users.pausing(participant_id)
        if turn is None or not self._config.speculative_inference or self._floor.busy:
            return
        if self._speculation.answers(participant_id, turn.told):
            return
        if not self._attention.would_answer(turn.text):
            return
        if self.out.dialect.speculative_ids:
            self._users.rename(participant_id)
        self._speaks(participant_id)
        self._floor.think_ahead(participant_id, turn.told, turn.inference_id)

    def _speaks(self, participant_id: str) -> None:
        """The LLM is told how this one looks."""
        self._perceived.speaker = participant_id
        self._see()

    def _see(self) -> None:
        self.history.perceived = self._perceived.tags
        self._expression.smiled_at = self._perceived.smiling

    def _advance(self) -> None:
        """Let the next one speak, if anybody is there to hear it."""
        if self._presence.anyone:
            self._floor.advance(self._users.forming)

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
            self.out.ignore(f"{'a chat' if self._config.chat else 'pipeline_mode echo'} hears nobody")
        elif participant_id not in self._presence:
            self.out.ignore("speech of somebody who is not here")
        else:
            return True
        return False

    def _current(self, number: int) -> Generation | None:
        """The generation, if it has the floor; late news of earlier ones are no news (DESIGN rule 1)."""
        generation = self._replica.current
        if generation is not None and generation.number == number:
            return generation
        if not 1 <= number <= self._floor.generations:
            self.out.ignore("news of an unknown generation")
        return None

    def _inferring(self, number: int) -> Generation | None:
        generation = self._current(number)
        return generation if generation is not None and generation.inferring else None

    def _close_inference(self, generation: Generation) -> None:
        generation.inferring = False
        generation.close()
        self._replica.go_on(generation)

    def _layer_failed(self, generation: Generation, reason: str) -> None:
        self.out.broadcast(events.LayerFailed, generation.tie, layer="llm", reason=reason)

    def _go_on_silently(self, generation: Generation, calls: list[ToolCall]) -> None:
        """The LLM said nothing: it is asked once more, unless a result will have it asked again."""
        if self._floor.fills(generation):
            return
        if any(call.result is None for call in calls):
            if self._tools.wants_filler(calls) and not self._config.chat:  # nobody hears the silence there
                self._floor.wait(Reply(generation.tie, "filler", generation.entry), first=True)
            return
        if calls and self._inner.may_go_on(generation.tie):
            self._floor.wait(Reply(generation.tie, "tool"), first=True)
        else:
            reason = "the model called tools and said nothing" if calls else "the model answered nothing"
            self._layer_failed(generation, reason)

    def _restore(self, cut: Generation | None) -> None:
        """A noise must not eat an answer: what it cut before it could be heard is inferred again."""
        if cut is None or cut.kind != "reply" or cut.heard or self._floor.fills(cut):
            return
        if cut.entry is not None and any(call.result is None for call in cut.entry.calls):
            return
        if cut is self._replica.current:
            cut.again = True  # once it is known what was heard
        else:
            self._infer_again(cut)

    def _infer_again(self, cut: Generation) -> None:
        current = self._replica.current
        answered = current is not None and current.kind == "reply"
        if cut.tie.turn_idx == self._floor.turn_idx and not answered:
            self._floor.wait(Reply(Tie(*cut.tie), "turn"), first=True)

    def _end(self, reason: str) -> None:
        if self._ending.begun:
            self._ending.finish()
            return
        self._speculation.cancel()
        self._replica.hang_up()
        self._users.hang_up(self._forming)
        self._ending.begin(reason, perceived=self._presence.met)
