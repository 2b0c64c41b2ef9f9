"""Boxes of haze: what rays lose in them, and how dense they are, against closed form and against rays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, pi

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray
from simgen.records.asset import AssetRef
from simgen.rendering.raster.drawables import make_drawables
from simgen.rendering.raster.furniture import Boxes, boxes_of, mean_chord_m, share_passed, share_passed_of
from simgen.rendering.raster.ray_casts import NO_TRIANGLE, Mesh
from simgen.rendering.raster.renderer import RasterRenderer
from simgen.rng import keyed_generator
from tests.builders import camera, make_scene, sphere, static_box

DENSITY = 0.5


@pytest.fixture
def box() -> Boxes:
    """4 by 1 by 1 m, a quarter turned by 53 degrees, about (5, 0, 1)."""
    turned: FloatArray = np.array([[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]])
    T_world_box: FloatArray = np.eye(4)
    T_world_box[:3, :3], T_world_box[:3, 3] = turned * (2.0, 0.5, 0.5), (5.0, 0.0, 1.0)
    return Boxes(np.asarray(np.linalg.inv(T_world_box)[None], float), np.array([DENSITY]))


@pytest.mark.parametrize(
    ("origin", "way", "until_m", "inside_m"),
    [
        ((5.0, 0.0, 9.0), (0.0, 0.0, -1.0), np.inf, 1.0),
        ((5.0, 0.0, 1.0), (0.0, 0.0, 1.0), np.inf, 0.5),
        ((5.0, 0.0, 9.0), (0.0, 0.0, -1.0), 7.75, 0.25),
        ((5.0, 0.0, 9.0), (0.0, 0.0, -1.0), 3.0, 0.0),
        ((5.0, 0.0, 9.0), (0.0, 0.0, 1.0), np.inf, 0.0),
        ((8.0, 4.0, 1.0), (-0.6, -0.8, 0.0), np.inf, 4.0),
        ((0.0, 0.0, 1.6), (1.0, 0.0, 0.0), np.inf, 0.0),
    ],
    ids=["through", "from within", "ends within", "ends before", "behind", "along it", "above"],
)
def test_light_is_lost_by_the_length_within(
    box: Boxes, origin: Sequence[float], way: Sequence[float], until_m: float, inside_m: float
) -> None:
    passed = box.passed(np.array([origin]), np.array([way]), np.array([until_m]))
    assert passed == pytest.approx(exp(-DENSITY * inside_m))


def test_two_boxes_take_one_after_the_other(box: Boxes) -> None:
    twice = Boxes(box.T_box_world.repeat(2, axis=0), box.density_per_m.repeat(2))
    start, way = np.array([[5.0, 0.0, 9.0]]), np.array([0.0, 0.0, -1.0])
    assert twice.passed(start, way, np.inf) == pytest.approx(box.passed(start, way, np.inf) ** 2)


def test_what_fills_its_box_lets_hardly_anything_pass_and_scattered_sheets_by_poissons_law() -> None:
    assert share_passed_of(1.0, 1.0) == pytest.approx(0.01)
    assert share_passed_of(pi / 6, pi / 6) == pytest.approx(1 - pi / 6)  # a ball: as its shadows in its box's
    assert share_passed_of(0.7, 0.0) == pytest.approx(exp(-0.7))


def test_mean_chord_of_a_cube_is_two_thirds_of_its_side() -> None:
    assert mean_chord_m(np.full(3, 0.5)) == pytest.approx(2 / 3)


def test_models_are_as_open_as_rays_find_them(raster: RasterRenderer, library: AssetLibrary) -> None:
    """Lines evenly spread through the box around a model, of which some meet nothing of it."""
    rack = replace(static_box((1.0, 1.0, 1.0)), asset=AssetRef("procedural/rack"))
    things = [static_box((0.4, 0.3, 2.0), (0.0, 0.0, 0.0)), sphere(0.5, (4.0, 0.0, 0.0)), rack]
    drawables = make_drawables(make_scene(things, [camera()]), library, raster.models)
    for drawable in drawables:
        corners = np.concatenate(
            [part.positions_m[part.triangles].astype(float) for part in drawable.model.caster_submeshes]
        )
        starts, ways = lines_through(np.asarray(drawable.model.half_size_m, float))
        missed = Mesh(corners).cast(starts, ways).triangle == NO_TRIANGLE
        assert share_passed(drawable.model) == pytest.approx(missed.mean(), abs=0.13)
    density = boxes_of(drawables).density_per_m
    assert len(density) == 3


def lines_through(half: FloatArray, count: int = 400) -> tuple[FloatArray, FloatArray]:
    """Return rays that enter a box evenly over its surface, by the cosine law."""
    rng = keyed_generator("lines through a box", 1)
    areas = np.array([half[1] * half[2], half[2] * half[0], half[0] * half[1]])
    axis = rng.choice(3, count, p=areas / areas.sum())
    points, ways = rng.uniform(-1, 1, (count, 3)) * half, np.zeros((count, 3))
    side, rows = rng.choice([-1.0, 1.0], count), np.arange(count)
    points[rows, axis] = side * half[axis] * 1.001
    sine, around = np.sqrt(rng.random(count)), rng.uniform(0, 2 * pi, count)
    ways[rows, axis] = -side * np.sqrt(1 - sine**2)
    ways[rows, (axis + 1) % 3], ways[rows, (axis + 2) % 3] = sine * np.cos(around), sine * np.sin(around)
    return points, ways
