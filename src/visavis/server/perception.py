"""What a persona asks of perception, matched to what this server can tell; and what it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import cache
from threading import Lock
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from visavis.config import Settings
from visavis.errors import EngineMissing, ModelUnavailable, VisavisError
from visavis.layers.perception.asked import Modality, Query, Tool
from visavis.layers.perception.matching import Matcher
from visavis.layers.perception.settings import PerceptionLayer, allowed
from visavis.layers.perception.signals import told
from visavis.layers.registry import engine
from visavis.server.resources.catalogue import PERSONA
from visavis.server.resources.tools import TOOL
from visavis.server.store import Store
from visavis.server.vision import vision_spec
from visavis.session.bodies import PersonaBody
from visavis.session.composing import perception_spec
from visavis.session.spec import PerceptionSpec
from visavis.session.tools import ToolBody, ToolSpec

log = structlog.get_logger(__name__)

SENSES = ("vision", "audio")
"""Origins of tools that perception calls."""
_SHOWN = 80
"""Characters of a query in a warning."""
NOTHING_TELLS = "nothing that is measured here tells; a vision-language model might"
NOTHING_HEARD = "nothing that is measured here tells"
WITHHELD = "emotion recognition is restricted"
UNFILLED = "a required parameter asks for what is not measured"
UNMATCHED = (
    "layers.perception: what is measured answers no query and calls no tool here: "
    "the model that matches them is missing (visavis doctor says more)"
)
_loading = Lock()
"""A model is loaded once in a process."""


class Perception:
    """Matches for one server. The model is loaded when something is to be matched first, and kept.

    Loaded it takes some 100 MB in this process; a server whose personas ask nothing never loads it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def prepare(self, store: Store) -> None:
        """Load what matching needs if a persona in the store asks anything, so that no conversation waits."""
        if self._settings.perception_engine == "off":
            return
        try:
            personas = await store.resources.all(PERSONA)
            tools = {
                row.id for row in await store.resources.all(TOOL) if row.document.get("origin") in SENSES
            }
            if any(_mentions(row.document, tools) for row in personas):
                await asyncio.to_thread(lambda: self._matcher.prepare())
        except (VisavisError, SQLAlchemyError) as error:  # whoever needs it is told then
            log.warning("perception is not prepared", error=type(error).__name__)

    async def match(self, spec: PerceptionSpec) -> None:
        """Write into a specification which signal answers each query and calls each tool.

        Without the engine of the settings or its model nothing is matched, and the log says so.
        """
        if _asks(spec):
            try:
                await asyncio.to_thread(lambda: matched(spec, self._matcher))
            except (EngineMissing, ModelUnavailable) as error:
                log.warning("nothing is matched to what perception tells", reason=str(error))

    async def warnings(self, about: PersonaBody, tools: Sequence[ToolBody]) -> list[str]:
        """What of a persona this server cannot answer or call, each in words for whoever made it.

        Args:
            about: the persona.
            tools: those of the store that it has.
        """
        try:
            return await asyncio.to_thread(self.unanswerable, about, tools)
        except (EngineMissing, ModelUnavailable) as error:
            log.warning("nothing is matched to what perception tells", reason=str(error))
            return [*self._unheeded(about.layers.perception), UNMATCHED]

    def unanswerable(self, about: PersonaBody, tools: Sequence[ToolBody]) -> list[str]:
        """The same. Blocking.

        Raises:
            EngineMissing: the embedding engine of the settings is not installed.
            ModelUnavailable: its model is not here.
        """
        layer = about.layers.perception
        if about.pipeline_mode == "echo" or not layer.on:
            return []
        spec = perception_spec(layer, self._settings.emotion_recognition)
        if spec is None:
            return []
        join(spec, [tool.spec("") for tool in tools if tool.trigger_type == "in_call"])
        if self._settings.perception_engine == "off":
            nothing = "layers.perception: this server perceives nothing (perception_engine is off)"
            return [nothing] if _asks(spec) else []
        if not _asks(spec):
            return self._unheeded(layer)
        matched(spec, self._matcher)
        return [*self._unheeded(layer), *self._unanswered(spec, self._sees(layer))]

    def _unheeded(self, layer: PerceptionLayer) -> list[str]:
        """What is in the layer and has no effect here."""
        unknown = [f"layers.perception.{_short(name)}: without effect here" for name in layer.unknown]
        return [*unknown, *self._withheld(layer)]

    def _withheld(self, layer: PerceptionLayer) -> list[str]:
        """That a persona asks for more emotion recognition than the server allows; ``auto`` asks for none."""
        asked = layer.emotion_recognition
        if asked == "auto" or (given := allowed(asked, self._settings.emotion_recognition)) == asked:
            return []
        return [f"layers.perception.emotion_recognition: this server allows {given}, not {asked}"]

    def _sees(self, layer: PerceptionLayer) -> bool:
        """Whether a vision-language model looks, which answers what is asked in words."""
        return vision_spec(layer, self._settings) is not None

    def _unanswered(self, spec: PerceptionSpec, sees: bool) -> Iterator[str]:
        may = told(spec.emotion_recognition)
        asked: list[tuple[str, Modality | None, list[Query], bool]] = [
            ("visual_awareness_queries", "vision", spec.visual_queries, sees),
            ("audio_awareness_queries", "audio", spec.audio_queries, False),
            ("perception_analysis_queries", None, spec.analysis_queries, sees),
        ]
        for field, modality, queries, answered in asked:
            for index, query in enumerate(queries):
                if query.signal is None and (query.withheld or not answered):
                    signal = self._matcher.asks(query, modality)
                    why = WITHHELD if signal and signal not in may else _nothing(modality)
                    yield f"layers.perception.{field}/{index}: not answered, {why}: {_short(query.text)}"
        for tool in spec.tools:
            if tool.signal is None and (tool.withheld or not (sees and tool.modality == "vision")):
                meaning = self._matcher.calls(tool, *_beside(tool, spec))
                why = _nothing(tool.modality)
                if meaning and meaning.aspect != "opposite":
                    why = UNFILLED if meaning.signal in may else WITHHELD
                yield f"{tool.modality} tool {tool.name}: never called, {why}"

    @property
    def _matcher(self) -> Matcher:
        with _loading:
            return _matcher(self._settings.embedding_engine)


@cache
def _matcher(name: str) -> Matcher:
    return Matcher(engine("embedding", name)())


def join(spec: PerceptionSpec, tools: Sequence[ToolSpec]) -> None:
    """Have the store's tools for perception called as well; an inline one of the same name goes first."""
    inline = {(tool.modality, tool.name) for tool in spec.tools}
    for tool in tools:
        if tool.origin != "llm" and (tool.origin, tool.name) not in inline:
            spec.tools.append(
                Tool(
                    name=tool.name,
                    modality=tool.origin,
                    definition={"type": "function", "function": tool.definition["function"]},
                    api=tool.api is not None,
                    frames=tool.frames,
                )
            )


def matched(spec: PerceptionSpec, matcher: Matcher) -> None:
    """Write into a specification what answers its queries and calls its tools. Blocking."""
    may = told(spec.emotion_recognition)
    spec.visual_queries = [matcher.query(query, "vision", may) for query in spec.visual_queries]
    spec.audio_queries = [matcher.query(query, "audio", may) for query in spec.audio_queries]
    spec.analysis_queries = [matcher.query(query, None, may) for query in spec.analysis_queries]
    spec.tools = [matcher.tool(tool, *_beside(tool, spec), may) for tool in spec.tools]


def _beside(tool: Tool, spec: PerceptionSpec) -> tuple[str, frozenset[str]]:
    """The prompt that speaks of a tool, and the names of all that it speaks of."""
    prompt = spec.visual_tool_prompt if tool.modality == "vision" else spec.audio_tool_prompt
    return prompt, frozenset(other.name for other in spec.tools if other.modality == tool.modality)


def _mentions(document: dict[str, Any], tools: set[str]) -> bool:
    """Whether a persona's document, of whatever release, asks something of perception."""
    layer = (document.get("layers") or {}).get("perception") or {}
    asked = any(layer[name] for name in layer if name.endswith(("_queries", "_tools")))
    return asked or bool(tools & set(document.get("tool_ids") or ()))


def _asks(spec: PerceptionSpec) -> bool:
    return bool(spec.visual_queries or spec.audio_queries or spec.analysis_queries or spec.tools)


def _nothing(modality: Modality | None) -> str:
    return NOTHING_HEARD if modality == "audio" else NOTHING_TELLS


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
