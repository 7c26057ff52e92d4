"""Dialects: what the wire looked like at a given time, as tables (PROTOCOL 0).

The default, ``union``, serves all known clients at once. The others are for those who want to see exactly
what a client of that time was sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

DialectName = Literal["union", "seed", "2026-03", "2026-06", "pal"]

_NEWER_PROPERTIES = frozenset({"canvas_config", "conversation.perception_tool_call/tool_call_id"})
"""That came with ``pal``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One table. What it does not name goes out as it is.

    Attributes:
        name: as in settings and in ``properties.dialect``.
        since: the first day on which the wire looked like this; empty for ``union``.
        envelope: the optional envelope fields that are sent.
        omitted: event types that are not sent.
        bare: event types that are sent without properties.
        without: properties, and ``canvas_config`` beside them, that are not sent; with an event's type and a
            slash before the name, of that event alone.
        twins: for an event type, the type of a second event that follows with the same properties.
        pal_twins: a copy of each event of role ``replica`` goes first, with role ``pal``.
        speculative_ids: a user's speaking events and partial transcripts get a new ``inference_id`` with each
            speculative inference, as on the hosted service; else a turn keeps one id.
        extensions: whether ``visavis.*`` events that nobody asked for are sent.
    """

    name: DialectName
    since: str
    envelope: frozenset[str] = frozenset({"timestamp", "seq", "inference_id", "turn_idx"})
    omitted: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    without: frozenset[str] = _NEWER_PROPERTIES
    twins: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pal_twins: bool = False
    speculative_ids: bool = True
    extensions: bool = False


_NEWER_THAN_MARCH = frozenset(
    {
        "conversation.utterance.streaming",
        "conversation.started_speaking",
        "conversation.stopped_speaking",
        "conversation.guardrail.triggered",
        "conversation.rag.observability",
        "system.pal_present",
    }
)
_HYPHEN = MappingProxyType({"conversation.perception_analysis": "conversation.perception-analysis"})

UNION = Dialect(
    name="union",
    since="",
    omitted=frozenset({"system.pal_present"}),
    twins=_HYPHEN,
    without=frozenset(),
    speculative_ids=False,
    extensions=True,
)
SEED = Dialect(
    name="seed",
    since="2025-07-15",
    envelope=frozenset({"inference_id"}),
    omitted=_NEWER_THAN_MARCH,
    bare=frozenset({"conversation.replica.stopped_speaking"}),
    without=_NEWER_PROPERTIES | {"user_audio_analysis", "user_visual_analysis"},
)
MARCH_2026 = Dialect(
    name="2026-03",
    since="2026-03-19",
    envelope=frozenset({"seq", "inference_id", "turn_idx"}),
    omitted=_NEWER_THAN_MARCH | {"conversation.replica_interrupted"},
)
JUNE_2026 = Dialect(
    name="2026-06",
    since="2026-06-05",
    omitted=frozenset({"conversation.replica_interrupted", "system.pal_present"}),
)
PAL = Dialect(
    name="pal",
    since="2026-06-15",
    omitted=frozenset({"conversation.replica_interrupted"}),
    without=frozenset(),
    twins=MappingProxyType({"system.replica_present": "system.pal_present"}),
    pal_twins=True,
)

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect for dialect in (UNION, SEED, MARCH_2026, JUNE_2026, PAL)
}
