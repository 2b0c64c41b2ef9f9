"""Suns of a room without a ceiling: which of them may light something that a camera in it sees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.geometry import Vec3
from simgen.records.frame import View
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.drawables import make_drawables
from simgen.rendering.raster.shadows import DirectionalLight
from simgen.rendering.raster.sun_reach import SunReach
from tests.builders import box, camera, floor, make_scene, static_box, sun
from tests.rendering.raster.shells import room
from tests.rendering.raster.test_rooms import GREY, SKY, walls
from tests.views import still_view

TOP = 4  # the face that lets light in
OPEN = SunReach(room((4.0, 4.0, 3.0), 0.5, without=(TOP,)))
SLOPE = 0.2  # of the low sun: it lights what is less than 0.8 m under the top, at z = 0.7 and above


def shining(direction: Vec3, diameter_rad: float = 0.0) -> DirectionalLight:
    unit = np.asarray(direction) / np.linalg.norm(direction)
    return DirectionalLight((float(unit[0]), float(unit[1]), float(unit[2])), (1.0, 1.0, 1.0), diameter_rad)


HIGH, LOW, BELOW = shining((0.1, 0.2, 1.0)), shining((-1.0, 0.0, SLOPE)), shining((0.3, 0.2, -1.0))


def looking(target: Vec3, eye: Vec3 = (-1.5, 0.0, 0.3)) -> View:
    return still_view(make_scene([], [camera(eye=eye, target=target, fov_rad=0.5)]))


def test_looking_down_no_low_sun_is_seen() -> None:
    assert OPEN.seen([HIGH, LOW, BELOW], looking((0.5, 0.0, -1.5))) == (0,)


def test_looking_at_the_upper_wall_it_is() -> None:
    assert OPEN.seen([HIGH, LOW, BELOW], looking((2.0, 0.0, 1.2))) == (0, 1)


def test_a_wide_sun_reaches_farther_down() -> None:
    level = looking((2.0, 0.0, -0.4), eye=(-1.5, 0.0, 0.0))
    assert OPEN.seen([LOW], level) == ()
    assert OPEN.seen([shining(LOW.direction_world, 0.3)], level) == (0,)


def test_a_closed_room_has_no_sun() -> None:
    closed = SunReach(room((4.0, 4.0, 3.0), 0.5))
    assert closed.seen([HIGH, LOW, BELOW], looking((0.5, 0.0, -1.5))) == ()


def test_from_outside_all_suns_may_be_seen() -> None:
    assert OPEN.seen([HIGH, LOW, BELOW], looking((0.0, 0.0, 0.0), eye=(0.0, 0.0, 4.0))) == (0, 1, 2)


@pytest.mark.parametrize(("x_m", "held"), [(0.0, True), (1.9, True), (2.1, False)])
def test_a_room_holds_what_does_not_stick_out(x_m: float, held: bool, raster: RasterRenderer) -> None:
    scene = make_scene([floor(), box((0.2, 0.2, 0.2), at=(x_m, 0.0, 0.0))])
    drawables = make_drawables(scene, AssetLibrary(), raster.models)
    places = np.array([body.pose.matrix() for body in scene.objects])
    assert OPEN.holds(drawables, places) == held  # the floor is of the room


def test_pictures_are_as_with_all_suns(raster: RasterRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = static_box((4.2, 4.2, 0.1), (0.0, 0.0, -0.05), is_thing=False, material=GREY)
    low = replace(sun((-0.95, 0.0, 0.19)), name="low")
    view = camera(eye=(-1.0, -1.0, 1.5), target=(0.6, 0.6, 0.0), fov_rad=0.8)
    things = [ground, *walls(), box((0.3, 0.3, 0.4), at=(0.3, 0.2, 0.2))]
    scene = make_scene(things, [view], suns=[sun(), low], environment=SKY)
    asked: list[tuple[int, ...]] = []

    def seen(self: SunReach, suns: list[DirectionalLight], view: View) -> tuple[int, ...]:
        asked.append(some(self, suns, view))
        return asked[-1] if len(asked) == 1 else tuple(range(len(suns)))

    some = SunReach.seen
    monkeypatch.setattr(SunReach, "seen", seen)
    with raster.open(scene, AssetLibrary()) as session:
        quick, whole = (session.render(still_view(scene)).radiance for _ in range(2))
    assert asked == [(0,), (0,)]
    np.testing.assert_array_equal(quick, whole)
