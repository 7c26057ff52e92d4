from __future__ import annotations

import io

import av
import numpy as np
import pytest

from visavis.protocol.events import PerceptionToolCall, PerceptionToolCallProperties, ReplicaStartedSpeaking
from visavis.session.perceiving.pictures import LARGEST, Attachments, jpeg


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1280, 720), (512, 288)), ((480, 640), (384, 512)), ((64, 48), (64, 48)), ((4000, 2), (512, 2))],
)
def test_a_picture_is_a_small_jpeg(size: tuple[int, int], shown: tuple[int, int]) -> None:
    grey = np.full((size[1], size[0], 3), 99, np.uint8)
    data = jpeg(av.VideoFrame.from_ndarray(grey, "rgb24"))
    with av.open(io.BytesIO(data)) as picture:
        frame = next(picture.decode(video=0))
    assert (frame.width, frame.height) == shown
    assert frame.to_ndarray(format="gray").mean() == pytest.approx(99, abs=2)


def test_noise_is_made_to_fit() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    assert len(jpeg(av.VideoFrame.from_ndarray(noise, "rgb24"))) <= LARGEST


def test_a_picture_goes_with_its_call_and_with_nothing_else() -> None:
    attachments = Attachments()
    properties = PerceptionToolCallProperties(modality="vision", name="t", arguments={})
    call = PerceptionToolCall(properties=properties)
    message = call.wire()
    other = ReplicaStartedSpeaking()
    with attachments.showing(b"jpeg"):
        sent = attachments.attached(call, message)
        assert attachments.attached(other, other.wire()) == other.wire()
    assert sent["properties"]["frames"] == [{"data": "anBlZw==", "mime_type": "image/jpeg"}]
    assert "frames" not in message["properties"]
    assert PerceptionToolCall.model_validate(sent).properties.name == "t"
    assert attachments.attached(call, message) == message
