"""all-MiniLM-L6-v2 on the CPU, offline: 384 dimensions, English."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from visavis import weights
from visavis.errors import ModelUnavailable
from visavis.layers.embedding.bert import Bert
from visavis.layers.embedding.mapped import mapped

MODEL = "all-minilm-l6-v2"
"""The store's name of it."""
LONGEST = 256
"""Tokens that it reads of a text."""
_HEADS = 12
_AT_ONCE = 32


class MiniLM:
    """``Embedder``. Loads at once; some 3 ms a sentence.

    It holds 12 MB of its own, and 40 MB and more of the file's pages, which the system may take back.

    Args:
        folder: with the model's files; default: the store's.

    Raises:
        ModelUnavailable: no folder was given and the store has none, or the weights are no such file.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or weights.find(MODEL)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()
        try:
            self._bert = Bert(mapped(folder / "model.safetensors"), _HEADS)
        except ValueError as error:
            raise ModelUnavailable(MODEL, str(error)) from error

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See ``Embedder``."""
        # texts of about one length together: what fills up the shorter ones costs as much as words
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        rows = np.empty((len(texts), 384), np.float32)
        for start in range(0, len(order), _AT_ONCE):
            chosen = order[start : start + _AT_ONCE]
            rows[chosen] = self._embedded([texts[index] for index in chosen])
        return rows

    def _embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(list(texts))
        tokens = np.array([one.ids for one in encoded], np.int64)
        real = np.array([one.attention_mask for one in encoded], np.bool_)
        states = self._bert(tokens, real) * real[:, :, None]
        mean = states.sum(axis=1) / real.sum(axis=1, keepdims=True)
        unit: NDArray[np.float32] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit
