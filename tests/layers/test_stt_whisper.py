from __future__ import annotations

import numpy as np
import pytest

from tests import material
from tests.layers.spoken import jfk, said, word_errors
from visavis.errors import ModelUnavailable
from visavis.layers.stt.base import Hints
from visavis.layers.stt.whisper import Whisper, loops, words_only
from visavis.layers.tts.hibari import HibariTTS


def test_human_speech_becomes_its_words(whisper: Whisper) -> None:
    transcript = whisper.transcribe(jfk())
    assert word_errors(material.CLIPS["jfk"].words, transcript.text) <= 1
    assert transcript.no_speech < 0.3


@pytest.mark.parametrize(
    "sentence",
    [
        "The quick brown fox jumps over the lazy dog near the river bank.",
        "What is the weather like in Paris tomorrow afternoon?",
        "Please send the report to my office before Monday.",
        "No, thank you.",
    ],
)
def test_synthesized_sentences_become_their_words(whisper: Whisper, hibari: HibariTTS, sentence: str) -> None:
    assert word_errors(sentence, whisper.transcribe(said(hibari, sentence)).text) <= 1


def test_hotwords_are_spelt_as_they_were_given(whisper: Whisper, hibari: HibariTTS) -> None:
    audio = said(hibari, "We use Tavus and Pipecat together.")
    assert "Tavus" not in whisper.transcribe(audio).text
    hinted = whisper.transcribe(audio, Hints(hotwords="Tavus, Pipecat")).text
    assert "Tavus and Pipecat" in hinted


def test_hotwords_are_not_heard_where_nothing_is_said(whisper: Whisper) -> None:
    silence = np.zeros(48_000, np.float32)
    assert whisper.transcribe(silence, Hints(hotwords="Tavus, Pipecat")).text == ""


def test_the_same_audio_gives_the_same_words(whisper: Whisper) -> None:
    assert whisper.transcribe(jfk()[:64_000]) == whisper.transcribe(jfk()[:64_000])


@pytest.mark.parametrize("seconds", [0.0, 0.05, 1.0, 30.0])
def test_silence_has_no_words(whisper: Whisper, seconds: float) -> None:
    transcript = whisper.transcribe(np.zeros(round(seconds * 16_000), np.float32))
    assert transcript.text == ""
    assert transcript.no_speech > 0.6


def test_noise_has_no_words(whisper: Whisper) -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, 48_000).astype(np.float32)
    assert whisper.transcribe(noise).text == ""


def test_as_much_as_the_window_holds_is_transcribed(whisper: Whisper) -> None:
    audio = np.concatenate((jfk(), jfk(), jfk()))[: 30 * 16_000]
    assert whisper.transcribe(audio).text.lower().count("fellow americans") >= 2


@pytest.mark.parametrize(
    ("text", "seconds", "looping"),
    [
        ("ask not what your country can do for you ask what you can do for your country", 8.0, False),
        ("no no no", 2.0, False),
        ("thank you very much thank you very much", 4.0, True),
        ("I am here I am here I am", 4.0, True),
        (" ".join(map(str, range(40))), 2.0, True),
        ("", 0.2, False),
    ],
)
def test_loops_are_noticed(text: str, seconds: float, looping: bool) -> None:
    assert loops(text, seconds) is looping


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[BLANK_AUDIO]", ""),
        ("(applause) Thank you.", "Thank you."),
        ("♪♪", ""),
        ("...", ""),
        ("Well, yes.", "Well, yes."),
    ],
)
def test_notes_on_sounds_are_no_words(text: str, words: str) -> None:
    assert words_only(text) == words


def test_a_missing_model_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path))
    with pytest.raises(ModelUnavailable, match="visavis models fetch"):
        Whisper()
