"""The scenes of the goldens: small, made of simple shapes, each with one kind of light or material."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import cos, radians, sin

from simgen.assets import AssetLibrary
from simgen.geometry import Vec3
from simgen.records.asset import Asset, AssetInfo, AssetRef, Material
from simgen.records.frame import View
from simgen.records.light import EnvironmentLight, Fog, SunLight
from simgen.records.scene import CameraSensor, MaterialOverride, Scene, SceneObject
from tests.builders import box, camera, cylinder, floor, make_scene, sphere, static_box
from tests.lamps import DARK, panel, point_lamp, spot
from tests.skinned import TubeLibrary, gaits, tube_scene
from tests.views import still_view

WIDTH, HEIGHT = 160, 120
_GLASS_M = (1.6, 0.04, 1.3)  # boxes of this size are panes
_GLASS = Material("glass", (0.1, 0.35, 0.2), 0.0, 0.05, alpha=0.35, alpha_mode="blend", alpha_cutoff=0.0)
_EYE, _TARGET = (2.6, -3.4, 1.7), (0.0, 0.0, 0.35)


class GoldenLibrary(TubeLibrary):
    """The library, a tube with a skeleton, and panes of green glass."""

    def describe(self, ref: AssetRef) -> AssetInfo:
        """Return an entry; a pane's look has a hash of its own."""
        info = super().describe(ref)
        return replace(info, content_hash=f"pane {info.content_hash}") if ref == _pane().asset else info

    def load(self, ref: AssetRef) -> Asset:
        """Return a model; a pane is made of glass."""
        asset = super().load(ref)
        if ref != _pane().asset:
            return asset
        model = replace(asset.model, materials=(_GLASS,) * len(asset.model.materials))
        return replace(asset, model=model, info=self.describe(ref))


def _paint(r: float, g: float, b: float, roughness: float = 0.8, metallic: float = 0.0) -> MaterialOverride:
    return MaterialOverride(base_color_rgb=(r, g, b), roughness=roughness, metallic=metallic)


GREY, RED = _paint(0.5, 0.5, 0.5), _paint(0.6, 0.08, 0.06)
BLUE, YELLOW = _paint(0.07, 0.13, 0.5, 0.35), _paint(0.75, 0.55, 0.08)
GOLD, STEEL = _paint(0.95, 0.7, 0.3, 0.25, 1.0), _paint(0.55, 0.55, 0.55, 0.5, 1.0)


def _pane(at: Vec3 = (0.0, 0.0, 0.0)) -> SceneObject:
    return static_box(_GLASS_M, at, name="pane")


def _things() -> list[SceneObject]:
    """A floor, and on it a box, a ball, a drum and two balls of metal."""
    return [
        floor(size_m=12.0, material=GREY),
        box((0.6, 0.5, 0.9), at=(-0.6, 0.4, 0.45), material=RED),
        sphere(0.35, at=(0.45, -0.35, 0.35), material=BLUE),
        cylinder(0.22, 0.8, at=(0.75, 0.75, 0.4), material=YELLOW),
        sphere(0.2, at=(-0.55, -0.7, 0.2), material=GOLD),
        sphere(0.2, at=(0.05, -1.1, 0.2), material=STEEL),
    ]


def _seen(ev100: float, eye: Vec3 = _EYE, target: Vec3 = _TARGET) -> list[CameraSensor]:
    return [camera(eye, target, width=WIDTH, height=HEIGHT, exposure_ev100=ev100)]


def _under_the_sky(elevation_deg: float, sun_lux: float, sky_lux: float, ev100: float) -> Scene:
    up = radians(elevation_deg)
    sky = AssetRef("procedural/sky", (("sun_azimuth_rad", 0.9), ("sun_elevation_rad", up)))
    direction = (cos(up) * cos(0.9), cos(up) * sin(0.9), sin(up))
    suns = [SunLight("sun", direction, sun_lux, (1.15, 0.98, 0.75))] if sun_lux else []
    return make_scene(_things(), _seen(ev100), suns=suns, environment=EnvironmentLight(sky, sky_lux))


def noon() -> Scene:
    """A high sun: short, sharp shadows."""
    return _under_the_sky(60.0, 95_000.0, 15_000.0, 15.0)


def dusk() -> Scene:
    """A sun on the horizon: long shadows, a sky of two colours."""
    return _under_the_sky(4.0, 8_000.0, 4_000.0, 11.0)


def night() -> Scene:
    """Twilight long past; one lamp."""
    scene = _under_the_sky(-14.0, 0.0, 0.004, 0.0)
    return replace(scene, lights=(point_lamp((0.5, 0.3, 2.2), 4.0, color_rgb=(1.3, 0.95, 0.5)),))


def lamps_and_shadows() -> Scene:
    """Three spots of three colours and their soft shadows, no other light."""
    lights = (
        spot((2.5, 1.5, 3.0), _TARGET, 900.0, name="warm", color_rgb=(1.5, 0.9, 0.5), radius_m=0.15),
        spot((-3.0, 0.5, 2.5), _TARGET, 700.0, name="green", color_rgb=(0.5, 1.2, 0.5)),
        spot((0.0, -3.5, 2.0), _TARGET, 500.0, name="blue", color_rgb=(0.7, 0.9, 2.8), radius_m=0.02),
    )
    return make_scene(_things(), _seen(5.0), suns=[], environment=DARK, lights=lights)


def ceiling_panel() -> Scene:
    """A wide panel over the things and a standing one that is seen itself; a wall behind."""
    wall = static_box((6.0, 0.1, 3.0), (0.0, 2.0, 1.5), material=GREY, name="wall")
    panels = (
        panel((0.0, 0.0, 2.8), (0.0, 0.0, 0.0), 2500.0, 1.2, 0.6),
        panel((-1.6, 1.9, 1.0), (-1.6, 0.0, 1.0), 150.0, 0.5, 0.9, name="sign", color_rgb=(2.2, 0.7, 0.45)),
    )
    return make_scene(
        [*_things(), wall], _seen(6.5), suns=[], environment=EnvironmentLight(None, 40.0), panels=panels
    )


def room() -> Scene:
    """Four walls, one of them red, under an open sky and a sun that reaches one of them and the floor."""
    places: list[tuple[Vec3, Vec3, MaterialOverride]] = [
        ((0.1, 9.0, 3.0), (-2.05, 0.0, 1.5), RED),
        ((0.1, 9.0, 3.0), (4.05, 0.0, 1.5), GREY),
        ((6.0, 0.1, 3.0), (1.0, 2.05, 1.5), GREY),
        ((6.0, 0.1, 3.0), (1.0, -4.45, 1.5), GREY),
    ]
    walls = [
        static_box(size, at, material=paint, name=f"wall {k}") for k, (size, at, paint) in enumerate(places)
    ]
    return make_scene(
        [*_things(), *walls],
        _seen(12.7),
        suns=[SunLight("sun", (0.48, -0.4, 0.78), 9_000.0)],
        environment=EnvironmentLight(None, 4_000.0),
    )


def fog() -> Scene:
    """A row of boxes that fades, and a lamp that glows in the air."""
    row = [box((0.5, 0.5, 1.0), at=(1.1, -1.0 + 2.2 * k, 0.5), material=RED) for k in range(6)]
    lamp = point_lamp((-1.2, 4.0, 1.8), 900.0)
    return make_scene(
        [floor(size_m=60.0, material=GREY), *row],
        _seen(8.5, (0.0, -4.5, 1.3), (0.0, 4.0, 0.9)),
        suns=[],
        environment=EnvironmentLight(None, 300.0),
        lights=(lamp,),
        fog=Fog(20.0),
    )


def ground_fog() -> Scene:
    """Thin higher up: heads stand out of it, the sky stays clear."""
    row = [cylinder(0.25, 2.4, at=(1.1, -1.0 + 2.2 * k, 1.2), material=YELLOW) for k in range(6)]
    sky = AssetRef("procedural/sky", (("sun_elevation_rad", 0.3),))
    return make_scene(
        [floor(size_m=60.0, material=GREY), *row],
        _seen(13.5, (0.0, -4.5, 1.6), (0.0, 4.0, 1.3)),
        suns=[SunLight("sun", (-0.8, 0.52, 0.3), 30_000.0)],
        environment=EnvironmentLight(sky, 9_000.0),
        fog=Fog(12.0, scale_height_m=0.6),
    )


def glass() -> Scene:
    """A pane of green glass before the things, and one that stands on its own."""
    panes = [_pane((0.55, -1.25, 0.65)), _pane((-1.6, 0.6, 0.65))]
    window = SunLight("sun", (0.5, -0.6, 0.62), 20_000.0)
    return make_scene(
        [*_things(), *panes], _seen(12.5), suns=[window], environment=EnvironmentLight(None, 4_000.0)
    )


def wet_floor() -> Scene:
    """A dark, smooth floor that mirrors what stands on it, a lamp and a panel."""
    wet = _paint(0.04, 0.04, 0.045, 0.1)
    things = [floor(size_m=14.0, material=wet), *_things()[1:]]
    lights = (spot((2.0, 2.0, 3.0), _TARGET, 900.0, radius_m=0.1),)
    panels = (panel((-1.2, 2.0, 0.9), (-1.0, -2.0, 0.9), 160.0, 0.8, 1.0),)
    around = EnvironmentLight(AssetRef("procedural/sky", (("sun_elevation_rad", -0.07),)), 20.0)
    return make_scene(
        things, _seen(5.0, (2.2, -3.6, 1.0)), suns=[], environment=around, lights=lights, panels=panels
    )


def surroundings() -> Scene:
    """A map of a studio in metal and varnish."""
    studio = EnvironmentLight(AssetRef("procedural/softbox"), 900.0, rotation_rad=0.6)
    return make_scene(_things(), _seen(8.5), suns=[], environment=studio)


def bent_tube() -> Scene:
    """A body with a skeleton, bent by its gait, and its shadow."""
    scene = tube_scene(suns=[SunLight("sun", (0.5, -0.5, 0.7), 20_000.0)])
    return replace(scene, cameras=(replace(scene.cameras[0], exposure_ev100=13.5),))


SCENES: dict[str, Callable[[], Scene]] = {
    make.__name__: make
    for make in (
        noon,
        dusk,
        night,
        lamps_and_shadows,
        ceiling_panel,
        room,
        fog,
        ground_fog,
        glass,
        wet_floor,
        surroundings,
        bent_tube,
    )
}

TRACED = ("noon", "ceiling_panel", "glass", "fog")
"""The scenes that the path tracer's goldens have too."""


def view_of(scene: Scene) -> View:
    """Return what the scene's camera sees; the tube has gone a quarter of its stride."""
    return replace(still_view(scene), gait=gaits(scene, 1.0))


def library() -> AssetLibrary:
    """Return a library that has all that the scenes show."""
    return GoldenLibrary()
