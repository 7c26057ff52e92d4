from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.layers.spoken import said, word_errors
from visavis.errors import EngineMissing
from visavis.layers.stt.whisper import Whisper
from visavis.layers.tts import hibari as module
from visavis.layers.tts.base import PhoneticTTS, Speech, Spelled
from visavis.layers.tts.hibari import HibariTTS

SENTENCE = "The boy put a big apple above the table by the pool."


def envelope(speech: Speech) -> np.ndarray:
    """Loudness in dB every 5 ms."""
    frames = speech.samples[: len(speech.samples) // 120 * 120].reshape(-1, 120)
    return 10 * np.log10(np.square(frames).mean(axis=1) + 1e-10)


def check_timing(speech: Speech, text: str, rate: int) -> None:
    duration = len(speech.samples) / rate
    assert speech.words[-1].text_end == len(text)
    ends = [word.text_end for word in speech.words]
    assert ends == sorted(set(ends))
    moments = [word.end for word in speech.words]
    assert moments == sorted(moments)
    assert moments[0] >= 0 and moments[-1] <= duration + 1e-6
    edges = [edge for phoneme in speech.phonemes for edge in (phoneme.start, phoneme.end)]
    assert edges == pytest.approx(sorted(edges))
    assert edges[0] >= 0 and edges[-1] <= duration + 1e-6
    assert all(len(phoneme.symbol) <= 1 for phoneme in speech.phonemes)


def test_what_it_says_is_understood(hibari: HibariTTS, whisper: Whisper) -> None:
    assert word_errors(SENTENCE, whisper.transcribe(said(hibari, SENTENCE)).text) <= 1


def test_the_same_text_always_sounds_the_same(hibari: HibariTTS) -> None:
    assert np.array_equal(hibari.synthesize(SENTENCE).samples, hibari.synthesize(SENTENCE).samples)


def test_every_word_ends_when_it_has_been_said(hibari: HibariTTS) -> None:
    speech = hibari.synthesize(SENTENCE)
    check_timing(speech, SENTENCE, hibari.sample_rate)
    assert [SENTENCE[: word.text_end].split()[-1] for word in speech.words] == SENTENCE.split()
    assert len({word.end for word in speech.words}) == len(speech.words)


def test_speech_cut_at_a_word_holds_the_words_before(hibari: HibariTTS, whisper: Whisper) -> None:
    speech = hibari.synthesize("We will meet again on Monday, and then we go to Chicago.")
    monday = speech.words[5]
    cut = Speech(speech.samples[: round(monday.end * hibari.sample_rate)], (), ())
    assert len(cut.samples) < len(speech.samples)
    resampled = np.interp(
        np.arange(0, len(cut.samples), 1.5), np.arange(len(cut.samples)), cut.samples
    ).astype(np.float32)
    assert word_errors("We will meet again on Monday", whisper.transcribe(resampled).text) <= 1


def test_lips_close_when_the_sound_is_stopped(hibari: HibariTTS) -> None:
    dips = []
    for text in (
        SENTENCE,
        "I keep a copy of every paper book upstairs.",
        "Probably nobody happened to help.",
    ):
        speech = hibari.synthesize(text)
        loudness = envelope(speech)
        for phoneme in speech.phonemes[1:-1]:
            if phoneme.symbol in {"p", "b"}:
                middle = (phoneme.start + phoneme.end) / 2
                first = max(0, round((middle - 0.1) * 200))
                around = loudness[first : round((middle + 0.1) * 200)]
                dips.append((first + int(np.argmin(around))) / 200 - middle)
    assert len(dips) > 10
    assert abs(np.median(dips)) < 0.03


def test_little_silence_is_left_before_and_behind(hibari: HibariTTS) -> None:
    samples = hibari.synthesize("Hello.").samples
    audible = np.flatnonzero(np.abs(samples) > 0.01)
    assert audible[0] <= 0.06 * hibari.sample_rate + 1
    assert len(samples) - audible[-1] <= 0.25 * hibari.sample_rate + 1


@pytest.mark.parametrize(
    "text", ["", "   ", "...", "(" * 500, "?!", "🙂", "🙂 👍🏽", "**", "日本語", "\n\n", "<br/>"]
)
def test_nothing_to_say_is_empty(hibari: HibariTTS, text: str) -> None:
    speech = hibari.synthesize(text)
    assert (len(speech.samples), speech.phonemes, speech.words) == (0, (), ())


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("**Never** say `never`.", "never say never"),
        ("Ask [our team](https://www.example.com/a?b=c) 🙂", "ask our team"),
        ("It costs $9.99 today.", "it costs $9.99 today"),
        ('<emotion value="excited"/> What a day!', "what a day"),
        ("Visit https://www.example.com/path?query=1 now.", "visit example dot com now"),
    ],
)
def test_markup_is_not_spoken(hibari: HibariTTS, whisper: Whisper, text: str, heard: str) -> None:
    check_timing(hibari.synthesize(text), text, hibari.sample_rate)
    transcript = whisper.transcribe(said(hibari, text)).text.replace("example.com", "example dot com")
    assert word_errors(heard, transcript) <= 1


def test_several_sentences_are_one_segment(hibari: HibariTTS) -> None:
    text = "Yes. I can do that! Shall we begin?  "
    check_timing(hibari.synthesize(text), text, hibari.sample_rate)


@pytest.mark.parametrize(
    "text",
    ["a" * 1000, "word " * 120, "1" * 60, "ab-" * 60, "① x² ½ ⑳", "I paid 1,234,567.89 at 7:30 pm " * 4],
)
def test_overlong_text_is_spoken_in_pieces(hibari: HibariTTS, text: str) -> None:
    check_timing(hibari.synthesize(text), text, hibari.sample_rate)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_no_text_raises(hibari: HibariTTS, text: str) -> None:
    speech = hibari.synthesize(text)
    if len(speech.samples):
        check_timing(speech, text, hibari.sample_rate)


def test_a_word_is_said_by_the_sounds_that_are_given(hibari: HibariTTS) -> None:
    text = "I met Siobhan, in New York."
    given = [Spelled(6, 13, "/ʃɪˈvɔːn/"), Spelled(18, 26, "ˈtʃeɪndʒd")]
    speech = hibari.pronounce(text, given)
    sounds = "".join(phoneme.symbol for phoneme in speech.phonemes)
    assert "ʃɪvɔn" in sounds and "tʃeɪndʒd" in sounds and "jɔɹk" not in sounds
    check_timing(speech, text, hibari.sample_rate)
    assert [text[: word.text_end].split()[-1] for word in speech.words] == [
        "I",
        "met",
        "Siobhan,",
        "in",
        "York.",
    ]
    assert isinstance(hibari, PhoneticTTS)


def test_another_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MODEL_SHA256", "0" * 64)
    with pytest.raises(EngineMissing, match=r"install 0\.2\.1"):
        HibariTTS()
