"""What each interaction of a client does (PROTOCOL 1.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from visavis.conversation.echoes import Echoes
from visavis.conversation.effects import SetSensitivity
from visavis.conversation.expression import Expression
from visavis.conversation.floor import Floor, Job, Reply, Typed
from visavis.conversation.history import History
from visavis.conversation.ids import Ids
from visavis.conversation.inputs import Config, InteractionReceived
from visavis.conversation.objectives import Objectives
from visavis.conversation.outbox import Outbox, Tie
from visavis.conversation.tools import Batch, Tools
from visavis.conversation.users import Users
from visavis.protocol import interactions as asks
from visavis.protocol.emotions import emotion

NOT_DONE: dict[type[asks.InteractionMessage], str] = {
    asks.RealtimeApi: "realtime_api: withdrawn from the protocol",
}
NO_LLM = "pipeline_mode echo has no language model"


class Requests:
    """Carries interactions out."""

    def __init__(
        self,
        out: Outbox,
        ids: Ids,
        config: Config,
        history: History,
        users: Users,
        tools: Tools,
        objectives: Objectives,
        floor: Floor,
        echoes: Echoes,
        expression: Expression,
    ) -> None:
        self._out, self._ids, self._history = out, ids, history
        self._users, self._tools, self._floor, self._echoes = users, tools, floor, echoes
        self._objectives, self._expression = objectives, expression
        self._chat = config.chat
        self._thinks = config.pipeline_mode != "echo"
        self._handlers: dict[type[asks.InteractionMessage], Callable[[Any], Job | None]] = {
            asks.Respond: self._respond,
            asks.Interrupt: self._interrupt,
            asks.OverwriteContext: self._overwrite,
            asks.AppendContext: self._append,
            asks.Sensitivity: self._sensitivity,
            asks.ToolResult: self._tool_result,
            asks.ObjectiveConfirm: self._objective_confirm,
            asks.SetEmotion: self._set_emotion,
        }

    def handle(self, message: InteractionReceived) -> Job | None:
        """Do what was asked, or say why not.

        Returns:
            What needs the floor for it, if anything does.
        """
        asked = message.interaction
        if isinstance(asked, asks.Echo):
            echo = self._echoes.chunk(message.participant_id, asked.properties, message.clip)
            if echo is not None:
                echo.event_id = asked.event_id or echo.event_id
            return echo
        if type(asked) in self._handlers:
            return self._handlers[type(asked)](asked)
        self._out.ignore(NOT_DONE.get(type(asked), "an interaction of an unknown kind"))
        return None

    def _wait(self, job: Job) -> Job:
        self._floor.wait(job)
        return job

    def _respond(self, asked: asks.Respond) -> Job | None:
        text = asked.properties.text.strip()
        if not text:
            self._out.ignore("respond: no text")
        elif not self._thinks:
            self._out.ignore(f"respond: {NO_LLM}")
        else:
            if asked.properties.interrupt:
                self._stop()
            return self._wait(Typed(text, asked.event_id))
        return None

    def _interrupt(self, asked: asks.Interrupt) -> None:
        if not self._stop():
            self._out.ignore("interrupt: nothing to interrupt")

    def _stop(self) -> bool:
        self._users.forget_displaced()
        return self._floor.interrupt()

    def _overwrite(self, asked: asks.OverwriteContext) -> None:
        if asked.properties.context is None:
            self._out.ignore("overwrite_llm_context: no context")
        elif not self._history.set_context(asked.properties.context):
            self._out.ignore("overwrite_llm_context: the context is too long")

    def _append(self, asked: asks.AppendContext) -> Job | None:
        context = (asked.properties.context or "").strip()
        finished = asked.properties.job_status == "completed"
        if context and not self._history.append_context(context):
            self._out.ignore("append_llm_context: the context is full")
            return None
        if not context and not finished:
            self._out.ignore("append_llm_context: no context")
        if finished and self._thinks:
            return self._wait(Reply(Tie(self._ids.new(), self._floor.turn_idx), "job"))
        if finished:
            self._out.ignore(f"job_status: {NO_LLM}")
        return None

    def _sensitivity(self, asked: asks.Sensitivity) -> None:
        pause = asked.properties.participant_pause_sensitivity
        interrupt = asked.properties.participant_interrupt_sensitivity
        if pause is None and interrupt is None:
            self._out.ignore("sensitivity: neither key is set")
        else:
            self._out.put(SetSensitivity(pause, interrupt))

    def _objective_confirm(self, asked: asks.ObjectiveConfirm) -> None:
        refused = self._objectives.confirm(asked.properties, None)
        if refused is not None:
            self._out.ignore(refused)

    def _set_emotion(self, asked: asks.SetEmotion) -> None:
        if self._chat:
            self._out.ignore("set_emotion: a chat has no face")
        else:
            self._expression.held = emotion(asked.properties.emotion)

    def _tool_result(self, asked: asks.ToolResult) -> Job | None:
        batch = self._tools.result(asked.properties)
        return self.go_on(batch) if batch is not None else None

    def go_on(self, batch: Batch) -> Job | None:
        """All calls of an inference have their results.

        Returns:
            What needs the floor for it, if anything does.
        """
        if not batch.wants_inference and not batch.words:
            return None
        self._floor.drop_filler()
        if batch.wants_inference:
            return self._wait(Reply(batch.tie, "tool"))
        said = self._floor.generation("reply", self._floor.tie_now(batch.tie).inference_id)
        said.say(batch.words)
        said.close()
        return self._wait(said)
