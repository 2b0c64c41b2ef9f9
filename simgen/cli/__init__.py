"""The command line: thin. Each command parses, calls the Python API and prints."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

from simgen.cli import assets, datasets, doctor, generate, scenarios
from simgen.errors import ScenarioError, SimgenError, UsageError
from simgen.version import __version__

app = typer.Typer(
    name="simgen",
    help="A short scenario file in, a labelled multi-sensor dataset out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: simgen generate tabletop_clutter --count 8 --seed 7 --out out/tabletop",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"simgen {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Options common to all commands."""
    context.obj = {"debug": debug, "version": version}


generate.register(app)
scenarios.register(app)
datasets.register(app)
app.add_typer(assets.app, name="assets")
doctor.register(app)


def main() -> None:
    """Run the command line: errors are one message on stderr; exit 0 done, 1 failed, 2 usage."""
    try:
        app()
    except SimgenError as error:
        if "--debug" in sys.argv:
            traceback.print_exc()
        typer.secho(f"simgen: {error}", err=True, fg="red" if sys.stderr.isatty() else None)
        sys.exit(2 if isinstance(error, UsageError | ScenarioError) else 1)
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        sys.stderr.close()
        sys.exit(0)
