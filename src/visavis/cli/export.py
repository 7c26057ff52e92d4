"""``visavis export``: all that a server keeps of a conversation, in one file."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from visavis.cli import settings as settings_
from visavis.cli.output import err
from visavis.cli.talk import KEY, known_key
from visavis.errors import ConfigurationError


def export(
    conversation_id: Annotated[str, typer.Argument(help="Which conversation.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file [default: the conversation's id, .zip].")
    ] = None,
    server: Annotated[
        str | None, typer.Option(help="The server's address [default: the one the settings name].")
    ] = None,
    api_key: Annotated[str | None, typer.Option(envvar=KEY, help="Key for the server.")] = None,
) -> None:
    """Save a conversation: its events, inputs, transcript, figures and recordings, as a ZIP file.

    It holds what people said, so it is readable by its owner alone.
    """
    path = output or Path(f"{Path(conversation_id).name}.zip")
    asyncio.run(_export(conversation_id, path, server, api_key))
    err.print(f"{escape(str(path))}: {path.stat().st_size:,} bytes", style="dim")


async def _export(conversation_id: str, path: Path, server: str | None, api_key: str | None) -> None:
    """Write the file; half of one is never left under its name."""
    from visavis.client.api import Client

    settings = settings_.load()
    base_url = server or settings.base_url
    half = path.with_name(f"{path.name}.part")
    async with Client(base_url, api_key or known_key(settings, base_url)) as client:
        try:
            half.unlink(missing_ok=True)  # who may read it is told only of a file that is made anew
            with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: ASYNC230
                async for piece in client.conversations.export(conversation_id):
                    file.write(piece)
            half.replace(path)
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
        finally:
            half.unlink(missing_ok=True)
