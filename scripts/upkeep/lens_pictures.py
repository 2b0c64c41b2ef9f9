"""Renders the pictures of lenses: a street as two wide ones on a car see it, its labels drawn (docs/gallery.md), and a
table through an open aperture (docs/cameras.md)."""

from __future__ import annotations

from contextlib import closing

from gallery import DOCS, Shot, frame_of, picture, save, scenario_of
from PIL import Image

from simgen.pipeline import Studio, settle_scene
from simgen.records.annotation import Sample
from simgen.rendering import make_renderer
from simgen.report.drawing import SUPERSAMPLING, Overlay, draw_flat_labels, draw_solid_labels
from simgen.report.preview import picture_in_memory

PICTURES = DOCS / "images" / "lenses"
_SEED, _MOST_NAMED = 7, 9
_ROAD = "child_dart_out_parked_cars"
_LIGHT = ("params.sun_elevation=38 deg", "params.sun_azimuth=120 deg")


def _street(name: str, lens: str, width: int, height: int) -> Shot:
    """Return the shot of a child before a car, through another lens than the scenario's camera has."""
    camera = f"{{width: {width}, height: {height}, near: 20 cm, far: 600 m, lens: {lens}, "
    camera += "mount: {on: ego, position: [0.2 m, 0 m, 1.8 m], pitch: -6 deg}}"
    return Shot(name, _ROAD, 4, "front", "dash", 2.6, (f"sensors.front={camera}", *_LIGHT))


SHOTS = (
    _street("fisheye", "{fisheye: {fov: 185 deg, k1: 0.02, k2: -0.004}}", 960, 720),
    _street("equirectangular", "{equirectangular: {}}", 1280, 640),
)
APERTURE = Shot(
    "depth_of_field",
    "tabletop_clutter",
    index=1,
    overrides=(
        "sensors.camera.width=960",
        "sensors.camera.height=540",
        "sensors.camera.orbit.elevation=20 deg",
        "sensors.camera.orbit.radius=1.15 m",
        "sensors.camera.aperture={f_number: 1.8, focus_on: 'clutter[3]'}",
    ),
)


def write_lens_pictures() -> None:
    """Render all of them with the raster renderer, and write them as JPEG."""
    with closing(Studio()) as studio:
        for shot in SHOTS:
            settled = settle_scene(scenario_of(shot), _SEED, shot.index, studio.library)
            (sample,) = studio.samples(settled, frame_indices=[frame_of(shot, settled)])
            _write(labelled(sample), shot.name)
    with closing(make_renderer("raster")) as renderer:
        _write(picture(APERTURE, renderer), APERTURE.name)


def _write(image: Image.Image, name: str) -> None:
    path = PICTURES / f"{name}.jpg"
    save(image, path)
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB", flush=True)


def labelled(sample: Sample) -> Image.Image:
    """Return a sample's picture with its boxes, flat and solid, and the names of what is largest."""
    picture = picture_in_memory(sample)
    if picture.rgb is None:
        raise SystemExit("the picture was dropped")
    size = (picture.rgb.shape[1], picture.rgb.shape[0])
    overlay = Overlay.over(picture.rgb, size)
    named = [label for label in picture.things if label.bbox_modal_xyxy is not None][:_MOST_NAMED]
    draw_flat_labels(overlay, named)
    draw_solid_labels(overlay, named, picture.labels.intrinsics, 14 * SUPERSAMPLING)
    return overlay.finished()
