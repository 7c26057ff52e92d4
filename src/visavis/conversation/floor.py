"""Who speaks next: the queue before the replica, and what an interruption does to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from visavis.conversation.attention import Attention
from visavis.conversation.effects import StartInference
from visavis.conversation.generation import Generation, Kind
from visavis.conversation.history import Entry, History
from visavis.conversation.ids import Ids
from visavis.conversation.inner_tools import InnerTools
from visavis.conversation.latency import Stopwatch
from visavis.conversation.outbox import Outbox, Tie
from visavis.conversation.replica import Replica
from visavis.conversation.speculation import Ahead, Speculation
from visavis.conversation.toolbox import Toolbox
from visavis.conversation.tools import Tools
from visavis.conversation.writer import Writer
from visavis.protocol import events

MOST_WAITING = 100
"""Utterances that may wait; a client that sends more is told by an ``Ignore``."""

Cause = Literal["turn", "tool", "filler", "job", "silence"]

NOTES: dict[Cause, str] = {
    "turn": "(Now answer the user.)",
    "filler": "While I wait, tell me in one short sentence that you are working on it.",
    "tool": "(The results of your tool calls have arrived; go on.)",
    "silence": "(The user has been silent for a while. Say something short that takes the conversation on.)",
    "job": "(A job has finished; its result is in your context. Tell the user.)",
}
"""What the LLM is told when the last word in the history is its own."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A user's turn that was typed; it is committed when its turn comes (PROTOCOL 7).

    Attributes:
        event_id: the client's name for the interaction, if it has one.
    """

    text: str
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An inference over what the history already holds.

    Attributes:
        cause: what it is about. A ``turn`` is answered even while another user speaks; the others are the
            replica's own initiative and wait for silence.
        fills: the calls whose time a filler fills.
    """

    tie: Tie
    cause: Cause
    fills: Entry | None = None


Job = Generation | Typed | Reply


class Floor:
    """Gives the floor to one after the other.

    Attributes:
        turn_idx: of the turn last committed; 0 is the greeting's.
        cut: what was cut last; None if there was nothing to cut.
        dropped: called with each generation that is cut or will never be heard.
        lost: what an interruption took since ``Acks`` last looked, heard or not.
        speculation: the inference that runs ahead of a turn's end, if one does.
    """

    def __init__(
        self,
        out: Outbox,
        ids: Ids,
        toolbox: Toolbox,
        inner: InnerTools,
        history: History,
        replica: Replica | Writer,
        tools: Tools,
        stopwatch: Stopwatch,
        attention: Attention,
    ) -> None:
        self._out, self._ids = out, ids
        self._toolbox, self._inner = toolbox, inner
        self._history, self._replica, self._tools = history, replica, tools
        self._stopwatch, self._attention = stopwatch, attention
        self._queue: deque[Job] = deque()
        self._generations = 0
        self.turn_idx = 0
        self.cut: Generation | None = None
        self.dropped: Callable[[Generation], None] = lambda generation: None
        self.lost: list[Job] = []
        self._filler: Generation | None = None
        self.speculation = Speculation(out)

    @property
    def busy(self) -> bool:
        """Whether anything has the floor or waits for it."""
        return self._replica.current is not None or bool(self._queue)

    def holder(self, number: int) -> Generation | None:
        """The generation, if it has the floor; late news of earlier ones are no news (DESIGN rule 1)."""
        generation = self._replica.current
        if generation is not None and generation.number == number:
            return generation
        if not 1 <= number <= self._generations:
            self._out.ignore("news of an unknown generation")
        return None

    def generation(self, kind: Kind, inference_id: str) -> Generation:
        """A new one, of the current turn."""
        return Generation(kind, Tie(inference_id, self.turn_idx))

    def tie_now(self, tie: Tie) -> Tie:
        """The tie of what a turn asked for: its own, or a fresh one when other turns have passed since.

        Rows of a chat are keyed by the id, so what comes late must not change an old row; nor must the answer
        change that of the words that filled the time before it.
        """
        filler = self._filler
        filled = filler is not None and filler.audible and filler.tie.inference_id == tie.inference_id
        return tie if tie.turn_idx >= self.turn_idx and not filled else Tie(self._ids.new(), self.turn_idx)

    def drop_filler(self) -> None:
        """What was waited for is there: words that fill the time are not begun any more."""
        self._forget(_is_filler)
        current = self._replica.current
        if current is not None and current is self._filler and not current.audible:
            self._cut()

    def fills(self, generation: Generation) -> bool:
        """Whether these words only fill the time until a tool has answered."""
        return generation is self._filler

    def wait(self, job: Job, first: bool = False) -> bool:
        """Queue it; False when there is no room. What goes first, or answers tools, always finds room."""
        owed = first or (isinstance(job, Reply) and job.cause == "tool")
        if len(self._queue) >= MOST_WAITING and not owed:
            self._out.ignore("too many utterances are waiting")
            return False
        if first:
            self._queue.appendleft(job)
        else:
            self._queue.append(job)
        return True

    def waits(self, job: Job) -> bool:
        """Whether it is still in the queue."""
        return any(other is job for other in self._queue)

    def commit_turn(self, text: str) -> int:
        """A user's turn is complete and goes into the history; its index."""
        self.turn_idx += 1
        self._history.add_user(text)
        self._tools.expire(self.turn_idx)
        return self.turn_idx

    def think_ahead(self, participant_id: str, text: str, inference_id: str) -> None:
        """Begin to answer words that may be the whole turn; without the floor, and unheard."""
        self.speculation.cancel()
        generation = self.generation("reply", inference_id)
        generation.number = self._number()
        generation.inferring = True
        self.speculation.begin(Ahead(generation, participant_id, text))
        messages = self._history.messages(NOTES["turn"], self._instructions, ahead=text)
        self._start(generation, messages, ahead=True)

    def take_up(self, tie: Tie) -> None:
        """The turn ended as expected: the inference ahead gets the floor, and what it has is said."""
        ahead = self.speculation.take_up()
        if ahead is None:
            return
        ahead.generation.tie = tie
        self._stopwatch.mark(tie.inference_id, "inference_started", self._out.now)
        self._replica.take_floor(ahead.generation)
        for handle in ahead.held:
            handle()

    def advance(self, users_forming: bool) -> None:
        """Give the floor away while it is free and somebody may have it."""
        while self._queue and self._replica.current is None:
            job = self._next(users_forming)
            if job is None:
                return
            self._queue.remove(job)
            self._begin(job)

    def interrupt(self) -> bool:
        """Cut what is said or thought, and forget all that waits; False when there was nothing."""
        if self._replica.current is not None:
            self._replica.current.again = False
        waiting = bool(self._queue)
        self.lost += self._queue
        for job in self._queue:
            if isinstance(job, Generation):
                self.dropped(job)
        self._queue.clear()
        generation = self._cut()
        if generation is not None:
            self.lost.append(generation)
        return generation is not None or waiting

    def barge_in(self) -> Generation | None:
        """A user speaks: cut what is said or thought, and forget the echoes behind it.

        Turns and results that wait stay: they were not said by the replica.

        Returns:
            What was cut.
        """
        generation = self._cut()
        if generation is not None:
            # A reply that nobody heard is not lost yet: the user may turn out to have made a noise.
            self.lost += [job for job in (generation, *self._queue) if _is_echo(job)]
            self._forget(_is_echo)
        return generation

    def fall_silent(self) -> Generation | None:
        """Nobody is there to hear it: cut what is said or thought; what waits goes on waiting.

        Returns:
            What was cut.
        """
        return self._cut()

    def forget_empty(self, generation: Generation) -> None:
        """Take it out of the queue if it waits there and turned out to hold nothing."""
        if not generation.segments:
            self._forget(lambda job: job is generation)

    def _cut(self) -> Generation | None:
        self.cut = self._replica.cut()
        if self.cut is not None:
            self.dropped(self.cut)
        return self.cut

    def _forget(self, unwanted: Callable[[Job], bool]) -> None:
        for job in [job for job in self._queue if unwanted(job)]:
            self._queue.remove(job)
            if isinstance(job, Generation):
                self.dropped(job)

    def _next(self, users_forming: bool) -> Job | None:
        return next(
            (job for job in self._queue if not (users_forming and _own_initiative(job))),
            None,
        )

    def _begin(self, job: Job) -> None:
        if isinstance(job, Generation):
            is_reply = job.kind == "reply"
            job.tie = self.tie_now(job.tie) if is_reply else Tie(job.tie.inference_id, self.turn_idx)
            self._give_to(job)
        elif isinstance(job, Typed):
            tie = Tie(self._ids.new(), self.commit_turn(job.text))
            self._out.broadcast(events.Utterance, tie, role="user", speech=job.text)
            if self._attention.heard(job.text):
                self._infer(Reply(tie, "turn"), job.event_id)
        elif self._attention.awake:
            self._infer(job)
        else:
            self._out.ignore("asleep: nothing is said of the replica's own accord")

    def _infer(self, reply: Reply, event_id: str | None = None) -> None:
        """Start the inference; it answers every other reply that waits, for the history holds their cause."""
        waiting = [job for job in self._queue if isinstance(job, Reply)]
        self._forget(lambda job: isinstance(job, Reply))
        latest = max(
            [reply, *waiting],
            key=lambda one: (one.cause != "filler", one.cause == "turn", one.tie.turn_idx),
        )
        generation = Generation("reply", self.tie_now(latest.tie))
        generation.inferring = True
        generation.event_id = event_id
        self._stopwatch.mark(generation.tie.inference_id, "inference_started", self._out.now)
        filler = latest.cause == "filler"
        if filler:
            self._filler = generation
        messages = self._history.messages(NOTES[latest.cause], self._instructions, insist=filler)
        self._give_to(generation)
        if generation.entry is not None:
            generation.entry.fills = latest.fills
        # Offered also where none may be called: a call written as text is then known for one, and not said.
        self._start(generation, messages)

    def _start(
        self, generation: Generation, messages: tuple[dict[str, Any], ...], ahead: bool = False
    ) -> None:
        tools = (*self._toolbox.definitions, *self._inner.definitions)
        self._out.put(StartInference(generation.number, messages, tools, ahead))

    @property
    def _instructions(self) -> str:
        return "\n\n".join(filter(None, (self._toolbox.instructions, self._inner.instructions)))

    def _give_to(self, generation: Generation) -> None:
        self.speculation.cancel()
        generation.number = self._number()
        self._replica.take_floor(generation)

    def _number(self) -> int:
        self._generations += 1
        return self._generations


def _is_echo(job: Job) -> bool:
    return isinstance(job, Generation) and job.kind == "echo"


def _is_filler(job: Job) -> bool:
    return isinstance(job, Reply) and job.cause == "filler"


def _own_initiative(job: Job) -> bool:
    """Whether nobody's turn asks for it: it must not cut a person off."""
    if isinstance(job, Reply):
        return job.cause != "turn"
    return isinstance(job, Generation) and job.kind == "reply"
