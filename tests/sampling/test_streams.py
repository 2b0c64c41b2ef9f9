"""Named streams: what is added to a scenario changes no draw of what was there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from simgen.assets.library import AssetLibrary
from simgen.records.scene import Scene, SceneObject
from simgen.resources import shipped
from simgen.sampling import sample
from simgen.scenario import load
from simgen.scenario.spec import Scenario
from tests.sampling.scenarios import PLATE, block, group, scenario

SHIPPED = sorted(path.name for path in shipped("scenes").glob("*.yaml"))
LIBRARY = AssetLibrary()
LATE = "zz_added"  # groups are placed in the order of their names: this one last


def with_group(of: Scenario) -> Scenario:
    """The scenario with one more group, far above everything."""
    place = {"at": {"position": [0, 0, 40]}}
    added = scenario({LATE: block(count=2, place=place)}).objects
    return of.model_copy(update={"objects": {**of.objects, **added}})


def with_sun(of: Scenario) -> Scenario:
    suns = scenario(suns={LATE: {"azimuth": {"uniform": [0, 6]}, "elevation": 1, "illuminance": 5}}).suns
    return of.model_copy(update={"suns": {**of.suns, **suns}})


def with_sensor(of: Scenario) -> Scenario:
    twin = next(iter(of.sensors.values()))  # known to find its place in this world
    return of.model_copy(update={"sensors": {**of.sensors, LATE: twin}})


def with_param(of: Scenario) -> Scenario:
    params = scenario(params={LATE: {"uniform": [0, 1]}}).params
    return of.model_copy(update={"params": {**of.params, **params}})


ADDITIONS = [with_group, with_sun, with_sensor, with_param]


def without_added(scene: Scene) -> Scene:
    """The scene less what was added, and less the hash of the file, which must differ."""
    kept: list[SceneObject] = [o for o in scene.objects if not o.name.startswith(LATE)]
    return replace(
        scene,
        objects=tuple(kept),
        suns=tuple(s for s in scene.suns if s.name != LATE),
        cameras=tuple(c for c in scene.cameras if c.name != LATE),
        params=tuple(p for p in scene.params if p[0] != LATE),
        scenario_hash="",
    )


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(seed=st.integers(0, 2**31), index=st.integers(0, 10_000), addition=st.sampled_from(ADDITIONS))
def test_an_addition_changes_no_other_draw_of_a_shipped_scene(name, seed, index, addition):
    plain = load(shipped("scenes") / name)
    before = sample(plain, seed, index, LIBRARY).scene
    after = sample(addition(plain), seed, index, LIBRARY).scene
    assert without_added(after) == without_added(before)


def test_a_group_in_the_way_moves_only_what_would_overlap_it():
    objects = {"m": block(count=8, place={"scatter": {"region": PLATE}})}
    wall = {"a": block((0.2, 0.9, 0.3), motion="static", place={"at": {"position": [0, 0, 0.7]}})}
    before = group(sample(scenario(objects), 7, 0, LIBRARY).scene, "m")
    after = group(sample(scenario(objects | wall), 7, 0, LIBRARY).scene, "m")
    kept = [b.name for b, a in zip(before, after, strict=True) if a.pose == b.pose]
    clear = [b.name for b in before if abs(b.pose.position_m[0]) > 0.1 + 0.06]
    assert clear
    assert set(clear) <= set(kept)


def test_more_members_leave_the_first_ones_as_they_were():
    few, many = (scenario({"m": block(count=n, place={"scatter": {"region": PLATE}})}) for n in (3, 9))
    before = group(sample(few, 7, 0, LIBRARY).scene, "m")
    assert group(sample(many, 7, 0, LIBRARY).scene, "m")[:3] == before
