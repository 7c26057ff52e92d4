"""The model that answers for personas that name none: the operator's endpoint, else the embedded one."""

from __future__ import annotations

from typing import Protocol

import structlog

from visavis.config import Settings
from visavis.layers.llm.embedded import EmbeddedLLM
from visavis.session.spec import LLMSpec
from visavis.weights import Store

log = structlog.get_logger(__name__)


LONGEST_ANSWER = 120
"""Tokens of an answer of the embedded model: small ones do not know when to stop. About 40 s of speech."""


class DefaultLLM(Protocol):
    """What the supervisor needs of it."""

    @property
    def spec(self) -> LLMSpec | None:
        """How to ask it; None while it is not ready."""
        ...

    async def start(self) -> None:
        """Return once it is ready."""
        ...

    async def stop(self) -> None:
        """Release what it holds."""
        ...


class EndpointLLM:
    """An OpenAI-compatible endpoint that the settings name; ready at once."""

    def __init__(self, settings: Settings) -> None:
        self._spec = LLMSpec(
            base_url=settings.llm_base_url,
            api_key=settings.llm_api_key.get_secret_value(),
            model=settings.llm_model or "default",
        )

    @property
    def spec(self) -> LLMSpec | None:
        """As set."""
        return self._spec

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""


class EmbeddedModel:
    """The embedded model in a process of its own, shared by all workers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: EmbeddedLLM | None = None

    @property
    def spec(self) -> LLMSpec | None:
        """None until it is loaded, and while it is being started again."""
        process = self._process
        if process is None or not process.ready():
            return None
        return LLMSpec(
            base_url=process.base_url,
            api_key=process.api_key,
            model=process.model,
            extra_body={"max_tokens": LONGEST_ANSWER},
        )

    async def start(self) -> None:
        """Load the model; some seconds.

        Raises:
            ModelUnavailable: it has not been fetched.
            EngineMissing: llama.cpp does not run here.
        """
        name = self._settings.embedded_llm
        path = Store.of(self._settings).find(name)
        self._process = EmbeddedLLM(path, name, self._settings.embedded_llm_threads)
        await self._process.start()
        log.info("embedded LLM ready", model=name)

    async def stop(self) -> None:
        """End its process."""
        if self._process:
            await self._process.stop()


def default_llm(settings: Settings) -> DefaultLLM:
    """The one that the settings ask for."""
    return EndpointLLM(settings) if settings.llm_base_url else EmbeddedModel(settings)
