"""Chat mode: text only (PROTOCOL 5.1, "chat mode")."""

from tests.conversation.driving import Driven, event, names, only, wires
from visavis.conversation import effects as does
from visavis.conversation import inputs as happens


def chat(**config: object) -> Driven:
    return Driven(chat=True, **config)


def asked(text: str = "Hello") -> Driven:
    """A chat whose first inference runs."""
    call = chat()
    call.ask("respond", text=text)
    return call


def test_a_reply_is_written_as_it_grows_and_ends_with_its_utterance() -> None:
    call = asked()
    effects = call.writes(1, "It is ", finish=False)
    call.now = 0.3
    effects += call.writes(1, "sunny.")
    assert names(effects) == [
        "latency",
        "utterance.streaming",
        "utterance.streaming",
        "utterance.streaming",
        "utterance",
    ]
    streamed = [
        wire["properties"]
        for wire in wires(effects)
        if wire["event_type"] == "conversation.utterance.streaming"
    ]
    assert [one["speech"] for one in streamed] == ["It is", "It is sunny.", "It is sunny."]
    assert [one["content_index"] for one in streamed] == [0, 1, 2]
    assert [one["final"] for one in streamed] == [False, False, True]
    assert event(effects, "utterance")["properties"] == {"role": "replica", "speech": "It is sunny."}


def test_text_that_comes_thick_is_streamed_every_200_ms() -> None:
    call = asked()
    effects = []
    for word in range(100):
        call.now = 0.01 * word
        effects += call.writes(1, "word ", finish=False)
    assert names(effects).count("utterance.streaming") == 5


def test_nothing_is_spoken_and_nobody_is_said_to_speak() -> None:
    call = asked()
    call.writes(1, "It is sunny.")
    call.ask("echo", text="As I said.")
    assert not only(call.all_effects, does.Speak)
    assert not any("speaking" in name for name in names(call.all_effects))


def test_the_greeting_is_an_utterance() -> None:
    call = chat(greeting="Welcome!")
    assert event(call.effects, "utterance")["properties"]["speech"] == "Welcome!"


def test_an_interrupt_ends_the_text_where_it_is() -> None:
    call = asked()
    call.writes(1, "It is", finish=False)
    effects = call.ask("interrupt")
    assert only(effects, does.CancelInference)
    assert names(effects) == ["utterance.streaming", "utterance"]
    final, utterance = (wire["properties"] for wire in wires(effects))
    assert (final["final"], final["is_interrupted"]) == (True, True)
    assert utterance == {"role": "replica", "speech": "It is", "interrupted": True}


def test_the_history_holds_what_was_written() -> None:
    call = asked()
    call.writes(1, "It is", finish=False)
    call.ask("interrupt")
    call.ask("respond", text="Go on")
    (asked_again,) = only(call.effects, does.StartInference)
    assert asked_again.messages[-3:-1] == (
        {"role": "assistant", "content": "It is"},
        {"role": "system", "content": "(You were interrupted here; the user heard only the above.)"},
    )


def test_chunks_of_an_echo_are_one_utterance() -> None:
    call = chat()
    call.ask("echo", text="One ", inference_id="mine", done=False)
    effects = call.ask("echo", text="two.", inference_id="mine", done=True)
    assert event(effects, "utterance")["properties"]["speech"] == "One two."


def test_audio_is_refused() -> None:
    call = chat()
    effects = call.ask("echo", clip=happens.AudioClip(1, 960), modality="audio", audio="AAAA")
    assert only(effects, does.Ignore)[0].reason == "echo: a chat has no voice"
    assert only(effects, does.DropClip)


def test_a_chat_hears_nobody() -> None:
    call = chat()
    assert only(call.begins(), does.Ignore)[0].reason == "a chat hears nobody"


def test_a_tool_is_called_and_its_result_answered() -> None:
    call = asked()
    call.calls(1, ("t1", "weather", "{}"))
    call.finishes(1)
    call.ask("tool_result", tool_call_id="t1", output="sun")
    assert only(call.effects, does.StartInference)[0].messages[-1]["content"] == "sun"
