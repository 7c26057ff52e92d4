from __future__ import annotations

from dataclasses import replace

import pytest

from visavis.layers.perception.vision.base import Observation, aged
from visavis.layers.perception.vision.diary import LONGEST, MOST, Diary
from visavis.layers.perception.vision.known import Known


def seen(at: float, appearance: str, who: str = "p-secret", **fields: object) -> Observation:
    return replace(Observation(who, at, at + 0.1, at + 1.0, at, appearance), **fields)


def test_what_is_seen_again_is_one_entry_with_its_time_and_participants_are_numbered():
    diary = Diary()
    for at in (0.0, 2.0, 65.0):
        diary.add(seen(at, "Reads."))
        diary.add(seen(at, "Waves.", "q-secret", screenshare="A chart.", answers={2: "Yes."}))
    diary.add(seen(70.0, ""))
    diary.add(seen(72.0, "Gone."))
    assert diary.lines() == [
        "[0:00 to 1:05] participant 1: Reads.",
        "[0:00 to 1:05] participant 2: Waves. Shared screen: A chart. Query 2: Yes.",
        "[1:12] participant 1: Gone.",
    ]


def test_who_comes_back_under_another_id_keeps_their_number():
    diary = Diary()
    diary.add(seen(0.0, "Reads."))
    diary.came_back("p-secret", "p-again")
    diary.add(seen(2.0, "Reads.", "p-again"))
    diary.add(seen(4.0, "Waves.", "q-secret"))
    assert diary.lines() == ["[0:00 to 0:02] participant 1: Reads.", "[0:04] participant 2: Waves."]


def test_a_long_call_is_thinned_and_stays_covered():
    diary = Diary()
    for number in range(600):
        diary.add(seen(2.0 * number, f"Scene {number}. " + "x" * 1000))
    lines = diary.lines()
    assert len(lines) == MOST and max(map(len, lines)) < LONGEST + 40
    minutes = [int(line[1 : line.index(":")]) for line in lines]
    assert minutes[0] == 0 and minutes[-1] == 19
    assert set(minutes) == set(range(20))


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (0.0, "Waves."),
        (1.5, "Waves."),
        (1.6, "Waves. (seen 2 s ago)"),
        (3.2, "Waves. (seen 3 s ago)"),
        (9.0, "Waves. (seen 10 s ago)"),
    ],
)
def test_words_say_how_old_they_are_when_that_matters(age: float, told: str):
    assert seen(10.0, "Waves.").appearance_words(10.0 + age) == told
    assert aged("", age) == ""


def test_what_still_holds_is_not_old_and_what_is_off_or_too_old_is_forgotten():
    known = Known()
    known.learn(seen(0.0, "Waves.", screenshare="A chart.", emotions="Glad.", answers={1: "Yes."}))
    known.holds("p-secret", 50.0)
    latest = known.of("p-secret", 52.0)
    assert latest is not None and (latest.frame_at, latest.age(52.0), known.age(52.0)) == (0.0, 2.0, 2.0)
    assert latest.appearance_words(52.0) == "Waves. Yes. (seen 2 s ago)"
    assert known.of("p-secret", 111.0) is None
    known.keep({("p-secret", "camera")})
    latest = known.of("p-secret", 52.0)
    assert latest is not None and (latest.appearance, latest.screenshare) == ("Waves.", "")
    known.keep({("p-secret", "screen")})
    latest = known.of("p-secret", 52.0)
    assert latest is not None and (latest.appearance, latest.emotions, latest.answers) == ("", "", {})
    known.keep(set())
    assert known.of("p-secret", 52.0) is None and known.age(52.0) is None
