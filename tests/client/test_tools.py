"""Tools: what a model is told of a function, and what happens when it calls one."""

from __future__ import annotations

import asyncio
import enum
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from visavis.client import ToolContext, Tools
from visavis.client.schemas import Signature, read_docstring
from visavis.errors import ConfigurationError
from visavis.protocol.events import PerceptionToolCall, PerceptionToolCallProperties
from visavis.testing import ScriptedCall, ScriptedConversation, calls

MakeConversation = Callable[..., ScriptedConversation]


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


class Place(BaseModel):
    street: str
    number: int = 1


@dataclass
class Topping:
    name: str
    grams: float = 10.0


class Wish(TypedDict):
    pizza: str


def signature(function: Callable[..., Any]) -> Signature:
    return Signature(function, ToolContext)


def test_types_hints_and_docstrings_become_a_schema() -> None:
    def order(
        pizza: Literal["margherita", "funghi"],
        number: Annotated[int, Field(ge=1, le=20)] = 1,
        extra: str | None = None,
    ) -> str:
        """Order a pizza.

        It is made at once.

        Args:
            pizza: which one, as it is
                on the menu.
            number: how many.
            extra (str): what else.

        Returns:
            When it will be ready.
        """
        return ""

    told = signature(order)
    assert told.description == "Order a pizza.\n\nIt is made at once."
    assert told.schema == {
        "type": "object",
        "properties": {
            "pizza": {
                "type": "string",
                "enum": ["margherita", "funghi"],
                "description": "which one, as it is on the menu.",
            },
            "number": {
                "type": "integer",
                "minimum": 1,
                "maximum": 20,
                "default": 1,
                "description": "how many.",
            },
            "extra": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "default": None,
                "description": "what else.",
            },
        },
        "required": ["pizza"],
    }


def test_arguments_arrive_as_what_the_hints_say() -> None:
    def order(
        size: Size, to: Place, toppings: list[Topping], wish: Wish, notes: dict[str, bool], price: float
    ) -> None: ...

    read = signature(order).read(
        json.dumps(
            {
                "size": "large",
                "to": {"street": "Via Roma"},
                "toppings": [{"name": "basil"}],
                "wish": {"pizza": "funghi"},
                "notes": {"hot": True},
                "price": 9,
                "more": "than was asked",
            }
        )
    )
    assert read == {
        "size": Size.LARGE,
        "to": Place(street="Via Roma"),
        "toppings": [Topping("basil")],
        "wish": {"pizza": "funghi"},
        "notes": {"hot": True},
        "price": 9.0,
    }


def test_names_that_pydantic_uses_itself_are_names_like_others() -> None:
    def odd(schema: int, copy: str, model_config: bool) -> None: ...

    told = signature(odd)
    assert list(told.schema["properties"]) == ["schema", "copy", "model_config"]
    given = {"schema": 1, "copy": "a", "model_config": True}
    assert told.read(given) == given


def test_a_property_named_title_is_kept() -> None:
    def film(title: str) -> None: ...

    assert signature(film).schema["properties"] == {"title": {"type": "string"}}


@pytest.mark.parametrize("arguments", ("{", "[]", '{"number": "some"}', "{}"))
def test_what_does_not_fit_is_said_in_words_without_what_was_given(arguments: str) -> None:
    def order(number: int) -> None: ...

    with pytest.raises(ValueError) as wrong:
        signature(order).read(arguments)
    assert "some" not in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_no_arguments_may_be_no_text() -> None:
    def look() -> None: ...

    assert signature(look).read("") == {}
    assert signature(look).schema == {"type": "object", "properties": {}}


def test_what_cannot_be_described_is_refused_at_once() -> None:
    tools = Tools()
    with pytest.raises(ConfigurationError, match="number needs a type hint"):

        @tools.tool
        def untyped(number) -> None: ...  # type: ignore[no-untyped-def]

    with pytest.raises(ConfigurationError, match="opaque"):

        @tools.tool
        def opaque(what: object, which: asyncio.Event) -> None: ...

    with pytest.raises(ConfigurationError, match="by name"):

        @tools.tool
        def spread(*numbers: int) -> None: ...

    @tools.tool
    def look() -> None: ...

    with pytest.raises(ConfigurationError, match="already"):
        tools.tool(look)


def test_docstrings_without_sections_are_descriptions() -> None:
    assert read_docstring("One line.").summary == "One line."
    assert read_docstring("") == read_docstring("\n")


def test_definitions_are_what_a_persona_takes() -> None:
    tools = Tools()

    @tools.tool(static_filler="One moment.", on_resolve="add_to_context", description="Look.", name="see")
    def look() -> None: ...

    assert tools.definitions == [
        {
            "type": "function",
            "function": {
                "name": "see",
                "description": "Look.",
                "parameters": {"type": "object", "properties": {}},
            },
            "on_call": "static_filler",
            "static_filler": "One moment.",
            "on_resolve": "add_to_context",
        }
    ]


@pytest.fixture
def told(conversation: MakeConversation) -> Callable[..., Any]:
    """What the model is told after it has called a tool."""

    def run(tools: Tools, name: str, **arguments: Any) -> Any:
        async def app(call: ScriptedCall) -> None:
            call.use(tools)
            await call.closed.wait()

        persona = {"system_prompt": "Be brief.", "layers": {"llm": {"tools": tools.definitions}}}
        made = conversation(
            persona,
            app=app,
            custom_greeting="",
            llm=lambda asked: "Well." if asked.result is not None else calls(name, **arguments),
        )
        made.ask("Do it.")
        made.run(10)
        return made.llm.asked[-1].result

    return run


def test_a_result_goes_to_the_model_as_json_or_as_the_text_it_is(told: Callable[..., Any]) -> None:
    tools = Tools()

    @tools.tool
    async def text() -> str:
        return "it rains"

    @tools.tool
    def model() -> Place:
        return Place(street="Via Roma")

    @tools.tool
    def nothing() -> None:
        return None

    assert told(tools, "text") == "it rains"
    assert json.loads(told(tools, "model")) == {"street": "Via Roma", "number": 1}
    assert told(tools, "nothing") == ""


def test_what_goes_wrong_is_told_in_words_and_logged_without_them(
    told: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    tools = Tools()

    @tools.tool
    def refuses(pizza: str) -> None:
        raise LookupError(f"there is no {pizza}")

    @tools.tool
    def unspeakable() -> Any:
        return object()

    @tools.tool(timeout=5.0)
    async def slow() -> None:
        await asyncio.sleep(60)

    @tools.tool
    def picky(number: int) -> None: ...

    assert told(tools, "refuses", pizza="hawaii") == "Error: there is no hawaii"
    assert told(tools, "unspeakable") == "Error: object is nothing that JSON can say"
    assert told(tools, "slow") == "Error: slow took longer than 5 seconds"
    assert told(tools, "picky", number="lots").startswith("Error: number: Input should be a valid integer")
    logged = capsys.readouterr().out
    assert "LookupError" in logged and "refuses" in logged
    assert "hawaii" not in logged and "lots" not in logged


def test_a_function_that_blocks_runs_in_a_thread(told: Callable[..., Any]) -> None:
    tools = Tools()

    @tools.tool
    def blocks() -> str:
        time.sleep(0.05)
        return "done"

    assert told(tools, "blocks") == "done"


def test_a_tool_may_use_the_call_that_it_runs_in(conversation: MakeConversation) -> None:
    tools = Tools()
    seen: list[ToolContext] = []

    @tools.tool(on_resolve="fire_and_forget")
    async def look(context: ToolContext, where: str) -> None:
        """Look somewhere."""
        seen.append(context)
        await context.call.append_context(f"{where}: rain")

    async def app(call: ScriptedCall) -> None:
        stop = call.use(tools)
        await call.respond("Look outside.")
        stop()
        await call.respond("Look outside.")

    persona = {"system_prompt": "Be brief.", "layers": {"llm": {"tools": tools.definitions}}}
    asks = {"look": calls("look", where="outside")}
    talk = conversation(
        persona,
        app=app,
        custom_greeting="",
        llm=lambda asked: asks["look"] if not asked.tools or len(talk.llm.asked) in (1, 3) else "There.",
    )
    assert tools.definitions[0]["function"]["parameters"]["required"] == ["where"]
    talk.run_until(lambda: len(talk.heard) == 2)
    (context,) = seen
    assert context.tool_call_id
    assert context.inference_id == talk.expect("tool_call", name="look").inference_id
    assert "outside: rain" in talk.llm.asked[-1].messages[0]["content"]


def test_names_of_others_are_left_to_them(conversation: MakeConversation) -> None:
    tools = Tools()
    theirs = {"type": "function", "function": {"name": "theirs", "parameters": {"type": "object"}}}

    async def app(call: ScriptedCall) -> None:
        call.use(tools)
        await call.closed.wait()

    persona = {"system_prompt": "Be brief.", "layers": {"llm": {"tools": [theirs]}}}
    talk = conversation(persona, app=app, custom_greeting="", llm=calls("theirs"))
    talk.ask("Do it.")
    assert len(talk.llm.asked) == 1


def test_what_perception_calls_is_run_without_an_answer(conversation: MakeConversation) -> None:
    tools = Tools()
    seen: list[str] = []

    @tools.tool
    def wave(hand: str) -> None:
        seen.append(hand)

    async def app(call: ScriptedCall) -> None:
        call.use(tools)
        await call.closed.wait()

    talk = conversation(app=app, custom_greeting="")
    asked = PerceptionToolCallProperties(modality="vision", name="wave", arguments={"hand": "left"})
    talk.tells(PerceptionToolCall(properties=asked))
    talk.run_until_idle()
    assert seen == ["left"]
    assert not talk.ignored
