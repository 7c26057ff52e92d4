"""The command line. Commands import what they need when they run, so that ``--help`` is quick."""

from __future__ import annotations

import os
import sys

import typer

from visavis import __version__
from visavis.cli import conformance, database, doctor, export, keys, models, replay, serve, talk, webhooks
from visavis.cli.output import complain
from visavis.errors import ConfigurationError, EngineMissing, ModelUnavailable, VisavisError

WRONG_SETUP = (ConfigurationError, EngineMissing, ModelUnavailable)
"""What the person at the command line can mend; exit code 2, as for wrong options."""

app = typer.Typer(
    help="visavis: an open, self-hosted Conversational Video Interface.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve.serve)
app.command("talk")(talk.talk)
app.command("conformance")(conformance.conformance)
app.command("replay")(replay.replay)
app.command("export")(export.export)
app.command("doctor")(doctor.doctor)
app.add_typer(keys.app, name="keys")
app.add_typer(models.app, name="models")
app.add_typer(database.app, name="db")
app.add_typer(webhooks.app, name="webhooks")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Run a command; an expected error is one line on standard error."""
    # what numpy computes here is small: more threads than one would wait for each other on a busy machine
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except WRONG_SETUP as error:
        complain(error)
        sys.exit(2)
    except VisavisError as error:
        complain(error)
        sys.exit(1)
