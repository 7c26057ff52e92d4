"""Whole conversations in virtual time: what people and programs do, and what comes of it."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from visavis.conversation.history import INTERRUPTED
from visavis.conversation.ids import echo_id
from visavis.conversation.inputs import SAMPLE_RATE
from visavis.protocol.events import (
    LayerFailed,
    ObjectiveActivated,
    ObjectiveCompleted,
    PerceptionAnalysis,
    PerceptionAnalysisProperties,
    ReplicaPresent,
    ReplicaStoppedSpeaking,
    Shutdown,
    StoppedSpeaking,
    ToolCall,
    UserStartedSpeaking,
    Utterance,
    UtteranceStreaming,
)
from visavis.session.speaker import AHEAD
from visavis.testing import (
    NEVER,
    Answer,
    Invocation,
    ScriptedConversation,
    ScriptedTTS,
    calls,
    fails,
    replayed,
)

MakeConversation = Callable[..., ScriptedConversation]

COUNT = "One two three four five six seven eight nine ten."
UNEVENTFUL = ("system.replica_present", "visavis.playback", "visavis.latency")


def told(talk: ScriptedConversation) -> list[str]:
    """The events' types, without heartbeats and measurements."""
    return [event.event_type for event in talk.events if event.event_type not in UNEVENTFUL]


def spoken(talk: ScriptedConversation, role: str) -> list[str]:
    return [event.properties.speech for event in talk.of(Utterance, role=role)]


def tool(name: str, **use: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}, **use}


def with_tools(*tools: dict[str, Any]) -> dict[str, Any]:
    return {"system_prompt": "Be brief.", "layers": {"llm": {"tools": list(tools)}}}


# Turns


def test_a_spoken_turn_is_told_in_the_order_of_the_protocol(conversation: MakeConversation) -> None:
    """PROTOCOL 5.2."""
    talk = conversation(llm={"how are you": "Very well."})
    talk.says("How are you?")
    talk.run_until_idle()
    assert told(talk) == [
        "system.replica_joined",
        "conversation.user.started_speaking",
        "conversation.started_speaking",
        "conversation.utterance.streaming",
        "conversation.utterance.streaming",
        "conversation.utterance.streaming",
        "conversation.user.stopped_speaking",
        "conversation.stopped_speaking",
        "conversation.utterance.streaming",
        "conversation.utterance",
        "conversation.replica.started_speaking",
        "conversation.started_speaking",
        "conversation.utterance",
        "conversation.utterance.streaming",
        "conversation.utterance.streaming",
        "conversation.replica.stopped_speaking",
        "conversation.stopped_speaking",
    ]
    turn = [event for event in talk.events if event.turn_idx is not None]
    assert {event.turn_idx for event in turn} == {1}
    assert len({event.inference_id for event in turn}) == 1
    streamed = [
        (
            event.properties.role,
            event.properties.speech,
            event.properties.content_index,
            event.properties.final,
        )
        for event in talk.of(UtteranceStreaming)
    ]
    assert streamed == [
        ("user", "How", 0, False),
        ("user", "How are", 1, False),
        ("user", "How are you?", 2, False),
        ("user", "How are you?", 3, True),
        ("replica", "Very", 0, False),
        ("replica", "Very well.", 1, True),
    ]
    assert talk.expect(ReplicaStoppedSpeaking).properties.duration == 0.8
    assert [event.seq for event in talk.events] == list(range(1, len(talk.events) + 1))


def test_asking_gives_what_was_heard_of_this_answer_alone(conversation: MakeConversation) -> None:
    talk = conversation(llm=["First answer.", "Second. In two sentences."], custom_greeting="Good day.")
    talk.run_until_idle()
    assert talk.ask("One?") == "First answer."
    assert talk.ask("Two?") == "Second. In two sentences."
    assert talk.heard == ["Good day.", "First answer.", "Second. In two sentences."]


def test_a_pause_within_a_sentence_does_not_end_the_turn(conversation: MakeConversation) -> None:
    talk = conversation(llm={"pizza": "Which one?"})
    talk.says("I want", 0.5, "a pizza.")
    talk.run_until_idle()
    assert spoken(talk, "user") == ["I want a pizza."]
    assert talk.heard == ["Which one?"]
    talk.expect(StoppedSpeaking, times=2, role="user")


def test_a_pause_too_short_to_notice_is_none(conversation: MakeConversation) -> None:
    talk = conversation(llm="Which one?")
    talk.says("I want", 0.1, "a pizza.")
    talk.expect(StoppedSpeaking, times=1, role="user")
    assert spoken(talk, "user") == ["I want a pizza."]


def test_a_long_silence_makes_two_turns(conversation: MakeConversation) -> None:
    talk = conversation(llm=["Yes?", "Which one?"])
    talk.says("Hello.", 4.0, "I want a pizza.")
    talk.run_until_idle()
    assert spoken(talk, "user") == ["Hello.", "I want a pizza."]
    assert talk.heard == ["Yes?", "Which one?"]


def test_an_incomplete_sentence_waits_for_the_limit_of_patience(conversation: MakeConversation) -> None:
    def takes(**manner: Any) -> float:
        talk = conversation({"system_prompt": "x", "layers": {"conversational_flow": flow}}, llm="Yes.")
        talk.says("Well, I think that", **manner)
        return round(talk.now, 3)

    flow = {"turn_taking_patience": "medium"}
    assert takes() == round(4 / 3 + 0.4, 3)
    assert takes(complete=False) == round(4 / 3 + 1.2, 3)
    flow = {"turn_taking_patience": "high"}
    assert takes(complete=False) == round(4 / 3 + 1.8, 3)


def test_perceptions_go_with_the_utterance(conversation: MakeConversation) -> None:
    talk = conversation(llm="Oh.")
    talk.says("I am fine.", audio_analysis="sounds sad", visual_analysis="looks away")
    utterance = talk.expect(Utterance, role="user")
    assert utterance.properties.user_audio_analysis == "sounds sad"
    assert utterance.properties.user_visual_analysis == "looks away"


def test_noise_does_not_become_a_turn(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.noise(0.5)
    talk.run_until_idle()
    assert told(talk)[1:] == [
        "conversation.user.started_speaking",
        "conversation.started_speaking",
        "conversation.user.stopped_speaking",
        "conversation.stopped_speaking",
    ]
    assert talk.history == ()
    assert talk.llm.asked == []


def test_a_click_is_not_even_noticed(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.noise(0.1)
    talk.run_until_idle()
    assert told(talk) == ["system.replica_joined"]


def test_two_users_have_turns_of_their_own(conversation: MakeConversation) -> None:
    talk = conversation(llm={"pizza": "And Ann?", "me too": "Yes, Bob?"}, user="ann")
    talk.join("bob")
    ann = talk.starts_saying("I would like a pizza please.", by="ann")
    talk.run(0.3)
    bob = talk.starts_saying("Me too.", by="bob")
    talk.run_until(lambda: ann.over and bob.over)
    talk.run_until_idle()
    assert spoken(talk, "user") == ["Me too.", "I would like a pizza please."]
    started = talk.of(UserStartedSpeaking)
    assert len(started) == 2
    assert started[0].inference_id != started[1].inference_id
    assert talk.heard == ["Yes, Bob?", "And Ann?"]


def test_nobody_says_two_things_at_once(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.starts_saying("Hello there.")
    with pytest.raises(ValueError, match="user is speaking already"):
        talk.starts_saying("Something else.")


def test_only_who_is_there_can_speak(conversation: MakeConversation) -> None:
    talk = conversation(user=None)
    with pytest.raises(ValueError, match="user is not in the room"):
        talk.says("Hello?")
    talk.join("ann")
    with pytest.raises(ValueError, match="nothing to say"):
        talk.says(" ", 2.0, by="ann")


def test_who_leaves_in_the_middle_of_a_word_has_said_nothing(conversation: MakeConversation) -> None:
    talk = conversation(participant_left_timeout=60)
    speech = talk.starts_saying("I would like a pizza.")
    talk.run(0.7)
    talk.leave()
    assert speech.over
    talk.run_until_idle()
    assert talk.history == ()
    talk.expect(StoppedSpeaking, times=1, role="user")


# Interruption


def test_barging_in_cuts_at_the_word_and_the_history_says_so(conversation: MakeConversation) -> None:
    talk = conversation(llm={"count": COUNT, "stop": "Fine."})
    talk.says("Count to ten.")
    talk.run_until_heard("One two three")
    talk.says("Please stop now.")
    talk.run_until_idle()
    cut = talk.heard[0]
    assert cut == "One two three"
    reply = talk.history[1]
    assert (reply.role, reply.text, reply.interrupted) == ("assistant", cut, True)
    talk.expect(UtteranceStreaming, times=1, role="replica", speech=cut, final=True, is_interrupted=True)
    talk.expect(ReplicaStoppedSpeaking, times=1, interrupted=True)
    asked = [(message["role"], message["content"]) for message in talk.llm.asked[-1].messages[1:]]
    assert asked == [
        ("user", "Count to ten."),
        ("assistant", cut),
        ("system", INTERRUPTED),
        ("user", "Please stop now."),
    ]


def test_a_short_sound_does_not_stop_the_replica(conversation: MakeConversation) -> None:
    talk = conversation(llm={"count": COUNT})
    talk.says("Count to ten.")
    talk.run_until_heard("One two three")
    talk.noise(0.25)
    talk.run_until_idle()
    assert talk.heard == [COUNT]


def test_a_replica_that_does_not_yield_easily_needs_more_speech(conversation: MakeConversation) -> None:
    def heard(interruptibility: str) -> str:
        flow = {"replica_interruptibility": interruptibility}
        talk = conversation({"system_prompt": "x", "layers": {"conversational_flow": flow}})
        talk.echo(COUNT)
        talk.run_until_heard("One two three")
        talk.noise(0.6)
        talk.run_until_idle()
        return talk.heard[0]

    assert heard("medium") == "One two three"
    assert heard("verylow") == COUNT


def test_sensitivity_changes_during_the_call(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.send(
        {
            "event_type": "conversation.sensitivity",
            "properties": {"participant_interrupt_sensitivity": "verylow"},
        }
    )
    talk.echo(COUNT)
    talk.run_until_heard("One two three")
    talk.noise(0.6)
    talk.run_until_idle()
    assert talk.heard == [COUNT]


def test_interrupt_stops_the_replica_at_once(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.echo(COUNT)
    talk.echo("And this is never heard.")
    talk.run_until_heard("One two three")
    at = talk.now
    talk.interrupt()
    assert talk.now == at
    talk.expect(ReplicaStoppedSpeaking, times=1, interrupted=True)
    talk.run_until_idle()
    assert talk.heard == ["One two three"]
    assert talk.activity != "speaking"


def test_a_long_text_is_voiced_only_a_little_ahead_and_what_waits_is_cut_with_it(
    conversation: MakeConversation, tmp_path: Path
) -> None:
    talk = conversation()
    talk.echo(" ".join([COUNT] * 30))
    talk.run(5)
    talk.save(tmp_path / "log")
    lines = map(json.loads, (tmp_path / "log").read_text().splitlines())
    voiced = sum(line["samples"] for line in lines if line["type"] == "SpeechSynthesized") / SAMPLE_RATE
    assert 5 + AHEAD <= voiced < 5 + 2 * AHEAD
    talk.interrupt()
    (heard,) = talk.heard
    at = talk.now
    talk.echo("Short.")
    talk.wait_for("replica.started_speaking")
    assert talk.now - at == pytest.approx(0.12), "nothing else is voiced before"
    talk.run_until_idle()
    assert talk.heard == [heard, "Short."]


def test_interrupting_a_thought_takes_its_answer_away(conversation: MakeConversation) -> None:
    talk = conversation(llm=[Answer("Too late.", after=50.0), "In time."])
    talk.respond("First.")
    talk.run(1)
    talk.interrupt()
    talk.run_until_idle()
    assert talk.now < 10, "nobody waits for it"
    talk.respond("Second.")
    talk.run_until_idle()
    assert talk.heard == ["In time."]


# Programs


def test_a_typed_turn_is_answered(conversation: MakeConversation) -> None:
    talk = conversation(llm={"hello": "Good day."})
    talk.respond("Hello!")
    talk.run_until_idle()
    assert spoken(talk, "user") == ["Hello!"]
    assert talk.heard == ["Good day."]


def test_a_text_echo_may_come_in_chunks(conversation: MakeConversation) -> None:
    talk = conversation()
    for text, done in (("Hello ", False), ("out there.", True)):
        properties = {"modality": "text", "text": text, "done": done, "inference_id": "mine"}
        talk.send({"event_type": "conversation.echo", "properties": properties})
    talk.run_until_idle()
    assert talk.heard == ["Hello out there."]
    said = talk.expect(Utterance, times=1, role="replica", speech="Hello out there.")
    assert said.inference_id == echo_id("mine")


def test_an_audio_echo_lasts_as_long_as_its_samples(conversation: MakeConversation) -> None:
    tone = np.ones(24_000, "<i2")
    talk = conversation({"pipeline_mode": "echo"})
    for start in range(0, 24_000, 2_400):
        chunk = base64.b64encode(tone[start : start + 2_400].tobytes()).decode()
        properties = {"modality": "audio", "audio": chunk, "sample_rate": 24_000, "done": start == 21_600}
        talk.send({"event_type": "conversation.echo", "properties": properties})
    talk.run_until_idle()
    stopped = talk.expect(ReplicaStoppedSpeaking, times=1, interrupted=False)
    assert stopped.properties.duration == pytest.approx(1.0, abs=0.01)
    assert talk.heard == []


def test_nobody_is_heard_where_nobody_listens(conversation: MakeConversation) -> None:
    with pytest.raises(ValueError, match="pipeline_mode echo hears nobody"):
        conversation({"pipeline_mode": "echo"}).says("Hello?")
    with pytest.raises(ValueError, match="a chat hears nobody"):
        conversation(chat=True).noise()


def test_a_chat_is_written_and_read(conversation: MakeConversation) -> None:
    talk = conversation(llm={"hello": "Good day.", "name": "Vera."}, chat=True)
    assert talk.ask("Hello!") == "Good day."
    assert talk.ask("Your name?") == "Vera."
    assert talk.heard == ["Good day.", "Vera."]
    assert not any("speaking" in kind for kind in told(talk))
    talk.respond("Hello again!")
    talk.run_until_heard("Good day.")


def test_what_means_nothing_is_ignored_with_a_reason(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.send("no JSON at all")
    talk.send({"event_type": "conversation.dance"})
    talk.interrupt()
    assert len(talk.ignored) == 3
    assert talk.ignored[0] == "not JSON"
    assert talk.ignored[2] == "interrupt: nothing to interrupt"
    assert "(no effect: not JSON)" in talk.timeline()


def test_a_callback_hears_the_wire_and_may_answer(conversation: MakeConversation) -> None:
    seen: list[dict[str, Any]] = []

    def on_message(wire: dict[str, Any]) -> None:
        seen.append(wire)
        if wire["event_type"] == "system.replica_joined":
            talk.echo("Hello.")

    talk = conversation(user=None, on_app_message=on_message)
    talk.join()
    talk.run_until_idle()
    assert seen == [event.wire() for event in talk.events]
    assert talk.heard == ["Hello."]


def test_a_callback_may_have_a_user_speak(conversation: MakeConversation) -> None:
    talk = conversation(llm="Stopped.")

    def barge_in(wire: dict[str, Any]) -> None:
        if wire["event_type"] == "conversation.replica.started_speaking" and not talk.llm.asked:
            talk.after(1.0, lambda: talk.starts_saying("Wait a moment."))

    talk.on_app_message(barge_in)
    talk.echo(COUNT)
    talk.run_until_idle()
    assert talk.heard[1:] == ["Stopped."]
    assert COUNT.startswith(talk.heard[0])


# Tools


def test_a_tool_call_is_run_by_a_callback_and_its_result_spoken_about(conversation: MakeConversation) -> None:
    def on_message(wire: dict[str, Any]) -> None:
        if wire["event_type"] == "conversation.tool_call":
            answer = {"tool_call_id": wire["properties"]["tool_call_id"], "output": {"sky": "clear"}}
            talk.after(
                1.5, lambda: talk.send({"event_type": "conversation.tool_result", "properties": answer})
            )

    talk = conversation(
        with_tools(tool("get_weather")),
        llm={"weather": calls("get_weather", city="Oslo"), '"sky"': "It is sunny in Oslo."},
        on_app_message=on_message,
    )
    assert talk.ask("What is the weather?") == "It is sunny in Oslo."
    talk.expect(ToolCall, times=1, name="get_weather", arguments={"city": "Oslo"})
    assert talk.llm.asked[0].tools[0]["function"]["name"] == "get_weather"
    assert talk.llm.asked[1].result == '{"sky": "clear"}'


def test_what_the_model_says_before_it_calls_is_heard(conversation: MakeConversation) -> None:
    answer = Answer("One moment.", calls=(Invocation("look_up", "{}", "c1"), Invocation("look_up")))
    talk = conversation(with_tools(tool("look_up")), llm=[answer, "Done."])
    assert talk.ask("Look.") == "One moment."
    called = talk.of(ToolCall)
    assert [call.properties.name for call in called] == ["look_up", "look_up"]
    assert called[0].properties.tool_call_id == "c1"
    assert called[1].properties.tool_call_id


def test_a_filler_bridges_the_time_until_the_result(conversation: MakeConversation) -> None:
    persona = with_tools(tool("look_up", on_call="static_filler", static_filler="Let me see."))
    talk = conversation(persona, llm=[calls("look_up"), "Found it."])
    assert talk.ask("Look.") == "Let me see."
    call = talk.expect(ToolCall)
    properties = {"tool_call_id": call.properties.tool_call_id, "output": "found"}
    talk.send({"event_type": "conversation.tool_result", "properties": properties})
    talk.run_until_idle()
    assert talk.heard == ["Let me see.", "Found it."]


def test_a_result_that_never_comes_does_not_hold_the_conversation_up(conversation: MakeConversation) -> None:
    talk = conversation(
        with_tools(tool("look_up")), llm={"look": calls("look_up"), "never mind": "All right."}
    )
    assert talk.ask("Look.") == ""
    assert talk.ask("Never mind.") == "All right."
    assert talk.llm.asked[-1].result is None


# What goes wrong


def test_a_model_that_hangs_says_nothing_and_can_be_interrupted(conversation: MakeConversation) -> None:
    talk = conversation(llm=[NEVER, "Back again."])
    assert talk.ask("Hello?") == ""
    talk.interrupt()
    assert talk.ask("Are you there?") == "Back again."


def test_a_model_that_fails_is_told_and_what_it_said_stands(conversation: MakeConversation) -> None:
    talk = conversation(llm=[fails("out of order", text="I was about to."), "Here I am."])
    assert talk.ask("Hello?") == "I was about to."
    talk.expect(LayerFailed, times=1, layer="llm", reason="out of order")
    assert talk.ask("And now?") == "Here I am."


def test_a_voice_that_fails_is_told_and_the_rest_is_heard(conversation: MakeConversation) -> None:
    talk = conversation(llm="This can be said. Zzz cannot. This can.", tts=ScriptedTTS(fails_on="Zzz"))
    assert talk.ask("Speak.").startswith("This can be said.")
    talk.expect(LayerFailed, layer="tts", reason="no voice for this")
    assert "Zzz" not in talk.heard[0]


def test_a_voice_may_be_slow(conversation: MakeConversation) -> None:
    talk = conversation(tts=ScriptedTTS(words_a_second=1, after=2.0))
    talk.echo("One two three.")
    talk.wait_for("replica.started_speaking")
    assert talk.now == pytest.approx(2.0, abs=0.05)
    talk.wait_for("replica.stopped_speaking", duration=3.0)


# What a persona is made of


def test_a_greeting_is_spoken_to_the_first_who_comes(conversation: MakeConversation) -> None:
    talk = conversation(custom_greeting="Good day to you.", user=None)
    talk.run(30)
    assert talk.heard == []
    talk.join("ann")
    talk.run(1)
    talk.starts_saying("Not heard.", by="ann")
    talk.run_until_idle()
    talk.join("bob")
    talk.run_until_idle()
    assert talk.heard == ["Good day to you."], "not interrupted (PROTOCOL 5.1), and not repeated"
    assert spoken(talk, "user") == []


def test_the_replica_stays_silent_until_it_hears_its_wake_phrase(conversation: MakeConversation) -> None:
    flow = {"wake_phrase": "hey vera", "sleep_phrase": "thank you vera"}
    persona = {"system_prompt": "x", "layers": {"conversational_flow": flow}}
    talk = conversation(persona, llm={"hey": "Yes?", "time": "It is noon."})
    assert talk.ask("What is the time?") == ""
    assert talk.ask("Hey, Vera!") == "Yes?"
    assert talk.ask("What is the time?") == "It is noon."
    assert talk.ask("Thank you, Vera.") == ""
    assert talk.history[0].text == "What is the time?", "it was transcribed all the same"


def test_the_replica_speaks_first_after_a_silence_if_it_is_to(conversation: MakeConversation) -> None:
    persona = {"system_prompt": "x", "layers": {"conversational_flow": {"idle_engagement": "eager"}}}
    talk = conversation(persona, llm="Are you there?")
    talk.run_until_heard("Are you there?")
    assert 8 < talk.now < 12


def test_objectives_are_worked_through(conversation: MakeConversation) -> None:
    objectives = [
        {"objective_name": "name", "objective_prompt": "Ask the name.", "output_variables": ["who"]},
        {"objective_name": "place", "objective_prompt": "Ask the town."},
    ]
    llm = {
        "i am ann": Answer("Hello Ann.", calls=calls("tavus_complete_objective", who="Ann").calls),
    }
    talk = conversation(objectives=objectives, llm=llm)
    talk.ask("I am Ann.")
    talk.expect(ObjectiveCompleted, times=1, objective_name="name")
    activated = [event.properties.objective_name for event in talk.of(ObjectiveActivated)]
    assert activated == ["name", "place"]
    assert "Ask the name." in talk.llm.asked[0].system


def test_a_guardrail_that_applies_is_told(conversation: MakeConversation) -> None:
    rule = {"guardrail_name": "no_advice", "guardrail_prompt": "Give no medical advice."}
    report = calls("tavus_report_guardrail", guardrail="no_advice", reason="asked for a dose").calls
    talk = conversation(guardrails=[rule], llm=Answer("Ask your doctor.", calls=report))
    assert talk.ask("How much shall I take?") == "Ask your doctor."
    talk.expect("guardrail.triggered", times=1, guardrail_name="no_advice", reason="asked for a dose")
    assert not talk.ended


def test_layers_beside_the_dialogue_tell_their_news(conversation: MakeConversation) -> None:
    talk = conversation()
    news = PerceptionAnalysis(properties=PerceptionAnalysisProperties(analysis="A cat came in."))
    talk.tells(news)
    talk.expect(PerceptionAnalysis, analysis="A cat came in.")


def test_the_face_shows_what_it_is_asked_to(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.send({"event_type": "conversation.set_emotion", "properties": {"emotion": "happiness"}})
    assert talk.emotion == "happy"


@pytest.mark.parametrize(
    ("dialect", "present", "absent"),
    [
        ("union", {"conversation.replica_interrupted", "conversation.utterance.streaming"}, set()),
        ("seed", {"conversation.replica_interrupted"}, {"conversation.utterance.streaming"}),
        ("2026-03", set(), {"conversation.replica_interrupted", "conversation.utterance.streaming"}),
        ("2026-06", {"conversation.utterance.streaming"}, {"conversation.replica_interrupted"}),
        ("pal", {"system.pal_present"}, {"conversation.replica_interrupted"}),
    ],
)
def test_a_dialect_is_spoken_as_asked(
    conversation: MakeConversation, dialect: str, present: set[str], absent: set[str]
) -> None:
    talk = conversation(llm=COUNT, dialect=dialect)
    talk.says("Count.")
    talk.run_until_heard("One two")
    talk.interrupt()
    talk.run(2)
    kinds = {event.event_type for event in talk.events}
    assert present <= kinds
    assert not absent & kinds
    roles = {event.properties.role for event in talk.of(Utterance)}
    assert roles == ({"user", "replica", "pal"} if dialect == "pal" else {"user", "replica"})


def test_a_field_that_no_conversation_has_is_a_mistake(conversation: MakeConversation) -> None:
    with pytest.raises(TypeError, match="no such field of a conversation: custom_greting, voice"):
        conversation(custom_greting="Hello.", voice="loud")


def test_fields_of_properties_may_stand_on_their_own(conversation: MakeConversation) -> None:
    for body in (
        {"max_call_duration": 60},
        {"properties": {"max_call_duration": 60}},
        {"properties": {"participant_left_timeout": 5}, "max_call_duration": 60},
    ):
        talk = conversation(**body)
        talk.run(61)
        assert talk.end_reason == "max_call_duration reached"


def test_what_the_server_would_refuse_is_refused(conversation: MakeConversation) -> None:
    with pytest.raises(ValidationError, match="system_prompt is required"):
        conversation({"persona_name": "Vera"})
    with pytest.raises(ValidationError, match="max_call_duration"):
        conversation(max_call_duration=7200)
    with pytest.raises(ValidationError, match="which is not in the set"):
        step = {"objective_name": "a", "objective_prompt": "b", "next_required_objective": "nowhere"}
        conversation(objectives=[step])


# Beginning and end


def test_an_empty_room_is_given_up(conversation: MakeConversation) -> None:
    talk = conversation(user=None, participant_absent_timeout=120)
    talk.run(119)
    assert not talk.ended
    talk.run(2)
    assert talk.end_reason == "participant_absent_timeout reached"


def test_the_call_ends_when_the_last_has_gone(conversation: MakeConversation) -> None:
    talk = conversation(participant_left_timeout=10)
    talk.leave()
    talk.run(9)
    assert not talk.ended
    talk.run(2)
    assert talk.end_reason == "participant_left_timeout reached"
    talk.expect(Shutdown, times=1, shutdown_reason="participant_left_timeout reached")


def test_who_lost_the_connection_is_waited_for(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.leave(lost=True)
    talk.run(20)
    assert not talk.ended
    talk.join()
    talk.run(60)
    assert not talk.ended


def test_an_hour_passes_in_no_time(conversation: MakeConversation) -> None:
    talk = conversation(llm="Yes.", max_call_duration=3600)
    began = time.monotonic()
    for minute in range(59):
        talk.run(60 * (minute + 1) - talk.now)
        assert talk.ask("Still there?") == "Yes."
    talk.run_until(lambda: talk.ended)
    assert time.monotonic() - began < 10
    assert talk.now == 3600.0
    assert talk.end_reason == "max_call_duration reached"
    assert len(talk.of(ReplicaPresent)) == 3599


def test_a_call_that_is_ended_cuts_what_is_said_and_stays_silent(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.echo(COUNT)
    talk.run_until_heard("One two three")
    talk.end("somebody pulled the plug")
    talk.run(10)
    assert talk.heard == ["One two three"]
    assert told(talk)[-1] == "system.shutdown"
    assert talk.end_reason == "somebody pulled the plug"
    shut = len(talk.events)
    talk.echo("Too late.")
    talk.says("Hello?")
    assert len(talk.events) == shut


# Always the same


def play_all(**options: Any) -> ScriptedConversation:
    talk = ScriptedConversation(
        with_tools(tool("look_up")),
        llm={"count": COUNT, "look": calls("look_up"), "found": "Found.", "": "Yes."},
        custom_greeting="Hello.",
        **options,
    )
    talk.run_until_idle()
    talk.says("Please", 0.5, "count.")
    talk.run_until_heard("One two three")
    talk.says("Stop and look it up.")
    call = talk.wait_for(ToolCall)
    result = {"tool_call_id": call.properties.tool_call_id, "output": "found"}
    talk.send({"event_type": "conversation.tool_result", "properties": result})
    talk.join("bob")
    talk.run_until_idle()
    talk.noise()
    audio = base64.b64encode(bytes(3200)).decode()
    talk.send({"event_type": "conversation.echo", "properties": {"audio": audio, "done": True}})
    talk.run(5)
    talk.end()
    return talk


def wire(events: list[Any]) -> str:
    return "\n".join(event.model_dump_json() for event in events)


def test_the_same_test_gives_the_same_events_byte_for_byte() -> None:
    first, second = play_all(), play_all()
    assert wire(first.events) == wire(second.events)
    assert first.timeline() == second.timeline()


def test_another_seed_gives_other_ids() -> None:
    assert wire(play_all().events) != wire(play_all(seed=2).events)


def test_the_log_replays_to_the_same_events(tmp_path: Path) -> None:
    talk = play_all()
    talk.save(tmp_path / "call.jsonl")
    with (tmp_path / "call.jsonl").open() as lines:
        again = replayed(lines)
    assert wire(again) == wire(talk.events)
    again.expect(ToolCall, name="look_up")
    with pytest.raises(AssertionError, match=re.compile(r"found 0.*bob joined", re.DOTALL)):
        again.expect("conversation.perception_analysis")


def test_a_replay_shows_what_had_no_effect(conversation: MakeConversation, tmp_path: Path) -> None:
    talk = conversation()
    talk.interrupt()
    talk.save(tmp_path / "call.jsonl")
    again = replayed([*(tmp_path / "call.jsonl").read_text().splitlines(), "\n"])
    with pytest.raises(AssertionError, match="no effect: interrupt: nothing to interrupt"):
        again.expect(ToolCall)


def test_a_line_that_is_no_input_is_refused() -> None:
    with pytest.raises(ValueError, match="no known type of input"):
        replayed(['{"type": "Nonsense"}'])


def test_what_a_camera_would_tell() -> None:
    talk = ScriptedConversation(llm="Hello.")
    talk.perceives(appearance="Looking away.", smiling=True)
    assert talk.emotion == "content"
    talk.says("Hi there.", audio_analysis="Fast.")
    talk.run_until_idle()
    talk.expect("utterance", role="user", user_audio_analysis="Fast.")
    (asked,) = talk.llm.asked
    assert "<user_appearance>Looking away.</user_appearance>" in str(asked.messages)
    talk.concludes("Smiled once.")
    talk.end()
    talk.expect("perception_analysis", analysis="Smiled once.")
    assert talk.ended
