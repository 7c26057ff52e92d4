import pytest

from visavis.session import inputlog
from visavis.session.perceiving import telling


@pytest.fixture(autouse=True)
def hasty(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told and logged is so a moment later; tests of how often have none of this."""
    if "telling" not in request.node.nodeid:
        monkeypatch.setattr(telling, "EVERY", 0.1)
        monkeypatch.setattr(inputlog, "EVERY", 0.05)
