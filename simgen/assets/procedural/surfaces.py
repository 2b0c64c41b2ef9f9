"""Flat materials with real scale: wood, planks, concrete, fabric and their like, drawn from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np

from simgen import rng
from simgen.assets.cache import cached_surface
from simgen.assets.procedural import noise, pattern_recipes, surface_recipes
from simgen.assets.procedural.noise import color_texture, normal_texture, roughness_texture
from simgen.assets.procedural.params import Parameter, choice
from simgen.assets.procedural.pattern_recipes import PATTERNS
from simgen.assets.procedural.surface_recipes import RECIPES, Layers
from simgen.records.asset import Material, Surface
from simgen.rng import keyed_generator

VARIANTS = 12  # seeds beyond share a picture with an earlier one, so that a process holds few textures

SURFACES = (*RECIPES, *PATTERNS)


def surface_parameter(default: str) -> Parameter:
    """Declare `surface`, the name of a finish."""
    return choice("surface", default, SURFACES)


def finish(surface: str, seed: int) -> Surface:
    """Return the finish of a surface name; `seed` picks one of its `VARIANTS`, drawn once a machine."""
    return _finish(surface, seed % VARIANTS)


@lru_cache(maxsize=4)  # 2.3 MB each
def _finish(surface: str, variant: int) -> Surface:
    recipes = pattern_recipes if surface in PATTERNS else surface_recipes
    return kept(f"{surface} {variant}", recipes, lambda: _drawn(surface, variant))


def _drawn(surface: str, variant: int) -> Surface:
    layers = {**RECIPES, **PATTERNS}[surface](keyed_generator("surface", surface, variant), variant)
    return Surface(material_of(surface, layers), layers.tile_m)


def kept(name: str, recipes: ModuleType, draw: Callable[[], Surface]) -> Surface:
    """Return a surface, drawn once a machine.

    Args:
        name: unique among those of `recipes`, with all that its look depends on.
        recipes: the module that draws it.
        draw: draws it.
    """
    key = hashlib.sha256(f"{_drawing(recipes)} {name}".encode()).hexdigest()
    return cached_surface(key, draw)


@lru_cache(maxsize=4)
def _drawing(recipes: ModuleType) -> str:
    """Return a hash of what decides how surfaces look: the code that draws them and NumPy's version."""
    code = b"".join(Path(str(module.__file__)).read_bytes() for module in (noise, recipes, rng))
    here = Path(__file__).read_bytes()
    return hashlib.sha256(code + here + np.__version__.encode()).hexdigest()


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
