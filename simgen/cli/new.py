"""`simgen new`: begin a scenario from a template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("new")(new)


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the scenario, or the file to write: NAME.yaml.")
    ],
    template: Annotated[
        str,
        typer.Option(help="What to begin with: event (something happens) or still (pictures of objects)."),
    ] = "event",
) -> None:
    """Write a commented scenario to begin with.

    A file that is there is never overwritten.
    """
    from simgen.scenario.starter import write_scenario

    path = Path(name) if name.endswith((".yaml", ".yml")) else Path(f"{name}.yaml")
    for written in write_scenario(path, template):
        typer.echo(f"{written}")
    typer.echo(f"look at it:     simgen preview {path}{' --video' if template == 'event' else ''}", err=True)
    typer.echo(f"make a dataset: simgen generate {path} --count 8 --out out/{path.stem}", err=True)
