"""What speech to text keeps in a worker's memory from one utterance to the next."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

from visavis.server.workers.worker_process import ENVIRONMENT

LISTENING = """
import ctypes
import numpy as np
from visavis.layers.stt.whisper import Whisper

class Malloc(ctypes.Structure):
    _fields_ = [(str(index), ctypes.c_size_t) for index in range(10)]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Malloc
whisper = Whisper()
used = []
for tenths in range(10, 26):
    whisper.transcribe(np.zeros(1600 * tenths, np.float32))
    used.append(getattr(libc.mallinfo2(), "7"))
print(used[-1] - used[3])
"""
"""Utterances of ever new lengths; prints by how many bytes the blocks in use grew after the first ones."""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="only glibc says how much is in use")
def test_new_lengths_of_speech_take_no_more_memory_in_a_worker() -> None:
    listening = [sys.executable, "-c", LISTENING]
    found = subprocess.run(listening, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) < 5_000_000
