"""The languages that a conversation may be held in (``properties.language``)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

MULTILINGUAL = "multilingual"
"""Whatever language the user speaks."""

LANGUAGES = {
    "english": "en",
    "french": "fr",
    "german": "de",
    "spanish": "es",
    "portuguese": "pt",
    "chinese": "zh",
    "japanese": "ja",
    "hindi": "hi",
    "italian": "it",
    "korean": "ko",
    "dutch": "nl",
    "polish": "pl",
    "russian": "ru",
    "swedish": "sv",
    "turkish": "tr",
    "tagalog": "tl",
    "bulgarian": "bg",
    "romanian": "ro",
    "arabic": "ar",
    "czech": "cs",
    "greek": "el",
    "finnish": "fi",
    "croatian": "hr",
    "malay": "ms",
    "slovak": "sk",
    "danish": "da",
    "tamil": "ta",
    "ukrainian": "uk",
    "hungarian": "hu",
    "norwegian": "no",
    "vietnamese": "vi",
    "bengali": "bn",
    "thai": "th",
    "hebrew": "he",
    "georgian": "ka",
    "indonesian": "id",
    "telugu": "te",
    "gujarati": "gu",
    "kannada": "kn",
    "malayalam": "ml",
    "marathi": "mr",
    "punjabi": "pa",
}
"""The names that the hosted service takes, and their ISO 639-1 codes, which speech models know them by."""


def _known(name: str) -> str:
    """In lower case; empty for none."""
    name = name.strip().lower()
    if name and name != MULTILINGUAL and name not in LANGUAGES:
        raise ValueError(
            f"must be 'multilingual' or the full name of a language: {', '.join(sorted(LANGUAGES))}"
        )
    return name


Language = Annotated[str, AfterValidator(_known)]


def instruction(language: str) -> str:
    """What a language model is told of it; empty for none."""
    if language == MULTILINGUAL:
        return "Answer in the language that the user speaks."
    return f"Speak {language.capitalize()}, whatever language you are spoken to in." if language else ""
