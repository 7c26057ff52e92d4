"""Emotions that a replica can show: one list for the two that the wire knows (PROTOCOL 1.2, 4)."""

from __future__ import annotations

from typing import Literal

Emotion = Literal[
    "neutral",
    "happy",
    "excited",
    "content",
    "sad",
    "angry",
    "scared",
    "surprised",
    "disgusted",
    "contempt",
]

NAMES: dict[str, Emotion] = {
    # <emotion value="…"/> in text
    "neutral": "neutral",
    "angry": "angry",
    "excited": "excited",
    "elated": "happy",
    "content": "content",
    "sad": "sad",
    "dejected": "sad",
    "scared": "scared",
    "contempt": "contempt",
    "disgusted": "disgusted",
    "surprised": "surprised",
    # conversation.set_emotion
    "happiness": "happy",
    "sadness": "sad",
    "anger": "angry",
    "fear": "scared",
    "surprise": "surprised",
    "disgust": "disgusted",
}


def emotion(name: str) -> Emotion:
    """The emotion that a client means; ``neutral`` for a name that is not known (PROTOCOL 1.2)."""
    return NAMES.get(name.strip().lower(), "neutral")
