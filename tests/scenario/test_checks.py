"""Checks across the scenario: names exist, relations make sense, rates divide."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simgen.scenario import load_text
from simgen.scenario.checks import check
from simgen.scenario.distributions import IntUniform
from simgen.scenario.regions import lane_names, region_names, region_problem
from simgen.scenario.spec import BinWorld, EmptyWorld, RoadWorld, TabletopWorld, WarehouseWorld
from simgen.scenario.walk import asset_ids, expressions
from tests.scenario.conftest import EVERY_VALUE

SCENE = """\
simgen: "1"
name: checked
params: {gap: 1, wide: 2}
world: {kind: tabletop}
objects:
  box: {asset: a, place: {drop: {region: table}}}
  pile: {asset: a, count: 3, place: {stack: {target: table}}}
  top: {asset: a, place: {on: {target: box}}}
sensors:
  cam: {orbit: {target: table, radius: 1, elevation: 0.5}}
constraints:
  - require: "${gap} < ${wide}"
  - {clearance: [box, pile], distance: 0.1}
  - {visible_from: cam, object: box, frame: 0}
"""
BOX = "{drop: {region: table}}"
ORBIT = "{target: table, radius: 1, elevation: 0.5}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # placement
        (
            BOX,
            "{}",
            "6:26 objects.box.place: has no relation; give one of at, on, in, inside, scatter, drop, stack",
        ),
        (BOX, "{facing: top}", "6:26 objects.box.place: has no relation; give one of"),
        (
            BOX,
            "{drop: {region: table}, inside: {region: floor}}",
            "6:26 objects.box.place: has 2 relations (inside, drop); keep one",
        ),
        (
            BOX,
            "{drop: {region: tabxe}}",
            "6:42 objects.box.place.drop.region: unknown region 'tabxe'; did you mean 'table'? "
            "the tabletop world has: table, floor",
        ),
        (
            BOX,
            "{in: {target: bni}}",
            "6:40 objects.box.place.in.target: unknown object or region 'bni';",
        ),
        (BOX, "{on: {target: box}}", "6:40 objects.box.place.on.target: 'box' cannot stand on itself"),
        (
            BOX,
            "{on: {target: top}}",
            "6:26 objects.box.place: objects stand on each other in a circle: box -> top -> box",
        ),
        (
            BOX,
            "{on: {target: 'pile[3]'}}",
            "6:40 objects.box.place.on.target: 'pile[3]' does not exist: 'pile' has 3 members",
        ),
        (
            "object: box",
            "object: 'top[0]'",
            "14:33 constraints[2].object: 'top' is a single object without count; write 'top'",
        ),
        (
            BOX,
            "{on: {target: table, facing: pile}}",
            "6:55 objects.box.place.on.facing: 'pile' is a group; name one member, for example 'pile[0]'",
        ),
        (
            BOX,
            "{drop: {region: table}, facing: tpo}",
            "6:58 objects.box.place.facing: unknown object or region 'tpo';",
        ),
        (
            BOX,
            "{inside: {region: {box_min: [0, 0, 0], box_max: [1, -1, 1]}}}",
            "6:74 objects.box.place.inside.region.box_max: y must not be below that of box_min (0), got -1",
        ),
        (
            "asset: a, place: " + BOX,
            "asset: {max_size: 1 cm, min_size: 2 cm}, place: " + BOX,
            "6:27 objects.box.asset.max_size: must not be below min_size (0.02), got 0.01",
        ),
        # names
        ("gap: 1", "gap: 1, a-b: 1", "3:23 params.a-b: the name of a param has letters, digits and '_' only"),
        ("  top:", "  top one:", "8:12 objects.top one: a name has letters, digits, '_' and '-' only"),
        # params
        (
            "gap: 1",
            "gap: '${wdie} + 1'",
            "3:15 params.gap: unknown param '${wdie}'; params are gap, wide; did you mean 'wide'?",
        ),
        (
            "gap: 1, wide: 2",
            "gap: '${wide}', wide: '${gap}'",
            "3:15 params.gap: params refer to each other in a circle: gap -> wide -> gap",
        ),
        (
            "gap: 1",
            "gap: '${gap} + 1'",
            "3:15 params.gap: params refer to each other in a circle: gap -> gap",
        ),
        (
            "gap: 1",
            "gap: '${wide} +'",
            "3:15 params.gap: '${wide} +' is not an expression; allowed are ${name}, numbers,",
        ),
        # sensors
        (
            ORBIT,
            "{target: box2, radius: 1, elevation: 1}",
            "10:25 sensors.cam.orbit.target: unknown object or region 'box2';",
        ),
        (f"orbit: {ORBIT}", "fov: 1", "10:8 sensors.cam: needs one of orbit, fixed"),
        (
            f"orbit: {ORBIT}",
            f"orbit: {ORBIT}, fixed: {{position: [0, 0, 1], look_at: box}}",
            "10:8 sensors.cam: has both orbit and fixed; keep one",
        ),
        (
            f"orbit: {ORBIT}",
            f"near: 2, far: 1 m, orbit: {ORBIT}",
            "10:23 sensors.cam.far: must be above near (2), got 1",
        ),
        # constraints
        (
            "${gap} < ${wide}",
            "${gpa} < ${wide}",
            "12:14 constraints[0].require: unknown param '${gpa}'; params are gap, wide; did you mean 'gap'?",
        ),
        ("${gap} < ${wide}", "${gap} <", "12:14 constraints[0].require: '${gap} <' is not an expression"),
        ("[box, pile]", "[box]", "13:17 constraints[1].clearance: needs two names, got 1"),
        (
            "[box, pile]",
            "[box, plie]",
            "13:23 constraints[1].clearance[1]: unknown object 'plie'; did you mean 'pile'? known: box, pile, top",
        ),
        (
            "visible_from: cam",
            "visible_from: cma",
            "14:20 constraints[2].visible_from: unknown sensor 'cma'; did you mean 'cam'?",
        ),
        (
            "object: box",
            "object: bxo",
            "14:33 constraints[2].object: unknown object 'bxo'; did you mean 'box'?",
        ),
        (
            "frame: 0",
            "frame: 1",
            "14:45 constraints[2].frame: frame 1 does not exist: capture takes 1, from 0",
        ),
        ("frame: 0", "frame: -1", "14:45 constraints[2].frame: must be greater than or equal to 0, got -1"),
        (
            "frame: 0",
            "frame: nay",
            "14:45 constraints[2].frame: 'nay' is not one of any, all; did you mean 'any'?",
        ),
        # capture
        (
            "params:",
            "capture: {frames: 2, rate: 50}\nparams:",
            "3:28 capture.rate: 50 does not divide physics.step_rate (240); use for example 48, 40, 60",
        ),
    ],
)
def test_one_mistake_gives_one_message(
    problems: Callable[..., list[str]], old: str, new: str, message: str
) -> None:
    assert SCENE.count(old) >= 1
    [found] = problems(SCENE.replace(old, new, 1))
    assert found.removeprefix("x.yaml:").startswith(message)


def test_a_scenario_needs_a_sensor(problems: Callable[..., list[str]]) -> None:
    [found] = problems("simgen: '1'\nname: x\nsensors: {}\n")
    assert found == "x.yaml:3:10 sensors: needs at least one sensor"


def test_a_world_that_is_wrong_does_not_make_its_regions_wrong(problems: Callable[..., list[str]]) -> None:
    [found] = problems(SCENE.replace("tabletop", "tabeltop"))
    assert "unknown kind of world" in found


def test_an_object_that_is_wrong_does_not_make_its_references_wrong(
    problems: Callable[..., list[str]],
) -> None:
    [found] = problems(SCENE.replace("box: {asset: a, ", "box: {"))
    assert found == "x.yaml:6:8 objects.box.asset: is required but missing"


def test_a_scenario_without_mistakes_has_no_findings() -> None:
    assert check(load_text(SCENE)) == []


def test_group_members_may_be_named(small: str) -> None:
    text = SCENE.replace("object: box", "object: 'pile[2]'").replace("[box, pile]", "['pile[0]', 'pile[1]']")
    assert load_text(text).constraints


def test_regions_of_each_world() -> None:
    assert region_names(EmptyWorld()) == ["floor"]
    assert region_names(EmptyWorld(floor=False)) == []
    assert region_names(TabletopWorld(kind="tabletop")) == ["table", "floor"]
    assert region_names(BinWorld(kind="bin")) == ["bin", "floor"]
    hall = WarehouseWorld(kind="warehouse", racks=2, levels=2)
    assert {"floor", "aisle", "rack[1].level[0]"} <= set(region_names(hall))
    assert region_problem(hall, "rack[1].level[1]") is None
    for outside in ("rack[2].level[0]", "rack[0].level[2]"):
        assert f"unknown region '{outside}': the world has 2" in str(region_problem(hall, outside))


def test_racks_whose_number_is_drawn_are_not_refused() -> None:
    hall = WarehouseWorld(kind="warehouse", racks=IntUniform(2, 5))
    assert region_problem(hall, "rack[4].level[0]") is None


def test_every_asset_id_is_found_with_its_place() -> None:
    text = SCENE.replace("box: {asset: a,", "box: {asset: {choice: [b, c]},").replace(
        "top: {asset: a,", "top: {asset: {ids: ['d/*']},"
    )
    text = text.replace("pile: {asset: a,", "pile: {asset: {procedural: carton},")
    assert asset_ids(load_text(text + "environment: {map: m}\n")) == [
        (("objects", "box", "asset", "choice", 0), "b"),
        (("objects", "box", "asset", "choice", 1), "c"),
        (("objects", "pile", "asset", "procedural"), "procedural/carton"),
        (("objects", "top", "asset", "ids", 0), "d/*"),
        (("environment", "map"), "m"),
    ]


def test_every_expression_is_found_with_its_place() -> None:
    text = EVERY_VALUE.read_text()
    found = {location: str(expression) for location, expression in expressions(load_text(text))}
    assert found == {
        ("params", "depth"): "${width} * 0.6",
        ("world", "width"): "${width}",
        ("world", "depth"): "${depth}",
        ("objects", "target", "asset", "params", "kind"): "${kind}",
    }


@pytest.mark.parametrize(
    ("name", "message"),
    [("all", "'all' means every object"), ("floor", "'floor' is a region of the tabletop world")],
)
def test_a_body_may_not_be_called_like_a_region_or_all(
    problems: Callable[..., list[str]], name: str, message: str
) -> None:
    found = problems(SCENE.replace("  top: {", f"  {name}: {{"))
    assert any(message in text for text in found)


def test_a_road_has_lanes_and_a_region_of_each() -> None:
    lanes = lane_names(RoadWorld(kind="road"))
    assert {"right_lane", "left_lane", "shoulder_left", "verge_right"} <= set(lanes)
    assert {*lanes, "road", "carriageway"} <= set(region_names(RoadWorld(kind="road")))
    assert lane_names(TabletopWorld(kind="tabletop")) == []
