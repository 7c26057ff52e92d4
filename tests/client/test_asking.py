"""What a program asks of a replica, and what becomes of it: in virtual time, against the real core."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from visavis.client.base import BaseCall
from visavis.errors import CallEnded, InteractionDropped, InteractionRefused, LayerFailure
from visavis.protocol.events import Utterance
from visavis.protocol.interactions import Interrupt
from visavis.testing import Answer, Invocation, ScriptedCall, ScriptedConversation, calls, fails

MakeConversation = Callable[..., ScriptedConversation]
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
PERSONA = {"system_prompt": "Be brief.", "layers": {"llm": {"tools": TOOLS}}}
FILLER = {
    "system_prompt": "Be brief.",
    "layers": {"llm": {"tools": [{**TOOLS[0], "on_call": "static_filler", "static_filler": "One moment."}]}},
}


class Asking:
    """A program that does one thing, and what came of it."""

    def __init__(self, work: Callable[[BaseCall], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: Exception | None = None
        self.at = 0.0
        self.done = False

    async def __call__(self, call: ScriptedCall) -> None:
        try:
            self.result = await self.work(call)
        except Exception as error:
            self.error = error
        self.at = asyncio.get_running_loop().time()
        self.done = True
        await call.closed.wait()


def asking(conversation: MakeConversation, work: Callable[[BaseCall], Any], **script: Any) -> Any:
    app = Asking(work)
    talk = conversation(script.pop("persona", PERSONA), app=app, custom_greeting="", **script)
    return talk, app


def test_an_echo_is_over_when_it_was_heard(conversation: MakeConversation) -> None:
    talk, app = asking(conversation, lambda call: call.echo("One two three four five."))
    talk.run_until(lambda: app.done)
    assert app.result.speech == "One two three four five."
    assert not app.result.interrupted
    assert app.result.duration == pytest.approx(2.0)
    assert app.result.inference_id == talk.expect(Utterance).inference_id
    assert app.at == pytest.approx(2.1, abs=0.05)


def test_an_echo_that_is_cut_says_what_was_heard(conversation: MakeConversation) -> None:
    talk, app = asking(conversation, lambda call: call.echo("One two three four five."))
    talk.run_until_heard("One two")
    talk.interrupt()
    talk.run_until(lambda: app.done)
    assert (app.result.speech, app.result.interrupted) == ("One two", True)


def test_echoes_are_heard_one_after_the_other_each_with_its_own_end(conversation: MakeConversation) -> None:
    async def both(call: BaseCall) -> list[Any]:
        return await asyncio.gather(call.echo("One two."), call.echo("One two."))

    talk, app = asking(conversation, both)
    talk.run_until(lambda: app.done)
    first, second = app.result
    assert first.speech == second.speech == "One two."
    assert first.inference_id != second.inference_id


def test_what_waits_behind_an_interrupted_echo_was_never_heard(conversation: MakeConversation) -> None:
    async def both(call: BaseCall) -> list[Any]:
        works = (call.echo("One two three."), call.echo("Four."), call.respond("Five?"))
        return await asyncio.gather(*works, return_exceptions=True)

    talk, app = asking(conversation, both)
    talk.run_until_heard("One two")
    talk.interrupt()
    talk.run_until(lambda: app.done)
    said, dropped, unanswered = app.result
    assert said.interrupted
    assert isinstance(dropped, InteractionDropped)
    assert isinstance(unanswered, InteractionDropped)


def test_what_is_cut_before_it_is_heard_was_never_heard(conversation: MakeConversation) -> None:
    talk, app = asking(conversation, lambda call: call.echo("One two three."))
    talk.run(0.05)
    talk.interrupt()
    talk.run_until(lambda: app.done)
    assert isinstance(app.error, InteractionDropped)


def test_an_empty_echo_is_refused(conversation: MakeConversation) -> None:
    talk, app = asking(conversation, lambda call: call.echo(" "))
    talk.run_until(lambda: app.done)
    assert isinstance(app.error, InteractionRefused)
    assert "nothing to say" in app.error.reason


def test_words_that_cannot_be_spoken_are_a_failure_of_the_voice(conversation: MakeConversation) -> None:
    from visavis.testing import ScriptedTTS

    talk, app = asking(conversation, lambda call: call.echo("Brrr."), tts=ScriptedTTS(fails_on="Brrr"))
    talk.run_until(lambda: app.done)
    assert isinstance(app.error, LayerFailure)
    assert app.error.layer == "tts"


def test_a_respond_brings_the_answer_when_it_was_heard(conversation: MakeConversation) -> None:
    talk, app = asking(conversation, lambda call: call.respond("Hello"), llm="Good morning to you.")
    talk.run_until(lambda: app.done)
    assert app.result.speech == "Good morning to you."
    assert app.at > 1.5


def test_a_respond_that_interrupts_is_answered_and_what_it_cut_says_so(
    conversation: MakeConversation,
) -> None:
    async def both(call: BaseCall) -> list[Any]:
        echo = asyncio.create_task(call.echo("One two three four five six."))
        await asyncio.sleep(1.5)
        return [await call.respond("Stop, and say hello.", interrupt=True), await echo]

    talk, app = asking(conversation, both, llm="Hello.")
    talk.run_until(lambda: app.done)
    answer, cut = app.result
    assert (answer.speech, cut.interrupted) == ("Hello.", True)


@pytest.mark.parametrize("chat", (False, True))
def test_a_failing_language_model_is_a_failure(conversation: MakeConversation, chat: bool) -> None:
    talk, app = asking(conversation, lambda call: call.respond("Hello"), llm=fails("it refused"), chat=chat)
    talk.run_until(lambda: app.done)
    assert isinstance(app.error, LayerFailure)
    assert (app.error.layer, app.error.reason) == ("llm", "it refused")


def test_an_answer_to_a_later_turn_is_no_answer_to_an_earlier_one(conversation: MakeConversation) -> None:
    slow = Answer("Late.", after=30.0)
    talk, app = asking(
        conversation, lambda call: call.respond("Hello"), llm={"hello": slow, "never mind": "Fine."}
    )
    talk.run(1.0)
    talk.says("Never mind.")
    talk.run_until(lambda: app.done)
    assert isinstance(app.error, InteractionDropped)
    assert "another turn" in app.error.reason


@pytest.mark.parametrize("chat", (False, True))
@pytest.mark.parametrize("persona", (PERSONA, FILLER), ids=("silent", "filler"))
@pytest.mark.parametrize("takes", (0.0, 0.3, 20.0, 50.0))
def test_tool_calls_belong_to_the_answer(
    conversation: MakeConversation, persona: dict[str, Any], takes: float, chat: bool
) -> None:
    from visavis.client import Tools

    tools = Tools()

    @tools.tool
    async def look() -> str:
        await asyncio.sleep(takes)
        return "it rains"

    async def work(call: BaseCall) -> Any:
        call.use(tools)
        return await call.respond("What is the weather?")

    talk, app = asking(
        conversation,
        work,
        persona=persona,
        chat=chat,
        llm={"it rains": "Take an umbrella.", "weather": calls("look")},
    )
    talk.run_until(lambda: app.done, within=200)
    assert app.error is None
    expected = "Take an umbrella." if persona is PERSONA else "One moment. Take an umbrella."
    assert app.result.speech == expected
    assert app.at >= takes


@pytest.mark.parametrize("chat", (False, True))
def test_what_is_told_twice_is_heard_once(conversation: MakeConversation, chat: bool) -> None:
    from visavis.client import Tools

    tools = Tools()

    @tools.tool
    def look() -> str:
        return "it rains"

    async def work(call: BaseCall) -> Any:
        call.use(tools)
        return await call.respond("What is the weather?")

    script = {"it rains": "Take an umbrella.", "weather": calls("look")}
    talk, app = asking(conversation, work, persona=FILLER, chat=chat, dialect="pal", llm=script)
    talk.run_until(lambda: app.done)
    assert app.result.speech == "One moment. Take an umbrella."


def test_a_tool_that_others_answer_is_waited_for_too(conversation: MakeConversation) -> None:
    script = {"it rains": "Take an umbrella.", "weather": calls("look")}
    talk, app = asking(conversation, lambda call: call.respond("What is the weather?"), llm=script)
    asked = talk.wait_for("tool_call")
    talk.run(10)
    talk.send(
        {
            "event_type": "conversation.tool_result",
            "properties": {"tool_call_id": asked.properties.tool_call_id, "output": "it rains"},
        }
    )
    talk.run_until(lambda: app.done)
    assert app.result.speech == "Take an umbrella."


def test_a_tool_that_nobody_answers_ends_the_answer_in_half_a_minute(conversation: MakeConversation) -> None:
    llm = Answer("I am looking.", calls=(Invocation("look", "{}"),))
    talk, app = asking(conversation, lambda call: call.respond("What is the weather?"), llm=llm)
    talk.run_until(lambda: app.done)
    assert app.result.speech == "I am looking."
    assert 30 < app.at < 40


def test_an_interrupt_is_over_when_it_is_silent(conversation: MakeConversation) -> None:
    async def work(call: BaseCall) -> tuple[bool, bool, bool]:
        await call.send({"event_type": "conversation.echo", "properties": {"text": "One two three four."}})
        await asyncio.sleep(1.0)
        spoke = call.speaking
        return spoke, await call.interrupt(), call.speaking

    talk, app = asking(conversation, work)
    talk.run_until(lambda: app.done)
    assert app.result == (True, True, False)


def test_an_interrupt_in_silence_says_that_there_was_nothing(conversation: MakeConversation) -> None:
    talk, app = asking(conversation, lambda call: call.interrupt())
    talk.run_until(lambda: app.done)
    assert app.result is False
    assert app.at < 0.1


def test_a_refusal_of_anything_silent_is_an_error_and_success_is_none(conversation: MakeConversation) -> None:
    async def work(call: BaseCall) -> None:
        await call.append_context("It rains.")
        await call.overwrite_context("It snows.")
        await call.sensitivity(pause="high", interrupt="low")
        await call.set_emotion("happiness")
        with pytest.raises(InteractionRefused, match="no such call"):
            await call.tool_result("nothing", 1)
        with pytest.raises(InteractionRefused):
            await call.confirm_objective("none", {"a": "b"})

    talk, app = asking(conversation, work)
    talk.run_until(lambda: app.done)
    assert app.error is None
    assert talk.emotion == "happy"


def test_a_finished_job_is_reported(conversation: MakeConversation) -> None:
    talk, app = asking(
        conversation, lambda call: call.append_context("The cake is done.", job_completed=True), llm="Cake!"
    )
    talk.run_until_idle()
    assert app.error is None
    assert talk.heard == ["Cake!"]


def test_everything_is_over_with_the_call(conversation: MakeConversation) -> None:
    async def work(call: BaseCall) -> list[Any]:
        works = (call.echo("One two three four five six seven."), call.respond("And?"))
        return await asyncio.gather(*works, return_exceptions=True)

    talk, app = asking(conversation, work)
    talk.run_until_heard("One")
    talk.end("closing time")
    talk.run_until(lambda: app.done)
    cut, unanswered = app.result
    assert cut.interrupted  # the goodbye says how far it got
    assert isinstance(unanswered, CallEnded)
    assert unanswered.reason == "closing time"


def test_who_does_not_want_to_wait_sends(conversation: MakeConversation) -> None:
    async def work(call: BaseCall) -> None:
        await call.send(Interrupt(event_id="mine"))

    talk, app = asking(conversation, work)
    talk.run_until(lambda: app.done)
    talk.expect("visavis.ack", event_id="mine")


def test_a_chat_has_the_same_answers_without_a_voice(conversation: MakeConversation) -> None:
    async def work(call: BaseCall) -> list[Any]:
        return [await call.echo("I write this."), await call.respond("Hello"), await call.interrupt()]

    talk, app = asking(conversation, work, chat=True, llm="Good morning.")
    talk.run_until(lambda: app.done)
    echo, answer, stopped = app.result
    assert (echo.speech, echo.duration) == ("I write this.", None)
    assert answer.speech == "Good morning."
    assert stopped is False
    assert app.at < 2.0


@pytest.mark.parametrize("dialect", ("seed", "2026-03", "2026-06", "pal"))
@pytest.mark.parametrize("chat", (False, True))
def test_every_dialect_tells_enough(conversation: MakeConversation, dialect: str, chat: bool) -> None:
    async def work(call: BaseCall) -> list[Any]:
        return [await call.echo("Say this."), await call.respond("Hello")]

    talk, app = asking(conversation, work, dialect=dialect, chat=chat, llm="Good morning.")
    talk.run_until(lambda: app.done)
    assert [heard.speech for heard in app.result] == ["Say this.", "Good morning."]
    assert not any(heard.interrupted for heard in app.result)


def test_the_oldest_dialect_tells_of_a_cut_a_little_later(conversation: MakeConversation) -> None:
    talk, app = asking(conversation, lambda call: call.echo("One two three four five."), dialect="seed")
    talk.run_until_heard("One two")
    talk.interrupt()
    talk.run_until(lambda: app.done)
    assert app.result.interrupted
