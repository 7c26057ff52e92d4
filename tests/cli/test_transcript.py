import pytest

from visavis.cli.transcript import Answers, Transcript


def streaming(speech, turn="t1", final=False, **properties):
    return {
        "event_type": "conversation.utterance.streaming",
        "inference_id": turn,
        "properties": {"role": "replica", "speech": speech, "final": final, **properties},
    }


def utterance(role, speech, turn="t1"):
    return {
        "event_type": "conversation.utterance",
        "inference_id": turn,
        "properties": {"role": role, "speech": speech},
    }


def event(event_type, turn="t1", **properties):
    return {"event_type": event_type, "inference_id": turn, "properties": properties}


def shown(transcript, *events):
    return "".join(span.text for one in events for span in transcript.feed(one))


def test_words_appear_as_they_are_heard():
    transcript = Transcript("Vera")
    assert shown(transcript, streaming("Hello")) == "Vera: Hello"
    assert shown(transcript, streaming("Hello there")) == " there"
    assert shown(transcript, streaming("Hello there.", final=True)) == ".\n"


def test_an_interruption_is_marked():
    events = [streaming("I was"), streaming("I was", final=True, is_interrupted=True)]
    assert shown(Transcript("Vera"), *events) == "Vera: I was (interrupted)\n"


def test_each_reply_has_its_own_line():
    events = [streaming("One."), streaming("Two.", turn="t2")]
    assert shown(Transcript("Vera"), *events) == "Vera: One.\nVera: Two."


def test_a_text_that_changed_is_shown_anew():
    assert shown(Transcript("Vera"), streaming("Hello"), streaming("Good day")) == "Vera: Hello\nGood day"


def test_what_we_typed_is_not_repeated_but_what_others_say_is_shown():
    transcript = Transcript("Vera")
    transcript.said("Hello ")
    assert shown(transcript, utterance("user", "Hello")) == ""
    assert shown(transcript, utterance("user", "Hello")) == "User: Hello\n"


def test_notes_stand_on_lines_of_their_own():
    events = [
        streaming("Let me see"),
        event("conversation.tool_call", name="now", arguments="{}"),
        event("visavis.tool_run", name="book", state="called"),
        event("visavis.tool_run", name="book", state="succeeded"),
        event("visavis.layer_failed", layer="llm", reason="it broke off"),
        event("system.shutdown", shutdown_reason="max_call_duration reached"),
    ]
    assert shown(Transcript("Vera"), *events).splitlines() == [
        "Vera: Let me see",
        "(calls now({}))",
        "(the server calls book)",
        "(llm failed: it broke off)",
        "(the conversation is over: max_call_duration reached)",
    ]


@pytest.mark.parametrize(
    "strange",
    [
        {},
        {"event_type": 3},
        {"event_type": "conversation.utterance", "properties": None},
        {"event_type": "system.replica_present"},
        utterance("pal", "Hello"),
        streaming("Hel", role="user"),
    ],
)
def test_other_messages_show_nothing(strange):
    transcript, answers = Transcript("Vera"), Answers()
    assert shown(transcript, strange) in ("", "User: \n")
    answers.feed(strange)
    assert answers.settled


def test_an_answer_is_over_when_the_replica_stops_speaking_in_its_turn():
    answers = Answers()
    answers.ask("user", "Hello")
    answers.feed(event("conversation.replica.started_speaking", turn="greeting"))
    answers.feed(event("conversation.replica.stopped_speaking", turn="greeting"))
    answers.feed(utterance("user", "Hello"))
    answers.feed(event("conversation.replica.started_speaking"))
    assert answers.speaking and not answers.settled
    answers.feed(event("conversation.replica.stopped_speaking"))
    assert answers.settled and not answers.speaking and not answers.failed


def test_an_echo_is_over_when_it_was_said():
    answers = Answers()
    answers.ask("replica", "Exactly this.")
    answers.feed(event("conversation.replica.started_speaking", turn="e"))
    answers.feed(utterance("replica", "Exactly this.", turn="e"))
    assert not answers.settled
    answers.feed(event("conversation.replica.stopped_speaking", turn="e"))
    assert answers.settled


def test_in_a_chat_an_answer_is_over_with_its_utterance():
    answers = Answers()
    answers.ask("user", "Hello")
    answers.feed(utterance("user", "Hello"))
    answers.feed(streaming("Hi"))
    assert not answers.settled
    answers.feed(utterance("replica", "Hi there."))
    assert answers.settled
    answers.ask("replica", "Exactly this.")
    answers.feed(utterance("replica", "Exactly this.", turn="e"))
    assert answers.settled


def test_a_failed_layer_ends_the_wait_and_is_remembered():
    answers = Answers()
    answers.ask("user", "Hello")
    answers.feed(utterance("user", "Hello"))
    answers.feed(event("visavis.layer_failed", layer="llm", reason="refused"))
    assert answers.settled and answers.failed


@pytest.mark.parametrize(
    ("on_resolve", "wordless"),
    [("fire_and_forget", True), ("add_to_context", True), ("generate_response", False)],
)
def test_a_call_by_the_server_may_be_all_there_is_too(on_resolve: str, wordless: bool):
    answers = Answers()
    answers.ask("user", "Hello")
    answers.feed(utterance("user", "Hello"))
    answers.feed(event("visavis.tool_run", name="book", state="called", on_resolve=on_resolve))
    assert answers.only_called == wordless and not answers.settled


def test_a_tool_call_may_be_all_there_is():
    answers = Answers()
    answers.ask("user", "Hello")
    assert not answers.only_called
    answers.feed(utterance("user", "Hello"))
    answers.feed(event("conversation.tool_call", name="now", arguments="{}"))
    assert answers.only_called and not answers.settled
    answers.feed(event("conversation.replica.started_speaking"))
    assert not answers.only_called


def test_heartbeats_say_nothing_about_answers():
    assert not Answers().feed({"event_type": "system.replica_present"})
