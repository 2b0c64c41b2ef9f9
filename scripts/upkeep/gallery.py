"""Renders the pictures of docs/gallery.md: the same frames in both renderers, as a camera would put them out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

import simgen
from simgen.pipeline import Exposure, SettledScene, Studio, settle_scene, view_of
from simgen.rendering import Renderer, make_renderer
from simgen.resources import shipped
from simgen.sensors.camera import develop

DOCS = Path(__file__).parents[2] / "docs"
SCENARIOS = DOCS / "gallery"
PICTURES = DOCS / "images" / "gallery"
RENDERERS = ("raster", "pathtrace")
JPEG_QUALITY = 88
SAMPLES = 32
_SEED = 7


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame of one scene of a scenario.

    Attributes:
        name: of the pictures, with the renderer's name behind it.
        scenario: a shipped scene's name, or of a file in docs/gallery.
        index: of the scene, at seed 7.
        camera: name; empty: the first.
        event: whose trigger the time counts from; empty: from the scene's start.
        after_s: when; the capture frame nearest to it is taken.
        overrides: as `--set` takes them.
    """

    name: str
    scenario: str
    index: int = 0
    camera: str = ""
    event: str = ""
    after_s: float = 0.0
    overrides: tuple[str, ...] = ()


def _wide(camera: str) -> tuple[str, ...]:
    return f"sensors.{camera}.width=960", f"sensors.{camera}.height=540"


SHOTS = (
    Shot(
        "day_road",
        "child_dart_out_parked_cars",
        index=4,
        event="dash",
        after_s=2.6,
        overrides=("params.sun_elevation=38 deg", "params.sun_azimuth=120 deg"),
    ),
    Shot(
        "dusk_road",
        "shed_load_debris",
        event="loss",
        after_s=0.9,
        overrides=("params.sun_elevation=5 deg", "params.sun_azimuth=150 deg", "world.wet=0.9"),
    ),
    Shot(
        "night_road",
        "night_animal_crossing",
        event="leap",
        after_s=1.6,
    ),
    Shot("night_street", "night_street"),
    Shot(
        "fog",
        "cut_in_short_gap",
        index=4,
        event="cut",
        after_s=1.2,
        overrides=("fog.visibility=160 m", "params.sun_elevation=30 deg", "sensors.front.exposure=14.5"),
    ),
    Shot("living_room", "living_room"),
    Shot("wet_floor", "wet_floor"),
    Shot("glass", "glass"),
    Shot(
        "tabletop",
        "tabletop_clutter",
        index=4,
        overrides=(
            *_wide("camera"),
            "sensors.camera.orbit.elevation=33 deg",
            "sensors.camera.orbit.radius=1.3 m",
        ),
    ),
    Shot("bin", "bin_picking", index=1, overrides=(*_wide("mast"), "sensors.mast.fov=60 deg")),
    Shot(
        "warehouse",
        "warehouse_shelf",
        camera="driver",
        overrides=(
            *_wide("driver"),
            "sensors.driver.fixed={position: [-5.6, 0.9, 2.1], look_at: [0.5, -0.4, 1.1]}",
            "sensors.driver.fov=62 deg",
        ),
    ),
    Shot(
        "motion_blur",
        "night_animal_crossing",
        event="leap",
        after_s=1.6,
        overrides=("sensors.front.shutter=1/60 s",),
    ),
)


def write_gallery(
    names: Sequence[str] = (), renderers: Sequence[str] = RENDERERS, folder: Path = PICTURES
) -> None:
    """Render the shots of these names, all without any, and write them as JPEG.

    Raises:
        SystemExit: there is no shot of a name.
    """
    unknown = sorted(set(names) - {shot.name for shot in SHOTS})
    if unknown:
        raise SystemExit(f"no such picture: {', '.join(unknown)}; known: {', '.join(s.name for s in SHOTS)}")
    for name in renderers:
        options = {"samples": SAMPLES} if name == "pathtrace" else {}
        with closing(make_renderer(name, **options)) as renderer:
            print(f"{name}: {renderer.device}", flush=True)
            for shot in SHOTS:
                if not names or shot.name in names:
                    path = picture_path(shot, name, folder)
                    save(picture(shot, renderer), path)
                    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB", flush=True)


def scenario_of(shot: Shot) -> simgen.Scenario:
    """Return the scenario of a shot, as overridden."""
    own = SCENARIOS / f"{shot.scenario}.yaml"
    path = own if own.is_file() else shipped("scenes") / f"{shot.scenario}.yaml"
    return simgen.load(path, shot.overrides)


def picture_path(shot: Shot, renderer: str, folder: Path = PICTURES) -> Path:
    """Return where a shot of a renderer is."""
    return folder / f"{shot.name}_{renderer}.jpg"


def picture(shot: Shot, renderer: Renderer) -> Image.Image:
    """Return what the shot's camera puts out."""
    library = Studio().library
    settled = settle_scene(scenario_of(shot), _SEED, shot.index, library)
    scene = settled.scene
    camera = next(each for each in scene.cameras if shot.camera in ("", each.name))
    view = view_of(scene, settled.trajectory, camera, frame_of(shot, settled))
    with renderer.open(scene, library) as session:
        frame = Exposure(scene, settled.trajectory).take(session, camera, view)
        return Image.fromarray(develop(frame, camera).rgb)


def frame_of(shot: Shot, settled: SettledScene) -> int:
    """Return the capture frame nearest to the shot's time.

    Raises:
        SystemExit: its event never happens in this scene.
    """
    times = settled.trajectory.times_s
    start_s = 0.0
    if shot.event:
        happened = (each for each in settled.trajectory.occurrences if each.event == shot.event)
        triggered = next((each.triggered_s for each in happened), None)
        if triggered is None:
            raise SystemExit(
                f"{shot.name}: '{shot.event}' does not happen in scene {shot.index}; take another"
            )
        start_s = triggered
    return int(abs(times - start_s - shot.after_s).argmin())


def save(image: Image.Image, path: Path) -> None:
    """Write a picture as JPEG of the gallery's quality."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=JPEG_QUALITY, optimize=True)
