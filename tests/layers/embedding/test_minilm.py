"""Sentences that mean the same lie close together, as the upstream's own figures say."""

import numpy as np
import pytest

from visavis.layers.embedding.minilm import LONGEST, MiniLM


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_similarities_are_those_that_the_upstream_publishes(minilm: MiniLM) -> None:
    person, dog, happier, sunny = minilm.embed(
        [
            "That is a happy person",
            "That is a happy dog",
            "That is a very happy person",
            "Today is a sunny day",
        ]
    )
    assert [person @ dog, person @ happier, person @ sunny] == pytest.approx(
        [0.69457, 0.94292, 0.25688], abs=2e-4
    )


def test_each_text_has_its_own_row_whatever_stands_beside_it(minilm: MiniLM) -> None:
    texts = ["The user smiles.", "no", "A long question about whether anybody has left the room by now?"]
    together = minilm.embed(texts)
    assert together.shape == (3, 384)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    alone = np.concatenate([minilm.embed([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


def test_what_is_too_long_is_cut_and_nothing_is_something(minilm: MiniLM) -> None:
    cut, longer = minilm.embed(["word " * LONGEST, "word " * 10 * LONGEST])
    assert cut @ longer == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(minilm.embed([""])).all()
    assert minilm.embed([]).shape == (0, 384)
