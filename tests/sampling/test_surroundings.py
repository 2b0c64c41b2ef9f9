"""Surroundings as scene objects: static, first in order, classed by the taxonomy."""

from __future__ import annotations

import pytest

from simgen.errors import ScenarioError
from tests.sampling.scenarios import block, box_of, draw, group, overlaps, scenario

KINDS = ["empty", "tabletop", "bin", "warehouse"]


def in_world(kind: str, objects=None, **fields):
    camera = {"fixed": {"position": [0.6, 0.1, 2.2], "look_at": [0, 0, 0]}}
    return scenario(objects, world={"kind": kind} | fields, sensors={"cam": camera})


@pytest.mark.parametrize("kind", KINDS)
def test_surroundings_are_static_and_come_first(kind):
    scene = draw(in_world(kind, {"a": block(place={"drop": {"region": "floor"}})})).scene
    *parts, thing = scene.objects
    assert all(part.motion == "static" and part.mass_kg == 0 for part in parts)
    assert (thing.name, thing.motion) == ("a", "dynamic")
    assert [o.instance_id for o in scene.objects] == list(range(1, len(scene.objects) + 1))


def test_floors_and_walls_are_stuff_tables_are_things():
    scene = draw(in_world("tabletop", room=True)).scene
    is_thing = {body.category: body.is_thing for body in scene.objects}
    assert is_thing == {"floor": False, "table": True, "wall": False}


def test_the_drawn_surfaces_reach_the_models():
    scene = draw(in_world("tabletop", surface={"choice": ["stone", "marble"]}, floor_surface="tiles")).scene
    table = dict(group(scene, "table")[0].asset.params)
    assert table["surface"] in ("stone", "marble")
    assert dict(group(scene, "floor")[0].asset.params)["surface"] == "tiles"


def test_walls_have_a_surface_of_their_own():
    scene = draw(in_world("tabletop", room=True, wall_surface={"choice": ["brick"]})).scene
    walls = [body for body in scene.objects if body.category == "wall"]
    assert [dict(body.asset.params)["surface"] for body in walls] == ["brick"] * 4


def test_a_table_material_changes_only_the_table():
    scene = draw(in_world("tabletop", table_material={"color": [0.5, 0.1, 0.1], "roughness": 0.2})).scene
    table, floor = group(scene, "table")[0], group(scene, "floor")[0]
    assert table.material is not None
    assert table.material.roughness == 0.2
    assert floor.material is None


def test_things_scattered_on_racks_stand_between_the_uprights():
    objects = {"a": block((0.8, 0.6, 0.5), count=12, place={"scatter": {"region": "racks", "yaw": 0}})}
    scene = draw(in_world("warehouse", objects)).scene
    assert overlaps(group(scene, "a")) == []
    tops = {round(box_of(body).min_m[2], 6) for body in group(scene, "a")}
    assert tops <= {0.16, 1.76, 3.36}


def test_things_dropped_into_a_bin_start_inside_its_walls():
    objects = {"a": block((0.08, 0.05, 0.03), count=40, place={"drop": {"region": "bin", "height": "1 cm"}})}
    scene = draw(in_world("bin", objects)).scene
    assert overlaps(group(scene, "a")) == []
    for body in group(scene, "a"):
        assert box_of(body).max_m[0] <= 0.292 + 1e-9
        assert box_of(body).min_m[2] >= 0.018 - 1e-9


def test_a_camera_outside_the_room_is_refused():
    of = scenario(
        world={"kind": "tabletop", "room": True},
        sensors={"cam": {"fixed": {"position": [40, 0, 1], "look_at": [0, 0, 0]}}},
        sample={"max_attempts": 2, "place_tries": 2},
    )
    with pytest.raises(Exception, match=r"'sensors.cam position' refused most: 2"):
        draw(of)


def test_a_bin_with_walls_too_thick_names_the_world():
    with pytest.raises(ScenarioError, match=r"world: walls of 0.3 m leave no room in a bin"):
        draw(in_world("bin", wall="30 cm"))
