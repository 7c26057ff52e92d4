"""Whether the configured vision-language model sees what it is shown."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator

import av
import numpy as np

from visavis.cli.checks import Check
from visavis.config import Settings
from visavis.errors import InferenceFailed
from visavis.layers.perception.jpeg import jpeg
from visavis.layers.perception.settings import PerceptionLayer
from visavis.layers.perception.vision import asking
from visavis.layers.perception.vision.base import Photo, Shot
from visavis.layers.perception.vision.model import Model
from visavis.server.vision import vision_spec

TITLE = "vision endpoint"
QUESTION = "Which colour is this picture? Answer with one English word."
TOKENS, PATIENCE = 400, 60.0
"""Enough for a model that thinks first."""


def run(settings: Settings) -> Iterator[Check]:
    """It is shown a red picture; nothing, when none is configured."""
    if not settings.vision_base_url:
        return
    name = f"{settings.vision_model or 'no model'} at {settings.vision_base_url}"
    remedy = "check VISAVIS_VISION_BASE_URL, VISAVIS_VISION_API_KEY and VISAVIS_VISION_MODEL"
    began = time.monotonic()
    try:
        answer = asyncio.run(_ask(settings))
    except InferenceFailed as error:
        yield Check(TITLE, "missing", f"{name}: {error}", remedy)
        return
    seconds = time.monotonic() - began
    if re.search(r"\bred\b", answer, re.IGNORECASE):
        yield Check(TITLE, "ok", f"{name} answers in {seconds:.1f} s")
    else:
        detail = (
            f"{name} answered in {seconds:.1f} s, but not with the colour of the red picture it was shown"
        )
        yield Check(TITLE, "missing", detail, "set VISAVIS_VISION_MODEL to a model that takes pictures")


async def _ask(settings: Settings) -> str:
    endpoint = vision_spec(PerceptionLayer(), settings)
    assert endpoint is not None
    red = av.VideoFrame.from_ndarray(np.full((64, 64, 3), (220, 20, 20), np.uint8), format="rgb24")
    photo = Photo(Shot("", "camera", 0.0, red), jpeg(red, 64))
    messages = [{"role": "user", "content": [asking.text(QUESTION), asking.image(photo)]}]
    model = Model(endpoint, TOKENS)
    try:
        return (await model.ask(messages, [], PATIENCE)).text
    finally:
        await model.aclose()
