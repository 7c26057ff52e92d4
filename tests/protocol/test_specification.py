"""The published specification: fresh, valid, and what is sent conforms to it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tests.conversation.driving import Driven, wires
from tests.protocol.test_examples import TWIN
from visavis.conversation import inputs as happens
from visavis.conversation.inputs import Guardrail, Objective
from visavis.outbound.signing import new_secret, sign
from visavis.protocol import Ignored, parse, parse_event
from visavis.protocol.dialects import DIALECTS
from visavis.protocol.events import PerceptionAnalysis, PerceptionAnalysisProperties
from visavis.protocol.specification import (
    HERE,
    WRITTEN,
    bundle,
    documents,
    event_types,
    events,
    examples,
    examples_of,
    interactions,
    place,
    schema,
    webhook_examples,
    webhooks,
)
from visavis.protocol.specification_asyncapi import asyncapi
from visavis.protocol.specification_page import anchor, page
from visavis.protocol.webhooks import WEBHOOK

MODELS = [*interactions(), *events()]
EVERYTHING = [*MODELS, *webhooks()]
VALID = Draft202012Validator(bundle("message", MODELS))
POSTED = Draft202012Validator(bundle("webhooks", webhooks()))
BUNDLES = {
    "client_to_server": Draft202012Validator(bundle("interactions", interactions())),
    "server_to_client": Draft202012Validator(bundle("events", events())),
    "webhook": POSTED,
}


def test_the_files_are_fresh() -> None:
    wanted = {**documents(), "index.html": page()}
    found = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file()}
    assert found == {*wanted, *WRITTEN}, "run `make spec`"
    for path, text in wanted.items():
        assert (HERE / path).read_text(encoding="utf-8") == text, f"{path} is stale: run `make spec`"


@pytest.mark.parametrize("model", EVERYTHING, ids=lambda model: model.__name__)
def test_each_schema_is_one_and_takes_its_examples(model: Any) -> None:
    made = schema(model)
    Draft202012Validator.check_schema(made)
    assert made["$id"].endswith(place(model))
    for example in made["examples"]:
        Draft202012Validator(made).validate(example)
        (POSTED if model in webhooks() else VALID).validate(example)


def test_every_example_of_the_public_documents_conforms() -> None:
    shown = [
        (entry["direction"], entry[key])
        for entry in TWIN
        for key in sorted(entry)
        if key.startswith("example") and entry[key]
    ]
    assert len(shown) == 40
    for direction, example in shown:
        BUNDLES[direction].validate(example)


@pytest.mark.parametrize("model", webhooks(), ids=lambda model: model.__name__)
def test_webhooks_are_read_and_written_again(model: Any) -> None:
    assert examples_of(model)
    for example in examples_of(model):
        assert WEBHOOK.validate_python(example, strict=True).wire() == example


def test_every_message_has_an_example_and_every_example_a_message() -> None:
    names = {name for model in MODELS for name in event_types(model)}
    spelled_twice = {"conversation.perception-analysis"}
    assert {name for name in names if name not in examples()} == spelled_twice
    assert examples().keys() <= names
    assert set(webhook_examples()) == {name for model in webhooks() for name in event_types(model)}


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
        {"event_type": "conversation.overwrite_llm_context"},
        {"event_type": "conversation.overwrite_llm_context", "properties": {"llm": {}}},
        {"event_type": "conversation.append_llm_context", "properties": {"job_status": "completed"}},
        {
            "event_type": "conversation.append_llm_context",
            "properties": {"context": "x", "job_status": "running"},
        },
        {"event_type": "conversation.set_emotion", "properties": {"emotion": "glee"}},
        {"event_type": "conversation.sensitivity", "properties": {"participant_pause_sensitivity": "x"}},
        {"event_type": "system.shutdown", "message_type": "system", "properties": {"replica_id": "r1"}},
        {"event_type": "system.shutdown", "message_type": "system"},
        {"event_type": "system.replica_joined", "message_type": "system", "properties": {}},
    ],
)
def test_what_is_wrong_does_not_conform(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VALID.validate({"message_type": "conversation", "conversation_id": "c1", **broken})


@pytest.mark.parametrize(
    "properties", [{"llm": {"speculative_inference": False}}, {}, {"context": "x", "job_status": "running"}]
)
@pytest.mark.parametrize("verb", ["overwrite", "append"])
def test_what_does_not_conform_is_read_all_the_same(verb: str, properties: dict[str, Any]) -> None:
    message = {"event_type": f"conversation.{verb}_llm_context", "properties": properties}
    assert not isinstance(parse(message), Ignored)


@pytest.mark.parametrize(
    ("event_type", "wrong"),
    [
        ("system.shutdown", {"properties": {"replica_id": "r1"}}),
        ("system.shutdown", {"message_type": "application"}),
        ("system.replica_joined", {"webhook_url": None}),
        ("system.replica_joined", {"timestamp": 1746000000.123}),
        (
            "application.transcription_ready",
            {"properties": {"replica_id": "r", "transcript": [{"role": "user"}]}},
        ),
        (
            "application.transcription_ready",
            {"properties": {"replica_id": "r", "transcript": [{"role": "replica", "content": "x"}]}},
        ),
        ("application.recording_ready", {"properties": {}}),
    ],
)
def test_a_webhook_that_is_wrong_does_not_conform(event_type: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        POSTED.validate({**webhook_examples()[event_type][0], **wrong})


def lively(dialect: str, chat: bool) -> Driven:
    """A conversation in which nearly everything happens."""
    call = Driven(
        dialect=dialect,
        chat=chat,
        greeting="Hello.",
        tools=(
            {"type": "function", "function": {"name": "look"}, "canvas_config": {"version": "1"}},
            {"type": "function", "function": {"name": "book"}},
        ),
        api_tools=("book",),
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
        call.calls(generation, ("t3", "look", "{}"), (f"b{generation}", "book", "{}"), *report)
        call.answers(f"b{generation}", "Booked.")
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
    assert len(document["components"]["messages"]) == len(EVERYTHING)
    channels = document["channels"]
    assert len(channels["app"]["messages"]) == len(MODELS)
    assert len(channels["webhooks"]["messages"]) == len(webhooks())


def test_the_asyncapi_document_tells_of_the_headers_that_sign_a_webhook() -> None:
    document = asyncapi()
    headers = Draft202012Validator(document["components"]["schemas"]["WebhookHeaders"])
    signed = sign([new_secret(), new_secret()], "msg_1", 1_746_000_000.5, b"{}")
    headers.validate(signed)
    for name in signed:
        assert not headers.is_valid({key: value for key, value in signed.items() if key != name})
    signing = {name for name, message in document["components"]["messages"].items() if "headers" in message}
    assert signing == {model.__name__ for model in webhooks()}


class Reader(HTMLParser):
    """Collects where a page leads, what it has it load, and what can be linked to."""

    LOADING = ("src", "srcset", "data", "poster", "action", "formaction", "background", "ping", "manifest")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.loads: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [
            (name, value) for name, value in attrs if name in self.LOADING or name.startswith("on")
        ]
        self.links += [value or "" for name, value in attrs if name in ("href", "xlink:href")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def test_the_page_loads_nothing_and_leads_nowhere_else() -> None:
    text = page()
    read = Reader(text)
    assert read.loads == []
    assert not read.tags & {"script", "link", "base", "img", "iframe", "object", "embed", "form", "svg"}
    assert "url(" not in text and "@import" not in text
    for link in read.links:
        target = urlsplit(link)
        assert not target.scheme and not target.netloc and not target.path.startswith("/"), link
        if target.path:
            assert (HERE / target.path).is_file(), link
        else:
            assert target.fragment in read.ids, link


@pytest.mark.parametrize(
    "more",
    [
        "<script>x</script>",
        "<img src='x.png'>",
        "<a href='//example.org/x'>x</a>",
        "<a href='javascript:x'>x</a>",
        "<p onclick='x'>",
        "<link href='x.css' rel='stylesheet'>",
        "<a href='#nowhere'>x</a>",
        "<a href='missing.json'>x</a>",
        "<style>@import 'x.css'</style>",
    ],
)
def test_a_page_that_loads_or_leads_elsewhere_is_found(more: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page().replace("</main>", f"{more}</main>")
    monkeypatch.setitem(globals(), "page", lambda: whole)
    with pytest.raises(AssertionError):
        test_the_page_loads_nothing_and_leads_nowhere_else()


def test_the_page_has_a_place_for_every_message() -> None:
    ids = Reader(page()).ids
    assert len(ids) == len(set(ids))
    assert {anchor(model) for model in EVERYTHING} <= set(ids)
