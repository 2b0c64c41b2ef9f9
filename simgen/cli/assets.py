"""`simgen assets`: list, install, import and look at models and light maps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from simgen.assets import AssetLibrary
    from simgen.records.asset import AssetInfo

app = typer.Typer(help="Models and light maps: list, install, import, show.", no_args_is_help=True)


@app.command("list")
def list_assets(
    pack: Annotated[str | None, typer.Option(help="Only this pack.")] = None,
    category: Annotated[str | None, typer.Option(help="Only this class of the taxonomy.")] = None,
    packs_only: Annotated[
        bool, typer.Option("--packs", help="Packs and whether they are installed.")
    ] = False,
) -> None:
    """List models, light maps and packs.

    Models come with size, mass and licence, those made by code with their parameters.
    """
    from simgen.assets import AssetLibrary, packs
    from simgen.assets.library import PROCEDURAL
    from simgen.assets.procedural import parameters_of

    if packs_only:
        for entry in packs.PACKS.values():
            state = "installed" if packs.installed(entry.name) else "not installed"
            typer.echo(f"{entry.name:16} {state:14} {entry.description}")
        return
    library = AssetLibrary()
    made = _procedural(library, category) if pack in (None, PROCEDURAL) else ()
    models = () if pack == PROCEDURAL else library.find(pack=pack, category=category)
    for info in models:
        typer.echo(f"{_row(info)}  {info.licence}")
    for info in made:
        told = ", ".join(parameter.name for parameter in parameters_of(info.asset_id))
        typer.echo(f"{_row(info)}  params: {told}")
    maps = () if category else library.find_environments(pack)
    for info in maps:
        typer.echo(f"{info.asset_id:56} {'light map':56} {info.licence}")
    typer.echo(f"{len(models) + len(made)} models, {len(maps)} light maps", err=True)


def _procedural(library: AssetLibrary, category: str | None) -> tuple[AssetInfo, ...]:
    """Return the models made by code, of a class, as they are without parameters."""
    from simgen.assets.procedural import names
    from simgen.records.asset import AssetRef

    wanted = category and library.taxonomy.by_name(category).name
    infos = (library.describe(AssetRef(f"procedural/{name}")) for name in names())
    return tuple(info for info in infos if wanted in (None, info.category))


def _row(info: AssetInfo) -> str:
    size = " x ".join(_short(100 * side) for side in info.size_m)
    return f"{info.asset_id:56} {info.category:20} {size + ' cm':22} {_short(info.mass_kg, 2):>9} kg"


def _short(value: float, digits: int = 0) -> str:
    """Return a number with so many digits behind the point, small ones with two that tell something."""
    return f"{value:.{digits}f}" if value >= 1.0 else f"{value:.2g}"


@app.command("install")
def install(
    names: Annotated[list[str], typer.Argument(metavar="PACK", help="Packs to install.")],
    from_file: Annotated[
        Path | None, typer.Option("--from", help="A package file you have, instead of fetching it.")
    ] = None,
) -> None:
    """Install asset packs.

    They come through the system's package clients and are checked by hash.
    """
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
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .sh3f, .obj, .glb, .gltf, .stl, .ply or .urdf file.")
    ],
    name: Annotated[str, typer.Option(help="Of the asset, imported/NAME; default: the file's.")] = "",
    category: Annotated[str, typer.Option(help="Class of the taxonomy.")] = "object",
    licence: Annotated[str, typer.Option(help="Licence, as an SPDX name.")] = "unknown",
    author: Annotated[str, typer.Option(help="Author to credit.")] = "unknown",
    unit: Annotated[str, typer.Option(help="What the file counts in, for example mm, cm or in.")] = "m",
    density: Annotated[float, typer.Option(help="Mass per volume of the collision shape, kg/m³.")] = 500.0,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", help="A word to select the models by. Repeatable.")
    ] = None,
    stride: Annotated[
        str | None,
        typer.Option(help="Way of an animated body in one loop, for example 1.4m; default: as its feet say."),
    ] = None,
) -> None:
    """Add your own models to the catalogue of this machine."""
    from simgen.assets.imported import import_file

    added = import_file(
        file,
        name=name,
        category=category,
        licence=licence,
        author=author,
        unit_m=_length_of(unit, "--unit"),
        density_kg_m3=density,
        tags=tuple(tags or ()),
        stride_m=None if stride is None else _length_of(stride, "--stride"),
        on_note=_say,
    )
    for info in added:
        typer.echo(info.asset_id)


def _length_of(unit: str, option: str) -> float:
    """Return metres of a unit, or of so many of one (`2.5 cm`)."""
    from simgen.scenario.units import LENGTH, parse_quantity

    text = unit.strip()
    try:
        return parse_quantity(text if text[:1].isdigit() else f"1 {text}", LENGTH)
    except ValueError as error:
        raise typer.BadParameter(f"{error}", param_hint=f"'{option}'") from error


@app.command("show")
def show(
    asset_id: Annotated[
        str, typer.Argument(metavar="ASSET_ID", help="An asset's id, for example procedural/carton.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Picture to write; default ASSET_ID.png.")
    ] = None,
) -> None:
    """Render a turntable picture of one asset."""
    from simgen.report.turntable import write_turntable

    path = out or Path(asset_id.replace("/", "_") + ".png")
    write_turntable(asset_id, path)
    typer.echo(f"{path}")


def _say(line: str) -> None:
    typer.echo(line, err=True)
