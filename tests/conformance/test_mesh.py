"""Labels of renderers that draw meshes against the mesh itself, and flow against the next frame drawn anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.records.frame import Frame, View
from simgen.rendering import make_renderer
from simgen.rendering.protocol import Renderer
from tests.conformance.conftest import QUICK
from tests.measures.mesh import Hits, cast_meshes, disagreement, mesh_scene
from tests.measures.warp import MOTIONS, SCENE, Draw, warp_errors_px
from tests.skinned import TubeLibrary
from tests.views import still_view

LIBRARY = TubeLibrary()


@pytest.fixture(scope="module", params=["raster", "pathtrace"])
def drawer(request: pytest.FixtureRequest) -> Iterator[Renderer]:
    renderer = make_renderer(request.param, **QUICK.get(request.param, {}))
    yield renderer
    renderer.close()


@pytest.fixture(scope="module")
def draw(drawer: Renderer) -> Iterator[Draw]:
    with drawer.open(SCENE, LIBRARY) as session:
        yield session.render


@cache
def truth() -> Hits:
    return cast_meshes(still_view(mesh_scene()), mesh_scene(), LIBRARY)


def test_every_pixel_shows_the_point_of_the_mesh_its_ray_meets(
    drawer: Renderer, library: AssetLibrary
) -> None:
    scene = mesh_scene()
    with drawer.open(scene, library) as session:
        found = disagreement(session.render(still_view(scene)), truth())
    assert found.pixels > 8000
    assert found.depth <= 1e-5
    assert found.coordinates_px <= 0.001
    assert found.together_px <= 0.001
    assert found.normals_rad <= 0.002


def test_what_is_off_by_little_is_found(drawer: Renderer, library: AssetLibrary) -> None:
    scene = mesh_scene()
    with drawer.open(scene, library) as session:
        frame = session.render(still_view(scene))
    deeper = replace(frame, depth_m=frame.depth_m * np.float32(1.001))
    assert disagreement(deeper, truth()).depth > 9e-4
    shifted = replace(frame, object_coordinates_m=frame.object_coordinates_m + np.float32(0.0005))
    found = disagreement(shifted, truth())
    assert min(found.coordinates_px, found.together_px) > 0.05
    turned = replace(frame, normals_camera=frame.normals_camera[..., [1, 0, 2]])
    assert disagreement(turned, truth()).normals_rad > 0.1


@pytest.mark.parametrize("name", MOTIONS)
def test_where_flow_leads_the_next_frame_shows_the_same_point(draw: Draw, name: str) -> None:
    errors = warp_errors_px(draw, MOTIONS[name], 16)
    assert len(errors) >= 16
    assert not np.isnan(errors).any()
    assert errors.max() < 0.001


def test_flow_that_is_off_by_little_is_found(draw: Draw) -> None:
    """The camera is told to be elsewhere than it is by what moves the picture some tenths of a pixel."""
    motion = MOTIONS["moving camera"]
    T = motion.following.T_world_camera.copy()
    T[:3, 3] += 0.005

    def shaken(view: View) -> Frame:
        return draw(replace(view, T_world_camera=T) if view.frame_index else view)

    assert np.nanmedian(warp_errors_px(shaken, motion, 16)) > 0.05
