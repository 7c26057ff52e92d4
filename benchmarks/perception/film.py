"""Films of the rendered people, for a browser's fake camera: ``python -m benchmarks.perception.film smile``.

Chromium plays it with ``--use-fake-device-for-media-stream --use-file-for-fake-video-capture=FILE.mjpeg``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av

from benchmarks.perception.acts import ACTS, frames
from benchmarks.perception.clips import RESTING, picture
from benchmarks.perception.people import LOOKS, Person


def film(path: Path, person: str, act: str, fps: int = 10) -> None:
    """Write a clip as Motion JPEG; minutes of rendering a minute of film.

    Args:
        path: the file, ``.mjpeg``.
        person: a name of ``LOOKS``.
        act: a name of ``ACTS``.
        fps: pictures a second.
    """
    (chosen,) = (one for one in ACTS if one.name == act)
    names = list(LOOKS)
    who, other = Person(LOOKS[person]), Person(LOOKS[names[(names.index(person) + 5) % len(names)]])
    with av.open(str(path), "w", format="mjpeg") as out:
        stream = out.add_stream("mjpeg", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuvj420p"
        stream.codec_context.qmin = stream.codec_context.qmax = 3
        for index, (_, scene, people) in enumerate(frames(chosen, RESTING[0], fps)):
            frame = av.VideoFrame.from_ndarray(picture(who, other, scene, people), "rgba")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            out.mux(stream.encode(frame.reformat(format="yuvj420p")))
        out.mux(stream.encode(None))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.perception.film", description=__doc__)
    parser.add_argument("act", choices=[act.name for act in ACTS])
    parser.add_argument("--person", default="african woman", choices=list(LOOKS))
    parser.add_argument("--out", type=Path, default=Path("camera.mjpeg"))
    options = parser.parse_args(arguments)
    film(options.out, options.person, options.act)


if __name__ == "__main__":
    main()
