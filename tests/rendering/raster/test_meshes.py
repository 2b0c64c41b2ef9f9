"""Which level of detail is drawn, and which backs are left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from simgen.assets.closed import closed_first
from simgen.camera import Intrinsics
from simgen.records.asset import Material, Model, Submesh
from simgen.records.frame import Moment
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.drawables import Drawable, visible_items
from simgen.rendering.raster.meshes import GpuModel
from tests.builders import sphere
from tests.views import camera_scene, still_view


def ball(subdivisions: int, material: int = 0, closed: bool = True) -> Submesh:
    made = trimesh.creation.icosphere(subdivisions)
    points = np.asarray(made.vertices, np.float32)
    uvs = np.zeros((len(points), 2), np.float32)
    whole = Submesh(points, points, uvs, np.asarray(made.faces, np.uint32), material)
    return closed_first([whole])[0] if closed else whole


@pytest.fixture
def levels(raster: RasterRenderer) -> Iterator[GpuModel]:
    lods = tuple((ball(k),) for k in (3, 2, 1))
    made = GpuModel(raster.context, Model(lods, (Material(),), (2.0, 2.0, 2.0), (0.0, 0.01, 0.05)))
    yield made
    made.release()


@pytest.mark.parametrize(
    ("px_per_m", "triangles"),
    [(np.inf, 1280), (100.0, 1280), (50.0, 320), (16.0, 320), (14.0, 80), (1.0, 80)],
)
def test_the_coarsest_level_within_three_quarters_of_a_pixel_is_drawn(
    levels: GpuModel, px_per_m: float, triangles: int
) -> None:
    assert len(levels.level_for(px_per_m).triangles) == triangles


@pytest.mark.parametrize(
    ("errors_m", "triangles"),
    [((0.0, 0.01, 0.02), 320), ((0.0, 0.05, 0.2), 1280), ((0.0, 0.0, 0.0), 320)],
)
def test_what_casts_shadows_is_rough_but_not_so_far_off_that_it_shadows_the_model(
    raster: RasterRenderer, errors_m: tuple[float, ...], triangles: int
) -> None:
    lods = tuple((ball(k),) for k in (3, 2, 1))  # of 1280, 320 and 80 triangles
    model = GpuModel(raster.context, Model(lods, (Material(),), (2.0, 2.0, 2.0), errors_m))
    assert len(model.caster.triangles) == triangles
    model.release()


def test_views_that_flow_joins_show_the_finest(levels: GpuModel) -> None:
    scene = camera_scene([sphere(1.0, at=(0.0, 0.0, 40.0))], Intrinsics.from_fov(64, 48, 1.0))
    view, far = still_view(scene), Drawable(scene.objects[0], levels, 1.8, 0)
    beside = Moment(view.T_world_camera, view.T_world_objects)
    views = (view, replace(view, next=beside), replace(view, previous=beside))
    drawn = [visible_items([far], seen)[0].level for seen in views]
    assert [len(level.triangles) for level in drawn] == [80, 1280, 1280]


def test_only_levels_that_are_drawn_take_memory(levels: GpuModel) -> None:
    before = levels.byte_count
    levels.level_for(1.0)
    coarse = levels.byte_count - before
    levels.level_for(np.inf)
    assert 0 < coarse < levels.byte_count - before - coarse


def test_closed_surfaces_are_drawn_apart_and_alpha_tested_ones_last(raster: RasterRenderer) -> None:
    materials = (
        Material("solid"),
        Material("leaf", alpha_mode="mask"),
        Material("one side", double_sided=False),
    )
    parts = (ball(1, material=1), ball(1, closed=False), ball(1), ball(1, material=2))
    model = GpuModel(raster.context, Model((parts,), materials, (2.0, 2.0, 2.0)))
    level = model.level(0)
    assert [(b.key.masked, b.key.culled, b.closed, b.count) for b in level.batches] == [
        (False, False, True, 240),
        (False, False, False, 240),
        (False, True, False, 240),
        (True, False, False, 240),
    ]
    assert level.opaque_triangles == 240
    model.release()
