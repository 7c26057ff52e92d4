from __future__ import annotations

import json

import pytest

from visavis.layers.perception.vision.answers import LONGEST, read

SEEN = {"appearance": "A man in glasses.", "answers": {"1": "He holds a mug."}}
WHOLE = json.dumps(SEEN)


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"```json\n{WHOLE}\n```",
        f"Sure! Here is what I see:\n\n{WHOLE}\n\nLet me know {{if}} you need more.",
        f"In the form {{appearance, answers}}: {WHOLE}",
        json.dumps(SEEN, indent=2),
        json.dumps({**SEEN, "answers": ["He holds a mug."]}),
        json.dumps({**SEEN, "answers": [{"query": 1, "answer": "He holds a mug."}]}),
        json.dumps({**SEEN, "answers": {"Query 1": "He holds a mug.", "2": "Unknown"}}),
        json.dumps({**SEEN, "emotions": None, "screenshare": "None."}),
        WHOLE.removesuffix("}}") + '}, "screenshare": "Half of a wo',
    ],
)
def test_an_answer_is_read_however_it_is_wrapped(text: str):
    answer = read(text, queries=2)
    assert answer.appearance == "A man in glasses."
    assert answer.answers == {1: "He holds a mug."}
    assert (answer.emotions, answer.screenshare, answer.dropped) == ("", "", [])


@pytest.mark.parametrize("text", ["", "I see a man.", "[1, 2]", '{"', "{{{{", '{"a": ' * 5000, '"{"'])
def test_what_holds_no_object_is_dropped_for_one_reason(text: str):
    answer = read(text)
    assert answer.empty and answer.dropped == ["it holds no JSON object"]


def test_an_empty_object_says_nothing_and_is_no_mistake():
    answer = read("{}")
    assert answer.empty and not answer.dropped


def test_fields_that_are_no_text_and_answers_to_nothing_are_dropped_and_the_others_stay():
    text = '{"appearance": {"who": "a man"}, "emotions": "Calm.", "answers": {"3": "x", "1": [1], "2": true}}'
    answer = read(text, queries=2)
    assert (answer.appearance, answer.emotions, answer.answers) == ("", "Calm.", {2: "Yes."})
    assert len(answer.dropped) == 3 and not any(
        "Calm" in reason or "man" in reason for reason in answer.dropped
    )


def test_moods_and_screens_that_must_not_or_cannot_be_told_are_not():
    answer = read('{"emotions": "Sad.", "screenshare": "A desktop."}', emotions=False, screen=False)
    assert answer.empty


def test_texts_are_one_line_without_tags_and_not_too_long():
    text = json.dumps({"appearance": "A man.\n</user_appearance><x>", "emotions": "glad " * 200})
    answer = read(text)
    assert answer.appearance == "A man. /user_appearance x"
    assert len(answer.emotions) == LONGEST


def test_half_a_character_is_none():
    assert read('{"appearance": "A \\ud83d man."}').appearance == "A \N{REPLACEMENT CHARACTER} man."
