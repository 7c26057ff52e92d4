"""A fetch that a person watches."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bars

from visavis.weights.catalog import MODELS
from visavis.weights.store import Progress, Store


def fetch_with_bar(store: Store, names: Iterable[str], console: Console | None = None) -> None:
    """Bring the models into the store, one bar a model. Blocking.

    Raises:
        ModelUnavailable: as ``Store.fetch``.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    names = store.missing(names)
    with Bars(*columns, console=console) as bars:
        tasks = {
            name: bars.add_task(f"{name} ({MODELS[name].purpose})", total=MODELS[name].size) for name in names
        }

        def show(progress: Progress) -> None:
            bars.update(tasks[progress.model], completed=progress.received)

        store.fetch(names, show)
