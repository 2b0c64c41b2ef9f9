"""Clear coat that the catalogue gives to materials of found models."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.assets.catalogue import ModelEntry, shipped_catalogue
from simgen.assets.lacquer import lacquered
from simgen.assets.recipe import Recipe
from simgen.errors import AssetError
from simgen.records.asset import AssetInfo, Material, Model

INFO = AssetInfo(
    asset_id="p/car", name="car", category="car", size_m=(1.0, 1.0, 1.0), mass_kg=1.0, friction=0.5, restitution=0.1,
    pack="p", licence="", author="", source="", content_hash="",
)  # fmt: skip
CAR = Model(lods=((),), materials=(Material("paint"), Material("tyre")), size_m=(1.0, 1.0, 1.0))


def entry(*coat: str) -> ModelEntry:
    return ModelEntry(INFO, "", "car.obj", Recipe(), coat)


def test_only_what_the_catalogue_names_is_coated() -> None:
    assert [material.coat for material in lacquered(CAR, entry("paint")).materials] == [1.0, 0.0]


def test_without_names_the_model_is_as_it_was() -> None:
    assert lacquered(CAR, entry()) is CAR


def test_a_name_that_the_model_does_not_have_is_told() -> None:
    with pytest.raises(AssetError, match=r"p/car: .* clear coat on 'body'; its materials are paint, tyre"):
        lacquered(CAR, entry("body"))


def test_every_car_of_the_shipped_catalogue_has_paint() -> None:
    cars = [e for e in shipped_catalogue().models.values() if e.info.category == "car"]
    assert np.all([len(car.coat) > 0 for car in cars])
