"""One question to the model, and its whole answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.layers.llm.openai import Endpoint, OpenAICompatible
from visavis.layers.perception.vision.answers import unbroken

_LIMITS = ("max_tokens", "max_completion_tokens")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said and called."""

    text: str
    calls: tuple[ToolCallDelta, ...]


@dataclass(slots=True)
class _Limited:
    """An endpoint whose answers are short."""

    base_url: str
    api_key: str = field(repr=False)
    model: str
    headers: dict[str, str] = field(repr=False)
    extra_body: dict[str, Any] = field(repr=False)
    default_query: dict[str, Any] = field(repr=False)


class Model:
    """A vision-language model behind an OpenAI-compatible endpoint.

    Args:
        endpoint: where it is; a limit of tokens in its ``extra_body`` goes before ours.
        tokens: that an answer may have.
    """

    def __init__(self, endpoint: Endpoint, tokens: int) -> None:
        extra = dict(endpoint.extra_body)
        if not any(name in extra for name in _LIMITS):
            extra["max_tokens"] = tokens
        self._llm = OpenAICompatible(
            _Limited(
                endpoint.base_url,
                endpoint.api_key,
                endpoint.model,
                endpoint.headers,
                extra,
                endpoint.default_query,
            )
        )

    async def ask(
        self, messages: Sequence[dict[str, Any]], functions: Sequence[dict[str, Any]], patience: float
    ) -> Reply:
        """The whole answer.

        Args:
            messages: OpenAI's; pictures as ``image_url`` parts.
            functions: that it may call.
            patience: seconds until it must be there.

        Raises:
            InferenceFailed: with a reason that holds no key and no words.
        """
        texts: list[str] = []
        calls: list[ToolCallDelta] = []
        try:
            async with asyncio.timeout(patience), aclosing(self._llm.stream(messages, functions)) as deltas:
                async for delta in deltas:
                    if isinstance(delta, TextDelta):
                        texts.append(delta.text)
                    else:
                        calls.append(delta)
        except TimeoutError as error:
            raise InferenceFailed(f"no whole answer came within {patience:.3g} s") from error
        return Reply(unbroken("".join(texts)), tuple(calls))

    async def aclose(self) -> None:
        """Give connections back."""
        await self._llm.aclose()
