"""One utterance of the replica: what it is to say, and how much of it was heard."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from visavis.conversation.history import Entry
from visavis.conversation.inputs import SAMPLE_RATE, AudioClip, WordMark
from visavis.conversation.outbox import Tie
from visavis.conversation.script import Script
from visavis.protocol.emotions import Emotion

Kind = Literal["greeting", "reply", "echo"]

MOST_CHARACTERS = 256 * 1024
"""Of one utterance: hours of speech, and as much as a client can send at once."""


@dataclass(slots=True)
class Segment:
    """A piece that is spoken, or played, in one go.

    Attributes:
        start: where its words begin in the generation's text.
        end: where they end.
        clip: audio to play instead of words to speak.
        samples: the audio's length; None until it is known.
        words: see ``WordMark``; empty: the words count as heard at the segment's end.
        failed: it could not be spoken, so its words are never heard.
    """

    start: int
    end: int
    clip: AudioClip | None = None
    samples: int | None = None
    words: tuple[WordMark, ...] = ()
    failed: bool = False


class Generation:
    """An utterance from its first word to its last sample (DESIGN rule 1).

    Args:
        kind: a greeting cannot be interrupted; only a reply has an LLM behind it.
        tie: what its events carry.

    Attributes:
        number: 1, 2, 3 … in the order in which generations have the floor, or an inference ahead of it;
            0 before that.
        segments: in the order of their playout.
        open: more segments may follow.
        inferring: an inference runs.
        issued: how many segments have been handed out to be spoken.
        voiced: samples of all segments whose length is known.
        heard: samples that have left for the room.
        audible: the start of speech has been announced.
        stopping: playout was asked to stop and has not answered.
        streamed_at: ``heard`` when the heard text was last announced.
        playback_at: ``heard`` when the position was last announced.
        uttered: the whole text was announced.
        tts_failed: a failure to speak was announced.
        again: a noise cut it; it is inferred again if nothing of it was heard.
        entry: its place in the history, from when it has the floor.
        event_id: the client's name for the interaction that asked for it, if there is one.
    """

    def __init__(self, kind: Kind, tie: Tie) -> None:
        self.kind, self.tie = kind, tie
        self.number = 0
        self.segments: list[Segment] = []
        self.open = True
        self.inferring = False
        self.issued = 0
        self.voiced = 0
        self.heard = 0
        self.audible = False
        self.stopping = False
        self.streamed_at = 0
        self.playback_at = 0
        self.uttered = False
        self.tts_failed = False
        self.again = False
        self.entry: Entry | None = None
        self.event_id: str | None = None
        self._script = Script(markdown=kind == "reply")
        self._raw = 0
        self._passed = 0
        self._passed_samples = 0
        self._passed_text = ""
        self._words_heard = 0
        self._chunks_streamed = 0

    @property
    def text(self) -> str:
        """All there is to say so far."""
        return self._script.text

    @property
    def emotion(self) -> Emotion | None:
        """What its words ask to be shown where it is heard now; None for nothing in particular."""
        if not (self.audible and self._script.emotions):
            return None
        text, emotions = self.text, self._script.emotions
        begun = bisect_right(emotions, len(self.heard_text), key=lambda shown: len(text[: shown[0]].rstrip()))
        return emotions[begun - 1][1] if begun else None

    @property
    def duration(self) -> float:
        """Seconds heard."""
        return round(self.heard / SAMPLE_RATE, 3)

    def say(self, raw: str) -> bool:
        """More text; False when it would grow beyond ``MOST_CHARACTERS``."""
        self._raw += len(raw)
        if self._raw > MOST_CHARACTERS:
            return False
        self._add(self._script.feed(raw))
        return True

    def play(self, clip: AudioClip) -> None:
        """More audio, behind all text that came before."""
        self._add(self._script.close())
        self.segments.append(Segment(len(self.text), len(self.text), clip))

    def close(self) -> None:
        """No more is to come."""
        if self.open:
            self._add(self._script.close())
            self.open = False

    def next_chunk(self, speech: str, final: bool) -> dict[str, Any]:
        """What the next streaming event of it says."""
        chunk = {"role": "replica", "speech": speech, "content_index": self._chunks_streamed, "final": final}
        self._chunks_streamed += 1
        return chunk

    def synthesized(self, segment: int, samples: int, words: Sequence[WordMark] = ()) -> bool:
        """A segment's length has become known; False when that is no news."""
        if not self._awaits(segment):
            return False
        self.segments[segment].samples = max(0, samples)
        self.voiced += max(0, samples)
        if self.segments[segment].clip is None:
            self.segments[segment].words = tuple(words)
        self._pass()
        return True

    def failed(self, segment: int) -> bool:
        """A segment cannot be spoken; False when that is no news."""
        if not self._awaits(segment):
            return False
        self.segments[segment].failed = True
        return self.synthesized(segment, 0)

    def progressed(self, samples: int) -> None:
        """So many samples have left for the room."""
        if samples > self.heard:
            self.heard = samples
            self._pass()

    @property
    def complete(self) -> bool:
        """Everything has been said and heard."""
        return not self.open and self._passed == len(self.segments)

    @property
    def heard_text(self) -> str:
        """The text up to the last word that was heard whole."""
        if not self.heard:
            return ""
        if self._passed == len(self.segments) or not self._words_heard:
            return self._passed_text
        segment = self.segments[self._passed]
        end = segment.start + segment.words[self._words_heard - 1].text_end
        return self._after_passed(segment, min(max(end, segment.start), segment.end))

    def _awaits(self, segment: int) -> bool:
        return 0 <= segment < self.issued and self.segments[segment].samples is None

    def _add(self, pieces: list[tuple[int, int]]) -> None:
        self.segments += [Segment(start, end) for start, end in pieces]

    def _pass(self) -> None:
        """Move past the segments that were heard whole, and count the words of the one being heard."""
        while self._passed < len(self.segments):
            segment = self.segments[self._passed]
            if segment.samples is None:
                return
            inside = self.heard - self._passed_samples
            if inside < segment.samples:
                self._count_words(segment, inside)
                return
            if not segment.failed and segment.end > segment.start:
                self._passed_text = self._after_passed(segment, segment.end)
            self._passed_samples += segment.samples
            self._passed += 1
            self._words_heard = 0

    def _count_words(self, segment: Segment, inside: int) -> None:
        words = segment.words
        while self._words_heard < len(words) and words[self._words_heard].sample_end <= inside:
            self._words_heard += 1

    def _after_passed(self, segment: Segment, end: int) -> str:
        """What was passed, then this segment's text to ``end``, with what stood between them."""
        if not self._passed_text:
            return self.text[segment.start : end]
        gap_from = self.segments[self._passed - 1].end if self._passed else 0
        return self._passed_text + self.text[gap_from:end]
