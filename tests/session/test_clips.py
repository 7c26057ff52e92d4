"""Audio that echoes bring."""

from __future__ import annotations

import base64
from collections.abc import Callable

import numpy as np
import pytest

from visavis.media.playout import RATE
from visavis.protocol.interactions import EchoProperties
from visavis.session import clips as module
from visavis.session.clips import BadClip, Clips


def chunk(samples: np.ndarray, rate: int = 24_000, **more: object) -> EchoProperties:
    audio = base64.b64encode(samples.astype("<i2").tobytes()).decode()
    return EchoProperties.model_validate({"audio": audio, "sample_rate": rate, **more})


def test_chunks_of_one_id_are_seamless_also_without_a_modality() -> None:
    tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)
    clips = Clips()
    refs = [
        clips.decode(chunk(part, inference_id="x", done=True if last else None)).ref
        for part, last in zip(np.split(tone, 10), [*[False] * 9, True], strict=True)
    ]
    joined = np.concatenate([clips.take(ref) for ref in refs]).astype(np.float64)
    whole = Clips()
    expected = whole.take(whole.decode(chunk(tone, done=True)).ref).astype(np.float64)
    assert np.abs(joined[:48_000] - expected[: len(joined)]).max() < 100


def test_audio_that_waits_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 1.5)
    clips = Clips()
    second = chunk(np.zeros(RATE), rate=RATE)
    first = clips.decode(second)
    clips.decode(second)
    with pytest.raises(BadClip, match="too much audio waits"):
        clips.decode(second)
    clips.drop(first.ref)
    clips.drop(first.ref)
    clips.decode(second)
    with pytest.raises(BadClip):
        clips.decode(second)


def sine(rate: int, seconds: float = 1.0, hertz: float = 440.0) -> np.ndarray:
    return np.asarray(8000 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate))


def said(clips: Clips, *chunks: EchoProperties) -> np.ndarray:
    refs = [clips.decode(one, "ann").ref for one in chunks]
    return np.concatenate([clips.take(ref) for ref in refs]).astype(np.float64)


def pieces(data: bytes, size: int, rate: int, **more: object) -> list[EchoProperties]:
    """In chunks of so many bytes, which need not be whole samples."""
    starts = range(0, len(data), size)
    return [
        EchoProperties.model_validate(
            {
                "modality": "audio",
                "audio": base64.b64encode(data[start : start + size]).decode(),
                "sample_rate": rate,
                "done": start + size >= len(data),
                **more,
            }
        )
        for start in starts
    ]


def check(sound: np.ndarray, seconds: float = 1.0, hertz: float = 440.0) -> None:
    """As long, as high and as smooth as it should be."""
    assert abs(len(sound) - seconds * RATE) <= RATE // 100
    middle = sound[RATE // 20 : -RATE // 20]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert abs(np.argmax(spectrum) * RATE / len(middle) - hertz) < 2
    steepest = 8000 * 2 * np.pi * hertz / RATE
    assert np.abs(np.diff(middle)).max() < 1.2 * steepest


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("milliseconds", [20, 100, 1000])
def test_every_rate_keeps_length_and_pitch_without_clicks(rate: int, milliseconds: int) -> None:
    data = sine(rate).astype("<i2").tobytes()
    size = 2 * (rate * milliseconds // 1000)
    check(said(Clips(), *pieces(data, size, rate, inference_id="x")))


@pytest.mark.parametrize("rate", [16_000, 48_000])
@pytest.mark.parametrize("size", [1, 333, 4001])
def test_a_sample_may_be_split_over_two_chunks(rate: int, size: int) -> None:
    data = sine(rate, 0.2).astype("<i2").tobytes()
    sound = said(Clips(), *pieces(data, size, rate, inference_id="x"))
    assert abs(len(sound) - 0.2 * RATE) <= RATE // 100
    assert np.abs(np.diff(sound)).max() < 1000


def test_half_a_sample_at_the_end_is_let_go() -> None:
    data = sine(16_000, 0.1).astype("<i2").tobytes() + b"\x7f"
    assert abs(len(said(Clips(), *pieces(data, 10_000, 16_000))) - 0.1 * RATE) <= RATE // 100


def test_chunks_without_an_id_continue_their_senders_echo() -> None:
    data = sine(24_000).astype("<i2").tobytes()
    check(said(Clips(), *pieces(data, 4800, 24_000)))


def test_two_ids_that_alternate_do_not_mix() -> None:
    clips = Clips()
    low = pieces(sine(16_000).astype("<i2").tobytes(), 3200, 16_000, inference_id="low")
    high = pieces(sine(16_000, hertz=1000).astype("<i2").tobytes(), 3200, 16_000, inference_id="high")
    refs: dict[str, list[int]] = {"low": [], "high": []}
    for pair in zip(low, high, strict=True):
        for name, one in zip(refs, pair, strict=True):
            refs[name].append(clips.decode(one).ref)
    for name, hertz in (("low", 440.0), ("high", 1000.0)):
        check(np.concatenate([clips.take(ref) for ref in refs[name]]).astype(np.float64), hertz=hertz)


def test_two_senders_without_an_id_do_not_mix() -> None:
    clips = Clips()
    parts = zip(
        pieces(sine(16_000).astype("<i2").tobytes(), 3200, 16_000),
        pieces(sine(16_000, hertz=1000).astype("<i2").tobytes(), 3200, 16_000),
        strict=True,
    )
    ours = [(clips.decode(one, "ann").ref, clips.decode(other, "bob").ref) for one, other in parts]
    check(np.concatenate([clips.take(ref) for ref, _ in ours]).astype(np.float64))
    check(np.concatenate([clips.take(ref) for _, ref in ours]).astype(np.float64), hertz=1000.0)


@pytest.mark.parametrize(
    ("properties", "is_audio", "is_done"),
    [
        ({"text": "Hi"}, False, True),
        ({"text": "Hi", "done": "false"}, False, False),
        ({"modality": "text", "text": "Hi", "audio": "", "done": "true"}, False, True),
        ({"text": "Hi", "audio": "AAAA"}, False, True),
        ({"audio": "AAAA"}, True, False),
        ({"audio": "AAAA", "done": True}, True, True),
        ({"modality": "audio", "text": "Hi", "audio": "AAAA"}, True, False),
        ({"modality": "AUDIO", "audio": ""}, True, False),
    ],
)
def test_what_an_echo_holds_and_whether_it_is_the_last_chunk(
    properties: dict[str, object], is_audio: bool, is_done: bool
) -> None:
    echo = EchoProperties.model_validate(properties)
    assert (echo.is_audio, echo.is_done) == (is_audio, is_done)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"audio": "?", "sample_rate": 16_000}, "base64"),
        ({"audio": "AAAA", "sample_rate": 7_999}, "sample_rate"),
        ({"audio": "AAAA", "sample_rate": 96_000}, "sample_rate"),
    ],
)
def test_what_is_no_audio_is_refused_with_a_reason(properties: dict[str, object], reason: str) -> None:
    with pytest.raises(BadClip, match=reason):
        Clips().decode(EchoProperties.model_validate(properties))


def whole(clips: Clips, *chunks: EchoProperties) -> np.ndarray:
    made = [clip for one in chunks if (clip := clips.decode(one, "ann")) is not None]
    return np.concatenate([clips.take(clip.ref) for clip in made]).astype(np.float64)


def end(**more: object) -> EchoProperties:
    return EchoProperties.model_validate({"modality": "audio", "audio": "", "done": True, **more})


def chunk_of(data: bytes, rate: int, **more: object) -> EchoProperties:
    audio = base64.b64encode(data).decode()
    return EchoProperties.model_validate({"modality": "audio", "audio": audio, "sample_rate": rate, **more})


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_a_last_chunk_without_audio_ends_the_utterance_and_leaves_nothing_to_the_next(rate: int) -> None:
    clips = Clips()
    data = sine(rate).astype("<i2").tobytes()
    check(whole(clips, chunk_of(data[:-1], rate), end()))
    check(whole(clips, chunk_of(data, rate, done=True)))


def test_a_rate_that_changes_in_the_middle_loses_nothing() -> None:
    slow, fast = (sine(rate, 0.5).astype("<i2").tobytes() for rate in (16_000, 24_000))
    sound = whole(Clips(), chunk_of(slow, 16_000), chunk_of(fast, 24_000, done=True))
    assert abs(len(sound) - RATE) <= RATE // 100


def test_what_was_given_up_is_not_continued() -> None:
    clips = Clips()
    clips.decode(chunk_of(b"\x01\x02\x03", RATE), "ann", now=0.0)
    late = clips.decode(chunk_of(b"\x01\x02", RATE, done=True), "ann", now=11.0)
    assert late is not None
    assert clips.take(late.ref).tolist() == [0x0201]


def test_two_senders_of_an_empty_id_do_not_mix() -> None:
    clips = Clips()
    clips.decode(chunk_of(b"\x01", RATE, inference_id=""), "ann")
    other = clips.decode(chunk_of(b"\x05\x06", RATE, inference_id="", done=True), "bob")
    assert other is not None
    assert clips.take(other.ref).tolist() == [0x0605]


@pytest.mark.parametrize(
    "write",
    [
        lambda data: base64.encodebytes(data).decode(),
        lambda data: base64.urlsafe_b64encode(data).decode(),
        lambda data: base64.b64encode(data).decode().rstrip("="),
        lambda data: f"data:audio/pcm;base64,{base64.b64encode(data).decode()}",
    ],
    ids=["line breaks", "URL-safe", "no padding", "data URL"],
)
def test_base64_is_taken_as_its_many_encoders_write_it(write: Callable[[bytes], str]) -> None:
    data = bytes(range(256)) * 2 + b"\xff\xfe"
    clips = Clips()
    clip = clips.decode(EchoProperties(modality="audio", audio=write(data), sample_rate=RATE, done=True))
    assert clip is not None
    assert clips.take(clip.ref).astype("<i2").tobytes() == data
