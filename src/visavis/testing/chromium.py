"""A headless Chromium that can hold a call without asking anybody: where it is, and how to start it."""

from __future__ import annotations

import shutil
from pathlib import Path

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]
"""No question about devices, made-up devices, sound without a gesture, loopback candidates."""


def executable() -> str:
    """Where the browser is.

    Raises:
        AssertionError: when there is none; `make test` and `make bench` have looked before.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise AssertionError("no Chromium found: sudo apt-get install -y chromium")


def flags(speech: Path | None = None, camera: Path | None = None) -> list[str]:
    """The command line's flags.

    Args:
        speech: a WAV file that the microphone plays once.
        camera: a Motion JPEG file that the camera shows over and over, at 30 pictures a second.
    """
    microphone = [f"--use-file-for-fake-audio-capture={speech}%noloop"] if speech else []
    film = [f"--use-file-for-fake-video-capture={camera}"] if camera else []
    return [*FLAGS, *microphone, *film]
