"""Texts of whoever makes a persona are read while everybody else waits: none may take long."""

from __future__ import annotations

import time

import pytest

from visavis.layers.perception import wording
from visavis.layers.perception.settings import LONGEST

HARMFUL = ["ed", "shake ", "nobody ", "a and ", ". "]


@pytest.mark.parametrize("piece", HARMFUL)
def test_no_text_takes_long_to_be_read(piece: str) -> None:
    text = (piece * LONGEST)[: LONGEST - 3] + "!x."
    began = time.process_time()
    for _ in range(5):
        for read in (wording.plain, wording.form, wording.sentences, wording.clauses, wording.condition):
            read(text)
        for ask in (wording.forbids, wording.beyond, wording.describes, wording.stems):
            ask(text)
    assert time.process_time() - began < 2.5


def test_what_ends_in_a_participle_says_what_goes_on() -> None:
    assert wording.describes("Hat removed!")
    assert not wording.describes("Go to bed") and not wording.describes("Led")
