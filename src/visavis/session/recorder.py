"""Keeps a conversation's inputs, if the operator wants it: the log *is* the conversation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

from visavis.conversation.inputs import Input
from visavis.conversation.log import encode


class Recorder:
    """Writes one JSON line an input to ``{record_dir}/{conversation_id}.jsonl``.

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
        if self._file:
            self._file.write(json.dumps(encode(happened)) + "\n")

    def close(self) -> None:
        """Flush and close the file."""
        if self._file:
            self._file.close()
            self._file = None
