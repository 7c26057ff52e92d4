"""What the LLM is told of the conversation so far."""

from visavis.conversation.history import MOST_CHARACTERS, MOST_ENTRIES, MOST_MESSAGES, Entry, History


def said(history: History, *texts: str) -> None:
    """Alternating, the user first."""
    for number, text in enumerate(texts):
        if number % 2:
            history.open_replica().text = text
        else:
            history.add_user(text)


def test_neighbours_of_one_role_are_joined() -> None:
    history = History("", "")
    history.add_user("One.")
    history.add_user("Two.")
    history.open_replica().text = "Three."
    history.open_replica().text = "Four."
    history.add_user("Five.")
    assert [message["content"] for message in history.messages("")] == ["One.\nTwo.", "Three. Four.", "Five."]


def test_without_prompt_and_context_there_is_no_system_message() -> None:
    history = History("", "")
    history.add_user("Hello")
    assert history.messages("note") == ({"role": "user", "content": "Hello"},)


def test_the_note_is_told_when_the_replica_had_the_last_word() -> None:
    history = History("Be kind.", "")
    said(history, "Hello", "Hi")
    assert history.messages("Go on.")[-1] == {"role": "system", "content": "Go on."}


def test_what_was_not_heard_is_not_told() -> None:
    history = History("", "")
    history.add_user("Hello")
    entry = history.open_replica()
    assert len(history.messages("")) == 1
    history.close(entry)
    assert history.entries == (Entry("user", "Hello"),)


def test_old_messages_are_left_out_and_the_system_message_never() -> None:
    history = History("Be kind.", "")
    said(history, *(f"{number}" for number in range(2 * MOST_MESSAGES + 1)))
    messages = history.messages("")
    assert messages[0]["content"] == "Be kind."
    assert messages[-1]["content"] == str(2 * MOST_MESSAGES)
    assert MOST_MESSAGES - 10 <= len(messages) - 1 <= MOST_MESSAGES


def test_the_beginning_stays_the_same_for_several_turns() -> None:
    history = History("Be kind.", "")
    said(history, *(f"{number}" for number in range(2 * MOST_MESSAGES + 1)))
    firsts = []
    for number in range(10):
        firsts.append(history.messages("")[1]["content"])
        said(history, f"more {number}")
        history.open_replica().text = "yes"
    assert len(set(firsts)) <= 3


def test_long_messages_leave_less_room() -> None:
    history = History("Be kind.", "")
    said(history, *("x" * (MOST_CHARACTERS // 4) for _ in range(9)))
    assert sum(len(message["content"]) for message in history.messages("")[1:]) <= MOST_CHARACTERS


def test_the_newest_message_is_told_however_long_it_is() -> None:
    history = History("Be kind.", "")
    said(history, "a", "b", "x" * 2 * MOST_CHARACTERS)
    assert len(history.messages("")) == 2


def test_memory_is_bounded() -> None:
    history = History("", "")
    said(history, *("x" for _ in range(3 * MOST_ENTRIES)))
    assert len(history.entries) <= MOST_ENTRIES
