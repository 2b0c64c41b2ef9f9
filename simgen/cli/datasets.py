"""`simgen verify`, `replay` and `export`: work on datasets that exist."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simgen.cli.values import named_path, whole_number

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("verify")(verify)
    app.command("replay")(replay)
    app.command("export")(export)


def verify(dataset: Folder) -> None:
    """Check all files and labels of a dataset against each other."""
    from simgen.assets import AssetLibrary
    from simgen.dataset.verify import verify as verify_dataset

    report = verify_dataset(dataset, AssetLibrary())
    for problem in report.problems:
        typer.echo(str(problem), err=True)
    typer.echo(str(report))
    if report.problems:
        raise typer.Exit(1)


def replay(
    dataset: Folder,
    scene: Annotated[int, typer.Option(parser=whole_number(0), metavar="N", help="Scene index.")],
    frame: Annotated[
        int | None,
        typer.Option(parser=whole_number(0), metavar="N", help="One frame only; default all."),
    ] = None,
) -> None:
    """Make a scene again and compare every byte.

    It is made from its record in the dataset, and compared with the files there.
    """
    from simgen.reproduce import replay as replay_scene

    report = replay_scene(dataset, scene, frame)
    for name in report.differing:
        typer.echo(f"differs: {name}", err=True)
    typer.echo(str(report))
    if report.differing:
        raise typer.Exit(1)


def export(
    dataset: Folder,
    out: Annotated[
        Path, typer.Option(parser=named_path, metavar="DIR", help="Folder to write; must not exist.")
    ],
    export_format: Annotated[str, typer.Option("--format", help="Format name, for example coco.")] = "coco",
) -> None:
    """Convert a dataset to another format."""
    from simgen.formats import export as export_dataset

    typer.echo(str(export_dataset(dataset, out, export_format)))
