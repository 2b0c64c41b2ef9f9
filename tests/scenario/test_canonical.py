"""One scenario, one canonical text: from YAML, from Python, and back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from simgen import resources
from simgen.scenario import Scenario, canonical_json, load, load_text, scenario_hash, to_yaml
from simgen.scenario.distributions import (
    Choice,
    Discrete,
    Empirical,
    Histogram,
    InBox,
    InDisc,
    IntUniform,
    LogNormal,
    Mixture,
    Normal,
    OnSphere,
    TruncNormal,
    Uniform,
)
from simgen.scenario.spec import (
    At,
    BoxRegion,
    CameraSpec,
    Clearance,
    Drop,
    EnvironmentSpec,
    Fixed,
    Inside,
    MaterialSpec,
    ObjectGroup,
    Orbit,
    Place,
    ProceduralAsset,
    Require,
    TabletopWorld,
)
from simgen.scenario.vectors import Hsv
from tests.scenario.conftest import EVERY_EVENT, EVERY_VALUE

SCENES = [EVERY_VALUE, EVERY_EVENT, *sorted(resources.shipped("scenes").glob("*.yaml"))]
TWIN_YAML = """\
name: twin
simgen: 1
world: {width: 140 cm, kind: tabletop}
params: {width: {uniform: ["1 m", 2]}, kind: {choice: [carton, crate]}, twice: "${width} * 2"}
objects:
  clutter:
    count: {int_uniform: [2, 5]}
    asset: {procedural: carton, params: {width: 20 cm, depth: {normal: [1, 0.1]}, open: true}}
    place: {drop: {region: table, height: 5 cm}}
    mass: {lognormal: [500 g, 0.5]}
    material: {color: {hsv: [0.5, 1, {uniform: [0, 1]}]}, tint: "#ff0000", roughness: {histogram: [[0, 1], [2]]}}
    velocity: {on_sphere: [1, [0, 0, 1]]}
  a:
    asset: {choice: [x, y]}
    count: {discrete: {1: 0.5, 2: 0.5}}
    place: {inside: {region: {box_min: [0, 0, 0], box_max: [1, 1, 1]}}}
    friction: {mixture: [[{uniform: [0, 1]}, {truncnormal: [1, 1, 0, 2]}], [1, 2]]}
  b:
    asset: z
    place: {at: {position: {in_region: {center: [0, 0, 1], radius: 1}}, yaw: {empirical: {values: [0, 1]}}}}
sensors:
  cam: {orbit: {target: table, radius: 1, elevation: 0.5}}
  top: {fixed: {position: {in_region: {box_min: [0, 0, 1], box_max: [1, 1, 2]}}, look_at: [0, 0, 0]}}
environment: {illuminance: 1 klux}
constraints: [{require: "${width} > 1"}, {clearance: [a, b], distance: 1 cm}]
"""


def python_twin() -> Scenario:
    """Build the scenario of `TWIN_YAML` from Python objects, with whole numbers where YAML has broken ones."""
    return Scenario(
        simgen="1",
        name="twin",
        params={"width": Uniform(1, 2), "twice": "${width} * 2", "kind": Choice(("carton", "crate"))},
        world=TabletopWorld(kind="tabletop", width=1.4),
        environment=EnvironmentSpec(illuminance=1000),
        objects={
            "b": ObjectGroup(
                asset="z", place=Place(at=At(position=InDisc((0, 0, 1), 1), yaw=Empirical((0, 1))))
            ),
            "clutter": ObjectGroup(
                asset=ProceduralAsset(
                    procedural="carton", params={"open": True, "width": 0.2, "depth": Normal(1, 0.1)}
                ),
                count=IntUniform(2, 5),
                place=Place(drop=Drop(region="table", height=0.05)),
                mass=LogNormal(0.5, 0.5),
                material=MaterialSpec(
                    color=Hsv(0.5, 1, Uniform(0, 1)), tint="red", roughness=Histogram((0, 1), (2,))
                ),
                velocity=OnSphere(1, (0, 0, 1)),
            ),
            "a": ObjectGroup(
                asset=Choice(("x", "y")),
                count=Discrete(((1, 0.5), (2, 0.5))),
                place=Place(inside=Inside(region=BoxRegion(box_min=(0, 0, 0), box_max=[1, 1, 1]))),
                friction=Mixture((Uniform(0, 1), TruncNormal(1, 1, 0, 2)), (1, 2)),
            ),
        },
        sensors={
            "top": CameraSpec(fixed=Fixed(position=InBox((0, 0, 1), (1, 1, 2)), look_at=(0, 0, 0))),
            "cam": CameraSpec(orbit=Orbit(target="table", radius=1, elevation=0.5)),
        },
        constraints=[Require(require="${width} > 1"), Clearance(clearance=["a", "b"], distance="1 cm")],
    )


def test_python_twin_equals_yaml() -> None:
    assert canonical_json(python_twin()) == canonical_json(load_text(TWIN_YAML))
    assert scenario_hash(python_twin()) == scenario_hash(load_text(TWIN_YAML))


def test_order_units_and_spelling_never_change_the_hash(small: str) -> None:
    variants = [
        small,
        small.replace("name: small\n", "") + "name: small\n",
        small.replace("[0, 0, 1]", "[0 m, 0.0, 100 cm]"),
        small + "world: {kind: empty}\nphysics: {gravity: [0, 0, -9.81]}\n",
        "# a comment\n" + small.replace("procedural/carton", "'procedural/carton'"),
    ]
    assert len({scenario_hash(load_text(text)) for text in variants}) == 1


def test_any_change_of_meaning_changes_the_hash(small: str) -> None:
    variants = [
        small,
        small.replace("[0, 0, 1]", "[0, 0, 1.0000000001]"),
        small.replace("small", "smaller"),
        small + "capture: {frames: 2}\n",
        small.replace("box", "bax"),
    ]
    assert len({scenario_hash(load_text(text)) for text in variants}) == len(variants)


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_yaml_to_model_to_yaml_is_the_identity_on_the_canonical_form(path: Path) -> None:
    scenario = load(path)
    again = load_text(to_yaml(scenario), folder=path.parent)
    assert again == scenario
    assert canonical_json(again) == canonical_json(scenario)


def test_canonical_json_is_compact_sorted_and_complete(small: str) -> None:
    text = canonical_json(load_text(small))
    data = json.loads(text)
    assert text == json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert data["physics"]["gravity"] == [0.0, 0.0, -9.81]
    assert data["objects"]["box"]["place"]["in"] is None
    assert scenario_hash(load_text(small)) == hashlib.sha256(text.encode()).hexdigest()


def test_canonical_json_loads_as_a_scenario() -> None:
    scenario = load(EVERY_VALUE)
    assert canonical_json(load_text(canonical_json(scenario))) == canonical_json(scenario)


def test_measured_data_is_in_the_hash(tmp_path: Path, small: str) -> None:
    text = small.replace("asset:", "mass: {empirical: {file: m.csv, column: kg}}\n    asset:")
    (tmp_path / "x.yaml").write_text(text)
    hashes: set[str] = set()
    for content in ("kg\n1\n2\n", "kg\n1\n3\n"):
        (tmp_path / "m.csv").write_text(content)
        scenario = load(tmp_path / "x.yaml")
        hashes.add(scenario_hash(scenario))
        assert load_text(to_yaml(scenario), folder=tmp_path) == scenario
    assert len(hashes) == 2


def test_a_scenario_cannot_be_changed(small: str) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_text(small).name = "other"  # type: ignore[misc]
