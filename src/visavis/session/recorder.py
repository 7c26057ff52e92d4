"""Keeps a conversation's inputs, if the operator wants it: the log *is* the conversation."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TextIO

import structlog

from visavis.conversation.inputs import Input
from visavis.conversation.log import encode

log = structlog.get_logger(__name__)


class Recorder:
    """Writes one JSON line an input to ``{record_dir}/{conversation_id}.jsonl``.

    A disk that is full ends the record, not the conversation.

    Args:
        record_dir: None keeps nothing.
    """

    def __init__(self, record_dir: Path | None, conversation_id: str) -> None:
        self._file: TextIO | None = None
        if record_dir:
            record_dir.mkdir(parents=True, exist_ok=True)
            self._file = (record_dir / f"{conversation_id}.jsonl").open("w", encoding="utf-8")

    def input(self, happened: Input) -> None:
        """Keep this input."""
        if not self._file:
            return
        line = json.dumps(encode(happened)) + "\n"
        try:
            self._file.write(line)
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Flush and close the file."""
        if not self._file:
            return
        try:
            self._file.close()
        except OSError as error:
            self._give_up(error)
        self._file = None

    def _give_up(self, error: OSError) -> None:
        log.error("recording given up", reason=error.strerror)
        broken, self._file = self._file, None
        if broken:
            with contextlib.suppress(OSError):  # what it could not write it cannot flush either
                broken.close()
