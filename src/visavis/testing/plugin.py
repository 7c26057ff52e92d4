"""The pytest plugin: ``conversation`` in virtual time, and ``visavis_server``, the real one.

Loaded by pytest itself (entry point ``pytest11``), in every project of an environment: so nothing of visavis
is imported before a fixture is used.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from visavis.testing.server_process import RunningServer
    from visavis.testing.virtual.conversation import ScriptedConversation

    MakeConversation = Callable[..., ScriptedConversation]

_MADE: pytest.StashKey[list[ScriptedConversation]] = pytest.StashKey()


@pytest.fixture
def conversation(request: pytest.FixtureRequest) -> Iterator[MakeConversation]:
    """Makes conversations in virtual time: ``conversation(persona, llm=…)`` is a ``ScriptedConversation``."""
    from visavis.testing.virtual.conversation import ScriptedConversation

    made: list[ScriptedConversation] = request.node.stash.setdefault(_MADE, [])

    with ExitStack() as closing:

        def make(*arguments: Any, **options: Any) -> ScriptedConversation:
            made.append(ScriptedConversation(*arguments, **options))
            closing.callback(made[-1].close)
            return made[-1]

        yield make


@pytest.fixture(scope="session")
def visavis_settings() -> dict[str, object]:
    """Settings of ``visavis_server`` by name, e.g. ``llm_base_url``; override it in your ``conftest.py``."""
    return {}


@pytest.fixture(scope="session")
def visavis_server(
    tmp_path_factory: pytest.TempPathFactory, visavis_settings: dict[str, object]
) -> Iterator[RunningServer]:
    """The real server as a subprocess on a free port, one for the whole run."""
    from visavis.testing.server_process import running_server

    with running_server(tmp_path_factory.mktemp("visavis"), **visavis_settings) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what happened in its conversations."""
    report = yield
    if report.when == "call" and report.failed:
        made: list[ScriptedConversation] = item.stash.get(_MADE, [])
        for number, one in enumerate(made, 1):
            report.sections.append((f"conversation {number}", one.timeline()))
    return report
