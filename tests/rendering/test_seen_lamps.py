"""Lamps as cameras see them: through every lens, at any size, they bring to the eye what their candela say."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log, pi
from typing import Any

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, Pose, Vec3, look_at, transform
from simgen.lens import Lens
from simgen.records.frame import Frame
from simgen.records.light import Fog
from simgen.records.scene import CameraSensor, Scene
from simgen.rendering.protocol import Renderer
from simgen.rendering.raster import RasterRenderer
from tests.builders import make_scene, static_box
from tests.lamps import DARK, aimed, spot
from tests.measures.light import luminance
from tests.rendering.raster.test_glass import GlazedLibrary, pane
from tests.views import picture

SAMPLES = 1
CANDELA, HOUSING_M = 30.0, 0.05  # so little that no pixel is brighter than half floats hold
EYE: Vec3 = (1.2, -2.0, 1.1)
TARGET: Vec3 = (0.0, 0.0, 0.4)
PINHOLE = Intrinsics(64, 48, 53.0, 56.0, 30.8, 23.9)
CAMERAS = {
    "pinhole": PINHOLE,
    "brown_conrady": replace(PINHOLE, lens=Lens("brown_conrady", (-0.1, 0.01))),
    "fisheye": replace(PINHOLE, fx=18.0, fy=18.0, lens=Lens("fisheye", (0.02,), widest_rad=1.75)),
    "equirectangular": Intrinsics(192, 96, 192 / (2 * pi), 96 / pi, 95.5, 47.5, lens=Lens("equirectangular")),
}
# Where the lamp is, in the camera's frame: ahead on a pixel's corner, beside, behind it, straight above.
PLACES: dict[str, list[Vec3]] = {
    "pinhole": [(0.0, 0.0, 3.0), (0.6, -0.4, 2.0)],
    "brown_conrady": [(0.0, 0.0, 3.0), (0.6, -0.4, 2.0)],
    "fisheye": [(0.0, 0.0, 3.0), (2.0, 0.5, -0.1)],
    "equirectangular": [(0.0, 0.0, 3.0), (-2.0, 1.0, 0.3), (0.02, 0.1, -2.0), (0.1, -2.0, 0.05)],
}
CASES = [(kind, place) for kind, places in PLACES.items() for place in places]


def scene_of(camera: Intrinsics, lamp_camera: Vec3, radius_m: float, **fields: Any) -> Scene:
    """A lamp in the dark that shines at the camera."""
    T = look_at(EYE, TARGET)
    x, y, z = (T[:3, :3] @ lamp_camera + T[:3, 3]).tolist()
    lamp = spot((x, y, z), EYE, CANDELA, radius_m=radius_m)
    eye = CameraSensor("camera", camera, (Pose.from_matrix(T),))
    return make_scene([], [eye], suns=[], environment=DARK, lights=(lamp,), **fields)


def steradians(camera: Intrinsics) -> FloatArray:
    """The solid angle (h, w) of every pixel: its sides on the sphere around the eye, multiplied."""
    u, v = np.meshgrid(np.arange(camera.width, dtype=float), np.arange(camera.height, dtype=float))

    def towards(right: float, down: float) -> FloatArray:
        rays = camera.directions((u + right).ravel(), (v + down).ravel())
        return rays / np.linalg.norm(rays, axis=1, keepdims=True)

    sides = np.cross(towards(0.5, 0.0) - towards(-0.5, 0.0), towards(0.0, 0.5) - towards(0.0, -0.5))
    return np.nan_to_num(np.linalg.norm(sides, axis=1)).reshape(camera.height, camera.width)


def lux(frame: Frame) -> float:
    """What all light of a picture adds up to on a plane that faces where it comes from."""
    return float((luminance(frame) * steradians(frame.view.intrinsics)).sum())


@pytest.mark.parametrize("radius_m", [0.001, 0.05, 0.2])
@pytest.mark.parametrize(("kind", "place"), CASES)
def test_a_lamp_brings_its_candela_to_the_eye_through_every_lens(
    renderers: tuple[Renderer, ...], kind: str, place: Vec3, radius_m: float
) -> None:
    scene = scene_of(CAMERAS[kind], place, radius_m)
    expected = CANDELA / (float(np.linalg.norm(place)) - HOUSING_M) ** 2
    for renderer in renderers:
        frame = picture(renderer, scene, AssetLibrary())
        assert lux(frame) == pytest.approx(expected, rel=0.12), renderer.name
        assert not frame.instance_id.any()


PARALLEL = replace(PINHOLE, fx=20.0, fy=20.0, lens=Lens("orthographic"))


def faced(lamp_camera: Vec3, radius_m: float, fog: Fog | None = None) -> Scene:
    """A lamp that shines along the parallel rays of a camera, and into it."""
    scene = scene_of(PARALLEL, lamp_camera, radius_m, fog=fog)
    forward = look_at(EYE, TARGET)[:3, 2]
    lamp = scene.lights[0]
    x, y, z = (np.array(lamp.pose.position_m) - forward).tolist()
    return replace(scene, lights=(replace(lamp, pose=aimed(lamp.pose.position_m, (x, y, z))),))


def test_by_parallel_rays_a_lamp_has_its_luminance_wherever_it_is(renderers: tuple[Renderer, ...]) -> None:
    """Luminance does not fall with distance; the direction is that of the rays, not that to the camera's middle."""
    for place in ((0.0, 0.0, 3.0), (1.2, -0.8, 1.5)):
        for renderer in renderers:
            frame = picture(renderer, faced(place, 0.3), AssetLibrary())
            assert luminance(frame).max() == pytest.approx(CANDELA / (pi * 0.3**2), rel=0.01), renderer.name


def test_by_parallel_rays_ground_fog_is_that_of_the_lamp_s_own_ray(renderers: tuple[Renderer, ...]) -> None:
    place, fog = (1.2, -0.8, 3.0), Fog(8.0, scale_height_m=0.5, base_m=0.3)
    T = look_at(EYE, TARGET)
    along = np.linspace(0.0, place[2] - HOUSING_M, 10_001)
    heights = (T[:3, :3] @ place + T[:3, 3])[2] + (along - place[2]) * T[2, 2]
    depth = log(20) / 8.0 * np.trapezoid(np.exp(-np.maximum(heights - 0.3, 0.0) / 0.5), along)
    for renderer in renderers:
        clear, lit, glow = (
            luminance(picture(renderer, faced(place, radius_m, air), AssetLibrary())).astype(float).sum()
            for radius_m, air in ((0.3, None), (0.3, fog), (0.0, fog))
        )
        assert (lit - glow) / clear == pytest.approx(exp(-depth), rel=0.03), renderer.name


def test_who_stands_before_a_small_lamp_hides_it(renderers: tuple[Renderer, ...]) -> None:
    open_scene = scene_of(PINHOLE, (0.0, 0.0, 3.0), 0.02)
    x, y, z = (look_at(EYE, TARGET) @ (0.0, 0.0, 1.5, 1.0))[:3].tolist()
    hidden = replace(open_scene, objects=make_scene([static_box((0.4, 0.4, 0.4), (x, y, z))]).objects)
    for renderer in renderers:
        seen, behind = (picture(renderer, each, AssetLibrary()) for each in (open_scene, hidden))
        assert luminance(behind).max() < 1e-3 * luminance(seen).max(), renderer.name


def test_two_lamps_in_one_place_give_the_light_of_both(renderers: tuple[Renderer, ...]) -> None:
    one = scene_of(PINHOLE, (0.1, 0.0, 3.0), 0.02)
    both = replace(one, lights=(*one.lights, replace(one.lights[0], name="other")))
    for renderer in renderers:
        single, double = (lux(picture(renderer, each, AssetLibrary())) for each in (one, both))
        assert double == pytest.approx(2 * single, rel=2e-3), renderer.name


def test_glass_takes_the_same_share_of_a_small_lamp_as_of_a_large_one(raster: RasterRenderer) -> None:
    """Edges behind glass are smoothed, and a lamp of a pixel has nothing but edges."""
    T = look_at(EYE, TARGET)
    upright = T @ transform((0.0, 0.0, 1.0), (0.5**0.5, 0.5**0.5, 0.0, 0.0))
    glass = replace(pane(), pose=Pose.from_matrix(upright))
    shares: list[float] = []
    for radius_m in (0.002, 0.3):
        clear = scene_of(PINHOLE, (0.1, 0.05, 3.0), radius_m)
        behind = replace(clear, objects=make_scene([glass]).objects)
        shares.append(
            lux(picture(raster, behind, GlazedLibrary(0.3))) / lux(picture(raster, clear, GlazedLibrary(0.3)))
        )
    assert 0.3 < shares[1] < 0.9
    assert shares[0] == pytest.approx(shares[1], rel=0.1)
