"""Log lines quote nobody."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from visavis import logs
from visavis.errors import InferenceFailed


@pytest.fixture(autouse=True)
def undone() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.getLogger("visavis").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def fail(said: str) -> None:
    try:
        int(said)
    except ValueError as error:
        raise InferenceFailed("the endpoint answered 500") from error


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_says_where_and_what_kind_but_not_what_a_user_said(
    log_format: Literal["console", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(log_format)
    for log in (structlog.get_logger("visavis.test"), logging.getLogger("asyncio")):
        try:
            fail("".join(["sec", "ret"]))
        except InferenceFailed:
            log.exception("inference failed")
    written = capsys.readouterr().err
    assert "secret" not in written
    assert written.count("in fail") == 4
    assert written.count("ValueError") == 2
    assert written.count("InferenceFailed: the endpoint answered 500") == 2
