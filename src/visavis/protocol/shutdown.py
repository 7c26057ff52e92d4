"""Why a call is over (PROTOCOL 3)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

REASONS = (
    "max_call_duration reached",
    "participant_left_timeout reached",
    "participant_absent_timeout reached",
    "bot_could_not_join_meeting_it_was_probably_ended",
    "daily_room_has_been_deleted",
    "exception_encountered_during_conversation_startup",
    "end_conversation_endpoint_hit",
    "internal error occurred at step x",
)
"""The documented ones; a server may have others."""

ShutdownReason = Annotated[str, Field(examples=list(REASONS))]
