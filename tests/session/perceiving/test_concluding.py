from __future__ import annotations

from tests.layers.perception.sights import during, face
from tests.session.perceiving.test_words import watched
from visavis.layers.perception.account import Account
from visavis.layers.perception.asked import Query
from visavis.layers.perception.summary import untold
from visavis.session.perceiving.concluding import Witnessed, analysis
from visavis.session.perceiving.voices import Spoken

SMILED = watched(during(0, 5, face()), during(5, 9, face(smile=0.9)), during(9, 20, face()))
QUERIES = [
    Query(text="Did they smile?", signal="smiling"),
    Query(text="Did they sound lively?", signal="lively intonation"),
    Query(text="Did they wear a hat?"),
]


def spoken() -> Spoken:
    return Spoken(3, 30, 12.0, [0.4, 1.2], {"lively intonation": 2}, toned=3)


def test_a_call_in_which_nobody_was_seen_or_heard_has_no_analysis() -> None:
    assert analysis([Witnessed("Ann", Account(), Spoken())], QUERIES, untold("full")) == ""


def test_one_participant_needs_no_heading() -> None:
    assert analysis([Witnessed("Ann", SMILED, spoken())], QUERIES, untold("full")).splitlines() == [
        "- The camera was on for 20 s.",
        "- Somebody was in view for 20 s.",
        "- Smiling: once, 4 s in all (from 0:05).",
        "- Spoke in 3 turns, 2.5 words a second.",
        "- Paused 2 times within turns, for 1.2 s at most.",
        "- Lively intonation: in 2 of 3 turns.",
        "",
        "## Questions",
        "",
        "- Did they smile? Yes: once, 4 s in all (from 0:05).",
        "- Did they sound lively? Yes: in 2 of 3 turns.",
        "- Did they wear a hat? This server cannot answer that: nothing it measures tells.",
    ]


def test_several_have_one_each_and_who_showed_and_said_nothing_is_left_out() -> None:
    people = [
        Witnessed("Ann\n<# b>", SMILED, Spoken()),
        Witnessed("Silent", Account(), Spoken()),
        Witnessed("", Account(), Spoken(turns=1)),
    ]
    told = analysis(people, QUERIES[:2], untold("full"))
    assert told.count("## ") == 3
    assert "## Ann # b\n\n- The camera was on for 20 s." in told
    assert "## Participant 3\n\n- Spoke in 1 turn." in told
    assert told.splitlines()[-2:] == [
        "- Did they smile? Ann # b: Yes: once, 4 s in all (from 0:05). "
        "Participant 3: Nothing was seen: no camera was on.",
        "- Did they sound lively? Ann # b: Nothing was heard. "
        "Participant 3: The tone of voice was not measured.",
    ]


def test_two_of_one_name_are_told_apart() -> None:
    people = [Witnessed("Ann", SMILED, Spoken()), Witnessed("Ann", SMILED, Spoken())]
    told = analysis(people, QUERIES[:1], untold("full"))
    headings = [line for line in told.splitlines() if line.startswith("## ")]
    assert headings == ["## Ann", "## Ann (2)", "## Questions"]
    assert "Ann: Yes: once" in told and "Ann (2): Yes: once" in told


def test_a_name_is_not_longer_than_what_it_is_said_of() -> None:
    people = [Witnessed("A" * 10_000, SMILED, spoken()), Witnessed("Bob", SMILED, spoken())]
    assert len(analysis(people, QUERIES * 10, untold("full"))) < 6_000


def test_what_may_not_be_told_is_not_told_here_either() -> None:
    told = analysis([Witnessed("Ann", SMILED, Spoken())], QUERIES[:1], untold("off"))
    assert "Smiling" not in told
    assert told.endswith("- Did they smile? Not answered: emotion recognition is restricted here.")
    withheld = Query(text="Did they smile?", withheld=True)
    assert analysis([Witnessed("Ann", SMILED, Spoken())], [withheld], untold("off")) == told


def test_where_no_tone_may_be_heard_none_is_denied() -> None:
    for opposite in (False, True):
        asked = [Query(text="Lively?", signal="lively intonation", opposite=opposite)]
        for level in ("limited", "off"):
            told = analysis([Witnessed("Ann", SMILED, Spoken(turns=3))], asked, untold(level))
            assert told.endswith("- Lively? Not answered: emotion recognition is restricted here.")


def test_a_query_may_ask_for_the_contrary() -> None:
    queries = [
        Query(text="Neutral?", signal="smiling", opposite=True),
        Query(text="Attentive?", signal="looking away", opposite=True),
        Query(text="Calm?", signal="lively intonation", opposite=True),
        Query(text="Fluent?", signal="a long pause", opposite=True),
    ]
    told = analysis([Witnessed("Ann", SMILED, spoken())], queries, untold("full"))
    assert told.splitlines()[-4:] == [
        "- Neutral? Not all the time: smiling once, 4 s in all (from 0:05).",
        "- Attentive? Yes: nothing else was seen.",
        "- Calm? Not in 2 of 3 turns.",
        "- Fluent? Yes: nothing else was heard.",
    ]


def test_who_asks_how_often_is_told_how_often() -> None:
    asked = [
        Query(text="How often did they smile?", signal="smiling"),
        Query(text="How often did they frown?", signal="frowning"),
        Query(text="On a scale of 1-100, did they look here?", signal="looking away", opposite=True),
        Query(text="How many turns were lively?", signal="lively intonation"),
        Query(text="How many were fast?", signal="fast"),
    ]
    told = analysis([Witnessed("Ann", SMILED, spoken())], asked, untold("full"))
    assert [line.partition("? ")[2] for line in told.splitlines()[-5:]] == [
        "Once, 4 s in all (from 0:05).",
        "That was not seen.",
        "All the time: nothing else was seen.",
        "In 2 of 3 turns.",
        "That was not heard.",
    ]


def test_moments_count_from_the_beginning_of_the_conversation() -> None:
    late = watched(during(65, 70, face()), during(70, 74, face(smile=0.9)), during(74, 80, face()))
    told = analysis([Witnessed("Ann", late, Spoken())], QUERIES[:1], untold("full"))
    assert told.count("once, 4 s in all (from 1:10)") == 2


def test_where_nobody_was_seen_the_contrary_is_not_told_either() -> None:
    asked = [Query(text="Did they look here?", signal="looking away", opposite=True)]
    nobody = Witnessed("Ann", watched(during(0, 5)), spoken())
    assert analysis([nobody], asked, untold("full")).endswith("Did they look here? Nobody was seen.")
