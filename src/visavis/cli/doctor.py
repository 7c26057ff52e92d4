"""``visavis doctor``: whether this machine has what a server needs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from visavis.cli import checks
from visavis.cli import settings as settings_
from visavis.cli.output import out

WORDS = {
    "ok": "[green]found[/]",
    "missing": "[bold red]missing[/]",
    "partial": "[yellow]in part[/]",
    "optional": "[yellow]absent[/]",
}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
) -> None:
    """Check models, engines, codecs, ports and the rest; exit code 1 when something needed is missing."""
    from visavis.cli import ice_checks, perception_check, vision_check

    settings = settings_.load(config)
    further = (*ice_checks.run(settings), *vision_check.run(settings), *perception_check.run(settings))
    findings = [*checks.run(settings), *further]
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        out.print(_table(findings))
        for remedy in dict.fromkeys(finding.remedy for finding in findings if finding.remedy):
            names = ", ".join(finding.name for finding in findings if finding.remedy == remedy)
            out.print(f"\n{escape(names)}: {escape(remedy)}")
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(1)


def _table(findings: list[checks.Check]) -> Table:
    table = Table("", "", "", box=None, show_header=False, pad_edge=False)
    table.columns[0].no_wrap = True
    table.columns[2].overflow = "fold"
    for finding in findings:
        table.add_row(escape(finding.name), WORDS[finding.state], escape(finding.detail))
    return table
