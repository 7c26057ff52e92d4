"""The engines of one worker process, loaded once and kept warm for all its conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from visavis.config import Settings
from visavis.layers.conversational_flow.base import VAD, TurnDetector
from visavis.layers.llm.base import LLM
from visavis.layers.perception.base import PerceptionEngine
from visavis.layers.registry import engine
from visavis.layers.replica.base import ReplicaRenderer
from visavis.layers.stt.base import STT
from visavis.layers.tts.base import TTS
from visavis.session.apicalls import Outbound
from visavis.session.bodies.languages import LANGUAGES
from visavis.session.spec import ConversationSpec, LLMSpec

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Lane:
    """One native thread for one kind of work: an engine is never called twice at once.

    Attributes:
        executor: the thread, for who hands it work himself.
    """

    def __init__(self, name: str) -> None:
        self.executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def __call__(self, work: Callable[..., T], *args: Any) -> T:
        """Run blocking work in this lane."""
        return await asyncio.get_running_loop().run_in_executor(self.executor, work, *args)

    def close(self) -> None:
        """Finish what runs, start nothing more."""
        self.executor.shutdown(wait=False, cancel_futures=True)


@dataclass(slots=True)
class Engines:
    """What conversations share.

    Attributes:
        make_vad: a new voice activity detector for each microphone.
        make_replica: a new renderer for each conversation, from (width, height, seed).
        make_llm: an adapter for an endpoint.
        perception: sees and hears how people are; None: nobody is looked at.
        outbound: calls the APIs of tools; None: a tool with an API fails.
    """

    stt: STT
    tts: TTS
    turn: TurnDetector
    make_vad: Callable[[], VAD]
    make_replica: Callable[[int, int, int], ReplicaRenderer]
    make_llm: Callable[[LLMSpec], LLM]
    perception: PerceptionEngine | None = None
    outbound: Outbound | None = None
    listening: Lane = field(default_factory=lambda: Lane("stt"))
    judging: Lane = field(default_factory=lambda: Lane("turn"))
    talking: Lane = field(default_factory=lambda: Lane("tts"))
    drawing: Lane = field(default_factory=lambda: Lane("replica"))
    perceiving: Lane = field(default_factory=lambda: Lane("perception"))
    hearing: Lane = field(default_factory=lambda: Lane("voice"))

    @classmethod
    def load(cls, settings: Settings) -> Engines:
        """Load every engine the settings name. Blocking, some seconds.

        Raises:
            EngineMissing: an engine is unknown or its package incomplete.
            ModelUnavailable: a model file has not been fetched.
        """
        vad = engine("vad", settings.vad_engine)
        vad()
        drawn = engine("replica", settings.replica_engine)
        perceives = settings.perception_engine != "off"
        return cls(
            stt=engine("stt", settings.stt_engine)(),
            tts=engine("tts", settings.tts_engine)(),
            turn=engine("turn", settings.turn_engine)(),
            make_vad=vad,
            make_replica=lambda width, height, seed: drawn(width=width, height=height, seed=seed),
            make_llm=engine("llm", "openai"),
            perception=engine("perception", settings.perception_engine)() if perceives else None,
            outbound=Outbound.from_settings(settings).ready(),
        )

    def llm_for(self, spec: ConversationSpec) -> LLM | None:
        """The conversation's model, or None in echo mode."""
        return self.make_llm(spec.llm) if spec.llm else None

    def warn_of_language(self, language: str) -> None:
        """Say which of the engines cannot do what a conversation asks for; they do what they can.

        Args:
            language: a name in ``LANGUAGES``; empty: nobody asked.
        """
        if not language:
            return
        code = LANGUAGES.get(language)
        for layer, known in (("stt", self.stt.languages), ("tts", self.tts.languages)):
            if known is not None and code not in known:
                log.warning(
                    "the engine does not have the conversation's language",
                    layer=layer,
                    language=language,
                    has=sorted(known),
                )

    def close(self) -> None:
        """Stop the threads."""
        for lane in (
            *(self.listening, self.judging, self.talking, self.drawing),
            *(self.perceiving, self.hearing),
        ):
            lane.close()
