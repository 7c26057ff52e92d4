"""``visavis db``: the database's tables."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from visavis.cli import settings as settings_
from visavis.cli.output import out

app = typer.Typer(
    help="Bring the database's tables to this release, or back. The server does the former when it starts.",
    no_args_is_help=True,
)


@app.command()
def status() -> None:
    """Show the database's revision, and that of this release."""
    from visavis.server.store import migrating

    now, newest = asyncio.run(migrating.revision(_url())), migrating.newest()
    out.print(f"database {now or 'without tables'}, this release {newest}")
    raise typer.Exit(0 if now == newest else 1)


@app.command()
def upgrade() -> None:
    """Apply the migrations that are missing."""
    from visavis.server.store import migrating

    asyncio.run(migrating.upgrade(_url()))
    out.print(f"the database is at {migrating.newest()}")


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="Where to: a revision, or base for no tables at all.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Undo migrations, before going back to an older release. What only newer tables hold is lost."""
    from visavis.server.store import migrating

    if not yes:
        typer.confirm("What only newer tables hold is lost. Go on?", abort=True)
    asyncio.run(migrating.downgrade(_url(), revision))
    out.print(f"the database is at {asyncio.run(migrating.revision(_url())) or 'no revision'}")


def _url() -> str:
    from visavis.server.store.engine import database_url

    return database_url(settings_.load())
