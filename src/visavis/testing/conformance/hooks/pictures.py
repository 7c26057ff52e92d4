"""What is seen of the replica: does it move when it speaks, and where."""

from __future__ import annotations

import asyncio
from itertools import pairwise, starmap

import numpy as np
from numpy.typing import NDArray

from visavis.testing.conformance.hooks.registry import hook
from visavis.testing.conformance.session import Session, Unmet

Motion = NDArray[np.float64]
"""How much each block of the picture moved: difference of luma from one picture to the next, as a quarter of
those looked at exceed it: a blink does not count, nor do pictures that were sent twice."""

BLOCKS = 16
"""Rows of blocks, and blocks in a row."""
PICTURES = 40
"""Looked at in one go: one or two seconds."""
NOISE = 0.3
"""Motion that a codec makes of a still picture."""
LIVELIER = 3.0
"""How many times more a part of a face that speaks moves, at least, than the same part in silence."""
SPEECH = " ".join(["One two three four five six seven eight nine ten."] * 3)


@hook
async def picture_moves(session: Session) -> None:
    """Some part of the picture moves more than it does in silence."""
    silent, speaking = await _compared(session)
    ratio = float((speaking / silent).max())
    if ratio < LIVELIER:
        raise Unmet(f"no part of the picture moved more than {ratio:.1f} times as much as in silence")


@hook
async def mouth_moves(session: Session) -> None:
    """What speech moves most is a part that is nearly still in silence; lids and head are not."""
    silent, speaking = await _compared(session)
    most = np.argmax(speaking - silent)
    moved, still = speaking.flat[most], silent.flat[most]
    if moved < LIVELIER * still:
        raise Unmet(f"what moved most when it spoke moved {moved:.2f}, and {still:.2f} in silence")


async def _compared(session: Session) -> tuple[Motion, Motion]:
    """Motion in silence, before and after, and in speech."""
    await session.create({})
    await session.join()
    await asyncio.sleep(1.5)
    before = await _motion(session)
    await session.send("echo", {"text": SPEECH})
    await session.expect({"event_type": "conversation.replica.started_speaking"})
    await asyncio.sleep(0.3)
    speaking = await _motion(session)
    if session.find(lambda event: event["event_type"] == "conversation.replica.stopped_speaking"):
        raise Unmet("thirty words were over before they could be looked at")
    await session.send("interrupt")
    await session.expect({"event_type": "conversation.replica.stopped_speaking"})
    await asyncio.sleep(1.0)
    return np.maximum(np.maximum(before, await _motion(session)), NOISE), speaking


async def _motion(session: Session) -> Motion:
    if session.seat is None:
        raise Unmet("nobody looks")
    pictures = await session.seat.see(PICTURES)
    if len({picture.shape for picture in pictures}) > 1:
        raise Unmet("the picture's size changed")
    differences: list[Motion] = list(starmap(_difference, pairwise(pictures)))
    return np.asarray(np.quantile(differences, 0.75, axis=0))


def _difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Motion:
    difference = np.abs(one.astype(np.int16) - other.astype(np.int16))
    rows, columns = (length // BLOCKS for length in difference.shape)
    whole = difference[: rows * BLOCKS, : columns * BLOCKS]
    return np.asarray(whole.reshape(BLOCKS, rows, BLOCKS, columns).mean(axis=(1, 3)))
