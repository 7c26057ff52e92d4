from __future__ import annotations

import numpy as np
import pytest

from tests.layers.loudness import LoudnessVAD, silence, voice
from visavis.layers.conversational_flow.base import SAMPLE_RATE, VAD_FRAME
from visavis.layers.conversational_flow.flow import FlowSettings
from visavis.layers.conversational_flow.listener import (
    Listener,
    ListenerEvent,
    Resumed,
    SegmentEnded,
    SilenceLimit,
    SpeechContinues,
    SpeechPaused,
    SpeechStarted,
    SpeechStopped,
)


def listen(listener: Listener, *parts: np.ndarray) -> list[ListenerEvent]:
    return [event for part in parts for event in listener.feed(part)]


def kinds(events: list[ListenerEvent]) -> list[type]:
    return [type(event) for event in events]


def test_a_sentence_starts_pauses_stops_and_reaches_the_silence_limit() -> None:
    events = listen(Listener(LoudnessVAD()), silence(1), voice(1), silence(2))
    assert kinds(events) == [SpeechStarted, SpeechPaused, SpeechStopped, SilenceLimit]


def test_a_turn_begins_when_its_first_voiced_frame_was_heard() -> None:
    (started, *_) = listen(Listener(LoudnessVAD()), silence(1), voice(1))
    assert isinstance(started, SpeechStarted)
    assert started.at == pytest.approx(1.0, abs=2 * VAD_FRAME / SAMPLE_RATE)


def test_the_segment_holds_the_speech_and_a_little_from_before() -> None:
    events = listen(Listener(LoudnessVAD()), silence(2), voice(1), silence(0.15))
    paused = events[-1]
    assert isinstance(paused, SpeechPaused)
    seconds = len(paused.audio) / SAMPLE_RATE
    assert 1.3 < seconds < 1.5
    assert np.count_nonzero(np.abs(paused.audio) > 0.5) == pytest.approx(SAMPLE_RATE, abs=1)


def test_chunks_of_any_length_are_heard_alike() -> None:
    audio = np.concatenate((silence(1), voice(1), silence(2)))
    whole = Listener(LoudnessVAD()).feed(audio)
    listener = Listener(LoudnessVAD())
    pieces = [event for start in range(0, len(audio), 333) for event in listener.feed(audio[start:][:333])]
    assert kinds(whole) == kinds(pieces)
    assert [len(event.audio) for event in whole if isinstance(event, SpeechPaused | SpeechStopped)] == [
        len(event.audio) for event in pieces if isinstance(event, SpeechPaused | SpeechStopped)
    ]


def test_a_click_is_no_speech() -> None:
    assert listen(Listener(LoudnessVAD()), silence(1), voice(0.12), silence(1)) == []


def test_speech_after_a_pause_resumes_the_same_turn() -> None:
    events = listen(Listener(LoudnessVAD()), silence(1), voice(1), silence(0.3), voice(1), silence(0.3))
    assert kinds(events) == [SpeechStarted, SpeechPaused, SpeechStopped, Resumed, SpeechPaused, SpeechStopped]
    last_pause = events[-2]
    assert isinstance(last_pause, SpeechPaused)
    assert np.count_nonzero(np.abs(last_pause.audio) > 0.5) == pytest.approx(2 * SAMPLE_RATE, abs=1)


def test_a_click_in_a_pause_does_not_resume() -> None:
    events = listen(Listener(LoudnessVAD()), voice(1), silence(0.5), voice(0.03), silence(1.5))
    assert Resumed not in kinds(events)
    assert kinds(events)[-1] is SilenceLimit


def test_speech_resumes_even_after_the_silence_limit_while_nobody_ended_the_turn() -> None:
    events = listen(Listener(LoudnessVAD()), voice(1), silence(3), voice(1))
    assert kinds(events)[-1] is Resumed


def test_after_the_end_of_a_turn_speech_begins_another() -> None:
    listener = Listener(LoudnessVAD())
    listen(listener, voice(1), silence(0.5))
    listener.end_turn()
    assert not listener.in_turn
    assert kinds(listen(listener, silence(0.5), voice(1))) == [SpeechStarted]


@pytest.mark.parametrize(
    ("interruptibility", "needed"), [("high", 0.2), ("medium", 0.3), ("low", 0.5), ("verylow", 0.9)]
)
def test_over_the_replica_it_takes_more_speech_to_begin_a_turn(interruptibility, needed: float) -> None:
    def hear(seconds: float) -> list[ListenerEvent]:
        listener = Listener(LoudnessVAD(), FlowSettings(interruptibility=interruptibility))
        listener.replica_speaking = True
        return listen(listener, silence(1), voice(seconds), silence(2))

    assert hear(needed - 0.1) == []
    assert kinds(hear(needed + 0.1))[0] is SpeechStarted


def test_a_barge_in_keeps_the_words_that_announced_it() -> None:
    listener = Listener(LoudnessVAD(), FlowSettings(interruptibility="low"))
    listener.replica_speaking = True
    paused = listen(listener, silence(1), voice(2), silence(0.15))[-1]
    assert isinstance(paused, SpeechPaused)
    assert np.count_nonzero(np.abs(paused.audio) > 0.5) == pytest.approx(2 * SAMPLE_RATE, abs=1)


@pytest.mark.parametrize("patience", ["low", "medium", "high"])
def test_patience_sets_the_silence_limit(patience) -> None:
    settings = FlowSettings(patience=patience)
    listener = Listener(LoudnessVAD(), settings)
    events = listen(listener, voice(1), silence(settings.silence_limit - 0.1))
    assert SilenceLimit not in kinds(events)
    assert kinds(listen(listener, silence(0.2))) == [SilenceLimit]


def test_unbroken_speech_is_reported_now_and_then() -> None:
    events = listen(Listener(LoudnessVAD()), voice(7))
    assert kinds(events) == [SpeechStarted] + [SpeechContinues] * 4
    lengths = [len(event.audio) for event in events if isinstance(event, SpeechContinues)]
    assert lengths == sorted(set(lengths))


def test_a_long_turn_is_cut_when_speech_resumes_after_a_pause() -> None:
    events = listen(Listener(LoudnessVAD()), voice(15), silence(0.3), voice(2), silence(0.15))
    (ended,) = [event for event in events if isinstance(event, SegmentEnded)]
    rest = events[-1]
    assert isinstance(rest, SpeechPaused)
    assert len(ended.audio) / SAMPLE_RATE == pytest.approx(15.25, abs=0.1)
    assert len(rest.audio) / SAMPLE_RATE == pytest.approx(2.2, abs=0.1)


def test_speech_without_a_pause_is_cut_at_its_quietest_before_the_limit() -> None:
    speaking = np.concatenate((voice(22), voice(0.1, 0.6), voice(20)))
    segments = [
        event.audio for event in listen(Listener(LoudnessVAD()), speaking) if isinstance(event, SegmentEnded)
    ]
    assert len(segments[0]) / SAMPLE_RATE == pytest.approx(22.0, abs=0.1)
    assert all(len(segment) <= 24.1 * SAMPLE_RATE for segment in segments)


def test_cutting_loses_no_sample() -> None:
    listener = Listener(LoudnessVAD())
    count = 0
    for event in listen(listener, silence(1), voice(50), silence(0.3), voice(3), silence(0.12)):
        if isinstance(event, SegmentEnded):
            count += np.count_nonzero(np.abs(event.audio) > 0.5)
    count += np.count_nonzero(np.abs(event.audio) > 0.5)
    assert count == pytest.approx(53 * SAMPLE_RATE, abs=1)


def test_a_microphone_that_goes_away_ends_as_silence_would() -> None:
    listener = Listener(LoudnessVAD())
    listen(listener, voice(1))
    assert kinds(listener.flush()) == [SpeechPaused, SpeechStopped, SilenceLimit]


def test_a_silent_microphone_may_go_away() -> None:
    listener = Listener(LoudnessVAD())
    listen(listener, silence(1))
    assert listener.flush() == []


def test_the_vad_starts_afresh_in_long_silence() -> None:
    vad = LoudnessVAD()
    listen(Listener(vad), silence(7))
    assert vad.resets == 3


def test_a_vad_is_never_reset_within_a_turn() -> None:
    vad = LoudnessVAD()
    listen(Listener(vad, FlowSettings(patience="utmost")), voice(1), silence(3.4))
    assert vad.resets == 0


def test_sensitivity_says_patience_the_other_way_round_and_auto_restores_the_persona() -> None:
    persona = FlowSettings(patience="high", interruptibility="low")
    changed = persona.sensed("high", "high", persona)
    assert changed == FlowSettings(patience="low", interruptibility="high")
    assert changed.sensed(None, "auto", persona) == FlowSettings(patience="low", interruptibility="low")
    assert changed.sensed("auto", None, persona) == FlowSettings(patience="high", interruptibility="high")


def test_less_sensitivity_is_never_quicker() -> None:
    scale = ("superlow", "verylow", "low", "medium", "high")
    persona = FlowSettings()
    settings = [persona.sensed(word, word, persona) for word in scale]
    assert [s.silence_limit for s in settings] == sorted((s.silence_limit for s in settings), reverse=True)
    assert [s.completeness for s in settings] == sorted((s.completeness for s in settings), reverse=True)
    assert [s.barge_in for s in settings] == sorted((s.barge_in for s in settings), reverse=True)
