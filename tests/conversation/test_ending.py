"""The end waits for what perception has to say of the call."""

import pytest

from tests.conversation.driving import Driven, names, only, wires
from visavis.conversation import effects as does
from visavis.conversation.ending import CONCLUDES_WITHIN, CONCLUSION

LAST = ["system.shutdown"]


def ending(**config: object) -> Driven:
    call = Driven(perception=True, **config)
    effects = call.ends()
    assert only(effects, does.ConcludePerception)
    assert not only(effects, does.EndCall)
    return call


def test_the_analysis_comes_before_the_shutdown_in_both_spellings() -> None:
    call = ending()
    effects = call.concludes("A smile.")
    types = [wire["event_type"] for wire in wires(effects)]
    assert types == ["conversation.perception_analysis", "conversation.perception-analysis", *LAST]
    assert wires(effects)[0]["properties"] == {"analysis": "A smile."}
    assert only(effects, does.EndCall)
    assert call.core.ended


def test_a_dialect_has_the_one_spelling() -> None:
    call = ending(dialect="2026-06")
    assert [wire["event_type"] for wire in wires(call.concludes("A smile."))] == [
        "conversation.perception_analysis",
        *LAST,
    ]


def test_without_anything_perceived_there_is_no_analysis() -> None:
    assert [wire["event_type"] for wire in wires(ending().concludes(" "))] == LAST


def test_it_is_not_waited_for_too_long() -> None:
    call = ending()
    effects = call.fires(CONCLUSION, at=CONCLUDES_WITHIN)
    assert [wire["event_type"] for wire in wires(effects)] == LAST
    assert only(call.concludes("Too late."), does.Ignore)


def test_who_asks_twice_does_not_wait() -> None:
    call = ending()
    effects = call.ends()
    assert [wire["event_type"] for wire in wires(effects)] == LAST


@pytest.mark.parametrize("late", ["begins", "leave", "join"])
def test_nothing_else_happens_meanwhile(late: str) -> None:
    call = ending()
    (ignored,) = getattr(call, late)()
    assert ignored == does.Ignore("the conversation is ending")


def test_what_was_said_is_closed_before_the_analysis() -> None:
    call = Driven(perception=True)
    call.speaks(1.0)
    call.ends()
    assert "replica.stopped_speaking" in names(call.effects)
    assert "system.shutdown" not in names(call.effects)


def test_no_timer_but_the_conclusions_counts() -> None:
    call = ending()
    assert not wires(call.fires("heartbeat", at=1.0))


def test_where_nobody_came_there_is_nothing_to_analyse() -> None:
    call = Driven(joined=False, perception=True)
    assert only(call.ends(), does.EndCall)


def test_an_analysis_that_nobody_waits_for_is_ignored() -> None:
    call = Driven(perception=True)
    assert only(call.concludes("A smile."), does.Ignore)
    assert not call.core.ended
