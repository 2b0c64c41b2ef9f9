"""What `docs/scenario.md` says is what the models have: fields, forms, defaults; its example is drawn."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from simgen.scenario import load_text, spec
from simgen.scenario.forms import FORMS
from simgen.scenario.spec.assets import AssetQuery
from simgen.scenario.spec.capture import DenseSpec, SettleSpec
from simgen.scenario.spec.objects import ActorSpec, ObjectGroup
from simgen.scenario.spec.scenario import Output, SampleSpec
from simgen.scenario.units import ANY, parse_quantity
from tests.sampling.scenarios import draw

PAGE = (Path(__file__).parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
CAPTURE = "Capture, physics and the rest"
DOTTED: dict[str, type[BaseModel]] = {
    "capture": spec.CaptureSpec,
    "physics": spec.PhysicsSpec,
    "sample": SampleSpec,
    "labels": spec.LabelSpec,
    "path_tracing": spec.PathTracingSpec,
}


def section(heading: str) -> str:
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def keys(model: type[BaseModel]) -> set[str]:
    """Names of a model's fields, as files have them."""
    return {field.alias or name for name, field in model.model_fields.items()}


def rows(heading: str) -> list[list[str]]:
    """Cells of all table rows of a section, without the heads."""
    lines = [line for line in section(heading).splitlines() if line.startswith("| `")]
    return [re.split(r"\s*\|\s*", line)[1:-1] for line in lines]


def told(heading: str) -> set[str]:
    """What stands in backticks in the first cells of a section's tables."""
    return {name for row in rows(heading) for name in re.findall(r"`([a-z_.]+)`", row[0])}


def test_the_example_is_drawn() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    scene = draw(load_text(block)).scene
    assert {body.name.partition("[")[0] for body in scene.objects} >= {"parcel", "part"}
    assert len(scene.cameras) == 2


def test_every_key_of_a_scenario_is_on_the_page() -> None:
    assert told("The whole file") == keys(spec.Scenario) | {"extends", "include"}


def test_every_field_of_bodies_is_on_the_page() -> None:
    assert told("Objects and actors") == keys(ActorSpec)
    assert keys(ObjectGroup) < keys(ActorSpec)
    assert [key for key in sorted(keys(AssetQuery)) if f"`{key}`" not in section("Objects and actors")] == []


@pytest.mark.parametrize("world", [spec.EmptyWorld, spec.TabletopWorld, spec.BinWorld, spec.WarehouseWorld])
def test_every_field_of_a_world_is_on_the_page_with_its_default(world: type[BaseModel]) -> None:
    kind = get_args(world.model_fields["kind"].annotation)[0]
    (row,) = [row for row in rows("World") if row[0] == f"`{kind}`"]
    fields = re.findall(r"`([a-z_]+)`(?: ([^,(]+))?", row[2])
    assert {name for name, _ in fields} == keys(world) - {"kind"}
    for name, default in fields:
        check_default(default, world.model_fields[name].default)


@pytest.mark.parametrize(
    ("part", "model"),
    [
        ("environment", spec.EnvironmentSpec),
        ("suns", spec.SunSpec),
        ("lights", spec.LightSpec),
        ("panels", spec.PanelSpec),
        ("fog", spec.FogSpec),
    ],
)
def test_every_field_of_a_light_is_on_the_page(part: str, model: type[BaseModel]) -> None:
    (row,) = [row for row in rows("Light") if row[0] == f"`{part}`"]
    assert keys(model) <= set(re.findall(r"`([a-z_]+)`", row[1]))


def test_every_relation_of_a_place_is_on_the_page_with_its_fields() -> None:
    assert told("Place") | {"facing"} == keys(spec.Place)
    by_relation = {row[0].strip("`"): row[2] for row in rows("Place")}
    for name, field in spec.Place.model_fields.items():
        forms = [arg for arg in get_args(field.annotation) if isinstance(arg, type)]
        for form in (form for form in forms if issubclass(form, BaseModel)):
            assert set(re.findall(r"`([a-z_]+)`", by_relation[field.alias or name])) == keys(form)


def test_every_field_of_a_camera_is_on_the_page() -> None:
    assert told("Sensors") == keys(spec.CameraSpec)
    text = {row[0].strip("`"): row[2] for row in rows("Sensors")}
    for name, model in (("orbit", spec.Orbit), ("fixed", spec.Fixed), ("mount", spec.Mount)):
        assert [key for key in sorted(keys(model)) if f"`{key}" not in text[name]] == []


def test_every_field_of_capture_physics_and_labels_is_on_the_page() -> None:
    assert told(CAPTURE) == {f"{part}.{key}" for part, model in DOTTED.items() for key in keys(model)}
    for key in sorted(keys(DenseSpec) | keys(SettleSpec)):
        assert f"`{key}`" in section(CAPTURE)
    for output in get_args(Output):
        assert re.search(rf"\b{output}\b", section(CAPTURE))


@pytest.mark.parametrize("heading", ["Objects and actors", "Sensors", CAPTURE])
def test_defaults_are_those_of_the_models(heading: str) -> None:
    fixed = {"Objects and actors": ActorSpec, "Sensors": spec.CameraSpec}
    checked = 0
    for row in rows(heading):
        names, defaults = re.findall(r"`([a-z_.]+)`", row[0]), row[1].split(", ")
        for name, default in zip(names, defaults, strict=False) if len(names) == len(defaults) else ():
            model = fixed.get(heading) or DOTTED[name.partition(".")[0]]
            checked += check_default(default, model.model_fields[name.rpartition(".")[2]].default)
    assert checked >= 3


def check_default(text: str, value: Any) -> bool:
    """Hold a default's text, with or without a unit, against the model's; returns whether there was one to hold."""
    if not text or isinstance(value, type(None) | BaseModel):
        return False
    if isinstance(value, bool):
        assert text.strip() == str(value).lower()
    elif isinstance(value, str):
        assert text.strip() == value
    else:
        assert parse_quantity(text.strip(), ANY) == pytest.approx(float(value), rel=1e-5)
    return True


def test_every_distribution_is_on_the_page() -> None:
    assert [form for form in FORMS if f"{{{form}:" not in section("Values")] == []


def test_every_constraint_is_on_the_page() -> None:
    first = {row[0].strip("`{").partition(":")[0] for row in rows(CAPTURE) if row[0].startswith("`{")}
    assert first == {"require", "clearance", "non_overlap", "in_region", "visible_from"}
