"""The names of interactions: acknowledgements, which go to everybody, carry them."""

from __future__ import annotations

import uuid

from visavis.protocol.codec import LONGEST_EVENT_ID

_RESULT_OF = "tool_result "


def new_name() -> str:
    """One that nobody has used."""
    return uuid.uuid4().hex


def name_of_result(tool_call_id: str) -> str:
    """A name from which others learn, by the acknowledgement, whose result was given, also by REST."""
    name = f"{_RESULT_OF}{tool_call_id}"
    return name if len(name) <= LONGEST_EVENT_ID else new_name()


def call_of_result(event_id: str) -> str | None:
    """The ``tool_call_id`` whose result has this name; None if it is no result's."""
    return event_id.removeprefix(_RESULT_OF) if event_id.startswith(_RESULT_OF) else None
