"""What is heard of a replica: is there a voice, is there silence."""

from __future__ import annotations

import numpy as np

from visavis.testing.conformance.session import Session, Unmet

LOUD = 300.0
"""Root mean square, of 32767, above which there is a voice; codecs leave silence far below."""
STEP = 0.1
"""Seconds of sound looked at in one go."""
SILENT_FOR = 0.5
"""Seconds without a voice that count as silence."""


async def hear(session: Session, what: str, within: float, lasting: float = SILENT_FOR) -> None:
    """Listen for ``voice`` or ``silence``, or to ``nothing``.

    Args:
        session: whose seat hears.
        what: ``voice`` is waited for, and so is the beginning of a ``silence`` that lasts; ``nothing`` must
            be heard from the first moment on.
        within: seconds until the voice or the silence begins.
        lasting: seconds of ``silence`` or ``nothing``.

    Raises:
        Unmet: it did not come, or something was heard.
    """
    steps, enough = round(within / STEP), round(lasting / STEP)
    if what == "voice":
        await _voice(session, steps)
    elif what == "silence":
        await _silence(session, steps, enough)
    elif what == "nothing":
        await _silence(session, 0, enough)
    else:
        raise ValueError(f"{what!r} cannot be listened for")


async def loudness(session: Session, seconds: float = STEP) -> float:
    """Root mean square of what is heard next.

    Raises:
        Unmet: the case listens before it joins.
    """
    if session.seat is None:
        raise Unmet("the case listens before it joins")
    samples = (await session.seat.hear(seconds)).astype(np.float64)
    return float(np.sqrt(np.mean(samples**2)))


async def _voice(session: Session, steps: int) -> None:
    for _ in range(steps):
        if await loudness(session) > LOUD:
            return
    raise Unmet(f"no voice within {steps * STEP:.1f} s")


async def _silence(session: Session, latest: int, enough: int) -> None:
    """It begins at this step at the latest, and lasts for so many."""
    heard = quiet = 0
    while quiet < enough:
        loud = await loudness(session) > LOUD
        heard, quiet = heard + 1, 0 if loud else quiet + 1
        if loud and heard > latest:
            raise Unmet(
                f"a voice after {heard * STEP:.1f} s, where {enough * STEP:.1f} s of silence were due"
            )
