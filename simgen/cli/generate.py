"""`simgen generate` and `simgen preview`: make datasets, or one picture to look at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simgen.cli.values import named_path, whole_number
from simgen.errors import UsageError
from simgen.loading import loading

if TYPE_CHECKING:
    from simgen.api import GenerateSummary, Scenario
    from simgen.batch import ForkServer


class RendererChoice(StrEnum):
    """Rendering back ends by name."""

    auto = "auto"
    raster = "raster"
    pathtrace = "pathtrace"


Scenarios = Annotated[
    list[str], typer.Argument(metavar="SCENARIO", help="Scenario files, or names of shipped scenes.")
]
Seed = Annotated[
    int,
    typer.Option(
        parser=whole_number(), metavar="N", help="Dataset seed; the same seed gives the same bytes."
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a value, for example objects.clutter.count=5. Repeatable.",
    ),
]
InstallPacks = Annotated[
    bool,
    typer.Option(
        "--install-packs/--no-install-packs",
        envvar="SIMGEN_INSTALL_PACKS",
        help="Install asset packs that a scenario needs and this machine lacks.",
    ),
]


Renderer = Annotated[
    RendererChoice,
    typer.Option(
        metavar="NAME",
        help="raster, pathtrace or auto: raster, or pathtrace where no GL context can be made.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("generate")(generate)
    app.command("preview")(preview)


def generate(
    scenarios: Scenarios,
    out: Annotated[
        Path,
        typer.Option(
            parser=named_path,
            metavar="DIR",
            help="Folder of the dataset; with several scenarios, one folder each in it.",
        ),
    ],
    count: Annotated[
        int,
        typer.Option(
            parser=whole_number(1, 10_000_000), metavar="N", help="Number of scenes: indices 0 to N - 1."
        ),
    ] = 1,
    seed: Seed = 0,
    workers: Annotated[
        int,
        typer.Option(
            parser=whole_number(0),
            metavar="N",
            help="Worker processes, 4 a core at most; 0 means one per core.",
        ),
    ] = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue a dataset that was interrupted.")
    ] = False,
    renderer: Renderer = RendererChoice.auto,
    overrides: Overrides = None,
    install_packs: InstallPacks = False,
) -> None:
    """Make a labelled dataset from scenario files."""
    _tell_of_first_run()
    with loading():
        from simgen.batch.fork_server import SCENES_NEED, ForkServer
    with ForkServer(SCENES_NEED) as server:  # loads what workers need while this process loads what it needs
        with loading():
            from simgen import api
            from simgen.readiness import require_packs
        loaded = [api.load(name, overrides or ()) for name in scenarios]
        _refuse_namesakes(loaded)
        for scenario in loaded:
            if install_packs:
                _install_missing(scenario)
        for scenario in loaded:
            require_packs(scenario)
        plan = _Plan(count, seed, workers, resume, _chosen(renderer), server)
        failed = 0
        for scenario in loaded:
            folder = out if len(loaded) == 1 else out / scenario.name
            failed += plan.carry_out(scenario, folder).scenes_failed
    if failed:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked for of every scenario."""

    count: int
    seed: int
    workers: int
    resume: bool
    renderer: str
    server: ForkServer

    def carry_out(self, scenario: Scenario, folder: Path) -> GenerateSummary:
        """Make one dataset, show how it goes and what came of it; leave the command where the user stopped it."""
        from simgen import api
        from simgen.batch.progress import progress_display

        wanted = {field.name: getattr(self, field.name) for field in fields(self)}
        with progress_display(scenario.name, self.count) as on_event:
            summary = api.generate(scenario, out=folder, on_event=on_event, **wanted)
        _print_summary(summary)
        if summary.interrupted:
            raise typer.Exit(1)
        return summary


def _refuse_namesakes(loaded: Sequence[Scenario]) -> None:
    names = [scenario.name for scenario in loaded]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(
            f"two scenarios have the name '{twice[0]}' and would share one folder; "
            "give one of them another name, or run them one by one"
        )


def preview(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="Scenario file, or name of a shipped scene.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Picture to write; default NAME.preview.png.")
    ] = None,
    seed: Seed = 0,
    index: Annotated[int, typer.Option(parser=whole_number(0), metavar="N", help="Scene index.")] = 0,
    video: Annotated[
        bool, typer.Option("--video", help="Also write a film of the scene beside the picture, NAME.mp4.")
    ] = False,
    renderer: Renderer = RendererChoice.auto,
    overrides: Overrides = None,
    install_packs: InstallPacks = False,
) -> None:
    """Render one scene into one picture, labels drawn.

    No dataset is written. Of a scene with events it is a strip of what happens.
    """
    _tell_of_first_run()
    with loading():
        from simgen import api
    loaded = api.load(scenario, overrides or ())
    if install_packs:
        _install_missing(loaded)
    path = out or Path(f"{loaded.name}.preview.png")
    film = path.with_suffix(".mp4") if video else None
    unmet = api.write_scene_preview(
        loaded, seed=seed, index=index, path=path, renderer=_chosen(renderer), video=film
    )
    for made in (path, film) if film else (path,):
        typer.echo(f"{made}")
    for reason in unmet:
        typer.echo(f"generate would record this scene as failed: {reason}", err=True)


def _tell_of_first_run() -> None:
    """Say why the first scenes take so long: a minute without a word looks like a fault."""
    from simgen.resources import cache_folder

    if not cache_folder().exists():
        typer.echo(
            "first run: models are prepared once, as scenes ask for them, and kept in "
            f"{cache_folder()}; the first scenes take longer",
            err=True,
        )


def _chosen(renderer: RendererChoice) -> str:
    from simgen import api

    name, note = api.choose_renderer(renderer.value)
    if note:
        typer.echo(note, err=True)
    return name


def _install_missing(scenario: Scenario) -> None:
    from simgen.assets import packs
    from simgen.readiness import missing_packs

    for name in missing_packs(scenario):
        typer.echo(f"installing asset pack '{name}' (once)", err=True)
        packs.install(name)


def _print_summary(summary: GenerateSummary) -> None:
    from simgen.batch.tally import counted

    typer.echo(
        f"{counted(summary.scenes_written, 'scene')}, {counted(summary.samples, 'sample')} in {summary.seconds:.1f} s "
        f"({summary.samples_per_second:.1f} samples/s), {counted(summary.draws_refused, 'draw')} refused, "
        f"{counted(summary.scenes_failed, 'scene')} failed"
    )
    if summary.scenes_found:
        typer.echo(f"{summary.scenes_found} scenes were there already")
    typer.echo(f"dataset  {summary.path}")
    if summary.preview is not None:
        typer.echo(f"preview  {summary.preview}")
    for index, reason in summary.failures:
        typer.echo(f"scene {index} failed: {reason}", err=True)
    if summary.interrupted:
        typer.echo(
            "interrupted; the dataset is valid, continue it with the same command and --resume", err=True
        )
