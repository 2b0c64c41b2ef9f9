"""The command line: thin. Each command parses, calls the Python API and prints."""

from __future__ import annotations

import faulthandler
import os
import sys
import traceback
from typing import Annotated, TextIO

import typer

from simgen.cli import assets, datasets, doctor, generate, new, scenarios, weights
from simgen.errors import ScenarioError, SimgenError, UsageError
from simgen.version import __version__

app = typer.Typer(
    name="simgen",
    help="A short scenario file in, a labelled multi-sensor dataset out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # its tables leave sixteen columns of a terminal of eighty to what an option means
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: simgen generate tabletop_clutter --count 8 --seed 7 --out out/tabletop",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"simgen {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; may stand anywhere.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Options common to all commands."""


generate.register(app)
new.register(app)
scenarios.register(app)
datasets.register(app)
app.add_typer(assets.app, name="assets")
weights.register(app)
doctor.register(app)


def main() -> None:
    """Run the command line: errors are one message on stderr; exit 0 done, 1 failed, 2 usage.

    `--debug` may stand anywhere; it adds the traceback.
    """
    _open_standard_streams()
    if not faulthandler.is_enabled():
        faulthandler.enable(2)  # what crashed, should a native library end the process: a graphics driver may
    debug = "--debug" in sys.argv[1:]
    sys.exit(_run([argument for argument in sys.argv[1:] if argument != "--debug"], debug=debug))


def _open_standard_streams() -> None:
    """Let standard streams that the caller closed lead nowhere: else files that are opened would get their numbers."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()


def _nowhere() -> TextIO:
    return open(os.devnull, "w")  # noqa: PTH123 (open until the process ends)


def _run(arguments: list[str], *, debug: bool) -> int:
    try:
        code = app(arguments, prog_name="simgen", standalone_mode=False)
        sys.stdout.flush()  # here, so that a reader that went away is noticed while errors are still caught
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        sys.stdout = _nowhere()  # with what is left to write
        return 1
    except typer.TyperException as error:
        return _refuse(error)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except Exception as error:  # noqa: BLE001 (nobody should meet a traceback who did not ask for it)
        if debug:
            traceback.print_exc()
        _complain(_message(error))
        if isinstance(error, OSError) and error.filename is None:
            sys.stdout = _nowhere()  # with what cannot be written: to try again changes the exit code
        return 2 if isinstance(error, UsageError | ScenarioError) else 1
    return _interrupted() if code == _INTERRUPTED else int(code or 0)


_INTERRUPTED = 130  # what the library makes of Ctrl-C


def _refuse(error: typer.TyperException) -> int:
    """Tell what is wrong with the call; a call without arguments gets the help that the library makes of it."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()  # type: ignore[attr-defined]
    else:
        path = context.command_path if context else "simgen"
        message = error.format_message().rstrip(".").replace(": Value error, ", ": ")  # typer's own words
        _complain(f"{message}; see {path} --help")
    return error.exit_code


def _interrupted() -> int:
    _complain("interrupted")
    return 1


def _message(error: Exception) -> str:
    if isinstance(error, SimgenError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'standard output, or another file without a name'}: {error.strerror}"
    return (
        f"a fault of simgen itself: {type(error).__name__}: {error}; "
        "run the same command with --debug for the traceback, and report it"
    )


def _complain(text: str) -> None:
    typer.secho(f"simgen: {text}", err=True, fg="red" if sys.stderr.isatty() else None)
