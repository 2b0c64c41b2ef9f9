"""`docs/events.md` defines every kind that can be written, and `every_event.yaml` uses each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simgen.scenario import load
from simgen.scenario.spec import ActionSpec, BehaviourSpec, Chance, FaultSpec, OneOf, TriggerSpec
from simgen.scenario.walk import models
from tests.scenario.conftest import EVERY_EVENT

DOCS = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
TREES: tuple[type[OneOf], ...] = (TriggerSpec, BehaviourSpec, ActionSpec, FaultSpec)
KINDS = [(tree, kind) for tree in TREES for kind in tree.forms()]


@pytest.mark.parametrize(
    ("tree", "kind"), KINDS, ids=lambda value: value if isinstance(value, str) else value.__name__
)
def test_every_kind_is_defined_in_a_table(tree: type[OneOf], kind: str) -> None:
    first_cells = [line.split("|")[1] for line in DOCS.splitlines() if line.startswith("|")]
    assert any(f"`{kind}`" in cell for cell in first_cells), f"{tree.__name__}.{kind}"


@pytest.mark.parametrize(
    "name", [*TriggerSpec.besides, *Chance.model_fields, "expect_label", "expect_visible"]
)
def test_every_modifier_and_chance_is_named(name: str) -> None:
    assert re.search(rf"`{name}`|{name}:|\b{name}\b", DOCS)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.__name__)
def test_the_example_uses_every_kind(tree: type[OneOf]) -> None:
    used = {model.form[0] for _, model in models(load(EVERY_EVENT)) if isinstance(model, tree)}
    assert used == set(tree.forms())
