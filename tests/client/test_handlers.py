from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from visavis.client.handlers import Handlers
from visavis.protocol.events import EventMessage, PerceptionAnalysis


def analysis(event_type: str, text: str = "Smiling: once.") -> PerceptionAnalysis:
    return PerceptionAnalysis.model_validate(
        {"message_type": "conversation", "event_type": event_type, "properties": {"analysis": text}}
    )


def no_task(work: Coroutine[Any, Any, Any]) -> None:
    raise AssertionError("nothing was to be run")


def test_an_analysis_in_two_spellings_is_one_to_who_asks_for_the_class() -> None:
    handlers, told = Handlers(no_task), list[tuple[str, str]]()
    for kind in (PerceptionAnalysis, EventMessage, "perception_analysis", "perception-analysis"):
        name = kind if isinstance(kind, str) else kind.__name__
        handlers.add(kind, lambda event, name=name: told.append((name, event.event_type)))
    handlers.tell(analysis("conversation.perception_analysis"))
    handlers.tell(analysis("conversation.perception-analysis"))
    assert told == [
        ("PerceptionAnalysis", "conversation.perception_analysis"),
        ("EventMessage", "conversation.perception_analysis"),
        ("perception_analysis", "conversation.perception_analysis"),
        ("EventMessage", "conversation.perception-analysis"),
        ("perception-analysis", "conversation.perception-analysis"),
    ]


def test_either_spelling_alone_and_another_analysis_are_told() -> None:
    handlers, told = Handlers(no_task), list[str]()
    handlers.add(PerceptionAnalysis, lambda event: told.append(event.properties.analysis))
    handlers.tell(analysis("conversation.perception-analysis", "one"))
    handlers.tell(analysis("conversation.perception_analysis", "two"))
    assert told == ["one", "two"]
