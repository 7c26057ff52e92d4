"""Tool calls and their results."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from visavis.conversation.effects import CallTool
from visavis.conversation.generation import Generation
from visavis.conversation.history import ToolCall
from visavis.conversation.ids import Ids
from visavis.conversation.inner_tools import InnerTools
from visavis.conversation.inputs import ToolAnswered, ToolCallRequest
from visavis.conversation.outbox import Outbox, Tie
from visavis.conversation.toolbox import OnResolve, Toolbox
from visavis.protocol import events
from visavis.protocol.interactions import ToolResultProperties

DISPATCHED = "(dispatched; no result will come)"
"""What the LLM is told at once of a call that nobody answers."""
ERROR = "Error: "
ENOUGH = f"{ERROR}too many calls in this turn. Answer with what you know."
UNDER_WAY = "(the same call is under way)"
CALLED_ALREADY = "(You have called this already in this turn. Answer now. The result was:)"
MOST_IN_A_TURN = 10
"""Inferences of one turn that may have the session call tools; a model may call for ever."""
PATIENCE = 10
"""Turns of users after which a call without a result is given up."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The calls of one inference: they are answered together.

    Attributes:
        tie: of the answer.
        on_resolve: what each call's result does.
    """

    tie: Tie
    calls: tuple[ToolCall, ...]
    on_resolve: list[OnResolve]

    @property
    def answered(self) -> bool:
        """Whether every call has its result."""
        return all(call.result is not None for call in self.calls)

    @property
    def wants_inference(self) -> bool:
        """Whether the LLM is to go on with the results."""
        return "generate_response" in self.on_resolve

    @property
    def words(self) -> str:
        """Results that are to be said as they are."""
        results = zip(self.calls, self.on_resolve, strict=True)
        return " ".join(call.result or "" for call, does in results if does == "response_in_result")

    def leave_to_llm(self, call: ToolCall) -> None:
        """Its result is no sentence that could be said as it is: the LLM puts it into words."""
        place = self.calls.index(call)
        if self.on_resolve[place] == "response_in_result":
            self.on_resolve[place] = "generate_response"


@dataclass(frozen=True, slots=True)
class Run:
    """A call that the session carries out.

    Attributes:
        began: seconds since the conversation began.
    """

    call: ToolCall
    tie: Tie
    began: float


class Tools:
    """Knows which calls wait for a result."""

    def __init__(self, out: Outbox, ids: Ids, toolbox: Toolbox, inner: InnerTools) -> None:
        self._out, self._ids, self._toolbox, self._inner = out, ids, toolbox, inner
        self._waiting: dict[str, tuple[ToolCall, Batch]] = {}
        self._running: dict[str, Run] = {}
        self._turn_idx = 0
        self._ran: set[int] = set()
        self._made: dict[tuple[str, str], ToolCall] = {}
        self._used: set[str] = set()

    def call(self, generation: Generation, requests: tuple[ToolCallRequest, ...]) -> None:
        """Ask the clients or the session to run these; they go into the generation's place in the history.

        Calls of inner tools are run on the spot and told to nobody.
        """
        calls: list[ToolCall] = []
        inner: list[ToolCall] = []
        for request in requests:
            if not request.name:
                self._out.ignore("a tool call without a name")
                continue
            call = ToolCall(self._unused(request.id), request.name, request.arguments)
            again = any(other.name == call.name for other in inner)
            call.result = self._inner.run(call.name, call.arguments, generation.tie, again)
            if call.result is None and self._toolbox.use(call.name).api:
                call.result = self._refused(call, generation)
            if call.result is not None:
                inner.append(call)
                continue
            calls.append(call)
            self._ask(call, generation.tie)
        if calls and not generation.text.strip():
            generation.say(self._filler(calls))
        self._await(generation, calls)
        if generation.entry is not None:
            generation.entry.calls += inner + calls

    def result(self, properties: ToolResultProperties) -> Batch | None:
        """A result came.

        Returns:
            The calls of its inference, once all of them have results.
        """
        if properties.tool_call_id in self._running:
            self._out.ignore("tool_result: the server itself calls this tool")
            return None
        if properties.tool_call_id not in self._waiting:
            self._out.ignore("tool_result: no such call is waiting")
            return None
        text = _text(properties.output)
        if text is None:
            self._out.ignore("tool_result: output is no JSON")
            return None
        spoken = isinstance(properties.output, str)
        return self._settle(properties.tool_call_id, text, spoken, properties.status == "error")

    def answered(self, message: ToolAnswered) -> Batch | None:
        """The session has called a tool.

        Returns:
            As ``result`` does.
        """
        run = self._running.pop(message.call_id, None)
        if run is None:
            self._out.ignore("the answer to a call that was not made")
            return None
        self._tell(run, "failed" if message.failed else "succeeded", round(self._out.now - run.began, 3))
        if run.call.id not in self._waiting:  # fired and forgotten, or given up meanwhile
            return None
        return self._settle(run.call.id, message.output, message.spoken, message.failed)

    def wants_filler(self, calls: list[ToolCall]) -> bool:
        """Whether the LLM, which called these without a word, is to say something while they run."""
        return any(
            call.id in self._waiting and self._toolbox.use(call.name).on_call == "generate_filler"
            for call in calls
        )

    def expire(self, turn_idx: int) -> None:
        """Give up calls that have waited too long."""
        for call, batch in list(self._waiting.values()):
            if turn_idx - batch.tie.turn_idx >= PATIENCE:
                call.expired = True
                del self._waiting[call.id]

    def _refused(self, call: ToolCall, generation: Generation) -> str | None:
        """What the LLM is told if the session is not to make this call; None if it is.

        Small models call the same again and again, and what a tool does may not be done twice.
        """
        if generation.tie.turn_idx != self._turn_idx:
            self._turn_idx = generation.tie.turn_idx
            self._ran.clear()
            self._made.clear()
        before = self._made.get(key := (call.name, _canonical(call.arguments)))
        if before is not None and before.result is None:
            return UNDER_WAY
        if before is not None and not str(before.result).startswith(ERROR):
            return f"{CALLED_ALREADY} {before.result}"
        self._ran.add(generation.number)
        if len(self._ran) > MOST_IN_A_TURN:
            return ENOUGH
        self._made[key] = call
        return None

    def _ask(self, call: ToolCall, tie: Tie) -> None:
        use = self._toolbox.use(call.name)
        if use.api:
            run = self._running[call.id] = Run(call, tie, self._out.now)
            self._out.put(CallTool(call.id, call.name, call.arguments, *tie))
            self._tell(run, "called")
            return
        self._out.broadcast(
            events.ToolCall,
            tie,
            canvas_config=use.canvas_config,
            name=call.name,
            arguments=call.arguments,
            tool_call_id=call.id,
        )

    def _tell(self, run: Run, state: str, duration: float | None = None) -> None:
        more: dict[str, Any] = {} if duration is None else {"duration": duration}
        call, on_resolve = run.call, self._toolbox.use(run.call.name).on_resolve
        self._out.broadcast(
            events.ToolRun,
            run.tie,
            name=call.name,
            tool_call_id=call.id,
            state=state,
            on_resolve=on_resolve,
            **more,
        )

    def _settle(self, call_id: str, text: str, spoken: bool, failed: bool) -> Batch | None:
        """A call has its result; its inference's calls, once all have."""
        call, batch = self._waiting.pop(call_id)
        call.result = f"{ERROR}{text}" if failed else text
        if failed or not spoken or not text.strip():
            batch.leave_to_llm(call)
        return batch if batch.answered else None

    def _await(self, generation: Generation, calls: list[ToolCall]) -> None:
        uses = [self._toolbox.use(call.name) for call in calls]
        batch = Batch(self._answer_tie(generation), tuple(calls), [use.on_resolve for use in uses])
        for call, use in zip(calls, uses, strict=True):
            if use.awaited:
                self._waiting[call.id] = (call, batch)
            else:
                call.result = DISPATCHED

    def _answer_tie(self, generation: Generation) -> Tie:
        """The tie of what follows the results: a fresh id where words were said before them.

        An inference and a role have one utterance (PROTOCOL 1.3), and clients key rows by them.
        """
        tie = generation.tie
        return Tie(self._ids.new(), tie.turn_idx) if generation.text.strip() else tie

    def _filler(self, calls: list[ToolCall]) -> str:
        """What the first tool that has words for it says while its result is awaited."""
        return next(filter(None, (self._toolbox.use(call.name).filler for call in calls)), "")

    def _unused(self, wanted: str) -> str:
        """The LLM's id, unless it gave none or one that was used before."""
        unused = wanted if wanted and wanted not in self._used else f"call_{self._ids.new()}"
        self._used.add(unused)
        return unused


def _text(output: object) -> str | None:
    """What the LLM is told: a string as it is, nothing as nothing, all else as JSON."""
    if output is None or isinstance(output, str):
        return output or ""
    try:
        return json.dumps(output)
    except (ValueError, RecursionError):
        return None


def _canonical(arguments: str) -> str:
    """Arguments, so that the same ones compare equal."""
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments
