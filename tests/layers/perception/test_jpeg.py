from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest

from visavis.layers.perception.jpeg import jpeg
from visavis.layers.perception.pictures import picture


def frame(width: int, height: int, pixel_format: str) -> av.VideoFrame:
    """Left red, right blue."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = pixels[:, width // 2 :, 2] = 250
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=pixel_format)


@pytest.mark.parametrize(
    ("size", "pixel_format", "smaller"),
    [
        ((1280, 720), "yuv420p", (512, 288)),
        ((300, 1000), "rgb24", (154, 512)),
        ((64, 64), "yuv420p", (64, 64)),
        ((101, 33), "yuv420p", (100, 32)),
        ((1, 1), "rgb24", (2, 2)),
    ],
)
def test_a_frame_of_any_kind_becomes_a_file_that_shows_the_same(
    size: tuple[int, int], pixel_format: str, smaller: tuple[int, int]
):
    content = jpeg(frame(*size, pixel_format), 512)
    with av.open(io.BytesIO(content)) as file:
        picture = next(file.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert picture.shape == (smaller[1], smaller[0], 3)
    if size[0] > 1:
        left, right = picture[:, : smaller[0] // 4].mean((0, 1)), picture[:, -smaller[0] // 4 :].mean((0, 1))
        assert abs(left - (250, 0, 0)).max() < 12 and abs(right - (0, 0, 250)).max() < 12


def test_a_frame_may_be_in_several_threads_hands():
    shared = frame(640, 480, "yuv420p")
    with ThreadPoolExecutor(4) as pool:
        works = [pool.submit(jpeg, shared, 100 + n) for n in range(40)]
        works += [pool.submit(picture, shared, 0.0) for _ in range(40)]
        assert all(work.result(timeout=30) for work in works)


def test_one_that_is_as_it_must_be_is_not_written_to():
    shared = frame(64, 64, "yuvj420p")
    shared.pts = 1234
    assert jpeg(shared, 512)
    assert shared.pts == 1234
