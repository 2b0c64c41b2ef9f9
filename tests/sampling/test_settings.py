"""What a user wrote as a trigger, behaviour, action or fault becomes drawn values with units in their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from simgen.errors import ScenarioError
from simgen.records.settings import HasSettings
from simgen.rng import stream
from simgen.sampling.cast import Cast
from simgen.sampling.draws import Draws
from simgen.sampling.settings import settings_of
from simgen.sampling.slots import SUFFIXES, slots_of
from simgen.sampling.trees import action_of, behaviour_of, trigger_of
from simgen.scenario import load, spec
from simgen.scenario.distributions import Uniform
from simgen.scenario.spec import OneOf
from simgen.scenario.walk import models
from simgen.worlds.regions import BoxRegion, DiscRegion

DRAWS = Draws(7, 3, 0, {"speed": 12.0})
CAST = Cast(
    DRAWS,
    {"ego": ("ego",), "bird": ("bird[0]", "bird[1]"), "none": ()},
    {"yard": (BoxRegion((0, 0, 0), (4, 2, 1)), DiscRegion((10, 1, 0), 2.0))},
    {"ego": "lane"},
)
EVERY_EVENT = Path(__file__).parents[1] / "scenario" / "data" / "every_event.yaml"


def settings(model: BaseModel, path: str = "here") -> dict[str, Any]:
    return dict(settings_of(CAST, model, path))


def trigger(raw: dict[str, Any], *, root: bool = False):
    return trigger_of(CAST, spec.TriggerSpec.model_validate(raw), "events.e.trigger", root=root)


def behaviour(raw: dict[str, Any], actor: str = "ego"):
    return behaviour_of(CAST, spec.BehaviourSpec.model_validate(raw), "actors.ego.behaviour", actor)


def action(raw: dict[str, Any]):
    return action_of(CAST, spec.ActionSpec.model_validate(raw), "events.e.actions[0]")


def test_numbers_are_si_with_the_unit_in_the_name() -> None:
    out = settings(
        spec.DartOut.model_validate({"speed": "36 km/h", "heading": "180 deg", "distance": "50 cm"})
    )
    assert out == {
        "speed_mps": 10.0,
        "acceleration_mps2": 4.0,
        "heading_rad": pytest.approx(3.14159265),
        "distance_m": 0.5,
    }


def test_what_was_not_given_is_left_out_and_defaults_are_there() -> None:
    assert "to_m" not in settings(spec.Contact.model_validate({"of": "ego"}))
    assert settings(spec.Contact.model_validate({"of": "ego"})) == {"of": "ego", "min_impulse_ns": 0.0}


def test_a_distribution_is_drawn_from_the_stream_named_after_the_place() -> None:
    out = settings(spec.Standstill.model_validate({"of": "ego", "speed": {"uniform": [0, 1]}}), "a.b")
    assert out["speed_mps"] == Uniform(0, 1).sample(stream(7, 3, 0, "a.b.speed"))


def test_expressions_see_the_params() -> None:
    assert settings(spec.SpeedOf.model_validate({"of": "ego", "above": "${speed} / 2"}))["above_mps"] == 6.0


def test_a_group_is_the_texts_of_its_members_a_body_one_text() -> None:
    out = settings(spec.Contact.model_validate({"of": "bird", "with": ["ego", "bird", "none"]}))
    assert out["of"] == ("bird[0]", "bird[1]")
    assert out["with"] == ("ego", "bird[0]", "bird[1]")
    assert settings(spec.Remove.model_validate({"object": "bird[1]"})) == {"object": "bird[1]"}


def test_a_target_is_a_name_or_a_point_and_a_region_is_its_middle() -> None:
    assert settings(spec.ClosingSpeed.model_validate({"from": "ego", "to": "bird[0]"}))["to"] == "bird[0]"
    assert settings(spec.ClosingSpeed.model_validate({"from": "ego", "to": [1, 2, 3]}))["to_m"] == (1, 2, 3)
    assert settings(spec.ClosingSpeed.model_validate({"from": "ego", "to": "yard"}))["to_m"] == (2, 1, 0.5)


def test_a_region_to_reach_is_the_box_around_all_its_areas() -> None:
    out = settings(spec.Reach.model_validate({"of": "ego", "point": "yard"}))
    assert (out["point_min_m"], out["point_max_m"]) == ((0, -1, 0), (12, 3, 1))
    assert "point_m" not in out


def test_a_list_of_points_is_flat() -> None:
    assert settings(spec.Waypoints.model_validate({"points": [[1, 2, 3], [4, 5, 6]], "speed": 1}))[
        "points_m"
    ] == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


def test_arguments_of_a_python_call_keep_their_names() -> None:
    call = {"call": "a.b:C", "params": {"n": 3, "loud": True, "word": "x", "list": [1, "2 m"]}}
    assert settings(spec.PythonCall.model_validate(call)) == {
        "call": "a.b:C",
        "params.list": (1.0, 2.0),
        "params.loud": True,
        "params.n": 3.0,
        "params.word": "x",
    }


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bird[7]", r"'bird\[7\]' does not exist in this scene: 'bird' has 2 members"),
        ("none[0]", r"'none' has 0 members"),
        ("eco", r"'eco' is no object or actor; did you mean 'ego'"),
        ("bird", r"'bird' is a group; name one member, for example 'bird\[0\]'"),
    ],
)
def test_a_body_that_this_scene_lacks_is_named(name: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        settings(spec.Standstill.model_validate({"of": name}))


def test_every_number_that_a_tree_can_hold_has_its_unit() -> None:
    """A new dimension must not reach a record without a unit in the name."""
    bare = {"plain number", "fraction", "whole number", "number"}
    for _, model in models(load(EVERY_EVENT)):
        if isinstance(model, OneOf):
            for slot in slots_of(type(model.form[1])) if isinstance(model.form[1], BaseModel) else ():
                if slot.written is not None and slot.written.reader.dimension is not None:
                    name = slot.written.reader.dimension.name
                    assert (name in SUFFIXES) != (name in bare), (slot, name)


def test_the_root_of_an_events_trigger_fires_once_and_others_without_bound() -> None:
    raw = {"all": [{"time": {"at": 1}}, {"speed": {"of": "ego", "above": 1}, "edge": "rising", "hold": 0.5}]}
    root = trigger(raw, root=True)
    assert (root.kind, root.path, root.max_count) == ("all", "events.e.trigger.all", 1)
    first, second = root.children
    assert (first.path, first.max_count) == ("events.e.trigger.all[0].time", 0)
    assert (second.edge, second.hold_s, second.settings) == (
        "rising",
        0.5,
        (("of", "ego"), ("above_mps", 1.0)),
    )
    assert trigger({"time": {"at": 1}, "max_count": 4}, root=True).max_count == 4


def test_not_has_one_child_and_a_condition_over_params_is_decided() -> None:
    negated = trigger({"not": {"param": "${speed} > 20"}})
    (child,) = negated.children
    assert (negated.kind, negated.settings) == ("not", ())
    assert (child.kind, child.path, child.settings) == (
        "param",
        "events.e.trigger.not.param",
        (("holds", False),),
    )


def test_of_one_of_the_drawn_branch_is_kept() -> None:
    options = [{"weight": w, "behaviour": {"constant_velocity": {"speed": w}}} for w in (1, 0, 3)]
    taken = [
        behaviour_of(
            Cast(Draws(7, k, 0), {"ego": ("ego",)}),
            spec.BehaviourSpec.model_validate({"one_of": options}),
            "actors.ego.behaviour",
            "ego",
        )
        for k in range(400)
    ]
    speeds = [node.number("speed_mps") for node in taken]
    assert set(speeds) == {1.0, 3.0}
    assert 0.68 < speeds.count(3.0) / 400 < 0.82  # 0.75 within 3 standard errors
    last = next(node for node in taken if node.number("speed_mps") == 3.0)
    assert last.path == "actors.ego.behaviour.one_of[2].behaviour.constant_velocity"


def test_one_of_whose_weights_are_all_zero_is_told() -> None:
    with pytest.raises(ScenarioError, match=r"one_of.*all weights are 0"):
        behaviour({"one_of": [{"weight": 0, "behaviour": {"idle": {}}}]})


def test_compositions_keep_their_order_and_conditions() -> None:
    node = behaviour(
        {
            "serial": [
                {"for": {"time": "2 s", "behaviour": {"idle": {}}}},
                {
                    "until": {
                        "when": {"time": {"at": 3}},
                        "behaviour": {"repeat": {"behaviour": {"idle": {}}}},
                    }
                },
                {"parallel": [{"idle": {}}, {"idle": {}}]},
            ]
        }
    )
    assert [child.kind for child in node.children] == ["for", "until", "parallel"]
    assert node.children[0].settings == (("time_s", 2.0),)
    until = node.children[1]
    assert until.condition is not None
    assert until.condition.path == "actors.ego.behaviour.serial[1].until.when.time"
    assert until.children[0].settings == ()  # repeated for ever
    assert len(node.children[2].children) == 2


def test_a_path_that_was_not_named_is_the_one_placed_along() -> None:
    assert behaviour({"follow_path": {"speed": 3}}).text("path") == "lane"
    lead = behaviour({"follow_lead": {"lead": "bird[0]", "speed": 3}})
    assert lead.text("path") == "lane"
    assert behaviour({"follow_path": {"path": "other", "speed": 3}}).text("path") == "other"
    with pytest.raises(ScenarioError, match=r"'bird\[0\]' was not placed along one"):
        behaviour({"follow_path": {"speed": 3}}, actor="bird[0]")


def test_actions_carry_their_delay_and_their_behaviour() -> None:
    do = action({"do": {"actor": "ego", "behaviour": {"brake": {"deceleration": 3}}}, "delay": "250 ms"})
    assert (do.kind, do.path, do.delay_s) == ("do", "events.e.actions[0].do", 0.25)
    assert do.settings == (("actor", "ego"),)
    assert do.behaviour is not None
    assert do.behaviour.path == "events.e.actions[0].do.behaviour.brake"
    push = action({"impulse": {"on": "ego", "impulse": [0, "3 N s", 0]}})
    assert push.settings == (("on", "ego"), ("impulse_ns", (0.0, 3.0, 0.0)))
    lamp = action({"light": {"name": "sun", "state": "off", "time": 2}})
    assert dict(lamp.settings)["time_s"] == 2.0
    assert dict(lamp.settings)["frequency_hz"] == 8.0


def test_look_ups_read_what_was_drawn() -> None:
    node: HasSettings = action({"spawn": {"object": "bird", "velocity": [1, 2, 3]}})
    assert node.texts("object") == ("bird[0]", "bird[1]")
    assert node.vector("velocity_mps") == (1.0, 2.0, 3.0)
