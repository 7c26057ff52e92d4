"""The playout clock, told to clients (extension)."""

from tests.conversation.driving import Driven, wires
from visavis.conversation.effects import Effect


def positions(effects: list[Effect]) -> list[tuple[str, float, float]]:
    told = [wire["properties"] for wire in wires(effects) if wire["event_type"] == "visavis.playback"]
    return [(one["state"], one["position"], one["buffered"]) for one in told]


def test_the_position_is_told_at_the_start_every_half_second_and_at_the_end() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="One two three."))
    told = []
    for step in range(1, 76):
        told += positions(call.plays(1, 0.02 * step))
    assert told == [
        ("playing", 0.02, 1.48),
        ("playing", 0.52, 0.98),
        ("playing", 1.02, 0.48),
        ("finished", 1.5, 0.0),
    ]


def test_an_interruption_tells_where_it_fell_silent_before_the_stop_is_told() -> None:
    call = Driven()
    call.speaks(0.6)
    call.ask("interrupt")
    effects = call.falls_silent(1, 0.64)
    assert positions(effects) == [("interrupted", 0.64, 0.0)]
    types = [wire["event_type"] for wire in wires(effects)]
    assert types.index("visavis.playback") < types.index("conversation.replica.stopped_speaking")


def test_a_position_belongs_to_its_utterance() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="One two three.", inference_id="mine"))
    started, playback = (
        next(wire for wire in wires(call.all_effects + call.plays(1, 0.02)) if wire["event_type"] == kind)
        for kind in ("conversation.replica.started_speaking", "visavis.playback")
    )
    assert playback["inference_id"] == started["inference_id"]
    assert playback["turn_idx"] == 0
