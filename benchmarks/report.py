"""What a benchmark found: on screen as a table, on disk as JSON, for the documents as Markdown.

``python -m benchmarks.report`` prints the Markdown of everything in ``benchmarks/results``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.figures import Figure

RESULTS = Path(__file__).parent / "results"


@dataclass(slots=True)
class Report:
    """The figures of one benchmark.

    Attributes:
        name: of the benchmark; the file is named for it.
        settings: what it was run with.
        notes: what a reader of the figures must know.
    """

    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    machine: dict[str, Any] = field(default_factory=machine.describe)

    def add(self, figures: Iterable[Figure]) -> None:
        """Take more figures in and show where we are."""
        for figure in figures:
            self.figures.append(figure)
            print(
                f"{figure.name}: median {_number(figure.median)} {figure.unit}, n {figure.n}", file=sys.stderr
            )

    def publish(self, folder: Path = RESULTS) -> Path:
        """Print the table and write the file.

        Returns:
            The file.
        """
        Console(width=None if sys.stdout.isatty() else 160).print(self._table())
        for note in self.notes:
            print(f"* {note}")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n")
        print(f"Written: {path}")
        return path

    def as_json(self) -> dict[str, Any]:
        """The file's content."""
        return {
            "benchmark": self.name,
            "began": self.began.isoformat(timespec="seconds"),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {**self.machine, "load_average_after": [round(v, 2) for v in psutil.getloadavg()]},
            "settings": self.settings,
            "figures": [figure.as_json() for figure in self.figures],
            "notes": self.notes,
        }

    def _table(self) -> Table:
        where = f"{self.machine['cores']} cores, {self.machine['cpu']}, Python {self.machine['python']}"
        table = Table(title=f"{self.name}: {where}")
        table.add_column("what", ratio=3)
        for column in ("median", "p95", "n"):
            table.add_column(column, justify="right")
        table.add_column("unit")
        table.add_column("method", ratio=5)
        for figure in self.figures:
            count = f"{figure.n}" + (f" (+{figure.missing} without)" if figure.missing else "")
            what = figure.name + (f" [dim](aim: {figure.aim})[/dim]" if figure.aim else "")
            table.add_row(
                what, _number(figure.median), _number(figure.p95), count, figure.unit, figure.method
            )
        return table


def markdown(results: dict[str, Any]) -> str:
    """The content of a results file as a section of a document."""
    where = results["machine"]
    lines = [
        f"### {results['benchmark']}",
        "",
        f"{results['began'][:16].replace('T', ' ')} UTC, commit {where['commit']}: {where['cores']} cores,"
        f" {where['cpu']}, {where['memory_gb']} GB, Python {where['python']}; load average"
        f" {where['load_average_before'][0]} before.",
        "",
        "| what | median | p95 | n | unit | aim |",
        "|---|---:|---:|---:|---|---|",
    ]
    for figure in results["figures"]:
        numbers = " | ".join(_number(figure[key]) for key in ("median", "p95"))
        lines.append(f"| {figure['name']} | {numbers} | {figure['n']} | {figure['unit']} | {figure['aim']} |")
    lines += ["", *(f"- {note}" for note in results["notes"])]
    return "\n".join(lines).rstrip() + "\n"


def _number(value: float | None) -> str:
    """As many digits as mean something."""
    if value is None or value != value:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


if __name__ == "__main__":
    for file in sorted(RESULTS.glob("*.json")):
        print(markdown(json.loads(file.read_text())))
