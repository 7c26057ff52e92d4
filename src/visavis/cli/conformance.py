"""``visavis conformance``: prove that a server speaks the Interactions Protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from visavis.cli import settings as settings_
from visavis.cli.interruption import interruptible, unheard
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
    driver: Annotated[
        Driver | None,
        typer.Option(help="How cases take part in a call [default: daily in Daily's rooms, else webrtc]."),
    ] = None,
    profile: Annotated[
        Profile, typer.Option(help="core: what every server must do; full: all that is documented; ours too.")
    ] = Profile.full,
    case: Annotated[list[str] | None, typer.Option(help="Only this case or group; may be repeated.")] = None,
    replica: Annotated[
        str, typer.Option(help="replica_id to use [default: the server's first that is complete].")
    ] = "",
    persona: Annotated[
        str, typer.Option(help="persona_id for cases that need none of their own [default: each makes one].")
    ] = "",
    report: Annotated[Path | None, typer.Option(help="Folder for its HTML, JUnit and JSON.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Cases at a time; a hosted server gets one.")] = 2,
    patience: Annotated[
        float, typer.Option(min=1.0, help="Seconds an event may take; more of them stretch all time limits.")
    ] = 20.0,
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

    The exit code is 1 when a case failed or something could not be removed from the server. Everything that
    was made there is removed at the end, also after Ctrl-C.
    """
    from visavis.testing.conformance.listing import listing
    from visavis.testing.conformance.model import chosen
    from visavis.testing.conformance.results import read_shortfalls
    from visavis.testing.conformance.suite import Suite
    from visavis.testing.conformance.target import Target, checked, connect, is_private

    try:
        cases = chosen(profile.value, case or ())
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    if list_:
        out.print(listing(cases), markup=False)
        return
    known = read_shortfalls(shortfalls) if shortfalls else {}
    settings = settings_.load()
    url = checked(target or settings.base_url)
    key = api_key or known_key(settings, url)
    hosted = not is_private(url)
    if hosted:
        _warn(url, cases, patience, accept_cost)

    async def run() -> tuple[Report, int]:
        async with connect(url, key) as http:
            made_for = Target(url, http, replica_id=replica, persona_id=persona)
            suite = Suite(made_for, driver and driver.value, 1 if hosted else jobs, patience)
            with interruptible(suite.stop.ask, _still_removing) as interruption:
                done = await suite.run(cases, known, listen, public_url, fail_fast, _tell, listen_first=True)
            return done, interruption.exit_code

    done, interrupted = asyncio.run(run())
    _conclude(done, report, key)
    if code := interrupted or int(bool(done.counts()["failed"] or done.left)):
        raise typer.Exit(code)


def _warn(url: str, cases: Sequence[Case], patience: float, accept_cost: bool) -> None:
    from visavis.testing.conformance.cost import minutes
    from visavis.testing.conformance.session import stretch

    held, most = minutes(cases, stretch(patience))
    err.print(f"{url} is hosted: {held} conversations, {most:.0f} minutes at most.", style="yellow")
    if not accept_cost:
        raise ConfigurationError("minutes of a hosted server may cost: give --accept-cost to go on")


def _still_removing() -> None:
    with unheard():
        err.print("Still removing what was made on the server.", style="yellow")


def _tell(result: Result) -> None:
    colour = COLOURS[result.outcome]
    detail = f"\n           {escape(result.detail)}" if result.detail else ""
    head = f"[{colour}]{result.outcome:8}[/] {result.case.id:9} {escape(result.case.title)}"
    with unheard():
        out.print(f"{head}[{colour}]{detail}[/]")


def _conclude(done: Report, folder: Path | None, key: str) -> None:
    from visavis.testing.conformance.reports import write
    from visavis.testing.conformance.results import printable

    if folder is not None:
        write(done, folder, secrets=(key,))
    said = ", ".join(f"{number} {outcome}" for outcome, number in done.counts().items() if number)
    with unheard():
        if done.stopped:
            out.print(f"\nStopped by {done.stopped}.", style="yellow")
        for note in done.notes:
            out.print(f"\n{escape(printable(note))}", style="yellow")
        for thing in done.left:
            err.print(f"Left on the server: {escape(printable(thing))}", style="bold red")
        out.print(f"\n{len(done.results)} cases in {done.seconds:.0f} s: {said}")
        if folder is not None:
            out.print(f"Report: {folder / 'index.html'}")
