"""Plain finishes of made things: plastic, paint, bare metal, ceramic, glass, rubber."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simgen.assets.procedural.noise import fractal_noise, normal_texture, roughness_texture, value_noise
from simgen.colour import linear_rgb
from simgen.geometry import Vec3
from simgen.records.asset import Material, Texture
from simgen.rng import keyed_generator

_SHAPE = (256, 256)


@lru_cache(maxsize=64)
def plastic(srgb: Vec3, roughness: float = 0.42) -> Material:
    """Return moulded plastic with a fine grain."""
    grain, wear = _relief("plastic")
    return _plain("plastic", srgb, roughness, 0.0, grain, wear)


@lru_cache(maxsize=64)
def painted_metal(srgb: Vec3, roughness: float = 0.38) -> Material:
    """Return powder-coated steel."""
    peel, wear = _relief("paint")
    return _plain("paint", srgb, roughness, 0.0, peel, wear)


@lru_cache(maxsize=16)
def bare_metal(srgb: Vec3 = (0.77, 0.78, 0.79), roughness: float = 0.32) -> Material:
    """Return machined or galvanised metal with uneven gloss."""
    grain, wear = _relief("metal")
    return _plain("metal", srgb, roughness, 1.0, grain, wear)


@lru_cache(maxsize=64)
def ceramic(srgb: Vec3) -> Material:
    """Return glazed earthenware."""
    _, wear = _relief("glaze")
    return _plain("ceramic", srgb, 0.12, 0.0, None, wear)


@lru_cache(maxsize=64)
def paper(srgb: Vec3) -> Material:
    """Return uncoated board or paper."""
    grain, wear = _relief("plastic")
    return _plain("paper", srgb, 0.85, 0.0, grain, wear)


@lru_cache(maxsize=16)
def glass(srgb: Vec3) -> Material:
    """Return tinted glass over its contents, drawn opaque: very smooth, in the colour one sees through it."""
    return Material(name="glass", base_color_rgb=linear_rgb(srgb), roughness=0.06, double_sided=False)


@lru_cache(maxsize=16)
def clear_glass(srgb: Vec3) -> Material:
    """Return tinted glass that shows what lies behind: through two sheets, as of an empty bottle, in this colour."""
    r, g, b = (float(np.sqrt(channel)) for channel in linear_rgb(srgb))
    return Material(
        name="glass",
        base_color_rgb=(r, g, b),
        roughness=0.06,
        alpha_mode="blend",
        alpha_cutoff=0.0,
        transmission=0.98,
    )


def _plain(
    name: str, srgb: Vec3, roughness: float, metallic: float, relief: Texture | None, wear: Texture
) -> Material:
    return Material(
        name=name,
        base_color_rgb=linear_rgb(srgb),
        metallic=metallic,
        roughness=roughness / 0.8,
        normal_map=relief,
        metallic_roughness_map=wear,
        double_sided=False,
    )


@lru_cache(maxsize=8)
def _relief(kind: str) -> tuple[Texture, Texture]:
    """Return a normal map and a roughness map (mean 0.8, blue channel 1) shared by a kind of finish."""
    rng = keyed_generator("finish", kind)
    fine = value_noise(rng, _SHAPE, (128, 128))
    cloud = fractal_noise(rng, _SHAPE, (4, 4), 5, 0.6)
    slope = {"plastic": 0.12, "paint": 0.06, "metal": 0.05, "glaze": 0.0}[kind]
    return normal_texture(fine, slope), roughness_texture(0.68 + 0.24 * cloud, np.ones(_SHAPE))
