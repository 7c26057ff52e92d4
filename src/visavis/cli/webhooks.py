"""``visavis webhooks``: the log of deliveries, and a receiver to develop with."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from visavis.cli import settings as settings_
from visavis.cli.output import err, out
from visavis.errors import ConfigurationError

KEY = "VISAVIS_API_KEY"

app = typer.Typer(
    help="See what was posted to callback URLs, send it again, or receive it while you develop.",
    no_args_is_help=True,
)

Server = Annotated[
    str | None, typer.Option(help="The server's address [default: the one the settings name].")
]
ApiKey = Annotated[str | None, typer.Option(envvar=KEY, help="Key for the server.")]
Id = Annotated[str, typer.Argument(help="A webhook_id (msg_…).")]


@app.command("list")
def list_(
    state: Annotated[
        Literal["pending", "delivered", "failed"] | None, typer.Option(help="Only those in this state.")
    ] = None,
    conversation: Annotated[str | None, typer.Option(help="Only those of this conversation_id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, the newest first.")] = 20,
    page: Annotated[int, typer.Option(min=1, help="Which stretch of them.")] = 1,
    server: Server = None,
    api_key: ApiKey = None,
) -> None:
    """Show webhooks and what became of them."""
    wanted = {"state": state, "conversation_id": conversation, "limit": limit, "page": page}
    params = {name: value for name, value in wanted.items() if value is not None}
    found = _ask(server, api_key, "GET", "/webhooks", params=params)
    table = Table("id", "event", "state", "attempts", "created", "next or last", box=None, pad_edge=False)
    for each in found["data"]:
        table.add_row(
            each["webhook_id"],
            each["event_type"],
            each["state"],
            str(each["attempt_count"]),
            _moment(each["created_at"]),
            _moment(each["next_attempt_at"] or each["delivered_at"]),
        )
    out.print(table)
    err.print(f"{len(found['data'])} of {found['total_count']}", style="dim")


@app.command()
def show(webhook: Id, server: Server = None, api_key: ApiKey = None) -> None:
    """Show one with its body and every attempt to deliver it."""
    found = _ask(server, api_key, "GET", f"/webhooks/{webhook}")
    for name in ("webhook_id", "event_type", "conversation_id", "url", "state"):
        out.print(f"{name}: {escape(str(found[name]))}")
    for each in found["attempts"]:
        outcome = each["error"] or f"answered {each['status']}"
        out.print(f"attempt: {_moment(each['attempted_at'])}  {escape(outcome)}  ({each['milliseconds']} ms)")
    if found["next_attempt_at"]:
        out.print(f"next attempt: {_moment(found['next_attempt_at'])}")
    out.print_json(data=found["body"])


@app.command()
def redeliver(webhook: Id, server: Server = None, api_key: ApiKey = None) -> None:
    """Send one again, now, whatever became of it; its id stays the same."""
    found = _ask(server, api_key, "POST", f"/webhooks/{webhook}/redeliver")
    out.print(f"{found['webhook_id']} is being sent again")


@app.command()
def secret() -> None:
    """Print what this machine's server signs webhooks with (whsec_…)."""
    for each in own_secrets():
        typer.echo(each)


@app.command()
def listen(
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port; 0 takes a free one.")] = 7700,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    secret: Annotated[
        str | None,
        typer.Option(
            envvar="VISAVIS_WEBHOOK_SECRET", help="Verify with this (whsec_…) [default: this machine's]."
        ),
    ] = None,
    forward: Annotated[
        str | None, typer.Option(help="Pass each on to this URL, and its answer back.")
    ] = None,
    status: Annotated[
        int | None,
        typer.Option(min=200, max=599, help="Answer this, e.g. 500 to see retries [default: 200]."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show bodies.")] = False,
) -> None:
    """Receive webhooks here and show them. Give the URL that is printed as callback_url."""
    from visavis.cli.receiving import Receiver, serve

    if forward and status:
        raise ConfigurationError("--forward and --status: only one of them can answer")
    secrets = secret.split() if secret else own_secrets()
    asyncio.run(serve(Receiver(secrets, status or 200, forward or "", verbose), host, port))


def own_secrets() -> list[str]:
    """What the server of these settings signs with."""
    from visavis.server.vault import Vault
    from visavis.server.webhooks.secret import signing_secrets

    settings = settings_.load()
    return signing_secrets(settings, Vault.from_settings(settings))


def _ask(server: str | None, api_key: str | None, method: str, path: str, **options: Any) -> Any:
    from visavis.cli.talk import known_key
    from visavis.client.api import Client

    settings = settings_.load()
    base_url = server or settings.base_url

    async def ask() -> Any:
        async with Client(base_url, api_key or known_key(settings, base_url)) as client:
            return await client.request(method, path, **options)

    return asyncio.run(ask())


def _moment(iso: str | None) -> str:
    """Without microseconds."""
    return f"{iso[:19].replace('T', ' ')}Z" if iso else ""
