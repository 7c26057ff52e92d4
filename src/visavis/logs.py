"""Structured logs, the same for the server and its workers; nothing in them opens a room or quotes a user."""

from __future__ import annotations

import hashlib
import logging
import sys
import traceback
from typing import Literal

import structlog
from structlog.typing import ExcInfo, Processor

from visavis.errors import VisavisError

SPEAKABLE = (VisavisError, ImportError, AttributeError, TypeError)
"""Errors whose messages quote no values; what ``int``, a dictionary or Pydantic says may be a user's."""


def short(identifier: str) -> str:
    """A name for a conversation or participant that is safe to log: ids open doors (DESIGN rule 10)."""
    return hashlib.sha256(identifier.encode()).hexdigest()[:8]


def configure(
    log_format: Literal["console", "json"] = "console",
    level: str = "info",
    **bound: object,
) -> None:
    """Send our own and the libraries' log lines to standard error in one format.

    Args:
        log_format: coloured lines for a terminal, or one JSON object a line.
        level: the lowest level shown.
        bound: fields that every line of this process carries, e.g. ``worker=1``.
    """
    shared: list[Processor] = [
        lambda _logger, _method, event: {**bound, **event},
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(discreet_traceback),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        # Tracebacks are text by now; the default formatter would ask for them as they were.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("visavis").setLevel(level.upper())


def discreet_traceback(exc_info: ExcInfo) -> str:
    """Where errors came from and of what kind they are, without local variables and quoted values."""
    told: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        told.append("".join(traceback.format_tb(error.__traceback__)) + _named(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nled to\n".join(reversed(told))


def _named(error: BaseException) -> str:
    kind = type(error).__qualname__
    if isinstance(error, OSError):
        return f"{kind}: {error.strerror}" if error.strerror else kind
    return f"{kind}: {error}" if isinstance(error, SPEAKABLE) else kind
