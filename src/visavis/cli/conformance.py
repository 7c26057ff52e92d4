"""``visavis conformance``: prove that a server speaks the Interactions Protocol."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from visavis.cli import settings as settings_
from visavis.cli.output import err, out
from visavis.cli.talk import KEY, known_key
from visavis.errors import ConfigurationError

if TYPE_CHECKING:
    from visavis.testing.conformance.model import Case
    from visavis.testing.conformance.results import Report, Result

COLOURS = {"passed": "green", "failed": "bold red", "known": "yellow", "skipped": "dim"}


class Driver(StrEnum):
    """How a case takes part in a call."""

    webrtc = "webrtc"
    chat = "chat"
    daily = "daily"


class Profile(StrEnum):
    """How much is demanded."""

    core = "core"
    full = "full"
    extensions = "extensions"


def conformance(
    target: Annotated[
        str | None, typer.Option(help="The server's address [default: the one the settings name].")
    ] = None,
    api_key: Annotated[str | None, typer.Option(envvar=KEY, help="Key for the server.")] = None,
    driver: Annotated[Driver, typer.Option(help="How cases take part in a call.")] = Driver.webrtc,
    profile: Annotated[
        Profile, typer.Option(help="core: what every server must do; full: all that is documented; ours too.")
    ] = Profile.full,
    case: Annotated[list[str] | None, typer.Option(help="Only this case or group; may be repeated.")] = None,
    report: Annotated[Path | None, typer.Option(help="Folder for its HTML, JUnit and JSON.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Cases at a time; a hosted server gets one.")] = 2,
    fail_fast: Annotated[bool, typer.Option(help="Stop at the first case that fails.")] = False,
    shortfalls: Annotated[
        Path | None, typer.Option(help="Known failures, one a line: the case's id and the reason.")
    ] = None,
    listen: Annotated[
        str, typer.Option(help="Where the suite's language model and webhook receiver listen.")
    ] = "127.0.0.1:0",
    public_url: Annotated[
        str, typer.Option(help="Where a server on another machine reaches that, e.g. a tunnel.")
    ] = "",
    accept_cost: Annotated[
        bool, typer.Option(help="Go on although the server is hosted and its minutes may cost.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="Print the cases and do nothing.")] = False,
) -> None:
    """Prove that a server speaks the Interactions Protocol (docs/conformance.md).

    The exit code is 1 when a case failed. Everything that was made on the server is removed at the end.
    """
    from visavis.testing.conformance.listing import listing
    from visavis.testing.conformance.model import chosen
    from visavis.testing.conformance.results import read_shortfalls

    try:
        cases = chosen(profile.value, case or ())
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    if list_:
        out.print(listing(cases), markup=False)
        return
    known = read_shortfalls(shortfalls) if shortfalls else {}
    settings = settings_.load()
    url = target or settings.base_url
    key = api_key or known_key(settings, url)
    work = _run(url, key, driver.value, cases, jobs, fail_fast, known, listen, public_url, accept_cost)
    done = asyncio.run(work)
    _conclude(done, report, key)


async def _run(
    url: str,
    key: str,
    driver: str,
    cases: Sequence[Case],
    jobs: int,
    fail_fast: bool,
    shortfalls: dict[str, str],
    listen: str,
    public_url: str,
    accept_cost: bool,
) -> Report:
    from visavis.testing.conformance.suite import Suite
    from visavis.testing.conformance.target import Target, connect, is_private

    hosted = not is_private(url)
    if hosted:
        _warn(url, cases, accept_cost)
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with connect(url, key) as http:
        suite = Suite(Target(url.rstrip("/").removesuffix("/v2"), http), driver, 1 if hosted else jobs)
        return await suite.run(cases, shortfalls, listen, public_url, fail_fast, _tell)


def _warn(url: str, cases: Sequence[Case], accept_cost: bool) -> None:
    from visavis.testing.conformance.suite import minutes

    held, most = minutes(cases)
    err.print(f"{url} is hosted: {held} conversations, {most:.0f} minutes at most.", style="yellow")
    if not accept_cost:
        raise ConfigurationError("minutes of a hosted server may cost: give --accept-cost to go on")


def _tell(result: Result) -> None:
    colour = COLOURS[result.outcome]
    detail = f"\n           {escape(result.detail)}" if result.detail else ""
    head = f"[{colour}]{result.outcome:8}[/] {result.case.id:9} {escape(result.case.title)}"
    out.print(f"{head}[{colour}]{detail}[/]")


def _conclude(done: Report, folder: Path | None, key: str) -> None:
    counts = done.counts()
    said = ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number)
    out.print(f"\n{len(done.results)} cases in {done.seconds:.0f} s: {said}")
    if folder is not None:
        from visavis.testing.conformance.reports import write

        write(done, folder, secrets=(key,))
        out.print(f"Report: {folder / 'index.html'}")
    if counts["failed"]:
        raise typer.Exit(1)
