"""``visavis models``: what the embedded engines need."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from visavis.cli import settings as settings_
from visavis.cli.output import err, out

app = typer.Typer(help="Fetch and list model files.", no_args_is_help=True)


@app.command()
def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(help="Models to fetch; by default those the settings need.")
    ] = None,
) -> None:
    """Bring model files here, verified by SHA-256. What was broken off goes on where it stopped."""
    from visavis.weights import Store, needed
    from visavis.weights.bar import fetch_with_bar

    settings = settings_.load()
    store = Store.of(settings)
    wanted = names or needed(settings)
    if store.missing(wanted):
        fetch_with_bar(store, wanted, err)
        out.print(f"Models are in {settings.models}")


@app.command("list")
def list_() -> None:
    """Show the models, whether they are here, and which the settings need."""
    from visavis.weights import MODELS, Store, needed

    settings = settings_.load()
    absent = set(Store.of(settings).missing(MODELS))
    used = needed(settings)
    table = Table("model", "for", "size", "licence", "here", "needed", box=None, pad_edge=False)
    for model in MODELS.values():
        table.add_row(
            model.name,
            model.purpose,
            f"{model.size / 1e6:.0f} MB",
            model.licence,
            "no" if model.name in absent else "yes",
            "yes" if model.name in used else "",
        )
    out.print(table)
    out.print(f"\nkept in {settings.models}")
