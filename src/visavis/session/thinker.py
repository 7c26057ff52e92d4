"""Runs inferences: asks the LLM and feeds what it says to the core."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import structlog

from visavis.conversation.effects import StartInference
from visavis.conversation.inputs import (
    InferenceFailed,
    InferenceFinished,
    InferenceText,
    InferenceToolCalls,
    Input,
    ToolCallRequest,
)
from visavis.errors import InferenceFailed as InferenceError
from visavis.layers.llm.base import LLM, TextDelta

log = structlog.get_logger(__name__)


class Thinker:
    """Owns the inference tasks of one conversation.

    Args:
        llm: None in echo mode; the core then never asks.
        elapsed: seconds since the conversation began.
        feed: takes the inputs.
    """

    def __init__(self, llm: LLM | None, elapsed: Callable[[], float], feed: Callable[[Input], None]) -> None:
        self._llm = llm
        self._elapsed = elapsed
        self._feed = feed
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, request: StartInference) -> None:
        """Begin an inference."""
        task = asyncio.create_task(self._infer(request), name=f"inference-{request.generation}")
        self._tasks[request.generation] = task
        task.add_done_callback(lambda _: self._tasks.pop(request.generation, None))

    def cancel(self, generation: int) -> None:
        """Stop an inference; the endpoint sees its stream close."""
        if task := self._tasks.get(generation):
            task.cancel()

    async def aclose(self) -> None:
        """Stop all and give connections back."""
        running = list(self._tasks.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._llm:
            await self._llm.aclose()

    async def _infer(self, request: StartInference) -> None:
        generation = request.generation
        try:
            await self._stream(request)
        except InferenceError as error:
            log.warning("inference failed", reason=str(error))
            self._feed(InferenceFailed(at=self._elapsed(), generation=generation, reason=str(error)))
        except Exception as error:
            # An adapter may be third-party code; whatever it raises must not end the call.
            log.exception("inference failed")
            self._feed(
                InferenceFailed(at=self._elapsed(), generation=generation, reason=type(error).__name__)
            )

    async def _stream(self, request: StartInference) -> None:
        if self._llm is None:
            raise InferenceError("this persona has no language model")
        calls: list[ToolCallRequest] = []
        stream = self._llm.stream(request.messages, request.tools)
        async with aclosing(stream) as deltas:
            async for delta in deltas:
                if isinstance(delta, TextDelta):
                    self._feed(
                        InferenceText(at=self._elapsed(), generation=request.generation, text=delta.text)
                    )
                else:
                    calls.append(ToolCallRequest(delta.id, delta.name, delta.arguments))
        if calls:
            self._feed(
                InferenceToolCalls(at=self._elapsed(), generation=request.generation, calls=tuple(calls))
            )
        self._feed(InferenceFinished(at=self._elapsed(), generation=request.generation))
