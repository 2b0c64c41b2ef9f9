"""Actors and objects on lanes, fixed to each other, absent at first; cameras and lamps fixed to them."""

from __future__ import annotations

from math import atan2, cos, pi, radians, sin, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.errors import SamplingError, ScenarioError
from simgen.geometry import apply
from simgen.records.scene import Scene, SceneObject
from simgen.sampling.chances import draw_index
from tests.sampling.scenarios import block, draw, group, overlaps, scenario, scenes

CAR = (4.0, 1.8, 1.5)
EAST = {"points": [[0, 0, 0], [100, 0, 0]]}
CLIMB = {"points": [[0, 0, 0], [60, 80, 10]]}


def car(**fields: Any) -> dict[str, Any]:
    return block(CAR, **fields)


def along(path: str = "east", **fields: Any) -> dict[str, Any]:
    return {"along": {"path": path, **fields}}


def scene_of(**fields: Any) -> Scene:
    return draw(scenario(**fields)).scene


def body(scene: Scene, name: str) -> SceneObject:
    return scene.object(scene.instance_id(name))


def front(of: SceneObject, forward_rad: float = 0.0) -> np.ndarray:
    T = of.pose.matrix()
    return T[:3, :3] @ (cos(forward_rad), sin(forward_rad), 0.0)


def test_an_actor_is_a_body_and_behaves() -> None:
    scene = scene_of(
        actors={
            "ego": car(place=along(s=5), role="ego", behaviour={"constant_velocity": {"speed": 9}}),
            "dog": block(count=2, place=along(s={"uniform": [20, 90]})),
        },
        paths={"east": EAST},
    )
    assert [actor.name for actor in scene.actors] == ["dog[0]", "dog[1]", "ego"]
    assert [actor.behaviour.kind for actor in scene.actors] == ["idle", "idle", "constant_velocity"]
    assert scene.actors[2].role == "ego"
    ego = body(scene, "ego")
    assert (ego.motion, ego.mass_kg > 0) == ("kinematic", True)
    assert ego.pose.position_m == pytest.approx((5, 0, 0.75))
    assert [lane.name for lane in scene.lanes] == ["east"]


@settings(max_examples=25, deadline=None)
@given(
    s=st.floats(0, 90),
    lateral=st.floats(-5, 5),
    yaw=st.floats(-3, 3),
    forward=st.floats(-3, 3),
)
def test_along_puts_the_front_along_the_path(s: float, lateral: float, yaw: float, forward: float) -> None:
    scene = scene_of(
        actors={"a": car(place=along("climb", s=s, lateral=lateral, yaw=yaw), forward=forward)},
        paths={"climb": CLIMB},
    )
    a, way = body(scene, "a"), np.array([60, 80, 10]) / sqrt(60**2 + 80**2 + 10**2)
    left = np.array([-0.8, 0.6, 0.0])
    assert a.pose.position_m == pytest.approx(s * way + lateral * left + (0, 0, 0.75))
    heading = atan2(80, 60) + yaw
    assert front(a, forward) == pytest.approx((cos(heading), sin(heading), 0.0), abs=1e-9)


def test_s_can_count_from_where_a_body_stands() -> None:
    scene = scene_of(
        actors={"ego": car(place=along(s=12, lateral=3)), "z": car(place=along(s=-7, **{"from": "ego"}))},
        objects={"crate": block(place=along(s=30, **{"from": "z"}))},
        paths={"east": EAST},
    )
    assert body(scene, "z").pose.position_m == pytest.approx((5, 0, 0.75))
    assert body(scene, "crate").pose.position_m[:2] == pytest.approx((35, 0))


def test_bodies_drawn_along_a_lane_leave_each_other_room_and_what_is_written_stays() -> None:
    actors = {
        "traffic": car(count=9, place=along(s={"uniform": [0, 60]})),
        "wreck": car(place=along(s=20), count=2),
    }
    for scene in scenes(scenario(actors=actors, paths={"east": EAST})):
        traffic = group(scene, "traffic")
        assert len(traffic) == 9
        assert not overlaps(traffic)
        assert [wreck.pose.position_m[0] for wreck in group(scene, "wreck")] == [20, 20]


def test_too_many_bodies_for_a_lane_are_refused_with_advice() -> None:
    crowd = {"crowd": car(count=9, place=along(s={"uniform": [0, 10]}))}
    with pytest.raises(Exception, match=r"'actors.crowd along' refused most.*spread s and lateral wider"):
        draw(scenario(actors=crowd, paths={"east": EAST}, sample={"max_attempts": 3, "place_tries": 20}))


def test_a_drawn_path_that_is_no_line_is_told() -> None:
    with pytest.raises(ScenarioError, match="two points above each other"):
        scene_of(paths={"p": {"points": [[0, 0, 0], [0, 0, 1]]}})


def test_kinematic_and_absent_objects_and_what_is_attached() -> None:
    scene = scene_of(
        objects={
            "load": block(count=2, place={"stack": {"target": "truck"}}, attached_to="truck"),
            "door": block(place={"at": {"position": [9, 9, 0]}}, motion="kinematic", present=False),
        },
        actors={"truck": car(place={"at": {"position": [0, 0, 0]}})},
    )
    assert [(joint.child, joint.parent) for joint in scene.joints] == [
        ("load[0]", "truck"),
        ("load[1]", "truck"),
    ]
    door = body(scene, "door")
    assert (door.motion, door.present, door.mass_kg > 0) == ("kinematic", False, True)
    assert body(scene, "load[0]").pose.position_m[2] == pytest.approx(1.5 + 0.02)


def test_nothing_is_attached_to_itself() -> None:
    with pytest.raises(ScenarioError, match="'a' cannot be attached to itself"):
        scene_of(objects={"a": block(place={"at": {"position": [0, 0, 0]}}, attached_to="a")})


MOUNT = {"on": "ego", "position": [1.5, 0.4, 1.2]}


def ego(forward: float, **sensor_or_lamp: Any) -> Scene:
    return scene_of(
        actors={"ego": car(place={"at": {"position": [0, 0, 0], "yaw": 0.7}}, forward=forward)},
        **sensor_or_lamp,
    )


@settings(max_examples=25, deadline=None)
@given(
    forward=st.floats(-3, 3),
    yaw=st.floats(-3, 3),
    pitch=st.floats(-1.5, 1.5),
    roll=st.floats(-3, 3),
)
def test_a_mounted_camera_looks_ahead_turned_left_then_up_then_clockwise(
    forward: float, yaw: float, pitch: float, roll: float
) -> None:
    scene = ego(forward, sensors={"cam": {"mount": {**MOUNT, "yaw": yaw, "pitch": pitch, "roll": roll}}})
    camera, car_ = scene.cameras[0], body(scene, "ego")
    assert (camera.mount, len(camera.poses)) == ("ego", 1)
    T_world_camera = car_.pose.matrix() @ camera.poses[0].matrix()
    heading = 0.7 + forward
    ahead = np.array([cos(heading), sin(heading), 0.0])
    left = np.array([-sin(heading), cos(heading), 0.0])
    assert T_world_camera[:3, 3] == pytest.approx(1.5 * ahead + 0.4 * left + (0, 0, 1.2))
    looks = cos(pitch) * (cos(yaw) * ahead + sin(yaw) * left) + (0, 0, sin(pitch))
    assert T_world_camera[:3, 2] == pytest.approx(looks, abs=1e-9)
    # before the roll the picture's right is level; rolling clockwise lowers it
    level_right = sin(yaw) * ahead - cos(yaw) * left
    down = -np.cross(level_right, looks)
    assert T_world_camera[:3, 0] == pytest.approx(cos(roll) * level_right + sin(roll) * down, abs=1e-9)


def test_a_mounted_lamp_shines_along_its_x() -> None:
    scene = ego(pi / 2, lights={"beam": {"mount": {**MOUNT, "pitch": "-2 deg"}, "intensity": "20 kcd"}})
    lamp = scene.lights[0]
    T_world_lamp = body(scene, "ego").pose.matrix() @ lamp.pose.matrix()
    heading, dip = 0.7 + pi / 2, radians(-2)
    assert T_world_lamp[:3, 0] == pytest.approx((cos(heading) * cos(dip), sin(heading) * cos(dip), sin(dip)))
    assert (lamp.mount, lamp.intensity_cd, lamp.on, lamp.casts_shadows) == ("ego", 20_000.0, True, True)
    assert np.dot(lamp.color_rgb, (0.2126, 0.7152, 0.0722)) == pytest.approx(1.0)


@pytest.mark.parametrize("target", [[50, 0, 0], [50, 5, 0], [60, 5, 9]])
def test_a_street_lamp_shines_at_what_it_looks_at_and_stands_upright(target: list[float]) -> None:
    fixed = {"position": [50, 5, 8], "look_at": target}
    lamp = scene_of(lights={"street": {"fixed": fixed, "intensity": 2000}}).lights[0]
    T = lamp.pose.matrix()
    distance = np.linalg.norm(np.array(target) - (50, 5, 8))
    assert apply(T, [[distance, 0, 0]])[0] == pytest.approx(target)
    assert T[2, 1] == pytest.approx(0.0, abs=1e-9)  # its y is level
    assert T[2, 2] >= -1e-9
    assert lamp.mount == ""


def test_lamps_that_shine_nowhere_are_told() -> None:
    fixed = {"position": [0, 0, 8], "look_at": [0, 0, 8]}
    with pytest.raises(ScenarioError, match=r"lights\.l\.fixed.*eye and target"):
        scene_of(lights={"l": {"fixed": fixed, "intensity": 1}})
    cone = {"inner": {"uniform": [0.8, 0.9]}, "outer": 0.7}
    with pytest.raises(ScenarioError, match=r"lights.l.outer: must be above inner"):
        scene_of(lights={"l": {"fixed": {**fixed, "look_at": [0, 0, 0]}, "intensity": 1, **cone}})
    cold = {"fixed": {**fixed, "look_at": [0, 0, 0]}, "intensity": 1, "color_temperature": "${t}"}
    with pytest.raises(SamplingError, match=r"lights\.l\.color_temperature: .*50.* at least 1667"):
        scene_of(lights={"l": cold}, params={"t": 50})


def test_visibility_is_asked_from_where_the_mounted_camera_stands() -> None:
    ahead = {"cone": block((0.5, 0.5, 0.5), place={"at": {"position": [20, 0, 0]}})}
    actors = {"ego": car(place={"at": {"position": [0, 0, 0]}})}
    wanted = [{"visible_from": "cam", "object": "cone", "min_fraction": 0.5}]
    looks = {
        "cam": {"mount": {"on": "ego", "position": [0, 0, 1]}}
    }  # from inside of the car, which hides nothing
    fields: dict[str, Any] = {"actors": actors, "constraints": wanted, "sample": {"max_attempts": 1}}
    assert draw(scenario(ahead, sensors=looks, **fields)).scene.attempt == 0
    away = {"cam": {"mount": {"on": "ego", "position": [0, 0, 1], "yaw": "180 deg"}}}
    with pytest.raises(Exception, match="visible_from"):
        draw(scenario(ahead, sensors=away, **fields))
    wall = block((0.2, 9, 9), place={"at": {"position": [10, 0, 0]}}, present=False)
    assert draw(scenario(ahead | {"wall": wall}, sensors=looks, **fields)).scene.attempt == 0


def test_the_two_of_a_pair_share_a_draw() -> None:
    events = {"e": {"probability": 0.2, "source": "assumed"}}
    pairs = scenario(events=events, counterfactual="e")
    assert [draw_index(pairs, k) for k in range(5)] == [0, 0, 1, 1, 2]
    assert [draw(pairs, k).scene.draw_index for k in range(5)] == [0, 0, 1, 1, 2]
    assert draw_index(scenario(events=events), 5) == 5
