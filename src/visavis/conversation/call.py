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
from visavis.conversation.floor import Floor
from visavis.conversation.guardrails import Guardrails
from visavis.conversation.history import History
from visavis.conversation.ids import Ids
from visavis.conversation.inferences import Inferences
from visavis.conversation.inner_tools import InnerTools
from visavis.conversation.latency import Stopwatch
from visavis.conversation.objectives import Objectives
from visavis.conversation.outbox import Outbox, Tie
from visavis.conversation.perceived import Perceived
from visavis.conversation.presence import DEADLINES, HEARTBEAT, Presence
from visavis.conversation.replica import Replica
from visavis.conversation.requests import Requests
from visavis.conversation.toolbox import Toolbox
from visavis.conversation.tools import Tools
from visavis.conversation.turns import SpokenTurns
from visavis.conversation.users import Users
from visavis.conversation.writer import Writer
from visavis.protocol import interactions as asks

BESIDE_THE_TALK = (asks.SetEmotion, asks.Sensitivity, asks.RealtimeApi)
"""Interactions that change nothing of what is to be answered."""


class Call:
    """The parts of a conversation, joined.

    Attributes:
        out: what the last input caused.
        turns: takes what users say aloud.
        inferences: takes what the LLM says.
    """

    def __init__(self, started: happens.Started) -> None:
        config = started.config
        self._config = config
        self._ids = Ids(started.seed)
        self.out = Outbox(started.epoch, config.conversation_id, config.dialect)
        self._perceived = Perceived()
        self.history = History(config.system_prompt, config.context, self._perceived)
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
        self._expression = Expression(self.out, self._replica, self._perceived)
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
        self.at(started.at)
        self._presence = Presence(self.out, config)
        self.turns = SpokenTurns(
            self.out,
            config,
            self._users,
            self._floor,
            self._replica,
            self._attention,
            self._presence,
            self._perceived,
            self._stopwatch,
        )
        self.inferences = Inferences(
            self.out, config, self._floor, self._inner, self._tools, self._replica, self._stopwatch
        )
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
        self._perceived.forget(message.participant_id)
        self.turns.left(message.participant_id)
        reason = self._presence.left(message.participant_id, message.lost)
        if reason is not None:
            self._end(reason)
        elif not self._presence.anyone:
            self.turns.restore(self._floor.fall_silent())

    def interaction_received(self, message: happens.InteractionReceived) -> None:
        """A client asked for something."""
        if not isinstance(message.interaction, BESIDE_THE_TALK):
            self._floor.speculation.cancel()
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

    def perception_concluded(self, message: happens.PerceptionConcluded) -> None:
        """The analysis of the call is there."""
        self._ending.concluded(message)

    def tool_answered(self, message: happens.ToolAnswered) -> None:
        """A tool's API has answered."""
        batch = self._tools.answered(message)
        if batch is not None:
            self._requests.go_on(batch)

    def speech_synthesized(self, message: happens.SpeechSynthesized) -> None:
        """A segment can be heard."""
        generation = self._floor.holder(message.generation)
        if generation is not None:
            self._replica.synthesized(generation, message)

    def speech_failed(self, message: happens.SpeechFailed) -> None:
        """A segment cannot be heard."""
        generation = self._floor.holder(message.generation)
        if generation is not None:
            self._replica.speech_failed(generation, message)

    def playout_progressed(self, message: happens.PlayoutProgressed) -> None:
        """More was heard."""
        generation = self._floor.holder(message.generation)
        if generation is not None:
            self._replica.progressed(generation, message.samples)

    def playout_stopped(self, message: happens.PlayoutStopped) -> None:
        """What was cut is silent."""
        generation = self._floor.holder(message.generation)
        if generation is not None:
            self._replica.stopped(generation, message.samples)
            if generation.again and not generation.heard:
                self.turns.infer_again(generation)

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

    def _advance(self) -> None:
        """Let the next one speak, if anybody is there to hear it."""
        if self._presence.anyone:
            self._floor.advance(self._users.forming)

    def _end(self, reason: str) -> None:
        if self._ending.begun:
            self._ending.finish()
            return
        self.turns.hang_up()
        self._ending.begin(reason, perceived=self._presence.met)
