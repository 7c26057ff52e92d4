"""A transcript as text to read, and as subtitles (WebVTT, SubRip)."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from visavis.protocol.webhooks import TranscriptEntry

LONGEST = 84
"""Characters of a cue: two lines, as broadcasters have it."""
READING = 15.0
"""Characters a second that people read: for how long what was typed is shown."""
SHORTEST = 1.0
"""Seconds that a cue is shown at least."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words and when they are shown, in seconds from the start."""

    start: float
    end: float
    speaker: str
    text: str


def as_text(entries: Sequence[TranscriptEntry], replica: str) -> str:
    """One line an entry: when, who, what."""
    lines = []
    for entry in entries:
        at = "" if entry.seconds_from_start is None else f"[{_clock(entry.seconds_from_start, '.')[:8]}] "
        lines.append(f"{at}{_speaker(entry, replica)}: {' '.join(entry.content.split())}\n")
    return "".join(lines)


def as_vtt(entries: Sequence[TranscriptEntry], replica: str) -> str:
    """WebVTT, with the speakers as voices."""
    parts = ["WEBVTT\n"]
    for cue in cues(entries, replica):
        times = f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}"
        voice = html.escape(" ".join(cue.speaker.split()), quote=False)
        parts.append(f"{times}\n<v {voice}>{html.escape(cue.text, quote=False)}\n")
    return "\n".join(parts)


def as_srt(entries: Sequence[TranscriptEntry], replica: str) -> str:
    """SubRip, with the speakers' names before their words."""
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{cue.speaker}: {cue.text}\n"
        for number, cue in enumerate(cues(entries, replica), 1)
    )


def cues(entries: Sequence[TranscriptEntry], replica: str) -> Iterator[Cue]:
    """What people and the replica said, in pieces of a line or two; a piece's time is that of its letters.

    Entries without times, as some dialects have them, cannot be shown anywhere; results of tools are not
    said.
    """
    for entry in entries:
        start = entry.seconds_from_start
        if start is None or entry.role not in ("user", "assistant"):
            continue
        pieces = textwrap.wrap(entry.content, LONGEST, break_on_hyphens=False)
        letters = sum(map(len, pieces))
        whole = entry.duration or letters / READING
        for piece in pieces:
            seconds = whole * len(piece) / letters
            shown = max(seconds, SHORTEST) if piece is pieces[-1] else seconds
            yield Cue(start, start + shown, _speaker(entry, replica), piece)
            start += seconds


def _speaker(entry: TranscriptEntry, replica: str) -> str:
    return {"user": "User", "assistant": replica, "tool": "Tool"}.get(entry.role, entry.role.capitalize())


def _clock(seconds: float, point: str) -> str:
    """Such as 00:01:02.345."""
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
