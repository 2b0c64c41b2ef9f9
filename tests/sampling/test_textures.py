"""Textures of objects: kind, seed and scale are drawn from streams of their own."""

from __future__ import annotations

import pytest

from simgen.errors import ScenarioError
from simgen.records.scene import MaterialOverride, SurfaceTexture
from simgen.sampling.draws import Draws
from simgen.sampling.objects import draw_material
from simgen.scenario import spec


def drawn(index: int = 0, **texture: object) -> SurfaceTexture:
    material = spec.MaterialSpec.model_validate({"texture": texture})
    override = draw_material(Draws(7, index, 0), material, "objects.thing.material")
    assert isinstance(override, MaterialOverride)
    assert override.texture is not None
    return override.texture


def test_what_is_given_is_kept() -> None:
    assert drawn(kind="wood", seed=3, tile="40 cm") == SurfaceTexture("wood", 3, 0.4)


def test_a_seed_that_is_not_given_is_drawn_for_each_scene() -> None:
    seeds = {drawn(index, kind="brick").seed for index in range(8)}
    assert len(seeds) == 8
    assert drawn(2, kind="brick") == drawn(2, kind="brick")


def test_kinds_and_lengths_have_distributions() -> None:
    found = [
        drawn(index, kind={"choice": ["noise", "print"]}, tile={"uniform": ["20 cm", "60 cm"]})
        for index in range(16)
    ]
    assert {texture.kind for texture in found} == {"noise", "print"}
    lengths = [texture.tile_m for texture in found if texture.tile_m is not None]
    assert len(set(lengths)) == 16
    assert 0.2 <= min(lengths) <= max(lengths) <= 0.6


def test_an_unknown_kind_is_told_with_those_there_are() -> None:
    with pytest.raises(
        ScenarioError,
        match=r"objects\.thing\.material\.texture\.kind: no surface 'brik'; did you mean 'brick'",
    ):
        drawn(kind="brik")
