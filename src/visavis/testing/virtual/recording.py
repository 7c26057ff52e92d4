"""A recorded conversation, read again: of a test, or of a real server."""

from __future__ import annotations

import json
from collections.abc import Iterable

from visavis.conversation.core import Conversation
from visavis.conversation.effects import Broadcast, Ignore
from visavis.conversation.log import decode
from visavis.testing.virtual.events import Events
from visavis.testing.virtual.timeline import LINES, Ignored, Timeline


def replayed(lines: Iterable[str]) -> Events:
    """The events of a log of inputs, to be tested like those of a conversation in virtual time.

    Args:
        lines: a JSON object each, as ``ScriptedConversation.save`` and the server write them: an open file.

    Raises:
        ValueError: a line is no input.
    """
    core, timeline = Conversation(), Timeline()
    events = Events(timeline=lambda: timeline.render(LINES))
    for line in lines:
        if not line.strip():
            continue
        happened = decode(json.loads(line))
        timeline.add(happened.at, happened)
        for effect in core.handle(happened):
            if isinstance(effect, Broadcast):
                timeline.add(happened.at, effect.event)
                events.append(effect.event)
            elif isinstance(effect, Ignore):
                timeline.add(happened.at, Ignored(effect.reason))
    return events
