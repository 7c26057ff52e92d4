"""What is written but not said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.conversation.speakable import EMOTIONS, Speakable

MARKS = {name: mark for mark, name in EMOTIONS.items()}

CASES = [
    ('<emotion value="excited"/> Hi', f"{MARKS['excited']} Hi"),
    ("<b>Hi</b>, <speed ratio='1.2'>you</speed>", "Hi, you"),
    ("3 < 5 and 5 > 3", "3 < 5 and 5 > 3"),
    ("if x<y and z>w", "if x<y and z>w"),
    ("I <3 you", "I <3 you"),
    ("**bold** and *it* and `code`", "bold and it and code"),
    ("2*3 is 2 * 3", "2*3 is 2 * 3"),
    ("# Title\ntext #1\n## Next", " Title\ntext #1\n Next"),
    ("open <emotion value=", "open <emotion value="),
    ("**<emotion value='sad'/>No**", f"{MARKS['sad']}No"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "said"), CASES)
def test_tags_and_marks_are_taken_out(text: str, said: str) -> None:
    speakable = Speakable(markdown=True)
    assert speakable.feed(text) + speakable.flush() == said


@pytest.mark.parametrize(("text", "said"), CASES)
def test_it_does_not_matter_where_the_text_is_cut(text: str, said: str) -> None:
    speakable = Speakable(markdown=True)
    assert "".join(speakable.feed(character) for character in text) + speakable.flush() == said


def test_marks_stay_in_what_no_llm_wrote() -> None:
    speakable = Speakable(markdown=False)
    assert speakable.feed("*Hello* <b>you</b>") + speakable.flush() == "*Hello* you"


def test_a_tag_that_never_closes_is_let_go() -> None:
    speakable = Speakable(markdown=False)
    assert "x" * 300 in speakable.feed("<a" + "x" * 300)


@settings(deadline=None)
@given(st.text(alphabet="ab1 <>/='\"*`#\n", max_size=60), st.integers(0, 60), st.booleans())
def test_one_cut_anywhere_changes_nothing(text: str, cut: int, markdown: bool) -> None:
    whole, halves = Speakable(markdown), Speakable(markdown)
    expected = whole.feed(text) + whole.flush()
    assert halves.feed(text[:cut]) + halves.feed(text[cut:]) + halves.flush() == expected
