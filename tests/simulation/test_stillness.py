"""What counts as rest: nothing strays for a tenth of a second, however it flickers between its corners."""

from __future__ import annotations

from math import cos, sin

import pytest

from simgen.records.scene import Physics
from simgen.simulation.protocol import Speeds
from simgen.simulation.stillness import Seen, Stillness, rests

PHYSICS = Physics()  # 240 Hz, 0.02 m/s, 0.2 rad/s
UPRIGHT = (0.0, 0.0, 0.0, 1.0)
SLOW = Speeds([0.001], [0.01])


def turned(angle_rad: float) -> tuple[float, float, float, float]:
    """Return a turn about z."""
    return (0.0, 0.0, sin(angle_rad / 2), cos(angle_rad / 2))


def test_bodies_are_looked_at_sixty_times_a_second():
    assert Stillness(PHYSICS).look_every == 4
    assert Stillness(Physics(step_rate_hz=60)).look_every == 1


@pytest.mark.parametrize("quaternion", [UPRIGHT, tuple(-part for part in UPRIGHT), turned(0.015)])
def test_a_body_that_flickers_in_its_place_is_still(quaternion: tuple[float, ...]):
    stillness = Stillness(PHYSICS)
    stillness.look(1, Seen((0.0, 0.0, 0.5), UPRIGHT, 0))
    stillness.look(1, Seen((0.0005, 0.0, 0.4997), quaternion, 4))
    assert stillness.look(1, Seen((0.0, 0.0, 0.5), UPRIGHT, 24)) == 24


@pytest.mark.parametrize(
    ("position_m", "quaternion"), [((0.0021, 0.0, 0.5), UPRIGHT), ((0.0, 0.0, 0.5), turned(0.021))]
)
def test_a_body_that_goes_farther_than_the_settle_speeds_carry_it_is_not(
    position_m: tuple[float, float, float], quaternion: tuple[float, ...]
):
    stillness = Stillness(PHYSICS)
    stillness.look(1, Seen((0.0, 0.0, 0.5), UPRIGHT, 0))
    assert stillness.look(1, Seen(position_m, quaternion, 20)) == 0
    assert stillness.look(1, Seen(position_m, quaternion, 28)) == 8


def test_a_body_at_the_top_of_its_flight_is_not_still():
    stillness, longest = Stillness(PHYSICS), 0
    for step in range(0, 48, 4):
        time_s = (step - 24) / 240
        longest = max(longest, stillness.look(1, Seen((0.0, 0.0, 1.0 - 4.905 * time_s**2), UPRIGHT, step)))
    assert longest < 24


def test_a_world_rests_after_a_tenth_of_a_second_in_which_nothing_strayed():
    assert rests(24, SLOW, PHYSICS)
    assert not rests(23, SLOW, PHYSICS)


@pytest.mark.parametrize("speeds", [Speeds([0.02], [0.0]), Speeds([0.0], [0.2])])
def test_a_world_does_not_rest_in_the_instant_in_which_something_is_fast(speeds: Speeds):
    assert not rests(48, speeds, PHYSICS)
