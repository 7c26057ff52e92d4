from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from benchmarks.perception.matching import TRAPS, read, score
from numpy.typing import NDArray

from visavis.layers.embedding.minilm import MiniLM
from visavis.layers.perception.asked import Modality, Query, Tool
from visavis.layers.perception.matching import Matcher, Meaning
from visavis.layers.perception.signals import SIGNALS, told

EVERYTHING = told("full")


class Counting(MiniLM):
    asked = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(texts)
        return super().embed(texts)


@pytest.fixture(scope="module")
def embedder() -> Counting:
    return Counting()


@pytest.fixture(scope="module")
def matcher(embedder: Counting) -> Matcher:
    return Matcher(embedder)


def tool(name: str, description: str, modality: Modality = "vision", **parameters: Any) -> Tool:
    function = {"name": name, "description": description, "parameters": parameters}
    return Tool(name=name, modality=modality, definition={"type": "function", "function": function})


def called(matcher: Matcher, description: str, prompt: str = "", *others: str) -> tuple[str | None, bool]:
    found = matcher.tool(tool("t", description), prompt, frozenset(["t", *others]), EVERYTHING)
    return found.signal, found.ends


def test_of_a_labelled_set_nearly_nothing_is_matched_wrongly(matcher: Matcher) -> None:
    judged = score(read()[1::2], matcher)
    assert judged.right > 80
    assert judged.precision >= 0.97
    assert judged.recall >= 0.85


def test_sentences_made_to_be_matched_wrongly_are_not(matcher: Matcher) -> None:
    judged = score(read(TRAPS)[::3], matcher)
    assert judged.right > 30
    assert judged.precision >= 0.97


@pytest.mark.parametrize(
    "description",
    [
        "Smile at the user.",
        "Stop screen sharing.",
        "Moves the user out of frame.",
        "Call this when you smile.",
        "Call this when both people smile.",
        "Call this when the user smiles too often.",
        "Call this when more than two people are in the frame.",
        "Call this when the user smiles at the beginning.",
        "Call this when the user's smile is real.",
    ],
)
def test_a_tool_is_not_called_for_what_only_sounds_like_its_condition(
    matcher: Matcher, description: str
) -> None:
    assert called(matcher, description) == (None, False)


@pytest.mark.parametrize(
    ("description", "signal"),
    [
        ("The user smiles.", "smiling"),
        ("Smile detected.", "smiling"),
        ("Signals that the user smiles.", "smiling"),
        ("Call as soon as you see the user smile.", "smiling"),
        ("Use when you can no longer see the user.", "left"),
        ("Call when more than one person is visible.", "second person"),
        ("Call when the user moves their head up and down.", "nodding"),
    ],
)
def test_a_tool_is_described_by_what_is_seen(matcher: Matcher, description: str, signal: str) -> None:
    assert called(matcher, description) == (signal, False)


@pytest.mark.parametrize("name", SIGNALS)
def test_each_signal_is_found_by_its_own_phrasings(matcher: Matcher, name: str) -> None:
    signal = SIGNALS[name]
    for aspect in ("holds", "over", "opposite"):
        for phrasing in getattr(signal, aspect):
            meaning = matcher.meaning(phrasing, signal.modality)
            assert meaning is None or (meaning.signal, meaning.aspect) == (name, aspect), phrasing
    assert any(matcher.meaning(phrasing, signal.modality) for phrasing in signal.holds)


@pytest.mark.parametrize(
    ("text", "signal", "opposite"),
    [
        ("Is the user looking at the screen?", "looking away", True),
        ("Is the user not looking at the screen?", "looking away", False),
        ("Is the user not smiling?", "smiling", True),
        ("Is the candidate alone?", "second person", True),
        ("Has the user stopped smiling?", None, False),
        ("Did the user not stop smiling?", None, False),
        ("Is the user smiling or frowning?", None, False),
        ("Is the user wearing a hat?", None, False),
        ("Why is the user smiling?", None, False),
    ],
)
def test_what_is_denied_is_not_taken_for_what_is_said(
    matcher: Matcher, text: str, signal: str | None, opposite: bool
) -> None:
    found = matcher.query(Query(text=text), "vision", EVERYTHING)
    assert (found.signal, found.opposite) == (signal, opposite)


def test_eyes_do_not_hear_and_what_is_asked_at_the_end_is_asked_of_both(matcher: Matcher) -> None:
    fast = Query(text="Does the user speak fast?")
    assert matcher.query(fast, "audio", EVERYTHING).signal == "fast"
    assert matcher.query(fast, "vision", EVERYTHING).signal is None
    assert matcher.query(fast, None, EVERYTHING).signal == "fast"


@pytest.mark.parametrize(
    ("description", "signal", "ends"),
    [
        ("Call this when the user smiles.", "smiling", False),
        ("Use this when the user stops smiling", "smiling", True),
        ("Use this when the user is not smiling", None, False),
        ("Trigger when the user stops looking at the screen", "looking away", False),
        ("Trigger when the user stops looking away", "looking away", True),
        ("Do not call this when the user smiles.", None, False),
        ("Call this when the user smiles. Never call it when they frown.", None, False),
        ("Call this when the user smiles. Call it once only.", None, False),
        ("Call this once the user smiles.", "smiling", False),
        ("Call this when the user smiles. Takes no arguments.", "smiling", False),
        ("Call this when the user avoids looking away", None, False),
        ("Call this when the user avoids eye contact", "looking away", False),
        ("Call this when the user smiles for more than 5 seconds", None, False),
        ("Call this when the user smiles. Also call it when the user nods.", None, False),
        ("When the user leaves the frame, call this to pause the lesson.", "left", False),
    ],
)
def test_tools_are_called_when_their_description_says_so(
    matcher: Matcher, description: str, signal: str | None, ends: bool
) -> None:
    assert called(matcher, description) == (signal, ends)


def test_a_prompt_tells_when_a_tool_is_called_and_may_forbid_it(matcher: Matcher) -> None:
    assert called(matcher, "Shows confetti.", "Use `t` when the user smiles.") == ("smiling", False)
    assert called(matcher, "", "Use `t` when the user smiles. Use `o` when they nod.", "o") == (
        "smiling",
        False,
    )
    assert called(matcher, "Call this when the user smiles.", "Use `t` if they wear a hat.") == (None, False)
    assert called(matcher, "", "Use `o` when the user smiles.", "o") == (None, False)


def test_a_tool_that_needs_what_is_not_measured_is_not_called(matcher: Matcher) -> None:
    color = {"outfit": {"type": "string", "description": "The color of the outfit"}}
    smile = "Call this when the user smiles."
    optional = matcher.tool(tool("t", smile, type="object", properties=color), "", frozenset("t"), EVERYTHING)
    required = tool("t", smile, type="object", properties=color, required=["outfit"])
    assert (optional.signal, optional.arguments) == ("smiling", {})
    assert matcher.tool(required, "", frozenset("t"), EVERYTHING).signal is None
    meaning = matcher.calls(required, "", frozenset("t"))
    assert meaning and meaning.signal == "smiling"


def test_what_may_not_be_told_is_not_matched(matcher: Matcher) -> None:
    frown, smile = Query(text="Is the user frowning?"), Query(text="Is the user smiling?")
    assert matcher.query(frown, "vision", told("limited")).signal is None
    assert matcher.query(smile, "vision", told("limited")).signal == "smiling"
    assert matcher.query(smile, "vision", told("off")).signal is None
    assert matcher.query(Query(text="Does the user speak fast?"), "audio", told("limited")).signal is None
    assert matcher.asks(frown, "vision") == "frowning"
    assert matcher.query(frown, "vision", told("limited")).withheld
    assert not matcher.query(Query(text="Which hat?"), "vision", told("limited")).withheld
    for said in ("when the user frowns", "when the user stops frowning"):
        asked = tool("t", f"Call this {said}.")
        assert matcher.tool(asked, "", frozenset("t"), told("limited")).withheld
        assert not matcher.tool(asked, "", frozenset("t"), told("full")).withheld


def test_a_text_is_embedded_once(matcher: Matcher, embedder: Counting) -> None:
    question = Query(text="Does the shopper smile?")
    first = matcher.query(question, "vision", EVERYTHING)
    before = embedder.asked
    assert matcher.query(question, "vision", EVERYTHING) == first
    assert embedder.asked == before > 0


def test_of_a_long_text_no_more_is_embedded_than_it_takes_to_be_sure(
    matcher: Matcher, embedder: Counting
) -> None:
    matcher.prepare()
    prepared = embedder.asked
    smiles = ("the user smiles and " * 400).removesuffix(" and ")
    assert matcher.meaning(smiles, "vision") == Meaning("smiling", "holds")
    mixed = " and ".join(f"the user {what} {'now ' * n}" for n in range(50) for what in ("smiles", "nods"))
    assert matcher.meaning(mixed, "vision") is None
    assert embedder.asked - prepared <= 4
