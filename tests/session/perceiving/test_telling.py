from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from visavis.conversation.inputs import Input, UserPerceived
from visavis.session.perceiving.telling import EVERY, Telling


async def test_changes_are_told_once_a_second_but_a_smile_at_once() -> None:
    told: list[Input] = []
    now = UserPerceived(at=0.0, participant_id="ann")
    telling = Telling(lambda: replace(now, at=time.monotonic()), time.monotonic, told.append)
    telling.refresh()
    assert told == []  # nothing is known, and nothing was
    for appearance in ("One.", "Two.", "One.", "Three."):
        now = replace(now, appearance=appearance)
        telling.refresh()
    assert _appearances(told) == ["One."]
    now = replace(now, smiling=True)
    telling.refresh()
    assert _appearances(told) == ["One.", "Three."]
    now = replace(now, appearance="Four.")
    telling.refresh()
    await asyncio.sleep(EVERY + 0.1)
    assert _appearances(told) == ["One.", "Three.", "Four."]
    telling.refresh()
    now = replace(now, appearance="Five.")
    telling.close()
    telling.refresh()
    assert _appearances(told) == ["One.", "Three.", "Four."]


def _appearances(told: list[Input]) -> list[str]:
    return [entry.appearance for entry in told if isinstance(entry, UserPerceived)]
