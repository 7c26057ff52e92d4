"""``visavis talk``: a typed conversation in the terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from visavis.cli import settings as settings_
from visavis.cli.output import err
from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.net import is_loopback

if TYPE_CHECKING:
    from visavis.client.kinds import StateChange

KEY = "VISAVIS_API_KEY"


def talk(
    url: Annotated[
        str | None, typer.Argument(help="A conversation_url; without it a conversation is made, and ended.")
    ] = None,
    server: Annotated[
        str | None, typer.Option(help="The server's address [default: the one the settings name].")
    ] = None,
    persona: Annotated[str | None, typer.Option(help="persona_id of the conversation to make.")] = None,
    context: Annotated[str | None, typer.Option(help="conversational_context of it.")] = None,
    greeting: Annotated[str | None, typer.Option(help="custom_greeting of it.")] = None,
    chat: Annotated[bool, typer.Option("--chat", help="Make it a conversation of text only.")] = False,
    api_key: Annotated[str | None, typer.Option(envvar=KEY, help="Key for the server.")] = None,
    name: Annotated[str, typer.Option(help="How others in the room see you.")] = "Terminal",
    token: Annotated[str | None, typer.Option(help="A meeting token, for a private room.")] = None,
) -> None:
    """Type to a replica; its words appear as they are heard.

    Lines are answered; /interrupt, /echo TEXT, /context TEXT, /help and /quit steer. Ctrl-C interrupts the
    replica, and quits when it is silent. Piped lines are answered one after the other.
    """
    body = {
        "persona_id": persona,
        "conversational_context": context,
        "custom_greeting": greeting,
        "chat": chat,
    }
    given = {key: value for key, value in body.items() if value}
    if url and (given or server):
        raise ConfigurationError("a conversation_url leaves nothing to choose: drop the URL or the options")
    if token and not url:
        raise ConfigurationError("a token belongs to a conversation: give its URL, too")
    if not asyncio.run(_talk(url, server, api_key, name, given, token)):
        raise typer.Exit(1)


async def _talk(
    url: str | None,
    server: str | None,
    api_key: str | None,
    name: str,
    body: dict[str, Any],
    token: str | None,
) -> bool:
    from visavis.cli.conversing import Conversing
    from visavis.client.call import Call

    async with _conversation(url, server, api_key, body) as conversation_url:
        room = Call.join(
            conversation_url,
            user_name=name,
            user_id="terminal",
            receive_audio=False,
            receive_video=False,
            token=token,
        )
        async with room as call:
            call.on("state", _tell_state)
            interactive = sys.stdin.isatty()
            if interactive:
                err.print(f"In the room: {conversation_url}\nType, or /help.", style="dim")
            return await Conversing(call, interactive).run()


def _tell_state(change: StateChange) -> None:
    if change.state != "closed":
        err.print(f"({escape(' '.join(filter(None, (change.state, change.reason))))})", style="dim")


@asynccontextmanager
async def _conversation(
    url: str | None, server: str | None, api_key: str | None, body: dict[str, Any]
) -> AsyncIterator[str]:
    """The conversation named, or a new one for as long as this lasts."""
    from visavis.client.api import Client

    if url:
        yield url
        return
    settings = settings_.load()
    base_url = server or settings.base_url
    async with Client(base_url, api_key or known_key(settings, base_url)) as client:
        conversation = await client.conversations.create(**body)
        try:
            yield conversation.conversation_url
        finally:
            await client.conversations.end(conversation.conversation_id)


def known_key(settings: Settings, server: str) -> str:
    """The key of this machine's own server: the operator's, or its development key.

    Raises:
        ConfigurationError: there is none, or the server is another machine.
    """
    from visavis.server.access.auth import development_key_path

    path = development_key_path(settings)
    if is_loopback(server):
        if settings.api_keys:
            return settings.api_keys[0].get_secret_value()
        if path.is_file():
            return path.read_text().strip()
    raise ConfigurationError(f"no key for {server}: give --api-key or set {KEY}")
