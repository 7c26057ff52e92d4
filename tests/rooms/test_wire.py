"""Frames on the data channels."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import MessageTooLarge
from visavis.rooms.webrtc import wire

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
ANY_TEXT = st.text(alphabet=st.characters())


@given(JSON, ANY_TEXT)
def test_what_one_side_sends_the_other_reads(data: object, to: str) -> None:
    frame = wire.load_app(wire.app_to(to, wire.dump(data)), limit=10**9)
    assert (frame.to, frame.data) == (to, data)
    assert json.loads(wire.app_from("me", frame.payload)) == {"from": "me", "data": data}


@given(ANY_TEXT | st.binary() | st.integers())
def test_no_frame_raises_anything_but_bad_frame(frame: object) -> None:
    try:
        read = wire.load(frame)
    except wire.BadFrame:
        return
    assert isinstance(read, dict)


@pytest.mark.parametrize(
    "frame",
    ['{"data": NaN}', '{"data": -Infinity}', '{"data": 1e999}', '{"to": 1, "data": 0}', '{"to": "*"}'],
)
def test_what_json_cannot_say_is_refused(frame: str) -> None:
    with pytest.raises(wire.BadFrame):
        wire.load_app(frame, limit=1000)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(wire.BadFrame):
        wire.load("[" * 100_000)


def test_the_limit_counts_bytes_of_utf_8() -> None:
    assert wire.dump_payload("é" * 10, limit=22) == '"' + "é" * 10 + '"'
    with pytest.raises(MessageTooLarge) as refused:
        wire.dump_payload("é" * 10, limit=21)
    assert (refused.value.size, refused.value.limit) == (22, 21)


def test_a_message_without_to_is_for_everybody() -> None:
    assert wire.load_app('{"data": 1}', limit=10).to == "*"
    assert wire.load_app('{"to": null, "data": 1}', limit=10).to == "*"


def test_half_a_surrogate_pair_travels_escaped() -> None:
    assert wire.dump("\ud800") == '"\\ud800"'
