"""What a recording costs: CPU and disk.

``python -m benchmarks.recording``.

Sound and frames of the drawn replica, made beforehand, are recorded in real time, as a conversation brings
them. Only the recorder runs in this process meanwhile, so that its CPU time is the recording's: mixing, the
thread's hand-over, encoding and writing.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np
import soxr
from numpy.typing import NDArray

from benchmarks.figures import Figure
from benchmarks.replica_frames import FPS, TEXTS, film
from benchmarks.report import Report
from visavis.layers.replica.drawn import DrawnReplica
from visavis.layers.tts.hibari import HibariTTS
from visavis.media.pump import FRAME_SAMPLES, RATE, AudioPump
from visavis.media.recording import Codec, Format
from visavis.media.sounds import Mouth
from visavis.session.recording import Recording

Frames = list[NDArray[np.uint8]]
CASES: tuple[tuple[str, Codec, bool], ...] = (
    ("VP9 and Opus", "vp9", True),
    ("H.264 and AAC", "h264", True),
    ("Opus alone", "vp9", False),
)


class Sound:
    """An audio source that says its samples again and again."""

    def __init__(self, samples: NDArray[np.int16]) -> None:
        self._samples, self._at = samples, 0

    def pull(self, samples: int) -> NDArray[np.int16]:
        """The next samples."""
        if self._at + samples > len(self._samples):
            self._at = 0
        self._at += samples
        return self._samples[self._at - samples : self._at]


async def record(folder: Path, form: Format, sound: Sound, frames: Frames, seconds: float) -> list[float]:
    """Record in real time; per cent of a core, second by second."""
    recording = Recording(folder, form)
    source = recording.audio(sound)
    recording.begin()
    pumping = asyncio.create_task(AudioPump(source.pull, lambda _: None).run())
    loop = asyncio.get_running_loop()
    began = loop.time()
    used, worked = [], process_time()
    for number in range(round(seconds * FPS)):
        await asyncio.sleep(max(0.0, began + number / FPS - loop.time()))
        recording.show(frames[number % len(frames)])
        recording.overhear("somebody", sound.pull(FRAME_SAMPLES))
        recording.overhear("somebody", sound.pull(FRAME_SAMPLES))
        if number % FPS == FPS - 1:
            used.append(100 * (process_time() - worked))
            worked = process_time()
    pumping.cancel()
    await recording.aclose()
    return used


def material() -> dict[str, tuple[NDArray[np.int16], Frames]]:
    """What is recorded: sound at the room's rate, and pictures."""
    voice = HibariTTS()
    speech = voice.synthesize(" ".join(TEXTS))
    samples = soxr.resample(speech.samples, voice.sample_rate, RATE)
    idle = DrawnReplica()
    return {
        "speaking": (
            (np.clip(samples, -1, 1) * 32767).astype(np.int16),
            list(film(DrawnReplica(), speech, voice.sample_rate)),
        ),
        "idle": (
            np.zeros(RATE, np.int16),
            [idle.render(1 / FPS, "idle", Mouth()) for _ in range(10 * FPS)],
        ),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of each recording")
    options = parser.parse_args(arguments)
    report = Report("recording", settings={"seconds": options.seconds, "size": "640x480", "fps": FPS})
    for state, (samples, frames) in material().items():
        for name, codec, picture in CASES:
            with tempfile.TemporaryDirectory() as folder:
                form = Format(codec, (640, 480) if picture else None, FPS)
                used = asyncio.run(record(Path(folder), form, Sound(samples), frames, options.seconds))
                size = sum(path.stat().st_size for path in Path(folder).glob("*.mp4"))
            how = "process CPU time, second by second, in per cent of one core"
            rate = size * 8 / options.seconds / 1000
            report.add(
                [
                    Figure(f"{name}, {state}, CPU", "% of a core", used, how),
                    Figure(f"{name}, {state}, file", "kbit/s", [rate], "the file's size over its length"),
                ]
            )
    report.publish()


if __name__ == "__main__":
    main()
