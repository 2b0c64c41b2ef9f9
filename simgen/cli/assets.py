"""`simgen assets`: list, install, import and look at models and light maps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Models and light maps: list, install, import, show.", no_args_is_help=True)


@app.command("list")
def list_assets(
    pack: Annotated[str | None, typer.Option(help="Only this pack.")] = None,
    category: Annotated[str | None, typer.Option(help="Only this class of the taxonomy.")] = None,
    packs_only: Annotated[
        bool, typer.Option("--packs", help="Packs and whether they are installed.")
    ] = False,
) -> None:
    """List packs, or catalogued models with size, mass and licence, and light maps."""
    from simgen.assets import AssetLibrary, packs

    if packs_only:
        for entry in packs.PACKS.values():
            state = "installed" if packs.installed(entry.name) else "not installed"
            typer.echo(f"{entry.name:16} {state:14} {entry.description}")
        return
    library = AssetLibrary()
    models = library.find(pack=pack, category=category)
    for info in models:
        size = " x ".join(f"{100 * side:.0f}" for side in info.size_m)
        typer.echo(
            f"{info.asset_id:56} {info.category:20} {size + ' cm':22} {info.mass_kg:9.2f} kg  {info.licence}"
        )
    maps = () if category else library.find_environments(pack)
    for info in maps:
        typer.echo(f"{info.asset_id:56} {'light map':56} {info.licence}")
    typer.echo(f"{len(models)} models, {len(maps)} light maps", err=True)


@app.command("install")
def install(
    names: Annotated[list[str], typer.Argument(metavar="PACK...", help="Packs to install.")],
    from_file: Annotated[
        Path | None, typer.Option("--from", help="A package file you have, instead of fetching it.")
    ] = None,
) -> None:
    """Install asset packs through the system's package clients, checked by hash."""
    from simgen.assets import packs

    for name in names:
        if packs.installed(name) and from_file is None:
            typer.echo(f"{name}: already installed")
            continue
        typer.echo(f"{name}: installing", err=True)
        done = packs.install(name, from_file=from_file, progress=_say)
        for warning in done.warnings:
            _say(f"warning: {warning}")
        typer.echo(f"{name}: installed")


@app.command("import")
def import_assets(
    file: Annotated[Path, typer.Argument(help="A .sh3f, .obj, .glb, .gltf, .stl, .ply or .urdf file.")],
    category: Annotated[str, typer.Option(help="Class of the taxonomy.")] = "object",
    licence: Annotated[str, typer.Option(help="Licence, as an SPDX name.")] = "unknown",
    author: Annotated[str, typer.Option(help="Author to credit.")] = "unknown",
) -> None:
    """Add your own models to the catalogue of this machine."""
    from simgen.assets.imported import import_file

    for info in import_file(file, category=category, licence=licence, author=author, on_note=_say):
        typer.echo(info.asset_id)


@app.command("show")
def show(
    asset_id: Annotated[str, typer.Argument(help="An asset's id, for example procedural/carton.")],
    out: Annotated[Path | None, typer.Option(help="Picture to write; default ASSET_ID.png.")] = None,
) -> None:
    """Render a turntable picture of one asset."""
    from simgen.report.turntable import write_turntable

    path = out or Path(asset_id.replace("/", "_") + ".png")
    write_turntable(asset_id, path)
    typer.echo(f"{path}")


def _say(line: str) -> None:
    typer.echo(line, err=True)
