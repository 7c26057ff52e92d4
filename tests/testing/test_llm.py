"""The scripted language model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from visavis.conversation.history import NO_RESULT
from visavis.testing import Answer, Asked, ScriptedConversation, ScriptedLLM, UnexpectedInference, calls

MakeConversation = Callable[..., ScriptedConversation]


def asked(text: str, *earlier: dict[str, Any], role: str = "user") -> Asked:
    system = {"role": "system", "content": "Be kind."}
    return Asked((system, *earlier, {"role": role, "content": text}), (), 0.0)


def result(call_id: str, content: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def test_one_reply_answers_everything() -> None:
    llm = ScriptedLLM("Yes.")
    assert [llm.answer(asked(text)).text for text in ("One?", "Two?")] == ["Yes.", "Yes."]
    answer = Answer("Slowly.", words_a_second=1)
    assert ScriptedLLM(answer).answer(asked("One?")) is answer


def test_replies_are_given_in_their_order_and_then_no_more() -> None:
    llm = ScriptedLLM(["First.", calls("look_up")])
    assert llm.answer(asked("One?")).text == "First."
    assert llm.answer(asked("Two?")).calls[0].name == "look_up"
    with pytest.raises(UnexpectedInference, match=r"was asked 3 times.*user: 'Three\?'"):
        llm.answer(asked("Three?"))


def test_a_reply_is_found_by_a_part_of_what_was_said_whatever_its_case() -> None:
    llm = ScriptedLLM({"MARGHERITA": "One margherita.", "funghi": "One funghi."})
    assert llm.answer(asked("A Funghi, please.")).text == "One funghi."
    assert llm.answer(asked("A funghi and a margherita.")).text == "One margherita.", "the first that fits"
    with pytest.raises(UnexpectedInference, match="A hawaii"):
        llm.answer(asked("A hawaii."))


def test_a_function_sees_what_was_asked() -> None:
    llm = ScriptedLLM(lambda asked: f"{asked.system} {asked.text} {asked.at}")
    assert llm.answer(asked("Hello?")).text == "Be kind. Hello? 0.0"
    by_text = ScriptedLLM({"hello": lambda asked: Answer(asked.text.upper())})
    assert by_text.answer(asked("Hello?")).text == "HELLO?"


def test_no_script_means_that_nobody_is_to_ask() -> None:
    with pytest.raises(UnexpectedInference):
        ScriptedLLM().answer(asked("Hello?"))


def test_without_a_system_message_there_is_none() -> None:
    assert Asked(({"role": "user", "content": "Hello?"},), (), 0.0).system == ""


def test_a_result_is_new_once_even_when_it_comes_late() -> None:
    llm = ScriptedLLM({"sunny": "It is sunny.", "thanks": "Welcome."})
    assert llm.answer(asked("Thanks.", result("c1", NO_RESULT))).text == "Welcome."
    assert llm.asked[-1].result is None
    assert llm.answer(asked("Thanks.", result("c1", "sunny"))).text == "It is sunny."
    assert llm.asked[-1].result == "sunny"
    assert llm.answer(asked("Thanks.", result("c1", "sunny"))).text == "Welcome."


def test_an_unexpected_inference_comes_out_where_time_passes(conversation: MakeConversation) -> None:
    talk = conversation(llm={"hello": "Good day."})
    assert talk.ask("Hello!") == "Good day."
    with pytest.raises(UnexpectedInference, match="user: 'Who are you"):
        talk.ask("Who are you?")


@pytest.mark.parametrize(
    "llm", [["Which one?", "Fine."], {"pizza": "Which one?", "funghi": "Fine."}], ids=["in order", "by text"]
)
def test_what_is_thought_in_a_pause_in_vain_takes_no_answer(conversation: MakeConversation, llm: Any) -> None:
    talk = conversation(llm=llm)
    talk.says("I want", 0.9, "a pizza.")
    talk.run_until_idle()
    assert talk.ask("A funghi.") == "Fine."
    assert [question.text for question in talk.llm.asked] == ["I want a pizza.", "A funghi."]


def test_thinking_in_the_pause_at_the_end_makes_the_answer_earlier(conversation: MakeConversation) -> None:
    def waits(speculative: bool) -> float:
        persona = {"system_prompt": "x", "layers": {"llm": {"speculative_inference": speculative}}}
        talk = conversation(persona, llm=Answer("Yes.", after=0.5))
        talk.says("Are you there?")
        since = talk.now
        talk.wait_for("replica.started_speaking")
        return round(talk.now - since, 3)

    assert waits(speculative=False) == 0.62
    assert waits(speculative=True) == round(0.62 - (0.4 - 0.192), 3)


def test_a_quick_model_has_its_answer_ready_when_the_turn_ends(conversation: MakeConversation) -> None:
    talk = conversation(llm=Answer("Yes I am.", after=0.01))
    talk.says("Are you there?")
    since = talk.now
    talk.wait_for("replica.started_speaking")
    assert talk.now - since == pytest.approx(0.12), "synthesis and the first frame"


def test_words_come_at_the_pace_of_the_model(conversation: MakeConversation) -> None:
    talk = conversation(llm=Answer("First sentence here. Second one.", words_a_second=1.0))
    talk.respond("Speak.")
    talk.run_until_idle()
    first = talk.expect("utterance.streaming", role="replica", speech="First sentence here.")
    last = talk.expect("utterance.streaming", role="replica", final=True)
    assert last.timestamp - first.timestamp > 1.0
    assert talk.heard == ["First sentence here. Second one."]
