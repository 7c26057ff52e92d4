"""``visavis replay``: a stored conversation once more, event by event."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

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
    printed but the first difference, and the exit code is 1 if there is one.
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
    elif difference := _difference(dict(events), _recorded(check)):
        err.print(escape(difference), style="red")
        raise typer.Exit(1)


def _lines(log: str) -> Iterable[str]:
    if log == "-":
        return sys.stdin
    try:
        return Path(log).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigurationError(f"{log} cannot be read: {error.strerror}") from error


def _recorded(path: Path) -> Iterator[dict[str, Any]]:
    """Events from a page of the event log, or one a line."""
    try:
        text = path.read_text(encoding="utf-8")
        try:
            whole = json.loads(text)
        except ValueError:
            whole = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} holds no events: {error}") from error
    if isinstance(whole, dict):
        whole = whole.get("data", [whole])
    yield from whole


def _difference(replayed: dict[int, dict[str, Any]], recorded: Iterable[dict[str, Any]]) -> str:
    """The first recorded event that the replay has otherwise; empty when there is none.

    Heartbeats and captions that a later one contains are not recorded, so the replay may have more.
    """
    followed = iter(replayed.values())
    for event in recorded:
        if "seq" in event:
            ours = replayed.get(event["seq"])
        else:  # an old dialect: the same event comes somewhere behind the one before
            ours = next((one for one in followed if one == event), None)
        if ours != event:
            return f"recorded: {json.dumps(event)}\nreplayed: {json.dumps(ours)}"
    return ""
