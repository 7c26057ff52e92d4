"""What the LLM says, and what becomes of it."""

from __future__ import annotations

from visavis.conversation import inputs as happens
from visavis.conversation.floor import Floor, Reply
from visavis.conversation.generation import Generation
from visavis.conversation.history import ToolCall
from visavis.conversation.inner_tools import InnerTools
from visavis.conversation.inputs import Config
from visavis.conversation.latency import Stopwatch
from visavis.conversation.outbox import Outbox
from visavis.conversation.replica import Replica
from visavis.conversation.tools import Tools
from visavis.conversation.writer import Writer
from visavis.protocol import events


class Inferences:
    """Hands what an inference brings to the replica; that of one ahead of its turn is kept for later."""

    def __init__(
        self,
        out: Outbox,
        config: Config,
        floor: Floor,
        inner: InnerTools,
        tools: Tools,
        replica: Replica | Writer,
        stopwatch: Stopwatch,
    ) -> None:
        self._out, self._config, self._floor = out, config, floor
        self._inner, self._tools = inner, tools
        self._replica, self._stopwatch = replica, stopwatch
        self._speculation = floor.speculation

    def text(self, message: happens.InferenceText) -> None:
        """The LLM goes on."""
        if self._speculation.hold(message.generation, lambda: self.text(message)):
            return
        generation = self._inferring(message.generation)
        if generation is not None:
            self._stopwatch.mark(generation.tie.inference_id, "first_text", self._out.now)
            if not generation.say(message.text):
                self._out.ignore("the model's answer is too long")
            self._replica.go_on(generation)

    def tool_calls(self, message: happens.InferenceToolCalls) -> None:
        """The LLM calls tools."""
        if self._speculation.hold(message.generation, lambda: self.tool_calls(message)):
            return
        generation = self._inferring(message.generation)
        if generation is not None and self._floor.fills(generation):
            self._out.ignore("the model called tools instead of filling the time")
        elif generation is not None:
            self._tools.call(generation, message.calls)
            self._replica.go_on(generation)

    def finished(self, message: happens.InferenceFinished) -> None:
        """The LLM has said all."""
        if self._speculation.hold(message.generation, lambda: self.finished(message), last=True):
            return
        generation = self._inferring(message.generation)
        if generation is None:
            return
        calls = generation.entry.calls if generation.entry is not None else []
        generation.close()
        if not generation.text.strip():
            self._go_on_silently(generation, calls)
        self._close(generation)

    def failed(self, message: happens.InferenceFailed) -> None:
        """The LLM broke off; what it said stands."""
        if self._speculation.failed(message.generation):
            return
        generation = self._inferring(message.generation)
        if generation is not None:
            self._layer_failed(generation, message.reason)
            self._close(generation)

    def _inferring(self, number: int) -> Generation | None:
        generation = self._floor.holder(number)
        return generation if generation is not None and generation.inferring else None

    def _close(self, generation: Generation) -> None:
        generation.inferring = False
        generation.close()
        self._replica.go_on(generation)

    def _layer_failed(self, generation: Generation, reason: str) -> None:
        self._out.broadcast(events.LayerFailed, generation.tie, layer="llm", reason=reason)

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
