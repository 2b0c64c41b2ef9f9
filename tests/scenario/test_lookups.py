"""What a scenario names beyond itself is looked up when it is loaded: each fault with its place and what was meant."""

from __future__ import annotations

import zlib
from functools import partial
from pathlib import Path

import pytest

from simgen import resources
from simgen.assets import AssetLibrary
from simgen.errors import Problem, ScenarioError
from simgen.readiness import check
from simgen.scenario import Scenario, load_text
from simgen.scenario.load import load_node
from simgen.scenario.lookups import unknown_names
from simgen.scenario.messages import place_of
from simgen.scenario.yaml_tree import read_tree
from tests.scenario.test_typos import keys, mistyped, renamed, tree_of

LIBRARY = AssetLibrary()
SCENE = """\
simgen: "1"
name: words
sensors: {cam: {fixed: {position: [1, 1, 1], look_at: [0, 0, 0]}}}
"""
AT = "place: {at: {position: [0, 0, 0]}}"


def told(text: str) -> list[Problem]:
    """Return the problems of a text, the looked up ones among them."""
    root, problems = read_tree(SCENE + text, "x.yaml")
    with pytest.raises(ScenarioError) as caught:
        load_node(root, problems, None, assets=partial(unknown_names, library=LIBRARY))
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (f"asset: {{category: mugg}}, {AT}", "asset.category", r"no category 'mugg' .*mean 'mug'\?"),
        (f"asset: {{pack: sweethom3d}}, {AT}", "asset.pack", r"no pack .*mean 'sweethome3d'\? known: "),
        (f"asset: {{pack: [pybullet-data, x]}}, {AT}", "asset.pack[1]", "no pack 'x'"),
        (f"asset: {{ids: [procedural/box, a/*]}}, {AT}", "asset.ids[1]", r"no asset 'a/\*'"),
        (
            f"asset: {{category: mug, min_size: 9 m}}, {AT}",
            "asset",
            "no asset has category mug, min_size 9.0",
        ),
        (
            f"asset: procedural/sky, {AT}",
            "asset",
            "is a light map, not a model; use it as `environment: map:`",
        ),
        (f"asset: procedural/cartn, {AT}", "asset", r"no asset .*mean 'procedural/carton'\?"),
        (f"asset: {{procedural: cartn}}, {AT}", "asset.procedural", r"mean 'procedural/carton'\?"),
        (f"asset: procedural/box, category: floorr, {AT}", "category", r"no category .*mean 'floor'\?"),
        (
            f"asset: procedural/box, material: {{texture: {{kind: {{choice: [wood, brik]}}}}}}, {AT}",
            "material.texture.kind.choice[1]",
            r"no surface 'brik'; did you mean 'brick'\? known: wood, ",
        ),
    ],
)
def test_a_wrong_word_of_an_object(text: str, place: str, message: str) -> None:
    [problem] = told(f"objects: {{a: {{{text}}}}}\n")
    assert (problem.place, problem.line) == (f"objects.a.{place}", 4)
    with pytest.raises(ScenarioError, match=message):
        raise ScenarioError([problem])


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("world: {kind: tabletop, surface: wod}", "world.surface", "mean 'wood'"),
        ("world: {kind: road, centre: dashd}", "world.centre", "mean 'dashed'"),
        ("world: {kind: road, sign: deerr}", "world.sign", "known: none, deer"),
        ("world: {kind: road, guard_rail: lft}", "world.guard_rail", "known: none, left, right, both"),
        (
            "world: {kind: empty, size: 5 km}",
            "world.size",
            "5000 is out of range: a floor can have 0.001 to 500",
        ),
        ("world: {kind: bin, wall: 1}", "world.wall", "1 is out of range: a bin can have 0.001 to 0.1"),
        ("world: {kind: road, length: {uniform: [10, 60]}}", "world.length", "10 is out of range: a road"),
        (
            "world: {kind: warehouse, levels: 99}",
            "world.levels",
            "99 is out of range: a rack can have 1 to 12",
        ),
        ("environment: {map: procedural/box}", "environment.map", "is a model, not a light map"),
        ("environment: {map: procedural/softbx}", "environment.map", "mean 'procedural/softbox'"),
        ("environment: {map: procedural/softbox, params: {a: 1}}", "environment.params.a", "no parameters"),
        (
            "environment: {map: procedural/sky, params: {sun_elevation_rad: 30}}",
            "environment.params.sun_elevation_rad",
            "must be a number of -1.5708 to 1.5708, got 30.0",
        ),
    ],
)
def test_a_wrong_word_of_the_surroundings(text: str, place: str, message: str) -> None:
    [problem] = told(text + "\n")
    assert problem.place == place
    assert message in problem.message


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ("sead: 1", "no parameter 'sead'; did you mean 'seed'? known: size_m, seed"),
        ('sead: "${n}"', "no parameter 'sead'"),
        ("seed: {int_uniform: [-1, 5]}", "seed must be a whole number from 0"),
        ("seed: {choice: [1, 1.5]}", "seed must be a whole number from 0"),
        ("size_m: [0.1, 0.1]", "size_m must be three lengths (x, y, z)"),
        ("size_m: [0.1, 0.1, {uniform: [0.1, 100]}]", "size_m must be three lengths (x, y, z)"),
    ],
)
def test_a_parameter_that_a_model_does_not_take(params: str, message: str) -> None:
    text = (
        f"objects: {{a: {{asset: {{procedural: carton, params: {{{params}}}}}, {AT}}}}}\nparams: {{n: 1}}\n"
    )
    [problem] = told(text)
    assert problem.place.startswith("objects.a.asset.params.")
    assert message in problem.message


def test_what_an_expression_makes_is_left_to_the_draw() -> None:
    params = 'seed: "${n}", size_m: [0.2, "${n} / 9", {normal: [0.2, 0.01]}]'
    text = (
        SCENE
        + f"params: {{n: 1}}\nobjects: {{a: {{asset: {{procedural: carton, params: {{{params}}}}}, {AT}}}}}\n"
    )
    assert unknown_names(load_text(text), LIBRARY) == []


@pytest.mark.parametrize(
    "path", sorted(resources.shipped("scenes").glob("*.yaml")), ids=lambda path: path.stem
)
def test_typo_in_any_parameter_of_a_model_or_light_map_is_told_at_its_line(path: Path) -> None:
    root = tree_of(path)
    look_up = partial(unknown_names, library=LIBRARY)
    for location, mark in keys(root):
        if len(location) < 3 or location[-2] != "params" or location[-3] not in ("asset", "environment"):
            continue
        key = str(location[-1])
        wrong = mistyped(key, zlib.crc32(f"{path.stem}:{place_of(location)}".encode()))
        with pytest.raises(ScenarioError) as caught:
            load_node(renamed(root, location, wrong), [], path.parent, assets=look_up)
        there = [p for p in caught.value.problems if p.line == mark.line]
        assert any(f"did you mean '{key}'?" in p.message for p in there), (place_of(location), there)


def test_a_scenario_built_in_python_is_told_the_same() -> None:
    group = {
        "asset": {"procedural": "carton", "params": {"sead": 1}},
        "place": {"at": {"position": [0, 0, 0]}},
    }
    camera = {"fixed": {"position": [1, 1, 1], "look_at": [0, 0, 0]}}
    scenario = Scenario.model_validate(
        {"simgen": "1", "name": "p", "objects": {"a": group}, "sensors": {"cam": camera}}
    )
    with pytest.raises(ScenarioError, match=r"^objects\.a\.asset\.params\.sead: .*did you mean 'seed'\?"):
        check(scenario, LIBRARY)
