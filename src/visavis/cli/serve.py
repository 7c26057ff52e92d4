"""``visavis serve``: run the server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from visavis import __version__
from visavis.cli import settings as settings_
from visavis.cli.output import out
from visavis.config import Settings
from visavis.errors import ConfigurationError

AT_LEISURE = {"participant_absent_timeout": 3600, "participant_left_timeout": 600}
"""Whoever starts a server by hand opens its page later, and reloads it."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one [default: 7600].")] = None,
    public_url: Annotated[str | None, typer.Option(help="How browsers reach the server.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that hold conversations.")] = None,
    webrtc_engine: Annotated[str | None, typer.Option(help="wrtc or aiortc.")] = None,
    llm_base_url: Annotated[str | None, typer.Option(help="An OpenAI-compatible endpoint.")] = None,
    llm_model: Annotated[str | None, typer.Option(help="Its model.")] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
    open_conversation: Annotated[
        bool, typer.Option("--open-conversation", help="Create a conversation and print its URL.")
    ] = False,
) -> None:
    """Run the server until Ctrl-C. More settings: docs/configuration.md."""
    from visavis.server.app import run

    settings = settings_.load(
        config,
        host=host,
        port=port,
        public_url=public_url,
        workers=workers,
        webrtc_engine=webrtc_engine,
        llm_base_url=llm_base_url,
        llm_model=llm_model,
        log_level=log_level,
    )
    _check(settings, open_conversation)

    def ready(in_force: Settings) -> None:
        _announce(in_force)
        if open_conversation:
            url = asyncio.run(_open_conversation(in_force))
            out.print(f"\nOpen this in a browser and talk:\n\n    [bold]{url}[/]\n")

    run(settings, on_ready=ready)


def _check(settings: Settings, open_conversation: bool) -> None:
    """Say at once what is missing, rather than when a worker fails.

    Raises:
        ConfigurationError: the database cannot be reached, or there is no key for an address beyond loopback.
        EngineMissing: an engine that the settings name.
        ModelUnavailable: a model that they need.
    """
    from visavis.layers.registry import require
    from visavis.server.access.auth import configured_keys, require_keys
    from visavis.server.store.engine import database_url, reach
    from visavis.weights import Store, needed

    asyncio.run(reach(database_url(settings)))
    asyncio.run(require_keys(settings))
    if open_conversation and not configured_keys(settings):
        raise ConfigurationError("--open-conversation needs a key of the settings: set api_keys")
    layers = ["stt", "tts", "vad", "turn", "replica"]
    if settings.perception_engine != "off":
        layers += ["perception", "embedding"]
    for layer in layers:
        require(layer, getattr(settings, f"{layer}_engine"))
    store = Store.of(settings)
    for name in needed(settings):
        store.find(name)


def _announce(settings: Settings) -> None:
    from visavis.server.access.auth import configured_keys, development_key_path

    out.print(f"\nvisavis {__version__} is ready at [bold]{settings.base_url}[/]")
    keys = configured_keys(settings)
    if keys and not settings.api_keys:
        out.print(f"API key         {keys[0]}")
        out.print(f"                a development key, kept in {development_key_path(settings)}")
    out.print(f"Language model  {describe_llm(settings)}")


def describe_llm(settings: Settings) -> str:
    """Which model answers for personas that name none."""
    if settings.llm_base_url:
        return f"{settings.llm_model or 'the default model'} at {settings.llm_base_url}"
    return (
        f"{settings.embedded_llm}, embedded: small, it answers simply and knows little "
        "(VISAVIS_LLM_BASE_URL and VISAVIS_LLM_MODEL name another)"
    )


async def _open_conversation(settings: Settings) -> str:
    from visavis.client.api import Client
    from visavis.server.access.auth import configured_keys

    # Behind a proxy the public URL may not be reachable from here, and a certificate names another host.
    async with Client(settings.local_url, configured_keys(settings)[0], verify=False) as client:
        return (await client.conversations.create(properties=AT_LEISURE)).conversation_url
