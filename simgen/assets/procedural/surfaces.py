"""Flat materials with real scale: wood, planks, concrete, fabric and their like, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simgen.assets.procedural.noise import color_texture, normal_texture, roughness_texture
from simgen.assets.procedural.params import Parameter, choice
from simgen.assets.procedural.surface_recipes import RECIPES, Layers
from simgen.records.asset import Material
from simgen.rng import keyed_generator

VARIANTS = 12  # seeds beyond share a picture with an earlier one, so that a process holds few textures

SURFACES = tuple(RECIPES)


@dataclass(frozen=True, slots=True, eq=False)
class Finish:
    """A material and its scale.

    Attributes:
        tile_m: metres that one repeat of its textures covers.
    """

    material: Material
    tile_m: float


def surface_parameter(default: str) -> Parameter:
    """Declare `surface`, the name of a finish."""
    return choice("surface", default, SURFACES)


def finish(surface: str, seed: int) -> Finish:
    """Return the finish of a surface name; `seed` picks one of its `VARIANTS`, made once a process."""
    return _finish(surface, seed % VARIANTS)


@lru_cache(maxsize=40)
def _finish(surface: str, variant: int) -> Finish:
    layers = RECIPES[surface](keyed_generator("surface", surface, variant), variant)
    return Finish(material_of(surface, layers), layers.tile_m)


def material_of(name: str, layers: Layers) -> Material:
    """Return the material of drawn layers."""
    pixels_a_metre = layers.color.shape[1] / layers.tile_m
    return Material(
        name=name,
        base_color_rgb=(1.0, 1.0, 1.0),
        metallic=1.0,
        roughness=1.0,
        base_color_map=color_texture(layers.color),
        metallic_roughness_map=roughness_texture(layers.roughness, layers.metallic),
        normal_map=normal_texture(layers.height_m, pixels_a_metre),
        double_sided=False,
    )
