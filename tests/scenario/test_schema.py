"""The JSON Schema for editors accepts what the loader accepts, and marks what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simgen import resources
from simgen.scenario import json_schema, schema_text, to_yaml
from simgen.scenario.load import load
from simgen.scenario.yaml_tree import read_tree
from tests.scenario.conftest import EVERY_EVENT, EVERY_VALUE, SMALL
from tests.scenario.test_canonical import TWIN_YAML

SCENES = [EVERY_VALUE, EVERY_EVENT, *sorted(resources.shipped("scenes").glob("*.yaml"))]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def data_of(text: str) -> Any:
    root, problems = read_tree(text, "x.yaml")
    assert root is not None
    assert problems == []
    return json.loads(json.dumps(root.plain()))


def test_schema_is_valid_and_of_the_2020_dialect() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_reference_leads_somewhere() -> None:
    text = schema_text()
    names = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert names <= set(json.loads(text)["$defs"])
    assert "simgen-value" not in text


@pytest.mark.parametrize(
    ("model", "field", "said"),
    [
        ("ObjectGroup", "category", "overrides the catalogue's"),
        ("ActorSpec", "category", "overrides the catalogue's"),  # of what it is made from
        ("Along", "from", "`s` counts from where this body stands"),  # as files call it
        (
            "ObjectGroup",
            "attached_to",
            "Fixed to this body as both stand at the start, until an event releases it",
        ),  # above the field
    ],
)
def test_editors_are_told_what_is_said_where_a_field_is_declared(model: str, field: str, said: str) -> None:
    assert json_schema()["$defs"][model]["properties"][field]["description"] == said


def test_what_linters_are_told_is_no_hover_text() -> None:
    assert "noqa" not in schema_text()
    assert "pyright" not in schema_text()


def test_shipped_schema_is_up_to_date() -> None:
    shipped = resources.shipped("scenes") / "scenario.schema.json"
    assert shipped.read_text() == schema_text(), "write it again: simgen schema > scenes/scenario.schema.json"


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_scenes_pass(path: Path, validator: jsonschema.Draft202012Validator) -> None:
    for text in (path.read_text(), to_yaml(load(path))):
        assert [error.message for error in validator.iter_errors(data_of(text))] == []


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_scenes_carry_the_hint_for_editors(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).resolve().is_file()


@pytest.mark.parametrize(
    "text",
    [
        TWIN_YAML,
        SMALL + "extends: base.yaml\ninclude: [a.yaml, b.yaml]\n",
        SMALL + "environment: {illuminance: 500 lux, rotation: '${a} * 2'}\n",
        SMALL + "params: {a: 35 km/h, b: {choice: [{v: x, w: 2}, {v: y}]}, c: text}\n",
    ],
)
def test_what_loads_passes(text: str, validator: jsonschema.Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(data_of(text))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: small", "naxe: small"),
        ('simgen: "1"', 'simgen: "2"'),
        ("asset: procedural/carton", "aset: procedural/carton"),
        ("position: [0, 0, 1]", "position: [0, 0]"),
        ("position: [0, 0, 1]", "position: [0, 0, 1 kg]"),
        ("position: [0, 0, 1]", "position: [0, 0, {unixrm: [1, 2]}]"),
        ("position: [0, 0, 1]", "position: [0, 0, {uniform: [1, 2 kg]}]"),
        ("position: [0, 0, 1]", "position: [0, 0, true]"),
        ("fixed:", "width: 9000, fixed:"),
        ("fixed:", "width: 1.5, fixed:"),
        ("asset:", "motion: dynaxc\n    asset:"),
        ("asset:", "mass: 0\n    asset:"),
        ("asset:", "material: {color: ornage}\n    asset:"),
        ("name: small", "name: small\nworld: {kind: tabeltop}"),
    ],
)
def test_mistakes_are_marked(old: str, new: str, validator: jsonschema.Draft202012Validator) -> None:
    assert old in SMALL
    assert not validator.is_valid(data_of(SMALL.replace(old, new, 1)))
