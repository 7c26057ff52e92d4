"""``visavis replay``: a stored conversation once more, event by event."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from visavis.cli.comparing import compare
from visavis.cli.output import err
from visavis.errors import ConfigurationError


def replay(
    log: Annotated[
        str, typer.Argument(help="The log of inputs (GET /v2/conversations/{id}/log); - reads stdin.")
    ],
    check: Annotated[
        Path | None,
        typer.Option(help="Compare with these events: what GET /v2/conversations/{id}/events gave."),
    ] = None,
) -> None:
    """Replay a conversation's log of inputs and print its events, one JSON object a line.

    The log is the conversation: the same inputs give the same events, to the byte. With --check nothing is
    printed but the first difference and what the record lost, and the exit code is 1 if there is any.
    """
    from visavis.conversation.effects import Broadcast
    from visavis.conversation.log import replay as effects_of

    lines = _lines(log)
    try:
        told = (effect for effect in effects_of(lines) if isinstance(effect, Broadcast))
        events = [(effect.seq, effect.event.wire()) for effect in told]
    except ValueError as error:
        raise ConfigurationError(f"{log} is no log of inputs: {str(error).splitlines()[0]}") from error
    if check is None:
        for _, event in events:
            typer.echo(json.dumps(event, ensure_ascii=False))
    elif difference := compare(events, _recorded(check)):
        err.print(escape(difference), style="red")
        raise typer.Exit(1)


def _lines(log: str) -> list[str]:
    """The log's lines, each a JSON object.

    Raises:
        ConfigurationError: it is no log.
    """
    text = _read(log, sys.stdin.buffer.read if log == "-" else Path(log).read_bytes)
    lines = [line for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines, 1):
        if not isinstance(_json(line), dict):
            raise ConfigurationError(f"{log} is no log of inputs: line {number} is no JSON object")
    return lines


def _recorded(path: Path) -> list[dict[str, Any]]:
    """Events from a page of the event log, or one a line.

    Raises:
        ConfigurationError: there are none.
    """
    text = _read(str(path), path.read_bytes)
    whole = _json(text)
    if whole is None:
        whole = [_json(line) for line in text.split("\n") if line.strip()]
    elif isinstance(whole, dict):
        whole = whole.get("data", [whole])
    if (
        not isinstance(whole, list)
        or not whole
        or not all(isinstance(event, dict) and "event_type" in event for event in whole)
    ):
        raise ConfigurationError(f"{path} holds no events")
    return whole


def _read(name: str, read: Callable[[], bytes]) -> str:
    try:
        return read().decode()
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{name} is not UTF-8") from error


def _json(text: str) -> Any:
    """The value; None for what is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
