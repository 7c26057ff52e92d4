"""The log of inputs on a disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from visavis.conversation.inputs import EndRequested
from visavis.session.recorder import Recorder


@pytest.mark.parametrize("buffering", [1, 4096], ids=["at a line", "at the end"])
def test_a_full_disk_is_told_once_and_raises_nothing(buffering: int) -> None:
    recorder = Recorder(None, "c1")
    with Path("/dev/full").open("w", buffering=buffering) as full, capture_logs() as logged:
        recorder._file = full
        recorder.input(EndRequested(at=1.0, reason="over"))
        recorder.input(EndRequested(at=2.0, reason="over"))
        recorder.close()
    assert [line["event"] for line in logged] == ["recording given up"]
