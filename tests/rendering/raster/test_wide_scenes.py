"""Shadows of scenes as wide as a road: as sharp near the camera as in a small scene."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.colour import LUMINANCE_RGB
from simgen.geometry import Vec3, apply, invert_rigid
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.scene import MaterialOverride, Scene, SceneObject
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.shadow_grids import nearest_depth_m, slice_of_view
from simgen.rendering.raster.shadows import DirectionalLight, ShadowMaps, Walls
from tests.builders import box, camera, floor, make_scene
from tests.lamps import DARK
from tests.rendering.raster.conftest import Render
from tests.views import still_view

GREY = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
SUN = SunLight("sun", (0.0, 0.6, 0.8), 10_000.0, angular_diameter_rad=0.001)


def road(*near: SceneObject, **fields: object) -> Scene:
    """Things over 200 m; the camera stands at the origin and looks along the road."""
    far = [box((0.5, 0.5, 2.0), at=(x, 9.0, 1.0)) for x in (-20.0, 180.0)]
    seen = camera(eye=(0.0, 0.0, 1.5), target=(10.0, 0.0, 0.5), width=320, height=240)
    defaults: dict[str, object] = {"suns": [SUN], "environment": DARK}
    return make_scene([floor(material=GREY, size_m=400.0), *near, *far], [seen], **(defaults | fields))


def seen_at(scene: Scene, frame: Frame, p_world: Vec3) -> float:
    seen = scene.cameras[0]
    u, v = seen.intrinsics.project(apply(invert_rigid(seen.pose_at(0).matrix()), [p_world]))[0]
    luminance: NDArray[np.float64] = frame.radiance.astype(float) @ LUMINANCE_RGB
    return float(luminance[round(v), round(u)])


@pytest.mark.parametrize("x_m", [4.0, 9.0, 25.0, 60.0])
def test_a_shadow_ends_where_geometry_says_at_every_distance(render: Render, x_m: float) -> None:
    """A box 1 m high throws a shadow of 0.75 m across the road; one map for 200 m has texels of 27 cm."""
    long_m = max(1.0, x_m**2 / 100)  # far away a row of the image is metres of road
    scene = road(box((long_m, 1.0, 1.0), at=(x_m, 0.8, 0.5)))
    frame = render(scene)
    within = 0.03 + 0.012 * x_m  # some pixels
    lit = 0.5 * 8000.0 / pi
    assert seen_at(scene, frame, (x_m, -0.45 + within, 0.0)) < 0.3 * lit
    assert seen_at(scene, frame, (x_m, -0.45 - within, 0.0)) > 0.7 * lit


def test_the_ground_beside_a_thing_near_the_camera_is_darker_under_the_sky(render: Render) -> None:
    sky = EnvironmentLight(map=None, illuminance_lux=1000.0)
    scene = road(box((1.0, 1.0, 1.0), at=(6.0, 1.0, 0.5)), suns=[], environment=sky)
    frame = render(scene)
    beside, open_ground = (seen_at(scene, frame, (6.0, y, 0.0)) for y in (0.4, -2.5))
    assert 0.4 < beside / open_ground < 0.85


def test_a_view_has_the_same_bytes_after_another_view_of_the_same_state(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    scene = road(box((1.0, 1.0, 1.0), at=(9.0, 0.8, 0.5)))
    here = still_view(scene)
    there = here.T_world_camera.copy()
    there[0, 3] += 40.0
    with raster.open(scene, library) as session:
        first = session.render(here).radiance.tobytes()
        session.render(replace(here, T_world_camera=there))
        assert session.render(here).radiance.tobytes() == first


def test_the_slice_of_a_view_lies_ahead_and_holds_its_corners() -> None:
    view = still_view(road())
    center, radius = slice_of_view(view, 0.0, 10.0)
    far = view.T_world_camera[:3, :3] @ (view.intrinsics.rays()[0, 0] * 10.0) + view.T_world_camera[:3, 3]
    for point in (view.T_world_camera[:3, 3], far):
        assert np.linalg.norm(point - center) <= radius * 1.02


@pytest.mark.parametrize(("ahead_m", "depth_m"), [(3.0, 0.0), (5.0, 4.0), (50.0, 32.0), (-9.0, 0.0)])
def test_maps_begin_where_things_begin_in_steps(ahead_m: float, depth_m: float) -> None:
    view = still_view(road())
    at = view.T_world_camera[:3, 3] + ahead_m * view.T_world_camera[:3, 2]
    assert nearest_depth_m(view, at[None], np.array([0.1])) == depth_m


@pytest.mark.parametrize("sun_count", [1, 4])
def test_the_map_of_the_suns_is_no_wider_after_a_scene_that_needed_more(
    raster: RasterRenderer, sun_count: int
) -> None:
    """Where texels are read is rounded to a share of the width: pictures would depend on the scenes before."""
    maps = ShadowMaps(raster.context)
    suns = [DirectionalLight((0.0, 0.6, 0.8), (1.0, 1.0, 1.0), 0.01)] * 4
    towards, walls = np.tile([0.0, 0.0, 1.0], (32, 1)), Walls(corners_m=np.eye(3) * 9.0)
    widths: list[int] = []
    for walled in (False, True, False):
        maps.draw([], np.zeros((0, 4, 4)), suns[:sun_count], towards, walls if walled else Walls())
        widths.append(maps.sun_depths.width)
    assert widths[0] == widths[2]
    assert widths[1] == 2 * widths[0]
