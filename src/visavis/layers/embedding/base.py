"""What an embedding engine is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Safe to be used by several threads."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Blocking, some milliseconds a text.

        Args:
            texts: sentences or short paragraphs; what is longer than the model reads is cut.

        Returns:
            Shape (texts, dimensions), rows of length 1: the product of two is their similarity.
        """
        ...
