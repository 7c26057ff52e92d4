"""Media probes: is there a voice, is there silence, does the picture move."""

from __future__ import annotations

import time

import numpy as np

from visavis.testing.conformance.session import Session, Unmet

LOUD = 300.0
"""Root mean square, of 32767, above which there is a voice; codecs leave silence far below."""
STEP = 0.1
"""Seconds of sound looked at in one go."""
SILENT_FOR = 0.5
"""Seconds without a voice that count as silence."""
MOVED = 2.0
"""Mean difference of luma, in the pixels that differ most, above which something moved."""


async def hear(session: Session, what: str, within: float) -> None:
    """Wait for ``voice`` or for ``silence``.

    Raises:
        Unmet: it did not come.
    """
    if session.seat is None:
        raise Unmet("the case listens before it joins")
    deadline = time.monotonic() + within
    quiet = 0.0
    while time.monotonic() < deadline:
        samples = (await session.seat.hear(STEP)).astype(np.float64)
        loud = float(np.sqrt(np.mean(samples**2))) > LOUD
        quiet = 0.0 if loud else quiet + STEP
        if (what == "voice" and loud) or (what == "silence" and quiet >= SILENT_FOR):
            return
    raise Unmet(f"no {what} within {within:g} s")


async def see(session: Session, what: str, within: float) -> None:
    """Wait for ``motion``, with pictures of one size.

    Raises:
        Unmet: the picture stands still or changes its size.
    """
    if session.seat is None:
        raise Unmet("the case looks before it joins")
    deadline = time.monotonic() + within
    (before,) = await session.seat.see(1)
    while time.monotonic() < deadline:
        for picture in await session.seat.see(3):
            if picture.shape != before.shape:
                raise Unmet(f"the picture's size changed from {before.shape} to {picture.shape}")
            difference = np.abs(picture.astype(np.int16) - before.astype(np.int16)).ravel()
            most = max(1, len(difference) // 100)
            if float(np.mean(np.partition(difference, -most)[-most:])) > MOVED:
                return
    raise Unmet(f"no {what} within {within:g} s")
