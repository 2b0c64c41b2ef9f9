"""A scene with actors, events and lamps comes back from its JSON as it was; older files are read with defaults."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from simgen.geometry import Pose
from simgen.records.asset import AssetRef
from simgen.records.behaviour import Actor, Behaviour, Joint, Trigger
from simgen.records.event import Action, Event, Expected, Fault, Twin, WeightFactor
from simgen.records.lane import Lane
from simgen.records.light import EnvironmentLight, SpotLight, SunLight
from simgen.records.scene import (
    Capture,
    DenseCapture,
    Physics,
    Scene,
    SceneObject,
    scene_from_json,
    scene_to_json,
)

DEER = SceneObject(
    instance_id=1,
    name="deer",
    category="animal",
    category_id=3,
    is_thing=True,
    asset=AssetRef("procedural/box", (("size_m", (1.0, 0.4, 1.2)),)),
    size_m=(1.0, 0.4, 1.2),
    scale=1.0,
    pose=Pose((40.0, -4.0, 0.6)),
    motion="kinematic",
    mass_kg=60.0,
    friction=0.5,
    restitution=0.1,
    present=False,
)
BARE = Scene(
    scenario_name="toy",
    scenario_hash="ab",
    seed=7,
    index=2,
    attempt=0,
    objects=(DEER,),
    suns=(SunLight("moon", (0.0, 0.0, 1.0), 0.2),),
    environment=EnvironmentLight(None, 0.05),
    cameras=(),
    physics=Physics(),
    capture=Capture("start", 1),
    workspace_min_m=(-1.0, -1.0, -1.0),
    workspace_max_m=(99.0, 9.0, 9.0),
)


def leap() -> Behaviour:
    near = Trigger("reach", "t", (("of", "deer"), ("point_m", (40.0, 4.0, 0.0)), ("within_m", 0.5)))
    dart = Behaviour(
        "dart_out", "b[0]", (("heading_rad", 1.5), ("names", ("a", "b")), ("fast", True), ("n", 3))
    )
    return Behaviour("serial", "b", children=(Behaviour("until", "b", children=(dart,), condition=near),))


def full() -> Scene:
    ttc = Trigger("ttc", "t", (("below_s", 2.0), ("from", "ego"), ("to", "deer")), edge="rising", max_count=1)
    event = Event(
        name="leap",
        label="animal_crossing",
        label_expected=True,
        source="assumed",
        mode="tilted",
        probability=0.01,
        sampled_probability=0.5,
        armed=True,
        actions=(Action("do", "events.leap.actions[0]", (("actor", "deer"),), leap(), 0.25),),
        trigger=Trigger("all", "events.leap.trigger", children=(ttc,), hold_s=0.1),
        visible_expected=(Expected("front", ("deer",), 12),),
        actors=("deer", "ego"),
        params=(("ttc0", 2.0), ("weather", "fog")),
    )
    return replace(
        BARE,
        capture=Capture("start", 240, 10, 8.0, DenseCapture("leap", 1.0, 2.0, 30), 2),
        actors=(Actor("deer", "animal", 0.1, leap()),),
        joints=(Joint("crate", "truck"),),
        lights=(SpotLight("low", Pose(), "deer", 9000.0),),
        lanes=(Lane("right", ((0.0, 0.0, 0.0), (9.0, 0.0, 0.1)), 3.25, "driving", left="left"),),
        events=(event,),
        faults=(Fault("stuck", "front", "freeze", (), "assumed", "natural", 0.1, 0.1, False, 1.0, 0.5),),
        factors=(
            WeightFactor("events.leap", math.log(0.01), math.log(0.5)),
            WeightFactor("params.v", -1.0, -1.5),
        ),
        twin=Twin("leap", True),
    )


def test_everything_comes_back_and_gives_the_same_text():
    scene = full()
    back = scene_from_json(scene_to_json(scene))
    assert back == scene
    assert scene_to_json(back) == scene_to_json(scene)


def test_a_file_from_before_there_were_events_is_read():
    added = {"actors", "joints", "lights", "panels", "fog", "lanes", "events", "faults", "factors", "twin"}
    old = {key: value for key, value in json.loads(scene_to_json(BARE)).items() if key not in added}
    old["objects"] = [{key: v for key, v in o.items() if key != "present"} for o in old["objects"]]
    back = scene_from_json(json.dumps(old))
    assert back == replace(BARE, objects=(replace(DEER, present=True),))
    assert back.log_weight == 0.0


def test_the_weight_is_the_product_of_its_factors():
    assert full().log_weight == pytest.approx(math.log(0.02) + 0.5)


def test_lights_are_listed_in_the_order_of_their_factors():
    assert full().light_names == ("moon", "low", "environment")


def test_bodies_are_found_by_name():
    assert BARE.instance_id("deer") == 1
    with pytest.raises(KeyError, match="no object 'dear'"):
        BARE.instance_id("dear")


def test_settings_are_read_by_the_type_that_is_wanted():
    until = leap().children[0]
    [dart] = until.children
    assert until.condition is not None
    assert until.condition.vector("point_m") == (40.0, 4.0, 0.0)
    assert until.condition.text("of") == "deer"
    assert until.condition.text("absent", "x") == "x"
    assert (dart.number("heading_rad"), dart.number("n"), dart.flag("fast")) == (1.5, 3.0, True)
    assert (dart.texts("names"), until.condition.texts("of")) == (("a", "b"), ("deer",))
    assert dart.optional("speed_mps") is None


@pytest.mark.parametrize(
    ("read", "name"),
    [
        ("number", "names"),
        ("number", "fast"),
        ("flag", "n"),
        ("text", "n"),
        ("texts", "n"),
        ("vector", "names"),
    ],
)
def test_settings_of_another_type_are_refused(read: str, name: str):
    [dart] = leap().children[0].children
    with pytest.raises(KeyError, match=name):
        getattr(dart, read)(name)


def test_a_setting_that_is_not_there_names_those_that_are():
    with pytest.raises(KeyError, match="'dart_out' has no 'speed'; it has: heading_rad, names, fast, n"):
        leap().children[0].children[0].number("speed")
