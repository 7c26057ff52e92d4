"""What a persona asks perception: queries and tools, each with the signal that answers it, if one does.

Whoever prepares a conversation matches them (``matching``), so that whoever holds it needs no model for that;
they cross the process boundary as JSON.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, Field

Modality = Literal["vision", "audio"]
Fact = Literal["signal", "words", "seconds", "confidence", "yes"]
"""What a matched tool's argument is filled with: the signal's name, what was seen or heard in words, for how
long, how sure (0 to 1), or ``true``."""


def spelling(choices: Any, signal: str) -> str | None:
    """The one of a parameter's ``enum`` that names a signal: ``looking_away`` is ``looking away``."""
    named = choices if isinstance(choices, list) else ()
    return next((one for one in named if isinstance(one, str) and _bare(one) == _bare(signal)), None)


def _bare(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().lower()


class Query(BaseModel):
    """A question about how somebody looks or sounds."""

    text: str
    signal: str | None = None
    """A name in ``signals.SIGNALS``; None: the embedded signals cannot answer it."""
    opposite: bool = False
    """It asks for the contrary, such as whether somebody looks *at* the screen: yes where it is not so."""
    withheld: bool = False
    """It asks for a signal that may not be told: nobody answers it, a vision-language model neither."""


class Tool(BaseModel):
    """A function that perception calls."""

    name: str
    modality: Modality
    definition: dict[str, Any]
    """OpenAI's: ``{"type": "function", "function": {…}}``."""
    signal: str | None = None
    """As a query's."""
    ends: bool = False
    """It is called when the signal ends, not when it begins."""
    withheld: bool = False
    """As a query's."""
    arguments: dict[str, Fact] = Field(default_factory=dict)
    """What fills its parameters; those that are not named stay away."""
    frames: bool = True
    """Whether a call brings the picture that caused it."""
    api: bool = False
    """Its calls go to an API as well (``ToolSpec.api`` of this name)."""
