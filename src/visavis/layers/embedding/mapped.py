"""A safetensors file, mapped into memory instead of read: its pages are the file's, shared and reclaimable.

The library's own reader copies every tensor.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LENGTH = 8
"""Bytes before the header that say how long it is."""
_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1"}


def mapped(path: Path) -> Mapping[str, NDArray[Any]]:
    """The tensors of a file by their names, read only. What is never looked at is never read.

    The file must not be cut while it is used; to be removed or replaced does it no harm.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it is no whole safetensors file, or holds a type that is not among those above.
    """
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        start = _LENGTH + int.from_bytes(content[:_LENGTH], "little")
        header = json.loads(content[_LENGTH:start])
        return {
            name: _tensor(content, start, **about) for name, about in header.items() if name != "__metadata__"
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no whole safetensors file of a known type: {error}") from error


def _tensor(
    content: mmap.mmap, start: int, dtype: str, shape: list[int], data_offsets: tuple[int, int]
) -> NDArray[Any]:
    kind = np.dtype(_TYPES[dtype])
    first, last = data_offsets
    flat = np.frombuffer(content, kind, (last - first) // kind.itemsize, start + first)
    # numpy multiplies what is not aligned without BLAS; today's writers align, older ones did not
    return np.require(flat, requirements="A").reshape(shape)
