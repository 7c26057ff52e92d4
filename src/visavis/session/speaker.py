"""The replica's voice: segments in, audio in the playout, and word of it back."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import soxr
import structlog
from numpy.typing import NDArray

from visavis.conversation.effects import PlayAudio, Speak
from visavis.conversation.inputs import Input, SpeechFailed, SpeechSynthesized, WordMark
from visavis.layers.tts.base import PhoneticTTS, Speech
from visavis.media.playout import RATE, Playout
from visavis.session.clips import Clips
from visavis.session.engines import Engines
from visavis.session.pronunciation import Pronunciation, Rule

log = structlog.get_logger(__name__)

AHEAD = 10.0
"""Seconds of speech that are made before they are heard; more would be lost work when it is cut, and hours
of audio for one long text."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """A segment at the playout's rate."""

    samples: NDArray[np.int16]
    speech: Speech


class Speaker:
    """Synthesizes segments one after the other and queues them for playout.

    Args:
        elapsed: seconds since the conversation began.
        feed: takes the inputs that answer ``Speak`` and ``PlayAudio``.
        rules: how words are pronounced.
    """

    def __init__(
        self,
        engines: Engines,
        playout: Playout,
        clips: Clips,
        elapsed: Callable[[], float],
        feed: Callable[[Input], None],
        rules: Sequence[Rule] = (),
    ) -> None:
        self._engines = engines
        self._pronunciation = Pronunciation(list(rules))
        self._sounds_are_no_use = False
        self._playout = playout
        self._clips = clips
        self._elapsed = elapsed
        self._feed = feed
        self._segments: asyncio.Queue[Speak | PlayAudio] = asyncio.Queue()
        self._stopped = 0
        self._less_waits = asyncio.Event()

    def say(self, segment: Speak | PlayAudio) -> None:
        """Queue a segment. Generations come in rising order, segments within one too."""
        self._segments.put_nowait(segment)

    def stop(self, generation: int) -> int:
        """Nothing of this generation, or of an earlier one, leaves any more.

        Returns:
            Samples of it that have left.
        """
        self._stopped = max(self._stopped, generation)
        self._less_waits.set()
        return self._playout.stop(generation)

    def heard(self) -> None:
        """Some of the audio has left."""
        self._less_waits.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            segment = await self._segments.get()
            await self._wait_for_room(segment.generation)
            if segment.generation <= self._stopped:
                if isinstance(segment, PlayAudio):
                    self._clips.drop(segment.ref)
            elif isinstance(segment, PlayAudio):
                self._queue_clip(segment)
            else:
                await self._synthesize(segment)

    async def _wait_for_room(self, generation: int) -> None:
        while generation > self._stopped and self._playout.waiting > AHEAD:
            self._less_waits.clear()
            await self._less_waits.wait()

    def _queue_clip(self, segment: PlayAudio) -> None:
        samples = self._clips.take(segment.ref)
        self._playout.write(segment.generation, samples)
        self._feed(
            SpeechSynthesized(
                at=self._elapsed(),
                generation=segment.generation,
                segment=segment.segment,
                samples=len(samples),
            )
        )

    async def _synthesize(self, segment: Speak) -> None:
        try:
            voiced = await self._engines.talking(self._voice, segment.text)
        except Exception as error:
            # An engine is third-party code and may raise anything; the core is told and the call goes on.
            log.exception("speech synthesis failed", characters=len(segment.text))
            self._feed(
                SpeechFailed(
                    at=self._elapsed(),
                    generation=segment.generation,
                    segment=segment.segment,
                    reason=type(error).__name__,
                )
            )
            return
        if segment.generation <= self._stopped:
            return
        self._playout.write(segment.generation, voiced.samples, voiced.speech.phonemes)
        self._feed(
            SpeechSynthesized(
                at=self._elapsed(),
                generation=segment.generation,
                segment=segment.segment,
                samples=len(voiced.samples),
                words=tuple(
                    WordMark(word.text_end, min(round(word.end * RATE), len(voiced.samples)))
                    for word in voiced.speech.words
                ),
            )
        )

    def _voice(self, text: str) -> Voiced:
        """In the TTS thread: synthesize, and bring it to the playout's rate."""
        speech = self._speech(text)
        if not len(speech.samples):
            return Voiced(np.zeros(0, np.int16), speech)
        at_rate = soxr.resample(speech.samples, self._engines.tts.sample_rate, RATE)
        return Voiced((np.clip(at_rate, -1.0, 1.0) * 32767.0).astype(np.int16), speech)

    def _speech(self, text: str) -> Speech:
        """The text spoken as the rules have it; its words are those that are written."""
        tts = self._engines.tts
        if not self._pronunciation:
            return tts.synthesize(text)
        respelling, spelled = self._pronunciation.applied(text)
        if spelled and not isinstance(tts, PhoneticTTS) and not self._sounds_are_no_use:
            self._sounds_are_no_use = True
            log.warning("rules of type ipa have no effect: the TTS engine takes no sounds")
        if spelled and isinstance(tts, PhoneticTTS):
            speech = tts.pronounce(respelling.said, spelled)
        else:
            speech = tts.synthesize(respelling.said)
        return dataclasses.replace(speech, words=respelling.written_words(speech.words))
