"""Audio a program writes: in its own rate and pieces, out in the room's."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.rooms.webrtc_room import loudness, pitch
from visavis import daily
from visavis.client.daily.microphone import Mix
from visavis.client.daily.pcm import PcmQueue, count_frames
from visavis.client.daily.speaker import VirtualSpeakerDevice


def tone(hertz: float, seconds: float, rate: int, channels: int = 1) -> bytes:
    time = np.arange(int(seconds * rate)) / rate
    mono = (8000 * np.sin(2 * np.pi * hertz * time)).astype("<i2")
    return np.repeat(mono, channels).tobytes()


def pulled(queue: PcmQueue | Mix, seconds: float) -> NDArray[np.int16]:
    return np.concatenate([queue.pull(960) for _ in range(int(seconds * 50))])


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (24_000, 2), (48_000, 1), (44_100, 2)])
def test_what_is_written_comes_out_at_the_rooms_rate(rate: int, channels: int) -> None:
    queue = PcmQueue(rate, channels)
    queue.write(tone(440, 1.0, rate, channels), lambda: None)
    out = pulled(queue, 1.0)
    assert pitch(out, 48_000) == pytest.approx(440, abs=2)
    assert loudness(out[2400:-2400]) == pytest.approx(8000 / 2**0.5, rel=0.02)


def test_pieces_written_one_after_the_other_join_without_a_gap() -> None:
    queue = PcmQueue(16_000, 1)
    whole = tone(300, 1.0, 16_000)
    pieces = [whole[start : start + 3200] for start in range(0, len(whole), 3200)]

    def write_next() -> None:
        if pieces:
            queue.write(pieces.pop(0), write_next)

    write_next()
    out = pulled(queue, 1.0)[1000:-1000].astype(int)
    steepest = 8000 * 2 * np.pi * 300 / 48_000
    assert abs(np.diff(out)).max() < steepest * 1.2


def test_the_writer_is_told_a_frame_before_its_audio_is_over() -> None:
    queue, done = PcmQueue(48_000, 1), list[str]()
    queue.write(tone(440, 0.06, 48_000), lambda: done.append("done"))
    queue.pull(960)
    assert not done
    queue.pull(960)
    queue.pull(960)
    assert done == ["done"]
    assert not queue.pull(960).any()


def test_who_waits_is_let_go_when_nobody_pulls_any_more() -> None:
    queue, done = PcmQueue(16_000, 1), list[str]()
    queue.write(tone(440, 10, 16_000), lambda: done.append("done"))
    queue.drain()
    assert done == ["done"]
    assert not queue.pull(960).any()


def test_bytes_that_are_no_whole_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="16-bit samples"):
        count_frames(b"\0", 1)
    with pytest.raises(ValueError, match="16-bit samples"):
        count_frames(b"\0\0", 2)
    with pytest.raises(TypeError, match="'str' object"):
        count_frames("text", 1)  # type: ignore[arg-type]


def test_inputs_of_a_call_are_added() -> None:
    low, high = (daily.CustomAudioSource(48_000, 1) for _ in range(2))
    mix = Mix()
    mix.plug({"microphone": low, "music": high})
    low.write_frames(tone(200, 1.0, 48_000), completion=lambda _: None)
    high.write_frames(tone(3000, 1.0, 48_000), completion=lambda _: None)
    spectrum = np.abs(np.fft.rfft(pulled(mix, 1.0)))
    assert sorted(np.argsort(spectrum)[-2:]) == [200, 3000]
    mix.plug({})
    assert not mix.pull(960).any()
    assert not low.pulled


def test_a_source_that_no_call_takes_takes_time_all_the_same() -> None:
    source, written = daily.CustomAudioSource(16_000, 1), threading.Event()
    assert source.write_frames(tone(440, 0.05, 16_000)) == 800
    assert source.write_frames(tone(440, 0.05, 16_000), completion=lambda _: written.set()) == 800
    assert written.wait(5)


def test_a_speaker_gives_what_was_played_or_nothing_at_all() -> None:
    speaker, player = VirtualSpeakerDevice("ears", 16_000, 2, non_blocking=False), object()
    assert speaker.read_frames(160) == b""
    speaker.start(player)
    speaker.play(player, np.frombuffer(tone(440, 0.5, 48_000), np.int16))
    speaker.play(object(), np.full(48_000, 9, np.int16))
    heard = speaker.read_frames(4800)
    assert len(heard) == 4800 * 2 * 2
    assert pitch(np.frombuffer(heard, np.int16)[::2], 16_000) == pytest.approx(440, abs=5)


def test_a_reader_that_waits_is_told_when_nothing_plays_any_more() -> None:
    speaker, player, read = VirtualSpeakerDevice("ears", 16_000, 1, True), object(), threading.Event()
    speaker.start(player)
    got: list[bytes] = []
    assert speaker.read_frames(160, completion=lambda heard: (got.append(heard), read.set())) == b""
    speaker.stop(player)
    assert read.wait(5)
    assert got == [b""]


def test_all_calls_of_a_process_are_heard_from_the_one_speaker() -> None:
    speaker, low, high = VirtualSpeakerDevice("ears", 48_000, 1, non_blocking=False), object(), object()
    for player in (low, high):
        speaker.start(player)
    speaker.play(high, np.frombuffer(tone(3000, 1.0, 48_000), np.int16))
    speaker.play(low, np.frombuffer(tone(200, 1.0, 48_000), np.int16))
    spectrum = np.abs(np.fft.rfft(np.frombuffer(speaker.read_frames(47_000), np.int16)))
    hertz = np.fft.rfftfreq(47_000, 1 / 48_000)
    loudest = sorted(hertz[np.argsort(spectrum)[-12:]])
    assert loudest[0] == pytest.approx(200, abs=10) and loudest[-1] == pytest.approx(3000, abs=10)
