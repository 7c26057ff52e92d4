"""Where the commands write: results to standard output, complaints to standard error."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def complain(error: Exception) -> None:
    """One line that says what is wrong."""
    line = " ".join(str(error).split())
    err.print(f"[bold red]visavis:[/] {escape(line)}")
