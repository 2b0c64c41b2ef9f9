from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from simgen.errors import SceneRejected
from simgen.records.scene import Capture, Physics
from simgen.simulation import simulate
from simgen.simulation.guards import Guards
from simgen.simulation.protocol import Speeds
from tests.builders import box, floor, make_scene, sphere, static_box
from tests.simulation.bodies import HullLibrary

FLYING = Capture("start", frame_count=11, frame_rate_hz=10)
ENGINES = ("bullet", "kinematic")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_body_that_is_too_fast_is_an_explosion(engine: str, library: HullLibrary):
    scene = make_scene(
        [sphere(name="ball", linear_velocity_mps=(40.0, 0.0, 0.0))],
        physics=Physics(engine=engine),
        capture=FLYING,
    )
    with pytest.raises(
        SceneRejected, match=r"'ball' moves at 40\.0 m/s at 0\.0(04|17) s, allowed is 30\.0 m/s"
    ) as error:
        simulate(scene, library)
    assert error.value.reason == "explosion"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_body_that_falls_through_the_bottom_has_tunnelled(engine: str, library: HullLibrary):
    scene = make_scene(
        [sphere(name="ball")], physics=Physics(engine=engine), capture=FLYING, workspace_min_m=(-5, -5, -1)
    )
    message = r"'ball' left the workspace at 0\.[45]\d0 s: it is at \(0\.000, 0\.000, -1\.[02]\d\d\) m"
    with pytest.raises(SceneRejected, match=message) as error:
        simulate(scene, library)
    assert error.value.reason == "tunnelling"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_body_that_leaves_sideways_has_left_the_workspace(engine: str, library: HullLibrary):
    ball = sphere(at=(4.9, 0, 2), linear_velocity_mps=(5.0, 0.0, 0.0), name="ball")
    with pytest.raises(SceneRejected, match="'ball' left the workspace") as error:
        simulate(make_scene([ball], physics=Physics(engine=engine), capture=FLYING), library)
    assert error.value.reason == "left_workspace"


def test_overlap_at_rest_is_refused_with_both_names_and_what_to_try(library: HullLibrary):
    wedged = [
        floor(),
        box((0.1, 0.1, 0.1), at=(0, 0, 0.02), name="box"),
        static_box((1, 1, 0.1), at=(0, 0, 0.12)),
    ]
    scene = make_scene(wedged, physics=Physics(settle_limit_s=0.5))
    with pytest.raises(SceneRejected) as error:
        simulate(scene, library)
    assert error.value.reason == "penetration"
    assert "'floor' and 'box' overlap by" in str(error.value) or "'box' and" in str(error.value)
    assert "allowed is 10.0 mm; give them room at placement" in str(error.value)


def test_the_deepest_pair_is_named(library: HullLibrary):
    scene = make_scene(
        [box(at=(0, 0, 0), name="a"), box(at=(0.09, 0, 0), name="b"), box(at=(0, 0.07, 0), name="c")]
    )
    scene = replace(scene, capture=Capture("start", 1))
    with pytest.raises(SceneRejected, match=r"'a' and 'c' overlap by 30\.0 mm at 0\.000 s"):
        simulate(scene, library)


def test_static_bodies_may_overlap_and_lie_outside(library: HullLibrary):
    scene = make_scene([static_box((1, 1, 1)), static_box((1, 1, 1)), static_box((1, 1, 1), at=(50, 0, 0))])
    assert simulate(scene, library).settled


@pytest.mark.parametrize("speeds", [Speeds([nan], [0.0]), Speeds([0.0], [nan])])
def test_nan_speed_is_refused(speeds: Speeds):
    guards = Guards(make_scene([box(name="box", mass_kg=1e-9)]))
    with pytest.raises(
        SceneRejected, match=r"'box' has no finite state at 0\.500 s \(mass 1e-09 kg"
    ) as error:
        guards.check_speeds(speeds, 0.5)
    assert error.value.reason == "not_finite"
