from __future__ import annotations

import pytest

from tests.layers.perception.sights import during, face
from visavis.layers.conversational_flow.turns import LONGEST_HOLD
from visavis.layers.perception.base import Sight
from visavis.session.perceiving.glances import Glances

AT_SCREEN, AWAY = face(), face(looking=0.1)


def after(*scenes: tuple[float, tuple[object, ...]]) -> tuple[Glances, float]:
    """Glances after scenes of so many seconds, and when the last picture was."""
    glances, at = Glances(), 0.0
    for seconds, faces in scenes:
        for sight in during(at, at + seconds, *faces):  # type: ignore[arg-type]
            glances.note(sight)
        at += seconds
    return glances, at


def test_who_usually_looks_at_the_screen_and_just_looked_away_is_thinking() -> None:
    glances, now = after((10, (AT_SCREEN,)), (0.5, (AWAY,)))
    assert glances.hold(now) == LONGEST_HOLD


@pytest.mark.parametrize(
    "scenes",
    [
        [(10, (AT_SCREEN,))],
        [(10, (AT_SCREEN,)), (0.25, (AWAY,))],
        [(10, (AT_SCREEN,)), (1, (AWAY,)), (0.25, (AT_SCREEN,))],
        [(10, (AT_SCREEN,)), (5, (AWAY,))],
        [(4, (AT_SCREEN,)), (4, (AWAY,)), (1, (AT_SCREEN,)), (1, (AWAY,))],
        [(1, (AT_SCREEN,)), (0.5, (AWAY,))],
        [(10, (AT_SCREEN,)), (1, ())],
        [(10, (AT_SCREEN,)), (1, (face(0.2, looking=0.1),))],
    ],
    ids=[
        "looks at the screen",
        "one glance",
        "is back",
        "has looked away for long",
        "often looks away",
        "not known yet",
        "not seen",
        "unsure",
    ],
)
def test_nobody_else_is_waited_for(scenes: list[tuple[float, tuple[object, ...]]]) -> None:
    glances, now = after(*scenes)
    assert glances.hold(now) == 0.0


def test_old_looks_say_nothing_and_a_camera_that_is_off_is_forgotten() -> None:
    glances, now = after((10, (AT_SCREEN,)), (0.5, (AWAY,)))
    assert glances.hold(now + 1.5) == 0.0
    glances.forget()
    assert glances.hold(now) == 0.0


def test_only_the_last_half_minute_counts() -> None:
    glances, now = after((60, (AWAY,)), (29, (AT_SCREEN,)), (0.5, (AWAY,)))
    assert glances.hold(now) == LONGEST_HOLD
    glances.note(Sight(now + 40, "camera"))
    assert glances.hold(now + 40) == 0.0
