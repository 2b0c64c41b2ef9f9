"""What switches and dimmed surroundings do to the factor on each light."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.errors import SimulationError
from simgen.geometry import Pose
from simgen.records.light import SpotLight
from tests.simulation.acting import act, deer, event, on, play

LOW_BEAM = SpotLight("low_beam", Pose(), "", 20_000.0)
DARK = SpotLight("street", Pose(), "", 2_000.0, on=False)
AT_HALF = on("time", at_s=0.5)
SUN, LOW, STREET, AROUND = range(4)  # suns, lamps by name, then the surroundings


def factors(*actions, seconds: float = 1.0):
    run = play(
        [deer()],
        [event("e", *actions, trigger=AT_HALF)],
        seconds=seconds,
        rate_hz=48,
        lights=(LOW_BEAM, DARK),
    )
    assert run.light_factors is not None
    return run.times_s, run.light_factors


def switch(name: str, state: str, **settings):
    return act("light", name=name, state=state, **({"factor": 3.0, "frequency_hz": 8.0} | settings))


def test_nothing_is_recorded_where_nothing_happens() -> None:
    assert play([deer()], lights=(LOW_BEAM, DARK)).light_factors is None


def test_off_is_0_on_is_1_and_a_lamp_that_is_not_on_is_0_before() -> None:
    t, f = factors(switch("low_beam", "off"), switch("street", "on"))
    assert (f[:, LOW] == np.where(t < 0.5, 1.0, 0.0)).all()
    assert (f[:, STREET] == np.where(t < 0.5, 0.0, 1.0)).all()
    assert (f[:, [SUN, AROUND]] == 1.0).all()


def test_high_beam_has_its_factor_and_goes_back_after_its_time() -> None:
    t, f = factors(switch("low_beam", "high_beam", factor=2.5, time_s=0.25))
    assert (f[:, LOW] == np.where((t >= 0.5) & (t < 0.75), 2.5, 1.0)).all()


def test_after_its_time_a_lamp_is_what_it_was_even_if_that_was_changed_too() -> None:
    t, f = factors(switch("low_beam", "off"), switch("low_beam", "high_beam", time_s=0.25))
    assert (f[:, LOW] == np.select([t < 0.5, t < 0.75], [1.0, 3.0], 0.0)).all()


def test_flicker_alternates_by_half_periods_beginning_dark() -> None:
    t, f = factors(switch("low_beam", "flicker", frequency_hz=4.0, time_s=0.5))
    half = np.floor((t - 0.5) * 8 + 1e-9).astype(int)
    assert (f[:, LOW] == np.where((t < 0.5) | (t >= 1.0), 1.0, half % 2)).all()


def test_surroundings_dim_linearly_from_what_they_are() -> None:
    twice = (
        act("environment", factor=0.2, over_s=0.5),
        act("environment", delay_s=0.25, factor=1.0, over_s=0.25),
    )
    t, f = factors(*twice, seconds=1.5)
    expected = np.interp(t, [0.5, 0.75, 1.0], [1.0, 0.6, 1.0])
    assert f[:, AROUND] == pytest.approx(expected)


def test_at_once_is_at_once() -> None:
    t, f = factors(act("environment", factor=0.0))
    assert (f[:, AROUND] == np.where(t < 0.5, 1.0, 0.0)).all()


def test_a_lamp_that_is_not_there_is_an_error_that_names_it() -> None:
    with pytest.raises(
        SimulationError,
        match=r"events\.test\.actions\[0\]\.light: no light 'high'; known: sun, low_beam, street",
    ):
        factors(switch("high", "off"))
