"""Overrides of materials: what is replaced, what is multiplied, what stays."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.records.asset import Material, Texture
from simgen.records.scene import MaterialOverride
from simgen.rendering.materials import alpha_threshold, overridden

COLORS = Texture(np.arange(16, dtype=np.uint8).reshape(2, 2, 4), srgb=True)
SURFACE = Texture(np.full((1, 1, 3), 100, np.uint8), srgb=False)
MAPPED = Material(
    base_color_rgb=(0.5, 1.0, 1.0), base_color_map=COLORS, metallic_roughness_map=SURFACE, metallic=0.9
)


def test_without_an_override_the_material_is_itself() -> None:
    assert overridden(MAPPED, None) is MAPPED


def test_a_colour_replaces_factor_and_map_but_not_the_map_s_opacity() -> None:
    worn = overridden(MAPPED, MaterialOverride(base_color_rgb=(0.1, 0.2, 0.3)))
    assert worn.base_color_rgb == (0.1, 0.2, 0.3)
    assert worn.base_color_map is not None
    assert (worn.base_color_map.pixels[..., :3] == 255).all()
    np.testing.assert_array_equal(worn.base_color_map.pixels[..., 3], COLORS.pixels[..., 3])


def test_a_colour_drops_a_map_that_has_no_opacity() -> None:
    plain = Material(base_color_map=Texture(COLORS.pixels[..., :3], srgb=True))
    assert overridden(plain, MaterialOverride(base_color_rgb=(1.0, 0.0, 0.0))).base_color_map is None


def test_a_tint_multiplies_the_colour_and_keeps_the_map() -> None:
    worn = overridden(MAPPED, MaterialOverride(tint_rgb=(0.5, 0.5, 0.25)))
    assert worn.base_color_rgb == (0.25, 0.5, 0.25)
    assert worn.base_color_map is COLORS


def test_a_tint_multiplies_a_replaced_colour_too() -> None:
    worn = overridden(MAPPED, MaterialOverride(base_color_rgb=(0.4, 0.4, 0.4), tint_rgb=(0.5, 1.0, 1.0)))
    assert worn.base_color_rgb == (0.2, 0.4, 0.4)


def test_roughness_replaces_its_channel_of_the_map_alone() -> None:
    worn = overridden(MAPPED, MaterialOverride(roughness=0.3))
    assert (worn.roughness, worn.metallic) == (0.3, 0.9)
    assert worn.metallic_roughness_map is not None
    assert worn.metallic_roughness_map.pixels[0, 0].tolist() == [100, 255, 100]
    assert SURFACE.pixels[0, 0].tolist() == [100, 100, 100]


def test_roughness_and_metallic_together_replace_the_map() -> None:
    worn = overridden(MAPPED, MaterialOverride(roughness=0.3, metallic=0.0))
    assert (worn.roughness, worn.metallic, worn.metallic_roughness_map) == (0.3, 0.0, None)


@pytest.mark.parametrize(
    ("material", "threshold"),
    [
        (Material(alpha_mode="mask", alpha_cutoff=0.3), 0.3),
        (Material(alpha_mode="blend", alpha=0.4, alpha_cutoff=0.0), 0.2),
    ],
)
def test_a_mask_is_cut_at_its_cutoff_and_glass_at_half_its_opacity(
    material: Material, threshold: float
) -> None:
    assert alpha_threshold(material) == threshold
