"""Live media: buffers that drop the oldest, the pump, the newest picture, resampling."""

import asyncio
import fractions
import time

import av
import numpy as np
import pytest

from visavis.media import pictures as picture_module
from visavis.media import pump as pumps
from visavis.media.buffer import LiveBuffer
from visavis.media.pictures import Pictures, Viewer
from visavis.media.resample import MonoResampler


async def test_a_full_buffer_drops_the_oldest_and_counts() -> None:
    buffer: LiveBuffer[int] = LiveBuffer(2)
    for item in range(5):
        buffer.push(item)
    buffer.close()
    buffer.push(99)
    assert [item async for item in buffer] == [3, 4]
    assert buffer.dropped == 3


async def test_a_buffer_counts_in_its_own_unit_and_keeps_the_newest_however_large() -> None:
    buffer: LiveBuffer[str] = LiveBuffer(5, size=len)
    for item in ("abc", "de", "f", "much too large"):
        buffer.push(item)
    buffer.close()
    assert [item async for item in buffer] == ["much too large"]


async def test_a_reader_waits_for_what_comes() -> None:
    buffer: LiveBuffer[int] = LiveBuffer(2)
    reading = asyncio.create_task(buffer.get())
    await asyncio.sleep(0)
    buffer.push(1)
    assert await reading == 1
    reading = asyncio.create_task(buffer.get())
    await asyncio.sleep(0)
    buffer.close()
    assert await reading is None


@pytest.mark.parametrize("channels", [1, 2])
def test_the_pump_stamps_frames_by_their_samples(channels: int) -> None:
    frames: list[av.AudioFrame] = []
    pump = pumps.AudioPump(lambda n: np.arange(n, dtype=np.int16), frames.append, channels)
    pump.step()
    pump.step()
    assert [frame.pts for frame in frames] == [0, 960]
    assert frames[0].samples == 960
    assert frames[0].time_base == fractions.Fraction(1, 48_000)
    assert frames[0].to_ndarray().reshape(-1, channels)[:, -1].tolist() == list(range(960))


class LoopTime(asyncio.SelectorEventLoop):
    """A loop whose clock moves only when told."""

    now = 0.0

    def time(self) -> float:
        return self.now


def test_the_pump_catches_up_a_little_after_a_stall_and_forgets_the_rest() -> None:
    loop = LoopTime()
    pulled: list[float] = []

    def pull(samples: int) -> np.ndarray:
        pulled.append(loop.now)
        return np.zeros(samples, np.int16)

    pump = pumps.AudioPump(pull, lambda _frame: None)

    async def drive() -> None:
        running = asyncio.create_task(pump.run())
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(pulled) == 1
        loop.now = 1.0
        for _ in range(20):
            await asyncio.sleep(0)
        running.cancel()

    loop.run_until_complete(drive())
    loop.close()
    assert pulled[1:] == [1.0] * pumps.CATCH_UP_FRAMES
    assert pump.late_frames == 50 - pumps.CATCH_UP_FRAMES


def _picture(shade: int) -> np.ndarray:
    return np.full((6, 8), shade, np.uint8)


async def test_a_viewer_gets_the_newest_picture_and_not_twice() -> None:
    pictures = Pictures()
    pictures.configure(8, 4, 1000)
    viewer = Viewer(pictures)
    assert not pictures.wanted
    viewer.open()
    assert pictures.wanted
    pictures.write(_picture(1))
    pictures.write(_picture(2))
    frame = await viewer.next()
    assert frame.to_ndarray().max() == 2
    assert abs(frame.pts / 90_000 - time.monotonic()) < 5
    waiting = asyncio.create_task(viewer.next())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    pictures.write(_picture(3))
    assert (await waiting).to_ndarray().max() == 3
    viewer.close()
    assert await viewer.next() is None
    assert not pictures.wanted


async def test_a_picture_that_stands_still_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_module, "REPEAT_SECONDS", 0.02)
    pictures = Pictures()
    pictures.configure(8, 4, 1000)
    viewer = Viewer(pictures)
    viewer.open()
    pictures.write(_picture(5))
    first, again = await viewer.next(), await viewer.next()
    assert again.pts > first.pts
    assert again.to_ndarray().max() == 5
    viewer.close()


def test_a_written_picture_may_be_painted_over_and_a_misshapen_one_is_refused() -> None:
    pictures = Pictures()
    pictures.configure(8, 4, 25)
    canvas = _picture(9)
    pictures.write(canvas)
    canvas[:] = 0
    newest = pictures.newest()
    assert newest is not None
    assert newest.frame.to_ndarray().min() == 9
    with pytest.raises(ValueError, match="8x4"):
        pictures.write(np.zeros((4, 4), np.uint8))


def test_the_resampler_follows_a_stream_that_changes_its_shape() -> None:
    resampler = MonoResampler(16_000)
    heard = []
    for layout, rate in [("stereo", 48_000), ("mono", 48_000), ("mono", 16_000)]:
        channels = 2 if layout == "stereo" else 1
        for _ in range(10):
            samples = np.full((1, rate // 50 * channels), 1000, np.int16)
            frame = av.AudioFrame.from_ndarray(samples, "s16", layout)
            frame.sample_rate = rate
            heard.append(resampler.convert(frame))
    whole = np.concatenate(heard)
    assert len(whole) == pytest.approx(30 * 320, abs=100)
    assert np.median(whole) == 1000
