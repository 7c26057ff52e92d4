from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from tests.layers.perception.sights import FPS, during, face, sight, told
from visavis.layers.perception.base import Sight
from visavis.layers.perception.conditions import Change, Conditions
from visavis.layers.perception.smoothing import Rule, Switch


def fed(conditions: Conditions, *stretches) -> list[Change]:
    return [change for stretch in stretches for one in stretch for change in conditions.feed(one)]


def test_a_smile_begins_and_ends_once_with_the_moments_it_really_did():
    conditions = Conditions()
    changes = fed(
        conditions, during(0, 4, face()), during(4, 7, face(smile=0.8)), during(7, 10, face(smile=0.05))
    )
    assert told(changes) == [("present", True), ("smiling", True), ("smiling", False)]
    began, ended = changes[1:]
    assert (began.at, ended.at) == (4.0, 7.0)
    assert began.at < began.noticed < 5.0
    assert conditions.now() == ("present",)


def test_what_was_seen_before_somebody_could_not_be_read_does_not_count_as_seen_all_the_while():
    conditions = Conditions()
    fed(conditions, during(0, 4, face()))
    wavering, turned = sight(4.0, face(smile=0.5)), face(confidence=0.2, smile=0.5)
    changes = fed(conditions, [wavering], during(4.25, 30, turned))
    assert not conditions.pending, "it is not worth looking twice as often all the time"
    changes += fed(conditions, [sight(30.0, face(smile=0.5))], during(30.25, 31, face()))
    assert told(changes) == []
    (smile,) = fed(conditions, during(31, 32, face(smile=0.8)))
    assert (smile.condition, smile.at) == ("smiling", 31.0)


def test_an_expression_that_cannot_be_read_any_more_is_soon_known_no_more():
    conditions = Conditions()
    turned = face(confidence=0.2, looking=0.0, smile=0.8)
    changes = fed(
        conditions, during(0, 4, face(smile=0.8)), during(4, 6, turned), during(6, 8, face(smile=0.8))
    )
    assert ("smiling", False) not in told(changes), "a glance aside ends no smile"
    (ended,) = (change for change in fed(conditions, during(8, 60, turned)) if change.condition == "smiling")
    assert (ended.began, ended.at) == (False, 7.75), "when it was seen last"
    assert "smiling" not in conditions.now() and "present" in conditions.now()


def test_a_smile_that_begins_is_pending_until_it_is_sure():
    conditions = Conditions()
    fed(conditions, during(0, 4, face()))
    assert not conditions.pending
    conditions.feed(sight(4.0, face(smile=0.8)))
    assert conditions.pending
    fed(conditions, during(4.25, 5, face(smile=0.8)))
    assert not conditions.pending
    conditions.feed(sight(5.0, face()))
    assert not conditions.pending, "its end may take its time"


def test_one_wavering_picture_is_no_expression():
    conditions = Conditions()
    pictures = [face(smile=0.9 if index % 8 == 0 else 0.0) for index in range(80)]
    changes = fed(conditions, [sight(index / FPS, one) for index, one in enumerate(pictures)])
    assert told(changes) == [("present", True)]


def test_what_lies_between_both_thresholds_keeps_the_state():
    conditions = Conditions()
    middle = face(smile=0.28)
    assert told(fed(conditions, during(0, 5, middle))) == [("present", True)]
    fed(conditions, during(5, 8, face(smile=0.7)))
    assert told(fed(conditions, during(8, 13, middle))) == []
    assert "smiling" in conditions.now()


def test_an_expression_read_with_little_confidence_counts_for_nothing():
    conditions = Conditions()
    far = face(confidence=0.3, smile=0.9, frown=0.9)
    assert told(fed(conditions, during(0, 6, far))) == [("present", True)]


def test_somebody_leaves_and_comes_back():
    conditions = Conditions()
    away = during(5, 12)
    changes = fed(conditions, during(0, 5, face(smile=0.8)), away, during(12, 15, face()))
    assert told(changes) == [
        ("present", True),
        ("smiling", True),
        ("present", False),
        ("left", True),
        ("smiling", False),
        ("present", True),
        ("left", False),
    ]
    assert [change.at for change in changes if change.condition == "left"] == [5.0, 12.0]
    assert changes[4].at == 4.75, "nobody saw the smile after that"


def test_nobody_has_left_who_never_was_there():
    assert told(fed(Conditions(), during(0, 20))) == []


def test_a_second_person_counts_unless_far_behind():
    near = face(box=(0.7, 0.3, 0.85, 0.55))
    behind = face(box=(0.7, 0.3, 0.74, 0.36))
    assert ("second person", True) in told(fed(Conditions(), during(0, 4, face(), near)))
    assert ("second person", True) not in told(fed(Conditions(), during(0, 4, face(), behind)))


def test_looking_away_is_told_and_closed_eyes_are_not_looking_away():
    conditions = Conditions()
    changes = fed(conditions, during(0, 2, face()), during(2, 5, face(looking=0.1)), during(5, 8, face()))
    assert told(changes)[1:] == [("looking away", True), ("looking away", False)]


def test_a_talking_mouth_moves_and_an_open_one_does_not():
    moving = [sight(i / FPS, face(mouth_open=(0.05, 0.35)[i % 2])) for i in range(16)]
    assert ("talking", True) in told(fed(Conditions(), moving))
    assert ("talking", True) not in told(fed(Conditions(), during(0, 5, face(mouth_open=0.5))))


def test_nods_and_shakes_go_to_and_fro_on_one_axis():
    def heads(pitch: float, yaw: float) -> list[Sight]:
        swing = [math.sin(i / FPS * 2 * math.pi * 1.2) for i in range(12)]
        return [sight(i / FPS, face(pitch=pitch * s, yaw=yaw * s)) for i, s in enumerate(swing)]

    assert ("nodding", True) in told(fed(Conditions(), heads(10, 1)))
    assert ("shaking head", True) in told(fed(Conditions(), heads(1, 14)))
    assert told(fed(Conditions(), heads(10, 10))) == [("present", True)]
    assert told(fed(Conditions(), heads(2, 2))) == [("present", True)]


def test_a_camera_that_is_switched_off_ends_everything_and_nobody_has_left():
    conditions = Conditions()
    fed(conditions, during(0, 4, face(smile=0.9)))
    changes = conditions.camera_off(9.0)
    assert set(told(changes)) == {("present", False), ("smiling", False)}
    assert {(change.at, change.noticed) for change in changes} == {(3.75, 9.0)}, "when they were seen last"
    assert conditions.now() == ()


def test_what_had_just_ceased_when_the_camera_was_switched_off_ended_then():
    conditions = Conditions()
    fed(conditions, during(0, 4, face(smile=0.9)), during(4, 4.5, face()))
    ended = {change.condition: change.at for change in conditions.camera_off(4.5)}
    assert ended == {"present": 4.25, "smiling": 4.0}


def test_a_shared_screen_is_told_apart_from_a_camera():
    conditions = Conditions()
    fed(conditions, during(0, 2, face()))
    changes = fed(conditions, [Sight(2.0, "screen"), Sight(2.25, "screen")])
    assert told(changes) == [("sharing the screen", True)]
    assert set(conditions.now()) == {"present", "sharing the screen"}
    (ended,) = conditions.screen_off(9.0)
    assert (ended.condition, ended.began, ended.at) == ("sharing the screen", False, 2.25)
    assert conditions.screen_off(9.5) == []


def test_light_that_goes_out_is_told_after_a_while():
    conditions = Conditions()
    changes = fed(conditions, during(0, 3, face()), during(3, 5, face(), kind="dark"), during(5, 7, face()))
    assert ("dark", True) not in told(changes)
    assert ("dark", True) in told(fed(conditions, during(7, 12, face(), kind="dark")))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_a_switch_changes_no_oftener_than_its_times_allow(amounts):
    switch = Switch(Rule(on=0.5, off=0.3, after=1.0, until=0.5))
    switched = []
    for index, amount in enumerate(amounts):
        if switch.feed(index / FPS, amount, 1.0):
            switched.append((index / FPS, switch.on))
    assert [on for _, on in switched] == [index % 2 == 0 for index in range(len(switched))]
    for (before, _), (after, on) in itertools.pairwise(switched):
        assert after - before >= (1.0 if on else 0.5)
