"""Loading: every mistake of a file is told at once, with its place, what is allowed and what to try."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from simgen import resources
from simgen.assets import AssetLibrary
from simgen.errors import ScenarioError, UsageError
from simgen.scenario import load, load_named, load_text, scene_names
from simgen.scenario.distributions import Uniform
from simgen.scenario.expressions import Expression
from simgen.scenario.lookups import unknown_names
from simgen.scenario.spec import BinWorld, Scenario
from tests.scenario.conftest import EVERY_VALUE

Problems = Callable[..., list[str]]


def test_a_scenario_that_uses_every_form_loads() -> None:
    scenario = load(EVERY_VALUE)
    assert scenario.params["width"] == Uniform(1.0, 1.5)
    assert scenario.params["depth"] == Expression("${width} * 0.6")
    assert scenario.capture.frames == 8


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # unknown keys
        (
            "position:",
            "posixion:",
            "x.yaml:6:18 objects.box.place.at.posixion: unknown key 'posixion'; did you mean 'position'?",
        ),
        (
            "objects:",
            "object:",
            "x.yaml:3:1 object: unknown key 'object'; did you mean 'objects'? allowed here: simgen, name,",
        ),
        (
            "asset:",
            "massx: 3\n    asset:",
            "x.yaml:5:5 objects.box.massx: unknown key 'massx'; did you mean 'mass'?",
        ),
        (
            "name: small",
            "name: small\nextens: a.yaml",
            "x.yaml:3:1 extens: unknown key 'extens'; did you mean 'extends'?",
        ),
        # wrong types
        (
            "procedural/carton",
            "[a, b]",
            "x.yaml:5:12 objects.box.asset: expected a text, got ['a', 'b']; for one of several",
        ),
        (
            "procedural/carton",
            "3",
            "x.yaml:5:12 objects.box.asset: expected a text, got the number 3; put it in quotes",
        ),
        (
            "{at: {position: [0, 0, 1]}}",
            "table",
            "x.yaml:6:12 objects.box.place: expected a mapping, got 'table'",
        ),
        (
            "{at: {position: [0, 0, 1]}}",
            "{at: [0, 0, 1]}",
            "x.yaml:6:17 objects.box.place.at: expected a mapping, got [0, 0, 1]",
        ),
        (
            "[0, 0, 1]",
            "[0, 0]",
            "x.yaml:6:28 objects.box.place.at.position: expected [x, y, z] or a distribution over",
        ),
        (
            "[0, 0, 1]",
            "[0, true, 1]",
            "x.yaml:6:32 objects.box.place.at.position[1]: expected a length, got true",
        ),
        ("name: small", "name: 3", "x.yaml:2:7 name: expected a text, got 3"),
        ("name: small", "name: a b", "x.yaml:2:7 name: 'a b' may have letters, digits, '_' and '-' only"),
        ("name: small", "name: small\ntags: x", "x.yaml:3:7 tags: expected a list, got 'x'"),
        (
            "asset:",
            "motion: dynaxc\n    asset:",
            "x.yaml:5:13 objects.box.motion: 'dynaxc' is not one of dynamic, static, kinematic; did",
        ),
        (
            "name: small",
            "name: small\nobjects2: 3",
            "x.yaml:3:1 objects2: unknown key 'objects2'; did you mean 'objects'?",
        ),
        (
            "  box:\n",
            "  1: {asset: x, place: {at: {position: [0, 0, 0]}}}\n  box:\n",
            "x.yaml:4:3 objects.1: a key must be a text, got 1; put it in quotes",
        ),
        # missing keys
        ("name: small\n", "", "x.yaml:1:1 name: is required but missing"),
        ("position: [0, 0, 1]", "", "x.yaml:6:17 objects.box.place.at.position: is required but missing"),
        # units
        (
            "[0, 0, 1]",
            "[0, 0, 1 kg]",
            "x.yaml:6:35 objects.box.place.at.position[2]: '1 kg': 'kg' is a unit of mass; allowed for a length: m,",
        ),
        (
            "asset:",
            "mass: 2 kgs\n    asset:",
            "x.yaml:5:11 objects.box.mass: '2 kgs': 'kgs' is not a known unit; allowed for a mass: kg, "
            "g, t, lb; did you mean 'kg'?",
        ),
        (
            "asset:",
            "velocity: [0, 0, 3 m]\n    asset:",
            "x.yaml:5:22 objects.box.velocity[2]: '3 m': 'm' is a unit of length; allowed for a speed: m/s,",
        ),
        # ranges
        (
            "asset:",
            "mass: 0\n    asset:",
            "x.yaml:5:11 objects.box.mass: 0 is out of range: must be above 0 kg",
        ),
        (
            "asset:",
            "restitution: 120 %\n    asset:",
            "x.yaml:5:18 objects.box.restitution: '120 %' is out of range: must be at least 0 and at most 1",
        ),
        (
            "asset:",
            "count: 1.5\n    asset:",
            "x.yaml:5:12 objects.box.count: 1.5 is out of range: must be a whole number",
        ),
        (
            "asset:",
            "count: {uniform: [1, 3]}\n    asset:",
            "x.yaml:5:12 objects.box.count: uniform can give broken numbers, but a whole number is needed",
        ),
        (
            "asset:",
            "mass: {normal: [1, 1]}\n    asset:",
            "x.yaml:5:11 objects.box.mass: normal can give -inf, but a value must be above 0 kg; use truncnormal",
        ),
        (
            "fixed:",
            "fov: 180 deg, fixed:",
            "x.yaml:8:14 sensors.cam.fov: '180 deg' is out of range: must be above 0 and at most 3.05433 rad (175 deg)",
        ),
        # distributions
        (
            "[0, 0, 1]",
            "[0, 0, {uniform: [2, 1]}]",
            "x.yaml:6:45 objects.box.place.at.position[2].uniform: uniform: low must be below high, got [2, 1]",
        ),
        (
            "[0, 0, 1]",
            "[0, 0, {unixorm: [1, 2]}]",
            "x.yaml:6:36 objects.box.place.at.position[2].unixorm: "
            "unknown distribution 'unixorm'; did you mean 'uniform'?",
        ),
        # forms of a field
        (
            "procedural/carton",
            "{categry: mug}",
            "x.yaml:5:13 objects.box.asset.categry: unknown key 'categry'; did you mean 'category'?",
        ),
        (
            "procedural/carton",
            "{procedual: carton}",
            "x.yaml:5:13 objects.box.asset.procedual: unknown key 'procedual'; did you mean 'procedural'?",
        ),
        (
            "procedural/carton",
            "{chioce: [a, b]}",
            "x.yaml:5:13 objects.box.asset.chioce: unknown distribution 'chioce'; did you mean 'choice'?",
        ),
        (
            "name: small",
            "name: small\nworld: {kind: tabeltop}",
            "x.yaml:3:8 world: unknown kind of world 'tabeltop'; "
            "did you mean 'tabletop'? known: empty, tabletop, bin, warehouse",
        ),
        (
            "name: small",
            "name: small\nworld: {width: 3}",
            "x.yaml:3:8 world: lacks 'kind': one of empty, tabletop, bin, warehouse",
        ),
        (
            "name: small",
            "name: small\nworld: {kind: bin, heixht: 3}",
            "x.yaml:3:20 world.heixht: unknown key 'heixht'; did you mean 'height'?",
        ),
        (
            "fixed:",
            "exposure: atuo, fixed:",
            "x.yaml:8:19 sensors.cam.exposure: must be auto, got 'atuo'",
        ),
        ("fixed:", "kind: lidar, fixed:", "x.yaml:8:15 sensors.cam.kind: must be camera, got 'lidar'"),
        (
            "procedural/carton",
            "{choice: [{procedural: nut}, procedural/bolt]}",
            "x.yaml:5:22 objects.box.asset.choice[0]: expected a text, got {'procedural': 'nut'}; "
            "in a choice a model made by code is written procedural/nut",
        ),
        (
            "procedural/carton",
            "{procedural: {choice: [bolt, nut]}}",
            "x.yaml:5:25 objects.box.asset.procedural: expected a text, got {'choice': ['bolt', 'nut']}; "
            "for one of several models write asset: {choice: [procedural/bolt, procedural/nut]}",
        ),
        (
            'simgen: "1"',
            "simgen: 2",
            'x.yaml:1:9 simgen: this simgen reads version "1" of the format, got 2; a newer file needs a newer simgen',
        ),
        (
            "name: small",
            "name: small\nsample: {max_attempts: 0}",
            "x.yaml:3:24 sample.max_attempts: must be greater than or equal to 1, got 0",
        ),
        (
            "name: small",
            "name: small\nlabels: {outputs: [rgb, detph]}",
            "x.yaml:3:25 labels.outputs[1]: 'detph' is not one of rgb, depth, instance, "
            "semantic, normals, object_coordinates",
        ),
    ],
)
def test_one_mistake_gives_one_message(
    small: str, problems: Problems, old: str, new: str, message: str
) -> None:
    assert old in small
    [found] = problems(small.replace(old, new, 1))
    assert found.startswith(message)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(problems: Problems) -> None:
    found = problems(
        """\
simgen: "1"
name: many
params:
  a: "${b} + 1"
  b: "${a}"
world: {kind: tabletop, wixth: 2}
objects:
  clutter:
    asset: {categry: mug}
    mass: 3 m
    count: {int_uniform: [12, 3]}
    place: {drop: {region: tabxe}}
    place: {on: {target: clutter}}
  other:
    asset: foo
    place: {on: {target: cluter}}
sensors:
  cam:
    fov: 60 degree
    orbit: {target: table, radius: "${q}", elevaton: 1}
constraints:
  - clearence: [other, clutter]
    distance: 1
capture: {rate: 7}
"""
    )
    assert [line.split(" ", 2)[:2] for line in found] == [
        ["x.yaml:4:6", "params.a:"],
        ["x.yaml:6:25", "world.wixth:"],
        ["x.yaml:9:13", "objects.clutter.asset.categry:"],
        ["x.yaml:10:11", "objects.clutter.mass:"],
        ["x.yaml:11:26", "objects.clutter.count.int_uniform:"],
        ["x.yaml:12:28", "objects.clutter.place.drop.region:"],
        ["x.yaml:13:5", "duplicate"],
        ["x.yaml:16:26", "objects.other.place.on.target:"],
        ["x.yaml:19:10", "sensors.cam.fov:"],
        ["x.yaml:20:36", "sensors.cam.orbit.radius:"],
        ["x.yaml:20:44", "sensors.cam.orbit.elevaton:"],
        ["x.yaml:22:5", "constraints[0].clearence:"],
        ["x.yaml:24:17", "capture.rate:"],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'x.yaml:1:1 empty; a scenario starts with simgen: "1"'),
        ("# only a comment\n", 'x.yaml:1:1 empty; a scenario starts with simgen: "1"'),
        ("- a\n", 'x.yaml:1:1 expected a mapping that starts with simgen: "1"'),
        (
            "a: b: c",
            "x.yaml:1:5 not YAML: mapping values are not allowed here; a ': ' inside a text needs quotes",
        ),
    ],
)
def test_what_is_no_scenario_at_all(problems: Problems, text: str, message: str) -> None:
    [found] = problems(text)
    assert found.startswith(message)


def refused(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    [problem] = caught.value.problems
    return str(problem)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.yaml") == f"{tmp_path}/none.yaml: no such file"
    assert refused(tmp_path) == f"{tmp_path}: not a file"
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"simgen: '1'\nname: bar\xe9\n")
    assert refused(latin) == f"{latin}:2:1 not UTF-8 text (byte 21)"


def test_a_file_beyond_the_size_bound_is_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (2**20 + 1))
    assert refused(path) == f"{path}:1:1 larger than 1048576 bytes; a scenario is a short text"


def test_endless_files_are_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert refused(pipe) == f"{pipe}: not a file"


def test_windows_line_ends_and_byte_order_mark_are_read(tmp_path: Path, small: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + small.replace("\n", "\r\n").encode())
    assert load(path).name == "small"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "asset:",
            "count: 10001\n    asset:",
            "objects.box.count: 10001 is out of range: must be at least 0 and at most 10000",
        ),
        (
            "asset:",
            "count: {int_uniform: [1, 1000000000]}\n    asset:",
            "objects.box.count: int_uniform can give 1e+09, but a value must be at least 0 and at most 10000",
        ),
        (
            "fixed:",
            "width: 8193, fixed:",
            "sensors.cam.width: 8193 is out of range: must be at least 1 and at most 8192",
        ),
        (
            "name: small",
            "name: small\ncapture: {frames: 100001}",
            "capture.frames: 100001 is out of range: must be at least 1 and at most 100000",
        ),
        (
            "sensors:",
            "capture: {frames: 60000}\nsensors:\n  cam2: {fixed: {position: [1, 1, 1], look_at: box}}",
            "capture.frames: frames x sensors may be 120000; at most 100000 a scene are allowed: use more scenes",
        ),
        (
            "objects:",
            "objects:\n  more: {asset: x, count: 6000, place: {at: {position: [0, 0, 0]}}}"
            "\n  most: {asset: x, count: {int_uniform: [1, 6000]}, place: {at: {position: [0, 0, 0]}}}",
            "objects: may make 12001 objects in all; at most 10000 are allowed",
        ),
        (
            "name: small",
            "name: small\nparams: {a: {choice: [" + "1," * 10001 + "]}}",
            "params.a.choice: needs 1 to 10000 values, got 10001",
        ),
        (
            "name: small",
            "name: small\nparams: {a: '${b}" + " + 1" * 200 + "', b: 1}",
            "params.a: expression of 804 characters; at most 500",
        ),
    ],
)
def test_sizes_are_bounded(small: str, problems: Problems, old: str, new: str, message: str) -> None:
    [found] = problems(small.replace(old, new, 1))
    assert found.split(" ", 1)[1].startswith(message)


def test_shipped_scenes_load_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: str) -> None:
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    (scenes / "tabletop_clutter.yaml").write_text(small)
    monkeypatch.setattr(resources, "shipped", lambda name: tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert scene_names() == ["tabletop_clutter"]
    assert load_named("tabletop_clutter").name == "small"
    assert load_named("scenes/tabletop_clutter.yaml").name == "small"
    with pytest.raises(
        UsageError,
        match=r"no scenario file or shipped scene 'tabeltop_clutter'; "
        r"did you mean 'tabletop_clutter'\? scenes: tabletop_clutter",
    ):
        load_named("tabeltop_clutter")
    with pytest.raises(UsageError, match="no scenario file or shipped scene"):
        load_named("../tabletop_clutter")


def test_missing_assets_are_told_with_the_rest(tmp_path: Path, small: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        small.replace("carton", "cartn") + "environment: {map: procedural/softbx}\ncapture: {rate: 7}\n"
    )
    assets = partial(unknown_names, library=AssetLibrary())
    with pytest.raises(ScenarioError) as caught:
        load(path, assets=assets)
    found = [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]
    assert found[0].startswith(
        "5:12 objects.box.asset: no asset 'procedural/cartn'; did you mean 'procedural/carton'?"
    )
    assert found[0].endswith("see 'simgen assets list'")
    assert found[1].startswith(
        "9:20 environment.map: no asset 'procedural/softbx'; did you mean 'procedural/softbox'?"
    )
    assert "capture.rate" in found[2]
    load(
        path,
        ["objects.box.asset=procedural/carton", "environment.map=procedural/softbox", "capture.rate=8"],
        assets,
    )


def test_world_of_every_kind_is_a_model_of_its_own(small: str) -> None:
    scenario = load_text(small + "world: {kind: bin, wall: 5 mm}\n")
    assert isinstance(scenario.world, BinWorld)
    assert scenario.world.wall == 0.005


def test_loading_never_changes_the_folder(tmp_path: Path, small: str) -> None:
    (tmp_path / "x.yaml").write_text(small)
    before = sorted(tmp_path.iterdir())
    assert isinstance(load(tmp_path / "x.yaml"), Scenario)
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_full_of_mistakes_is_told_in_bounded_time(problems: Problems) -> None:
    objects = "".join(f"  o{n}: {{asset: a, place: {{on: {{target: x{n}}}}}}}\n" for n in range(2000))
    head = (
        "simgen: '1'\nname: x\nsensors: {cam: {fixed: {position: [0, 0, 1], look_at: [0, 0, 0]}}}\nobjects:\n"
    )
    started = time.perf_counter()
    assert len(problems(head + objects)) == 200
    found = problems(head + objects.replace("asset", "asse"))
    assert len(found) == 101
    assert found[0] == "x.yaml: so much is wrong that only the first problems are told"
    assert time.perf_counter() - started < 60.0
