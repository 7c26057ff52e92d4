"""What ``visavis.testing`` offers."""

from __future__ import annotations

import pytest

import visavis.testing


@pytest.mark.parametrize("name", visavis.testing.__all__)
def test_what_is_offered_is_there(name: str) -> None:
    assert getattr(visavis.testing, name) is not None
    assert name in visavis.testing._HOMES


def test_what_is_not_offered_is_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'ScriptedEverything'"):
        visavis.testing.ScriptedEverything  # noqa: B018
