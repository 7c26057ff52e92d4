"""Cutting text into pieces that can be spoken."""

import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.conversation import clauses
from visavis.conversation.clauses import CLAUSE, LONGEST, ClauseCutter


def pieces(*chunks: str) -> list[str]:
    cutter = ClauseCutter()
    found = [piece for chunk in chunks for piece in cutter.feed(chunk)] + cutter.flush()
    return [cutter.text[start:end] for start, end in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello. How are you?", ["Hello.", "How are you?"]),
        ("Well, hello there, my friend, hello.", ["Well, hello there,", "my friend, hello."]),
        ("Pi is 3.14 and 1,000 is more.", ["Pi is 3.14 and 1,000 is more."]),
        (
            "Dr. No met Mr. J. Bond, e.g. at noon. Then he left.",
            ["Dr. No met Mr. J. Bond,", "e.g. at noon.", "Then he left."],
        ),
        ("1. Eat. 2. Sleep.", ["1. Eat.", "2. Sleep."]),
        ('He said "Stop!" and left.', ['He said "Stop!"', "and left."]),
        ("Wait... what?! No.", ["Wait...", "what?!", "No."]),
        ("One\nTwo", ["One", "Two"]),
        ("你好。我很好，你呢？", ["你好。", "我很好，你呢？"]),
        ("...", ["..."]),
        ("- Milk\n- Bread", ["- Milk", "- Bread"]),
        ("See example.com at 10:30.", ["See example.com at 10:30."]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_pieces_end_where_a_speaker_would_pause(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_only_the_first_piece_may_be_short() -> None:
    first, second, *_ = pieces("Well then, friend, " + "we go on and on, " * 6 + "until the end.")
    assert first == "Well then, friend,"
    assert len(second) >= CLAUSE


def test_a_boundary_waits_for_the_character_behind_it() -> None:
    cutter = ClauseCutter()
    assert cutter.feed("It is 3.") == []
    assert cutter.feed("14 today.") == []
    assert cutter.feed(" ") == [(0, 17)]


def test_text_without_punctuation_is_cut_at_a_blank() -> None:
    found = pieces("word " * 200)
    assert all(len(piece) <= LONGEST for piece in found)
    assert all(piece.startswith("word") and piece.endswith("word") for piece in found)


def test_text_without_blanks_is_cut_all_the_same() -> None:
    assert all(len(piece) <= LONGEST for piece in pieces("x" * 10_000))


@settings(deadline=None)
@given(st.text(alphabet="ab .,!?3\n—\"'é。", max_size=600), st.lists(st.integers(1, 40), max_size=30))
def test_nothing_is_lost_whatever_the_chunks(text: str, cuts: list[int]) -> None:
    chunks, rest = [], text
    for cut in cuts:
        chunks.append(rest[:cut])
        rest = rest[cut:]
    found = pieces(*chunks, rest)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(piece.strip() == piece and piece for piece in found)


def test_a_long_text_without_punctuation_is_cut_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0

    class Counting:
        def finditer(self, text: str, start: int, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
            nonlocal read
            read += min(end, len(text)) - start
            return boundary.finditer(text, start, end)

    boundary = clauses._BOUNDARY
    monkeypatch.setattr(clauses, "_BOUNDARY", Counting())
    text = "word " * 4000
    assert " ".join(pieces(text)) == text.strip()
    assert read < 5 * len(text)
