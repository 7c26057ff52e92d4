"""Why a call is over (PROTOCOL 3); which of them means what here is in docs/protocol.md."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

ENDED = "end_conversation_endpoint_hit"
DELETED = "daily_room_has_been_deleted"
ENDED_WHILE_IT_BEGAN = "bot_could_not_join_meeting_it_was_probably_ended"
STARTUP_FAILED = "exception_encountered_during_conversation_startup"

REASONS = (
    "max_call_duration reached",
    "participant_left_timeout reached",
    "participant_absent_timeout reached",
    ENDED_WHILE_IT_BEGAN,
    DELETED,
    STARTUP_FAILED,
    ENDED,
    "internal error occurred at step x",
)
"""The documented ones; a server may have others."""

SESSION_CRASHED = "internal error occurred at step session"
WORKER_LOST = "internal error occurred at step worker"
SERVER_CRASHED = "internal error occurred at step server"

SERVER_STOPPED = "server_shutdown"
"""Of this server: its operator stopped it, which is no error."""
TEST_MODE = "test_mode"
"""Of this server: nothing ever happened in it."""

ShutdownReason = Annotated[str, Field(examples=list(REASONS))]
