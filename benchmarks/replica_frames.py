"""What a frame of the drawn replica costs and whether its lips keep time.

``python -m benchmarks.replica_frames``.

Speech of the embedded voice is played to the replica in simulated time. The opening of the mouth is
read from the pixels of the frames and compared with the loudness of the sound. ``--sheet FILE`` writes the
poses of a sentence as one PNG to look at.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, thread_time

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, milliseconds
from benchmarks.report import Report
from visavis.layers.replica.base import Activity
from visavis.layers.replica.drawn import DrawnReplica
from visavis.layers.tts.base import Speech
from visavis.layers.tts.hibari import HibariTTS
from visavis.media.sounds import Mouth, Phoneme

FPS = 25
TEXTS = (
    "Hello there, I am glad you called. How can I help you today?",
    "My mother bought a map and put it upon the table before supper.",
    "Five brave foxes have found a very fine path above the river.",
    "We would all love to go home soon, but the moon is far too bright.",
)
LONGEST_OFFSET = 0.4
"""Seconds searched on both sides for the best match of lips and sound."""
INSIDE = (slice(262, 312), slice(286, 354))
"""Rows and columns around the mouth, of 480 and 640."""
SHEET_COLUMNS = 6

Samples = NDArray[np.float64]


def mouth_at(speech: Speech, rate: int, now: float) -> Mouth:
    """What the playout clock says while a speech is heard: the sounds near, the loudness of a frame."""
    near = tuple(
        Phoneme(sound.symbol, sound.start - now, sound.end - now)
        for sound in speech.phonemes
        if now - 0.3 < sound.end and sound.start < now + 0.4
    )
    heard = speech.samples[max(0, int((now - 0.02) * rate)) : int(now * rate)]
    rms = float(np.sqrt(np.mean(np.square(heard)))) if len(heard) else 0.0
    return Mouth(near, float(np.clip((20 * np.log10(max(rms, 1e-6)) + 50) / 40, 0, 1)))


def film(replica: DrawnReplica, speech: Speech, rate: int) -> Iterator[NDArray[np.uint8]]:
    """The frames of a speech."""
    for frame in range(int(len(speech.samples) / rate * FPS)):
        yield replica.render(1 / FPS, "speaking", mouth_at(speech, rate, frame / FPS))


def opening(frame: NDArray[np.uint8]) -> float:
    """How much of the region around the mouth is its inside: dark, or teeth between dark."""
    luma = frame[INSIDE].astype(np.int16)
    return float(np.clip(80 - luma, 0, 40).sum() / 40)


def rgb(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An I420 frame as RGB, as a receiver shows it."""
    return np.asarray(av.VideoFrame.from_ndarray(frame, "yuv420p").to_ndarray(format="rgb24"), np.uint8)


def loudness(speech: Speech, rate: int, frames: int) -> Samples:
    """Root of the RMS of the sound around each frame: closer to how loud it seems."""
    envelope = np.zeros(frames)
    for frame in range(frames):
        at = int(frame / FPS * rate)
        part = speech.samples[max(0, at - rate // 40) : at + rate // 40]
        envelope[frame] = np.mean(np.square(part, dtype=np.float64)) ** 0.25 if len(part) else 0.0
    return envelope


def correlation(lips: Samples, sound: Samples, shift: int = 0) -> float:
    """Pearson's, the lips taken ``shift`` frames later than the sound."""
    a = lips[max(0, shift) : len(lips) + min(0, shift)]
    b = sound[max(0, -shift) : len(sound) - max(0, shift)]
    return float(np.corrcoef(a, b)[0, 1])


def lag(lips: Samples, sound: Samples) -> float:
    """Milliseconds by which the lips follow the sound where both match best; negative: they lead."""
    reach = int(LONGEST_OFFSET * FPS)
    scores = [correlation(lips, sound, shift) for shift in range(-reach, reach + 1)]
    best = int(np.argmax(scores))
    fine = 0.0
    if 0 < best < len(scores) - 1:
        left, middle, right = scores[best - 1 : best + 2]
        fine = 0.5 * (left - right) / (left - 2 * middle + right)
    return (best - reach + fine) * 1000 / FPS


def costs(seconds: float) -> list[Figure]:
    """Time of frames, speaking and idle."""
    found = []
    said = (
        Phoneme("h", -0.2, -0.1),
        Phoneme("ɛ", -0.1, 0.03),
        Phoneme("l", 0.03, 0.1),
        Phoneme("O", 0.1, 0.3),
    )
    cases: tuple[tuple[Activity, Mouth], ...] = (("speaking", Mouth(said, 0.7)), ("idle", Mouth()))
    for activity, mouth in cases:
        begun = perf_counter()
        replica = DrawnReplica()
        built = perf_counter() - begun
        wall, cpu = [], []
        for _ in range(int(seconds * FPS)):
            before, worked = perf_counter(), thread_time()
            replica.render(1 / FPS, activity, mouth)
            wall.append(perf_counter() - before)
            cpu.append(thread_time() - worked)
        how = "one call of render at 640x480, I420 included"
        found += [
            milliseconds(f"frame, {activity}, CPU", cpu, f"{how}; CPU time of the thread", aim="6 ms"),
            milliseconds(f"frame, {activity}", wall, f"{how}; wall clock, whatever else ran"),
            milliseconds(f"replica made ({activity})", [built], "the constructor; wall clock"),
        ]
    return found


def sync() -> list[Figure]:
    """How well lips and sound match, and how a wrong sound would."""
    voice = HibariTTS()
    lips, sounds = [], []
    for text in TEXTS:
        speech = voice.synthesize(text)
        openings = np.array([opening(frame) for frame in film(DrawnReplica(), speech, voice.sample_rate)])
        lips.append(openings)
        sounds.append(loudness(speech, voice.sample_rate, len(openings)))
    matched = [correlation(a, b) for a, b in zip(lips, sounds, strict=True)]
    behind = lag(np.concatenate(lips), np.concatenate(sounds))
    shuffled = []
    for one, mouth in enumerate(lips):
        for other, sound in enumerate(sounds):
            if one != other:
                size = min(len(mouth), len(sound))
                shuffled.append(correlation(mouth[:size], sound[:size]))
    how = (
        "dark pixels of the mouth in rendered frames against the loudness of 50 ms of the sound, 25 a second"
    )
    return [
        Figure("lips and their own sound, correlation", "r", matched, how, bad="low"),
        Figure("lips and another sentence's sound, correlation", "r", shuffled, how),
        Figure(
            "lips behind the sound",
            "ms",
            [behind],
            f"{how}; where all sentences correlate best, negative leads",
        ),
    ]


def sheet(path: Path) -> None:
    """Writes every third frame of a sentence, and each activity, as one picture."""
    voice = HibariTTS()
    replica = DrawnReplica(seed=2)
    frames = [rgb(frame) for frame in film(replica, voice.synthesize(TEXTS[0]), voice.sample_rate)][::3]
    activities: tuple[Activity, ...] = ("idle", "listening", "thinking")
    for activity in activities:
        for at in range(60):
            frame = replica.render(1 / FPS, activity, Mouth())
            if at in (25, 59):
                frames.append(rgb(frame))
    small = [frame[::2, ::2] for frame in frames]
    small += [np.zeros_like(small[0])] * (-len(small) % SHEET_COLUMNS)
    rows = [np.hstack(small[at : at + SHEET_COLUMNS]) for at in range(0, len(small), SHEET_COLUMNS)]
    _write_png(path, np.vstack(rows))


def _write_png(path: Path, picture: NDArray[np.uint8]) -> None:
    encoder = av.CodecContext.create("png", "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt = "rgb24"
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
    path.write_bytes(b"".join(bytes(packet) for part in (frame, None) for packet in encoder.encode(part)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of video for the cost of a frame")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet there (PNG) and measure nothing")
    options = parser.parse_args(arguments)
    if options.sheet:
        sheet(options.sheet)
        return
    report = Report("replica-frames", settings={"seconds": options.seconds, "texts": TEXTS})
    report.add(costs(options.seconds))
    report.add(sync())
    report.publish()


if __name__ == "__main__":
    main()
