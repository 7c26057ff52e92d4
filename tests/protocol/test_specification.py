"""The published specification: fresh, valid, and what is sent conforms to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tests.conversation.driving import Driven, wires
from tests.protocol.test_examples import TWIN
from visavis.conversation import inputs as happens
from visavis.conversation.inputs import Guardrail, Objective
from visavis.protocol import parse_event
from visavis.protocol.dialects import DIALECTS
from visavis.protocol.events import PerceptionAnalysis, PerceptionAnalysisProperties
from visavis.protocol.specification import (
    HERE,
    asyncapi,
    bundle,
    documents,
    event_types,
    events,
    examples,
    interactions,
    schema,
)
from visavis.protocol.specification_page import page

MODELS = [*interactions(), *events()]
VALID = Draft202012Validator(bundle("message", MODELS))


def test_the_files_are_fresh() -> None:
    wanted = {**documents(), "index.html": page()}
    found = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file()}
    assert found == {*wanted, "examples.json"}, "run `make spec`"
    for path, text in wanted.items():
        assert (HERE / path).read_text(encoding="utf-8") == text, f"{path} is stale: run `make spec`"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_schema_is_one_and_takes_its_examples(model: Any) -> None:
    made = schema(model)
    Draft202012Validator.check_schema(made)
    for example in made["examples"]:
        Draft202012Validator(made).validate(example)
        VALID.validate(example)


def test_every_message_has_an_example_and_every_example_a_message() -> None:
    names = {name for model in MODELS for name in event_types(model)}
    spelled_twice = {"conversation.perception-analysis"}
    assert {name for name in names if name not in examples()} == spelled_twice
    assert examples().keys() <= names


def test_the_examples_hold_all_that_the_public_documents_show() -> None:
    shown = [
        json.dumps(one["properties"]) for many in examples().values() for one in many if "properties" in one
    ]
    for entry in TWIN:
        if entry["direction"] in ("client_to_server", "server_to_client"):
            for key in entry:
                if key.startswith("example") and entry[key] and "properties" in entry[key]:
                    assert json.dumps(entry[key]["properties"]) in shown


@pytest.mark.parametrize(
    "broken",
    [
        {"event_type": "conversation.utterance", "properties": {"role": "replica"}},
        {"event_type": "conversation.utterance", "properties": {"role": "judge", "speech": "x"}},
        {"event_type": "conversation.stopped_speaking", "properties": {"role": "user", "interrupted": "no"}},
        {"event_type": "conversation.dance", "properties": {}},
    ],
)
def test_what_is_wrong_does_not_conform(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VALID.validate({"message_type": "conversation", "conversation_id": "c1", **broken})


def lively(dialect: str, chat: bool) -> Driven:
    """A conversation in which nearly everything happens."""
    call = Driven(
        dialect=dialect,
        chat=chat,
        greeting="Hello.",
        tools=({"type": "function", "function": {"name": "look"}, "canvas_config": {"version": "1"}},),
        objectives=(Objective(name="o", prompt="p", manual=True, output_variables=("v",)),),
        guardrails=(Guardrail(name="g", uuid="u", prompt="p"),),
        speculative_inference=True,
    )
    call.fires("heartbeat", 1.0)
    for effects in (call.voices(call.all_effects), call.plays(1, 60.0)):
        assert effects is not None
    call.begins()
    call.pauses(silence=0.2)
    call.hears("What is up?")
    call.feed(
        happens.UserTurnEnded(at=call.now, participant_id="ann", text="What is up?", audio_analysis="calm")
    )
    call.ask("respond", text="And now?")
    for generation in range(1, 5):
        call.writes(generation, "Let me see. And then some more words.", finish=False)
        report = (
            ("t1", "tavus_complete_objective", '{"v": "1"}'),
            ("t2", "tavus_report_guardrail", '{"guardrail": "g"}'),
        )
        call.calls(generation, ("t3", "look", "{}"), *report)
        call.voices(call.all_effects)
        call.plays(generation, 1.2)
    call.feed(happens.InteractionRefused(at=call.now, participant_id="ann", event_id="e1", reason="no JSON"))
    call.ask("objective.confirm")
    call.ask("interrupt")
    for generation in range(1, 5):
        call.falls_silent(generation, 1.3)
    analysis = PerceptionAnalysis(properties=PerceptionAnalysisProperties(analysis="A smile."))
    call.feed(happens.LayerTold(at=call.now, event=analysis))
    call.ends()
    return call


@pytest.mark.parametrize("chat", [False, True], ids=["voice", "chat"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_everything_that_is_sent_conforms(dialect: str, chat: bool) -> None:
    told = wires(lively(dialect, chat).all_effects)
    for wire in told:
        VALID.validate(wire)
        assert parse_event(json.dumps(wire)).wire() == wire
    if dialect == "union" and not chat:
        kinds = {wire["event_type"] for wire in told}
        never = {
            "system.pal_present",
            "conversation.rag.observability",
            "conversation.perception_tool_call",
            "visavis.layer_failed",
        }
        assert {event_types(model)[0] for model in events()} - kinds == never


def test_the_asyncapi_document_refers_to_what_it_has() -> None:
    document = asyncapi()

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*map(references, value.values()))
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    for reference in references(document):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    assert len(document["components"]["messages"]) == len(MODELS)


def test_the_page_loads_nothing_and_names_every_message() -> None:
    text = page()
    assert "<script" not in text
    assert "http:" not in text.replace("http://www.w3.org", "")
    for model in MODELS:
        assert f"id='{event_types(model)[0]}'" in text
