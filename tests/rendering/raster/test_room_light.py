"""Light between walls against closed form: form factors, a white furnace, bounces, an integrating cavity."""

from __future__ import annotations

from dataclasses import replace
from math import atan, pi, sqrt

import numpy as np
import pytest

from simgen.geometry import FloatArray, Vec3, spread_directions
from simgen.rendering.lamps import Lights, PlacedSpot
from simgen.rendering.light_map import sphere_grid
from simgen.rendering.raster.furniture import Boxes
from simgen.rendering.raster.lamp import Lamp, lamps_of
from simgen.rendering.raster.probe_grid import axis_weights, light_on, probe_grid
from simgen.rendering.raster.room_light import RoomLight, Sources
from simgen.rendering.raster.shadows import DirectionalLight
from tests.lamps import DARK, point_lamp
from tests.rendering.raster.shells import room

WHITE, BLACK = np.ones((64, 128, 3)), np.zeros((64, 128, 3))
TOP, UP, DOWN = 4, 2, 5


def rectangle_seen(width_m: float, depth_m: float, apart_m: float) -> float:
    """Form factor from a small plane to a parallel rectangle above its middle (Howell, catalogue, C-6)."""
    a, b = width_m / 2 / apart_m, depth_m / 2 / apart_m
    one, two = sqrt(1 + a * a), sqrt(1 + b * b)
    return 2 / pi * (a / one * atan(b / one) + b / two * atan(a / two))


@pytest.mark.parametrize("size_m", [(5.0, 4.0, 3.0), (0.4, 0.3, 0.15), (12.0, 12.0, 6.0)])
def test_a_black_box_lets_in_what_its_opening_is_seen_as(size_m: tuple[float, float, float]) -> None:
    light = RoomLight(room(size_m, albedo=0.0, without=(TOP,)))
    field = light.field(Sources(WHITE, [], []))
    seen = rectangle_seen(*size_m[:2], size_m[2] / 2)
    assert field.middle[UP] == pytest.approx(np.full(3, seen), rel=0.05)
    assert field.middle[DOWN] == pytest.approx(np.zeros(3), abs=1e-12)


def test_a_closed_box_is_dark() -> None:
    field = RoomLight(room((5.0, 4.0, 3.0), albedo=0.8)).field(Sources(WHITE, [sun((0.0, 0.6, 0.8))], []))
    assert field.probes.max() == 0.0
    assert field.around.max() == 0.0


def test_in_a_white_furnace_all_is_exactly_white() -> None:
    endless = room((1e4, 1e4, 1.0), albedo=1.0, without=(0, 1, 2, 3, TOP))  # a floor alone
    field = RoomLight(endless).field(Sources(WHITE, [], []))
    np.testing.assert_allclose(field.probes, 1.0, atol=2e-3)
    np.testing.assert_allclose(field.outside, 1.0, rtol=1e-12)


def test_a_plate_sends_to_one_across_it_its_albedo_times_illuminance_over_pi() -> None:
    floor = room((1e4, 1e4, 1.0), albedo=0.6, without=(0, 1, 2, 3, TOP))
    field = RoomLight(floor).field(Sources(BLACK, [sun((0.6, 0.0, 0.8), 1000.0)], []))
    assert field.middle[DOWN] == pytest.approx(np.full(3, 0.6 * 800 / pi), rel=0.01)
    assert field.middle[UP].max() < 0.01 * field.middle[DOWN].max()  # the horizon lies in both halves


def test_light_of_a_lamp_in_a_cavity_is_that_of_an_integrating_sphere() -> None:
    flux, albedo, area = 4 * pi * 100.0, 0.5, 6 * 2.0**2
    light = RoomLight(room((2.0, 2.0, 2.0), albedo=albedo))
    values = light.field(Sources(BLACK, [], [lamp_of(100.0)])).probes[..., 1].reshape(*light.grid.counts, 6)
    walls = [np.moveaxis(values, axis, 0) for axis in range(3)]
    on_walls = [(wall[-1, ..., axis + 3], wall[0, ..., axis]) for axis, wall in enumerate(walls)]
    bounces = sum(albedo**k for k in range(1, 5))  # as many as are followed
    assert np.mean(on_walls) == pytest.approx(flux / area * bounces / pi, rel=0.05)


def test_lamps_shine_among_the_things_by_the_laws_of_distance_and_cosine() -> None:
    up, aslant = np.array([0.0, 0.0, 1.0]), np.array([0.8, 0.0, 0.6])
    lamp = lamp_of(100.0, (0.0, 0.0, 0.8))
    light = RoomLight(room((2.0, 2.0, 2.0), albedo=0.5)).lamplight(np.array([up, aslant, -up]), [lamp])
    np.testing.assert_allclose(light[:, 1], np.array([1.0, 0.6, 0.0]) * 100 / 0.8**2 / pi, rtol=1e-6)


def test_walls_shade_the_floor_from_a_low_sun() -> None:
    open_box = RoomLight(room((4.0, 4.0, 4.0), albedo=0.5, without=(TOP,)))
    steep, flat = (
        open_box.field(Sources(BLACK, [sun(direction)], []))
        for direction in ((0.0, 0.0, 1.0), (1.0, 0.0, 0.01))
    )
    assert steep.middle[DOWN, 1] > 10 * flat.middle[DOWN, 1]


def test_a_thing_in_the_way_dims_the_light_behind_it() -> None:
    T_box_world = np.linalg.inv(np.diag([1.9, 1.9, 0.2, 1.0]))[None]  # a shelf across the middle
    opened = room((4.0, 4.0, 2.0), albedo=0.0, without=(TOP,))
    plain, shaded = (
        RoomLight(enclosure).field(Sources(WHITE, [], [])).probes[..., 1]
        for enclosure in (opened, replace(opened, furniture=Boxes(T_box_world, np.array([20.0]))))
    )
    low, high = (np.arange(len(plain)) % RoomLight(opened).grid.counts[2] == k for k in (0, 2))
    assert shaded[low, UP].mean() < 0.75 * plain[low, UP].mean()
    np.testing.assert_allclose(shaded[high, UP].mean(), plain[high, UP].mean(), rtol=0.02)


def test_twice_the_light_is_twice_the_light() -> None:
    light = RoomLight(room((4.0, 3.0, 2.0), albedo=0.7, without=(TOP,)))
    once, twice = (light.field(Sources(WHITE * k, [sun((0.6, 0.0, 0.8), 100.0 * k)], [])) for k in (1, 2))
    np.testing.assert_allclose(twice.probes, 2 * once.probes, rtol=1e-9)


def test_a_tinted_wall_tints_what_it_sends_on() -> None:
    enclosure = room((4.0, 4.0, 2.0), albedo=0.5, without=(TOP,))
    enclosure.shell.albedo_rgb[:] = 0.8, 0.4, 0.1
    field = RoomLight(enclosure).field(Sources(WHITE, [], []))
    red, green, blue = field.middle[DOWN]
    assert red > 1.9 * green > 3.8 * blue > 0


@pytest.mark.parametrize("axis", range(6))
def test_six_values_give_back_light_along_the_axes_exactly(axis: int) -> None:
    values = np.arange(1.0, 19.0).reshape(6, 3)
    normals = np.concatenate([np.eye(3), -np.eye(3)])
    np.testing.assert_allclose(light_on(values, normals)[axis], values[axis])


def test_six_values_give_back_uniform_light_and_that_of_a_bright_half_exactly() -> None:
    normals = spread_directions(200)
    np.testing.assert_allclose(axis_weights(normals).sum(axis=1), 1.0)
    half = np.array([0.5, 0.5, 1.0, 0.5, 0.5, 0.0])[:, None].repeat(3, axis=1)  # white above, black below
    np.testing.assert_allclose(light_on(half, normals)[:, 0], (1 + normals[:, 2]) / 2, atol=1e-12)


def test_the_picture_from_the_middle_shows_sky_and_walls_where_they_are() -> None:
    field = RoomLight(room((4.0, 4.0, 2.0), albedo=0.5, without=(TOP,))).field(Sources(WHITE, [], []))
    ways, _ = sphere_grid(128, 64)
    with np.errstate(divide="ignore"):
        opening = (ways[..., 2] > 0) & (np.abs(ways[..., :2]).max(axis=2) < 2 * ways[..., 2])
    assert (field.around[opening] == 1.0).mean() > 0.99
    assert field.around[~opening].max() < 0.6


def test_probes_lie_within_the_box_and_are_not_many() -> None:
    for size in ((5.0, 4.0, 3.0), (100.0, 1.0, 1.0), (40.0, 40.0, 0.0)):
        low = -np.array(size) / 2
        grid = probe_grid(low, -low)
        assert (np.abs(grid.points_m) < np.maximum(-low, 0.5)).all()
        assert 8 <= len(grid.points_m) <= 300
        assert (grid.nearest(grid.points_m) == np.arange(len(grid.points_m))).all()


def sun(direction: tuple[float, float, float], lux: float = 1000.0) -> DirectionalLight:
    unit: FloatArray = np.array(direction) / np.linalg.norm(direction)
    x, y, z = (float(v) for v in unit)
    return DirectionalLight((x, y, z), (lux, lux, lux), 0.01)


def lamp_of(intensity_cd: float, at: Vec3 = (0.0, 0.0, 0.0)) -> Lamp:
    light = point_lamp(at, intensity_cd)
    lit = Lights((), (PlacedSpot(light, light.pose.matrix()),), (), DARK, np.zeros(0))
    return lamps_of(lit)[0]
