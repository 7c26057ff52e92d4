from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from structlog.testing import capture_logs

from tests.layers.loudness import RATE, LoudnessVAD, silence, voice
from visavis.layers.conversational_flow.flow import FlowSettings
from visavis.layers.conversational_flow.listener import Listener
from visavis.layers.conversational_flow.turns import TurnTaker
from visavis.layers.stt.base import NO_HINTS, Hints, Transcript


class Output:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def on_speech_started(self) -> None:
        self.told.append("started")

    def on_speech_stopped(self) -> None:
        self.told.append("stopped")

    def on_transcript(self, text: str, analyses: Sequence[str | None]) -> None:
        self.told.append(", ".join([f"heard {text}", *map(str, analyses)]))

    def on_turn_ended(self, text: str, analyses: Sequence[str | None]) -> None:
        self.told.append(", ".join([f"ended {text}", *map(str, analyses)]))


class SecondsSTT:
    """Transcribes a segment as the number of its voiced seconds."""

    def transcribe(self, audio: NDArray[np.float32], hints: Hints = NO_HINTS) -> Transcript:
        voiced = round(np.count_nonzero(np.abs(audio) > 0.5) / RATE)
        return Transcript(str(voiced) if voiced else "")


class Verdict:
    """Always as sure."""

    def __init__(self, completeness: float) -> None:
        self.completeness = completeness
        self.asked: list[int] = []

    def complete(self, audio: NDArray[np.float32]) -> float:
        self.asked.append(len(audio))
        return self.completeness


class HeldLane:
    """Finishes work only when released."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.calls = 0

    async def __call__(self, work: Callable[..., Any], *args: Any) -> Any:
        self.calls += 1
        await self.gate.wait()
        return work(*args)


async def at_once(work: Callable[..., Any], *args: Any) -> Any:
    return work(*args)


async def settle() -> None:
    """Let every task run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Person:
    """A microphone with its turn taker."""

    def __init__(self, verdict: float, settings: FlowSettings | None = None, **parts: Any) -> None:
        self.output = Output()
        self.detector = Verdict(verdict)
        self.turns = TurnTaker(
            Listener(LoudnessVAD(), settings),
            parts.get("stt", SecondsSTT()),
            parts.get("detector", self.detector),
            transcribing=parts.get("transcribing", at_once),
            judging=parts.get("judging", at_once),
            output=self.output,
            analyse=parts.get("analyse"),
            hold=parts.get("hold", lambda: 0.0),
        )

    async def __call__(self, *parts: NDArray[np.int16]) -> list[str]:
        """Hear the audio in chunks of 20 ms; returns what was told meanwhile."""
        before = len(self.output.told)
        for part in parts:
            for start in range(0, len(part), 320):
                self.turns.feed(part[start : start + 320])
                await settle()
        return self.output.told[before:]


async def test_a_complete_sentence_ends_the_turn_long_before_the_silence_limit() -> None:
    person = Person(0.9)
    assert await person(silence(1), voice(1), silence(0.3)) == ["started", "heard 1", "stopped", "ended 1"]


async def test_an_incomplete_sentence_waits_for_the_silence_limit() -> None:
    person = Person(0.1)
    assert await person(silence(1), voice(1), silence(0.9)) == ["started", "heard 1", "stopped"]
    assert await person(silence(0.5)) == ["ended 1"]


async def test_speech_that_goes_on_belongs_to_the_same_turn() -> None:
    person = Person(0.1)
    told = await person(silence(1), voice(1), silence(0.5), voice(1), silence(1.5))
    assert told == ["started", "heard 1", "stopped", "started", "heard 2", "stopped", "ended 2"]


async def test_a_short_pause_is_not_told() -> None:
    person = Person(0.9)
    told = await person(silence(1), voice(1), silence(0.14), voice(1), silence(0.3))
    assert told == ["started", "heard 1", "heard 2", "stopped", "ended 2"]


async def test_a_verdict_that_comes_after_speech_went_on_is_worthless() -> None:
    judging = HeldLane()
    person = Person(0.9, judging=judging)
    await person(voice(1), silence(0.3), voice(1))
    judging.gate.set()
    await settle()
    assert not [told for told in person.output.told if told.startswith("ended")]


async def test_words_that_come_after_speech_went_on_do_not_end_the_turn() -> None:
    transcribing = HeldLane()
    person = Person(0.9, transcribing=transcribing)
    assert await person(voice(1), silence(0.3)) == ["started", "stopped"]
    assert await person(voice(0.5)) == ["started"]
    transcribing.gate.set()
    assert await person(voice(0.5), silence(0.3)) == ["heard 2", "stopped", "ended 2"]


async def test_a_slow_transcript_outlasts_the_silence_limit() -> None:
    transcribing = HeldLane()
    person = Person(0.9, transcribing=transcribing)
    assert await person(voice(1), silence(3)) == ["started", "stopped"]
    transcribing.gate.set()
    await settle()
    assert person.output.told[-1] == "ended 1"


async def test_a_turn_ends_once() -> None:
    person = Person(0.9)
    told = await person(voice(1), silence(5))
    assert [line for line in told if line.startswith("ended")] == ["ended 1"]


async def test_patience_decides_how_sure_the_verdict_must_be() -> None:
    assert "ended 1" in await Person(0.45, FlowSettings(patience="low"))(voice(1), silence(0.3))
    assert "ended 1" not in await Person(0.45, FlowSettings(patience="medium"))(voice(1), silence(0.3))
    assert "ended 1" not in await Person(0.6, FlowSettings(patience="high"))(voice(1), silence(0.3))


async def test_sensitivity_changes_while_the_call_goes_on() -> None:
    person = Person(0.45)
    assert "ended 1" not in await person(voice(1), silence(0.3))
    await person(silence(2))
    person.turns.set_sensitivity("high", None)
    assert "ended 1" in await person(voice(1), silence(0.3))


async def test_words_come_while_a_long_sentence_is_spoken() -> None:
    told = await Person(0.9)(voice(5), silence(0.3))
    assert told[0] == "started"
    assert len([line for line in told if line.startswith("heard")]) == 4
    assert told[-1] == "ended 5"


async def test_a_busy_engine_is_not_asked_for_words_in_passing_twice() -> None:
    transcribing = HeldLane()
    await Person(0.9, transcribing=transcribing)(voice(10))
    assert transcribing.calls == 1


async def test_a_very_long_turn_keeps_all_its_words() -> None:
    person = Person(0.9)
    told = await person(voice(50), silence(0.3))
    assert sum(map(int, told[-1].removeprefix("ended ").split())) == pytest.approx(50, abs=1)
    assert all(asked <= 8 * RATE for asked in person.detector.asked)


async def test_noise_ends_as_a_turn_without_words() -> None:
    class Deaf:
        def transcribe(self, audio: NDArray[np.float32], hints: Hints = NO_HINTS) -> Transcript:
            return Transcript("", 0.9)

    assert await Person(0.9, stt=Deaf())(voice(1), silence(0.3)) == ["started", "stopped", "ended "]


async def test_a_muted_microphone_ends_the_open_turn() -> None:
    person = Person(0.1)
    await person(voice(1))
    person.turns.flush()
    await settle()
    assert person.output.told == ["started", "stopped", "heard 1", "ended 1"]


async def test_a_muted_microphone_ends_a_turn_whose_words_are_on_their_way() -> None:
    transcribing = HeldLane()
    person = Person(0.9, transcribing=transcribing)
    await person(voice(1), silence(0.3))
    person.turns.flush()
    transcribing.gate.set()
    await settle()
    assert person.output.told == ["started", "stopped", "heard 1", "ended 1"]


async def test_nothing_is_told_after_closing() -> None:
    transcribing = HeldLane()
    person = Person(0.9, transcribing=transcribing)
    await person(voice(1), silence(0.3))
    await person.turns.aclose()
    transcribing.gate.set()
    await settle()
    assert person.output.told == ["started", "stopped"]


async def test_a_failing_engine_ends_the_turn_without_words_and_is_logged() -> None:
    class Broken:
        def transcribe(self, audio: NDArray[np.float32], hints: Hints = NO_HINTS) -> Transcript:
            raise RuntimeError("out of memory")

        def complete(self, audio: NDArray[np.float32]) -> float:
            raise RuntimeError("out of memory")

    with capture_logs() as logs:
        told = await Person(0.9, stt=Broken(), detector=Broken())(voice(1), silence(1.5))
    assert told == ["started", "stopped", "ended "]
    assert {line["log_level"] for line in logs} == {"error"}


class Analysis:
    """Says how long the segment is, to the tenth of a second, and how often it was asked."""

    def __init__(self, lane: Callable[..., Any] = at_once) -> None:
        self._lane, self._asked = lane, 0

    async def __call__(self, audio: NDArray[np.float32], after: float) -> str:
        self._asked += 1
        length: str = await self._lane(lambda: f"{len(audio) / RATE:.1f} s")
        return f"{length} ({self._asked})" + (f" {after:.1f} s ago" if after else "")


async def test_the_sound_of_each_pause_is_analysed_and_told_with_its_words() -> None:
    person = Person(0.1, analyse=Analysis())
    told = await person(silence(1), voice(1), silence(0.5), voice(1), silence(1.5))
    assert told[1] == "heard 1, 1.4 s (1)"
    assert told[-3:] == ["heard 2, 2.9 s (2)", "stopped", "ended 2, 2.9 s (2)"]


async def test_all_of_a_long_turn_is_analysed_segment_by_segment() -> None:
    person = Person(0.1, analyse=Analysis())
    told = await person(silence(1), voice(14), silence(0.5), voice(2), silence(1.5))
    assert told[-1] == "ended 14 2, 14.8 s (2) 0.1 s ago, 2.1 s (3)"


async def test_words_told_while_speech_goes_on_come_without_an_analysis() -> None:
    assert (await Person(0.1, analyse=Analysis())(silence(1), voice(2)))[-1] == "heard 2"


async def test_an_analysis_of_a_pause_that_speech_overtook_is_not_told() -> None:
    lane = HeldLane()
    person = Person(0.9, analyse=Analysis(lane))
    assert await person(silence(1), voice(1), silence(0.3), voice(1)) == ["started", "stopped", "started"]
    lane.gate.set()
    assert (await person(silence(0.3)))[-1] == "ended 2, 2.7 s (2)"


async def test_the_end_is_held_back_while_asked_for_but_not_for_long() -> None:
    person = Person(0.9, hold=lambda: 5.0)
    assert await person(silence(1), voice(1), silence(0.7)) == ["started", "heard 1", "stopped"]
    assert await person(silence(0.2)) == ["ended 1"]


async def test_the_end_is_let_go_when_it_is_held_back_no_more() -> None:
    seconds = 0.6
    person = Person(0.9, hold=lambda: seconds)
    assert await person(silence(1), voice(1), silence(0.3)) == ["started", "heard 1", "stopped"]
    seconds = 0.0
    assert await person(silence(0.04)) == ["ended 1"]


async def test_the_silence_limit_is_held_back_likewise() -> None:
    person = Person(0.1, hold=lambda: 0.6)
    assert await person(silence(1), voice(1), silence(1.6)) == ["started", "heard 1", "stopped"]
    assert await person(silence(0.4)) == ["ended 1"]


async def test_who_goes_on_while_the_end_is_held_back_has_not_ended() -> None:
    person = Person(0.9, hold=lambda: 0.6)
    told = await person(silence(1), voice(1), silence(0.5), voice(1), silence(1))
    assert told == ["started", "heard 1", "stopped", "started", "heard 2", "stopped", "ended 2"]


async def test_a_microphone_that_is_gone_is_not_waited_for() -> None:
    person = Person(0.9, hold=lambda: 0.6)
    await person(silence(1), voice(1), silence(0.3))
    person.turns.flush()
    await settle()
    assert person.output.told[-1] == "ended 1"
