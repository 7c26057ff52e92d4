"""The encoder of a BERT, in numpy: small sentence models need nothing heavier."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


class Bert:
    """Args: ``weights``: by their names in the upstream's file. ``heads``: of the attention."""

    def __init__(self, weights: Mapping[str, Array], heads: int) -> None:
        self._weights, self._heads = weights, heads
        self._layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder."))

    def __call__(self, tokens: NDArray[np.int64], real: NDArray[np.bool_]) -> Array:
        """The last layer's states.

        Args:
            tokens: shape (texts, length).
            real: likewise; False where a text is filled up.

        Returns:
            Shape (texts, length, dimensions).
        """
        words = self._weights["embeddings.word_embeddings.weight"][tokens]
        places = self._weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        states = self._norm(words + places + kind, "embeddings.LayerNorm")
        unseen = np.where(real, 0.0, -1e9).astype(np.float32)[:, None, None, :]
        for number in range(self._layers):
            layer = f"encoder.layer.{number}"
            heard = self._attend(states, unseen, f"{layer}.attention")
            states = self._norm(states + heard, f"{layer}.attention.output.LayerNorm")
            inner = _gelu(self._dense(states, f"{layer}.intermediate.dense"))
            outer = self._dense(inner, f"{layer}.output.dense")
            states = self._norm(states + outer, f"{layer}.output.LayerNorm")
        return states

    def _attend(self, states: Array, unseen: Array, name: str) -> Array:
        texts, length, width = states.shape

        def split(part: str) -> Array:
            whole = self._dense(states, f"{name}.self.{part}")
            return whole.reshape(texts, length, self._heads, -1).transpose(0, 2, 1, 3)

        query, key, value = split("query"), split("key"), split("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width // self._heads)) + unseen
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return self._dense(mixed.transpose(0, 2, 1, 3).reshape(texts, length, width), f"{name}.output.dense")

    def _dense(self, states: Array, name: str) -> Array:
        # one flat product: numpy multiplies stacked ones with a turned matrix without BLAS, many times slower
        flat = states.reshape(-1, states.shape[-1]) @ self._weights[f"{name}.weight"].T
        return (flat + self._weights[f"{name}.bias"]).reshape(*states.shape[:-1], -1)

    def _norm(self, states: Array, name: str) -> Array:
        centred = states - states.mean(axis=-1, keepdims=True)
        scale = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        normed: Array = centred / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normed


def _gelu(x: Array) -> Array:
    return x * (0.5 + 0.5 * _erf(x / np.float32(np.sqrt(2.0))))


def _erf(x: Array) -> Array:
    """Within 1.5e-7 (Abramowitz and Stegun, 7.1.26); numpy has none."""
    t = 1.0 / (1.0 + 0.3275911 * np.abs(x))
    powers = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return (np.sign(x) * (1.0 - powers * np.exp(-np.square(x)))).astype(np.float32)
