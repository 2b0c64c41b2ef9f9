"""`extends`, `include` and `--set`: later wins, mappings merge, nothing outside of the folder is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simgen.errors import ScenarioError
from simgen.scenario import Scenario, canonical_json, load, load_text
from simgen.scenario.distributions import Normal
from simgen.scenario.spec import BinWorld

BASE = """\
simgen: "1"
name: base
world: {kind: tabletop, width: 2}
params: {gap: {uniform: [1, 2]}, other: 1}
objects:
  box:
    asset: {category: mug, tags: [a]}
    mass: 1 kg
    friction: 0.5
    place: {drop: {region: table}}
sensors:
  cam: {fixed: {position: [2, 0, 1], look_at: box}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    (scenes / "base.yaml").write_text(BASE)
    return scenes


@pytest.fixture
def loaded(folder: Path) -> Callable[..., Scenario]:
    def of(text: str, *overrides: str) -> Scenario:
        (folder / "x.yaml").write_text(text)
        return load(folder / "x.yaml", overrides)

    return of


@pytest.fixture
def told(folder: Path, loaded: Callable[..., Scenario]) -> Callable[..., list[str]]:
    def of(text: str, *overrides: str) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            loaded(text, *overrides)
        return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]

    return of


def test_extends_lays_the_file_over_its_base(loaded: Callable[..., Scenario]) -> None:
    scenario = loaded("extends: base.yaml\nname: mine\nobjects: {box: {mass: 2 kg}}\n")
    box = scenario.objects["box"]
    assert (scenario.name, box.mass, box.friction) == ("mine", 2.0, 0.5)


def test_include_lays_files_over_each_other_in_order(folder: Path, loaded: Callable[..., Scenario]) -> None:
    (folder / "a.yaml").write_text("name: a\nobjects: {box: {mass: 3, friction: 0.1}}\n")
    (folder / "b.yaml").write_text("name: b\nobjects: {box: {mass: 4}}\n")
    scenario = loaded("extends: base.yaml\ninclude: [a.yaml, b.yaml]\ndescription: d\n")
    box = scenario.objects["box"]
    assert (scenario.name, box.mass, box.friction) == ("b", 4.0, 0.1)


def test_values_that_cannot_mix_are_replaced_as_a_whole(loaded: Callable[..., Scenario]) -> None:
    scenario = loaded(
        "extends: base.yaml\n"
        "params: {gap: {normal: [0, 1]}}\n"
        "world: {kind: bin, depth: 1}\n"
        "objects: {box: {asset: {procedural: carton}, place: {at: {position: [0, 0, 0]}}}}\n"
    )
    assert scenario.params == {"gap": Normal(0.0, 1.0), "other": 1.0}
    assert scenario.world == BinWorld(kind="bin", depth=1)
    assert scenario.objects["box"].place.drop is None


def test_null_removes_a_key(loaded: Callable[..., Scenario]) -> None:
    scenario = loaded("extends: base.yaml\nparams: {other: null}\nobjects: {box: {friction: null}}\n")
    assert list(scenario.params) == ["gap"]
    assert scenario.objects["box"].friction is None


def test_problem_in_a_base_points_into_the_base(folder: Path, told: Callable[..., list[str]]) -> None:
    (folder / "base.yaml").write_text(BASE.replace("mass", "mas"))
    [found] = told("extends: base.yaml\nname: mine\n")
    assert found.startswith("base.yaml:8:5 objects.box.mas: unknown key 'mas'; did you mean 'mass'?")


def test_files_outside_of_the_folder_are_never_read(folder: Path, told: Callable[..., list[str]]) -> None:
    (folder.parent / "secret.yaml").write_text("name: secret\n")
    (folder / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    for name in ("../secret.yaml", "/etc/passwd", "link.yaml"):
        [found] = told(f"extends: {name}\nname: x\n")
        assert (
            found
            == f"x.yaml:1:10 extends: '{name}' lies outside of the scenario's folder; only files within it are read"
        )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "extends: bsae.yaml\n",
            "x.yaml:1:10 extends: no file 'bsae.yaml' in the scenario's folder; did you mean 'base.yaml'?",
        ),
        ("extends: 3\n", "x.yaml:1:10 extends: expected a file name, got 3"),
        ("include: [{a: 1}]\n", "x.yaml:1:11 include: expected a file name, got {'a': 1}"),
        (
            "extends: nested.yaml\n",
            "x.yaml:1:10 extends: 'nested.yaml' itself has extends; only one level is allowed",
        ),
        ("extends: x.yaml\n", "x.yaml:1:10 extends: 'x.yaml' itself has extends; only one level is allowed"),
    ],
)
def test_wrong_parts(folder: Path, told: Callable[..., list[str]], text: str, message: str) -> None:
    (folder / "nested.yaml").write_text("extends: base.yaml\n")
    assert told(text)[0] == message


def test_text_without_a_folder_cannot_name_files(problems: Callable[..., list[str]], small: str) -> None:
    [found] = problems(small + "extends: base.yaml\n")
    assert found == "x.yaml:9:10 extends: only a scenario loaded from a file can name other files"


def test_set_replaces_one_value(loaded: Callable[..., Scenario]) -> None:
    scenario = loaded(
        BASE + "constraints: [{require: '1 < 2'}, {non_overlap: [box]}]\n",
        "objects.box.mass=250 g",
        "objects.box.friction={uniform: [0.2, 0.3]}",
        "sensors.cam.fixed.position=[1, 0, 1]",
        "constraints[1].non_overlap=[all]",
        "physics.settle.limit=2 s",
        "name=changed",
    )
    assert scenario.objects["box"].mass == 0.25
    assert scenario.physics.settle.limit == 2.0
    assert scenario.name == "changed"
    same = loaded(
        BASE.replace("1 kg", "250 g").replace("name: base", "name: changed").replace("[2, 0, 1]", "[1, 0, 1]")
        + "constraints: [{require: '1 < 2'}, {non_overlap: [all]}]\nphysics: {settle: {limit: 2}}\n",
        "objects.box.friction={uniform: {low: 0.2, high: 0.3}}",
    )
    assert canonical_json(scenario) == canonical_json(same)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "objects.bxo.mass=1",
            "objects.bxo.mass: --set objects.bxo.mass=1: there is no 'bxo' in objects; did you mean 'box'? it has: box",
        ),
        (
            "objects.box.mas=1",
            "objects.box.mas: unknown key 'mas'; did you mean 'mass'? allowed here: asset, count, place, motion,",
        ),
        ("objxts.box.mass=1", "objxts: unknown key 'objxts'; did you mean 'objects'?"),
        (
            "objects.box.mass=1 m",
            "objects.box.mass: '1 m': 'm' is a unit of length; allowed for a mass: "
            "kg, g, t, lb (--set objects.box.mass=1 m)",
        ),
        ("objects.box.mass=[1", "objects.box.mass: --set objects.box.mass=[1: not YAML: "),
        ("objects.box.mass", "--set objects.box.mass: write it as a.b.c=value"),
        ("objects..mass=1", "--set objects..mass=1: write it as a.b.c=value"),
        ("name.x=1", "name.x: --set name.x=1: there is no 'x' in name;"),
        (
            "objects.box.asset.tags[3]=b",
            "objects.box.asset.tags[3]: --set objects.box.asset.tags[3]=b: "
            "there is no item [3] in objects.box.asset.tags; it has 1 items",
        ),
        (
            "params.gpa=2",
            "params.gpa: --set params.gpa=2: there is no 'gpa' in params; did you mean 'gap'? it has: gap, other",
        ),
    ],
)
def test_wrong_overrides(told: Callable[..., list[str]], override: str, message: str) -> None:
    [found] = told(BASE, override)
    assert found.startswith(message)


def test_set_never_leaks_into_another_load() -> None:
    first = load_text(BASE, ["objects.box.mass=2"])
    assert (first.objects["box"].mass, load_text(BASE).objects["box"].mass) == (2.0, 1.0)
