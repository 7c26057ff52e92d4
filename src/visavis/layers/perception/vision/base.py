"""What a look through a vision-language model is given, and what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from visavis.layers.llm.openai import Endpoint
from visavis.layers.perception.asked import Query, Tool
from visavis.layers.perception.base import Origin
from visavis.layers.perception.settings import EmotionRecognition

AGED = 1.5
"""Seconds from which what was seen is told with its age."""
_STEPS = (2, 3, 5, 7, 10, 15, 20, 30, 45, 60)
"""Seconds that are told: words that changed with every second would be told anew with every second."""
FORGOTTEN = 60.0
"""Seconds after which it is not told any more."""


class VisionEndpoint(Endpoint, Protocol):
    """Where the model is and how often it may be asked; ``session.spec.VisionSpec`` has this shape."""

    interval: float
    max_requests: int


class Wanted(Protocol):
    """What a persona wants to know; ``session.spec.PerceptionSpec`` has this shape."""

    @property
    def emotion_recognition(self) -> EmotionRecognition:
        """Only ``full`` lets moods be told."""
        ...

    @property
    def visual_queries(self) -> Sequence[Query]:
        """Answered with every look."""
        ...

    @property
    def analysis_queries(self) -> Sequence[Query]:
        """Answered once, at the end."""
        ...

    @property
    def visual_tool_prompt(self) -> str:
        """When to call tools."""
        ...

    @property
    def tools(self) -> Sequence[Tool]:
        """Of both modalities."""
        ...


@dataclass(frozen=True, slots=True)
class Shot:
    """The newest frame of one camera or shared screen.

    Attributes:
        at: seconds on the conversation's clock.
        frame: an ``av.VideoFrame`` of any size and pixel format.
    """

    participant_id: str
    origin: Origin
    at: float
    frame: Any


class Frames(Protocol):
    """Whoever keeps the newest frames."""

    def newest(self) -> Sequence[Shot]:
        """One shot of each camera and shared screen that is on now. Does not wait."""
        ...


@dataclass(frozen=True, slots=True)
class Photo:
    """A shot as it was sent.

    Attributes:
        jpeg: the file.
    """

    shot: Shot
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Observation:
    """What the model says of one participant; times in seconds on the conversation's clock.

    Attributes:
        frame_at: when the (oldest) frame that it was shown was taken.
        asked_at: when it was shown.
        answered_at: when it had answered.
        holds_at: when the newest frame was taken that looks the same.
        appearance: who is there and what they do.
        emotions: as they show; always empty unless emotion recognition is ``full``.
        screenshare: what the shared screen shows.
        answers: to the visual queries that no signal answers, by their number from 1.
    """

    participant_id: str
    frame_at: float
    asked_at: float
    answered_at: float
    holds_at: float
    appearance: str = ""
    emotions: str = ""
    screenshare: str = ""
    answers: dict[int, str] = field(default_factory=dict)

    def age(self, now: float) -> float:
        """Seconds since it was last known to be so."""
        return max(0.0, now - self.holds_at)

    def appearance_words(self, now: float) -> str:
        """Appearance and answers for the LLM, with their age if that matters."""
        return aged(" ".join(filter(None, (self.appearance, *self.answers.values()))), self.age(now))

    def emotion_words(self, now: float) -> str:
        """Likewise."""
        return aged(self.emotions, self.age(now))

    def screenshare_words(self, now: float) -> str:
        """Likewise."""
        return aged(self.screenshare, self.age(now))


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The model calls a tool.

    Attributes:
        participant_id: who was looked at.
        arguments: as the model gave them; those that are required are there.
        photos: what it was shown.
        frame_at: when the (oldest) frame that it was shown was taken, seconds.
        answered_at: when it had answered, likewise.
    """

    participant_id: str
    name: str
    arguments: dict[str, Any]
    photos: tuple[Photo, ...]
    frame_at: float
    answered_at: float


def aged(text: str, age: float) -> str:
    """A text that says how old it is when that matters, to the nearest step; an empty one stays empty."""
    if not text or age <= AGED:
        return text
    return f"{text} (seen {min(_STEPS, key=lambda step: abs(step - age))} s ago)"
