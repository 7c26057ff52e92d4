"""ONNX sessions that leave the other cores alone."""

from __future__ import annotations

from typing import Any

import onnxruntime


def session(model: str | bytes, threads: int = 1) -> Any:
    """An ``onnxruntime.InferenceSession`` on the CPU. Its ``run`` may be called from several threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # a spinning pool thread takes a core from the encoder and the other engines
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
