from __future__ import annotations

from typing import Any

from tests.layers.perception.sights import during, face
from visavis.layers.perception.account import Account
from visavis.layers.perception.asked import Query
from visavis.layers.perception.base import Sight
from visavis.layers.perception.summary import untold
from visavis.session.perceiving.words import (
    LONGEST_QUESTION,
    answers,
    appearance,
    emotions,
    in_a_turn,
    screenshare,
)

EVERYTHING = untold("full")


def watched(*scenes: Any) -> Account:
    account = Account()
    for scene in scenes:
        for sight in scene:
            account.feed(sight)
    return account


def test_who_is_there_and_how_they_sit() -> None:
    assert appearance(Account(), EVERYTHING) == ""
    near = face(distance=0.25, looking=0.1, eyes_closed=0.9)
    assert appearance(watched(during(0, 5, near, near, kind="dark")), EVERYTHING) == (
        "More than one person in view, looking away from the screen, eyes closed, close to the camera, "
        "in the dark."
    )
    assert appearance(watched(during(0, 3, face()), during(3, 8)), EVERYTHING) == "Nobody in view."


def test_what_a_face_does_is_told_as_far_as_it_may_be() -> None:
    account = watched(during(0, 3, face()), during(3, 8, face(smile=0.9, frown=0.9, eyes_closed=0.9)))
    assert emotions(account, EVERYTHING) == "Smiling, brows drawn together."
    assert appearance(account, untold("limited"), emotions_apart=False) == (
        "One person in view, looking at the screen, eyes closed, smiling."
    )
    assert appearance(account, untold("off"), emotions_apart=False) == (
        "One person in view, looking at the screen."
    )


def test_who_asks_how_often_is_not_answered_with_yes_or_no() -> None:
    queries = [
        Query(text="How often do they smile?", signal="smiling"),
        Query(text="How long do they look here?", signal="looking away", opposite=True),
    ]
    account = watched(during(0, 3, face()), during(3, 20, face(smile=0.9)))
    assert answers(account, queries, EVERYTHING, 9.0) == (
        "How often do they smile? Now, for more than 5 s. How long do they look here? Now."
    )
    account = watched(during(0, 9, face(looking=0.1)))
    assert answers(account, queries, EVERYTHING, 9.0) == (
        "How often do they smile? Not now. How long do they look here? Not now."
    )
    often = Query(text="How fast do they speak?", signal="fast")
    whether = Query(text="Is it slow?", signal="slow", opposite=True)
    assert [in_a_turn(often, heard) for heard in (True, False)] == [
        "So in the last turn.",
        "Not so in the last turn.",
    ]
    assert [in_a_turn(whether, heard) for heard in (True, False)] == [
        "No, in the last turn.",
        "Yes, in the last turn.",
    ]


def test_a_shared_screen_is_no_more_than_shared() -> None:
    account = watched([Sight(1.0, "screen")])
    assert (appearance(account, EVERYTHING), screenshare(account)) == ("", "Sharing the screen.")
    account.screen_off(2.0)
    assert screenshare(account) == ""


def test_queries_are_answered_with_how_long_it_has_been_so_or_not_at_all() -> None:
    queries = [
        Query(text="Do they\n smile?", signal="smiling"),
        Query(text="Do they frown?", signal="frowning"),
        Query(text="Do they wear a hat?"),
        Query(text="Do they sound lively?", signal="lively intonation"),
    ]
    account = watched(during(0, 3, face()), during(3, 20, face(smile=0.9)))
    assert answers(account, queries, EVERYTHING, 3.9) == "Do they smile? Yes. Do they frown? No."
    assert answers(account, queries, EVERYTHING, 9.0).startswith("Do they smile? Yes, for more than 5 s.")
    assert answers(account, queries, untold("limited"), 200.0) == "Do they smile? Yes, for more than 2 min."
    account.camera_off(20.0)
    assert answers(account, queries, EVERYTHING, 21.0) == ""


def test_a_long_query_is_not_repeated_whole() -> None:
    account = watched(during(0, 3, face()))
    told = answers(account, [Query(text="x" * 5_000, signal="smiling")], EVERYTHING, 3.0)
    assert len(told) == LONGEST_QUESTION + len(" No.")


def test_a_query_may_ask_for_the_contrary() -> None:
    query = Query(text="At the screen?", signal="looking away", opposite=True)
    account = watched(during(0, 3, face()))
    assert answers(account, [query], EVERYTHING, 3.0) == "At the screen? Yes."
    for sight in during(3, 9, face(looking=0.1)):
        account.feed(sight)
    assert answers(account, [query], EVERYTHING, 9.0) == "At the screen? No."


def test_of_somebody_who_is_gone_the_contrary_is_not_told() -> None:
    asked = [Query(text="Do they look here?", signal="looking away", opposite=True)]
    gone = watched(during(0, 3, face()), during(3, 8))
    assert answers(gone, asked, EVERYTHING, 8.0) == ""
    stayed = [Query(text="Did they stay?", signal="left", opposite=True)]
    assert answers(gone, stayed, EVERYTHING, 8.0) == "Did they stay? No."
