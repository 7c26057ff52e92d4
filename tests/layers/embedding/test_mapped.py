"""Weights are looked at where the file lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visavis.errors import ModelUnavailable
from visavis.layers.embedding.mapped import mapped
from visavis.layers.embedding.minilm import MODEL, MiniLM
from visavis.weights import find

VALUES = np.arange(6, dtype="<f4")
TENSOR = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}


def written(path: Path, header: Any, data: bytes = VALUES.tobytes(), align: int = 8) -> Path:
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8 + align - 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


@pytest.mark.parametrize("align", [8, 9], ids=["aligned", "not aligned"])
def test_tensors_are_the_files_and_cannot_be_written(tmp_path: Path, align: int) -> None:
    header = {"__metadata__": {"format": "pt"}, "a": TENSOR}
    path = written(tmp_path / "model", header, align=align)
    (name,) = tensors = mapped(path)
    assert name == "a"
    assert tensors["a"].flags.aligned
    assert np.array_equal(tensors["a"], VALUES.reshape(2, 3))
    if align == 8:
        with pytest.raises(ValueError, match="read-only"):
            tensors["a"][0, 0] = 1.0
        with path.open("r+b") as file:  # what the file says is what is seen: nothing was copied
            file.seek(-4, 2)
            file.write(np.float32(7.0).tobytes())
        assert tensors["a"][1, 2] == 7.0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        b"\xff" * 16,
        (2).to_bytes(8, "little") + b"[]",
        (8).to_bytes(8, "little") + b'{"a": 1}',
    ],
)
def test_what_is_no_such_file_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no whole safetensors file"):
        mapped(path)


@pytest.mark.parametrize(
    "changed", [{"data_offsets": [0, 28]}, {"shape": [7]}, {"dtype": "BF16"}, {"dtype": None}], ids=str
)
def test_a_tensor_that_is_not_there_is_missed_at_once(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no whole safetensors file"):
        mapped(written(tmp_path / "model", {"a": {**TENSOR, **changed}}))


def test_a_model_cut_short_is_none(tmp_path: Path) -> None:
    for name in ("tokenizer.json", "model.safetensors"):
        (tmp_path / name).write_bytes(
            (find(MODEL) / name).read_bytes()[: None if "json" in name else 1_000_000]
        )
    with pytest.raises(ModelUnavailable, match="no whole safetensors file"):
        MiniLM(tmp_path)
