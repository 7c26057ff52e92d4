"""How much the module itself says, as daily-python names it."""

from __future__ import annotations

import logging
import sys
from enum import Enum

import structlog


class LogLevel(Enum):
    """From nothing to everything."""

    Off = 0
    Error = 1
    Warn = 2
    Info = 3
    Debug = 4
    Trace = 5

    def __str__(self) -> str:
        return f"LogLevel.{self.name}"

    def __int__(self) -> int:
        return int(self.value)


_LEVELS = {
    LogLevel.Off: logging.CRITICAL,
    LogLevel.Error: logging.ERROR,
    LogLevel.Warn: logging.WARNING,
    LogLevel.Info: logging.INFO,
    LogLevel.Debug: logging.DEBUG,
    LogLevel.Trace: logging.DEBUG,
}

WEBRTC = ("aiortc", "aioice")
"""Loggers of the WebRTC stack, which say what Python prints unless it is told not to."""

_ours = False


def show(level: LogLevel) -> None:
    """Print the client's log lines of this level and above to standard error.

    A program that has set structlog up keeps its own setup.
    """
    global _ours
    for stack in WEBRTC:
        logging.getLogger(stack).setLevel(_LEVELS[level])
    if structlog.is_configured() and not _ours:
        return
    _ours = True
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def forget() -> None:
    """Undo what ``show`` has set."""
    global _ours
    for stack in WEBRTC:
        logging.getLogger(stack).setLevel(logging.NOTSET)
    if _ours:
        _ours = False
        structlog.reset_defaults()
