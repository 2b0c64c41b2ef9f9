"""Materials as a path tracer takes them: one number or one picture for each property, factors multiplied in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.colour import linear_from_srgb, srgb_from_linear
from simgen.geometry import FloatArray, Vec3, vec3
from simgen.records.asset import Float32Array, Material, Texture
from simgen.rendering.materials import alpha_threshold

Picture = NDArray[np.uint8]

_SMOOTHEST = 0.045  # as in the raster renderer: smoother highlights are noise in any finite number of samples
# Mitsuba's `principled` adds its mirror-like part to the whole diffuse part: white would send on 7 % more than it
# gets. This factor on colours that are not metallic makes a white ball vanish in a white furnace (measured).
_DIFFUSE_SHARE = 0.93
_MIRRORED = 0.04  # head-on, of glass, plastic and paint: refractive index 1.5
_MOST_MIRRORED = 0.5  # of what is left of very clear glass: more would leave it no colour of its own
# Opacity of tinted glass at least, what passes being made as much stronger: a mirror of 4 % that has less than this
# share of the light paths could not grow towards grazing angles as Fresnel's does.
_LEAST_OWN = 0.2
_EDGE_STEEPNESS = 8.0  # of a cut-out's border, opacity a texel: nearly a step, without showing the texels


# What a dielectric of 4 % head-on reflects of light from all sides: Schlick's 4 % + 96 % (1 - cos)^5, meant over cos.
_COAT_MIRRORED = _MIRRORED + (1.0 - _MIRRORED) / 21.0


@dataclass(frozen=True, slots=True)
class Coat:
    """A clear coat.

    Attributes:
        share: of the surface that has it.
        roughness: perceptual.
    """

    share: float
    roughness: float

    @property
    def leaves(self) -> float:
        """What it leaves to what lies under it, in the mean over all directions."""
        return 1.0 - self.share * _COAT_MIRRORED


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a surface looks like; pictures are 8-bit with row 0 at texture coordinate v = 1.

    Attributes:
        color: linear, or a picture (h, w, 3) sRGB encoded.
        roughness: perceptual, or a picture (h, w).
        metallic: 0..1, or a picture (h, w).
        normal: tangent-space picture (h, w, 3), +Y up; None for the mesh's own normals.
        opacity: 0..1, or a picture (h, w).
        emission: luminance in cd/m², linear RGB, or a picture (h, w, 3) float32.
        mirrored: what it reflects head-on where it is no metal, before `opacity` takes its share.
        coat: what lies over all of this; None for none.
        tint: by what light is multiplied where it passes, linear, or a picture (h, w, 3) float32; None: by 1.
    """

    color: Vec3 | Picture
    roughness: float | Picture
    metallic: float | Picture
    normal: Picture | None
    opacity: float | Picture
    emission: Vec3 | Float32Array
    mirrored: float = _MIRRORED
    coat: Coat | None = None
    tint: Vec3 | Float32Array | None = None

    @property
    def is_whole(self) -> bool:
        """Whether no light passes through."""
        return isinstance(self.opacity, float) and self.opacity >= 1.0

    @staticmethod
    def of(material: Material, mirrored: bool = False) -> Look:
        """Return the look of a material.

        Args:
            material: with any override already applied.
            mirrored: for triangles whose texture is mirrored: the normal map's Y then points the other way.
        """
        surface = material.metallic_roughness_map
        shown, coat = _shown(material), _coat(material)
        return Look(
            color=_color(material),
            roughness=_channel(surface, 1, lambda share: np.maximum(share * material.roughness, _SMOOTHEST)),
            metallic=_channel(surface, 2, lambda share: share * material.metallic),
            normal=_normal(material.normal_map, mirrored),
            opacity=_opacity(material),
            emission=_emission(material),
            mirrored=min(_MIRRORED / max(shown, _MIRRORED), _MOST_MIRRORED)
            * (1.0 - (coat.share if coat else 0.0)),
            coat=coat,
            tint=_tint(material),
        )


def _color(material: Material) -> Vec3 | Picture:
    # What glass covers is a smaller part of what it shows than of what is there: it mirrors all over.
    share = _share_kept(material) * (
        _cover(material) / _shown(material) if material.alpha_mode == "blend" else 1.0
    )
    r, g, b = (min(max(float(v), 0.0), 1.0) * share for v in material.base_color_rgb)
    texture = material.base_color_map
    if texture is None:
        return (r, g, b)
    codes = np.arange(256) / 255
    light = linear_from_srgb(codes) if texture.srgb else codes
    columns = [_bytes(srgb_from_linear(np.minimum(light * factor, share))) for factor in (r, g, b)]
    return np.stack([column[texture.pixels[..., k]] for k, column in enumerate(columns)], axis=-1)


def _share_kept(material: Material) -> float:
    """Return what the colour is multiplied by so that no light is made; by the mean where metallic is a map."""
    metallic, surface = material.metallic, material.metallic_roughness_map
    if surface is not None:
        metallic *= float(surface.pixels[..., 2].mean()) / 255
    return _DIFFUSE_SHARE + (1.0 - _DIFFUSE_SHARE) * metallic


def _emission(material: Material) -> Vec3 | Float32Array:
    texture = material.emissive_map
    if texture is None or max(material.emissive_rgb) <= 0.0:
        return material.emissive_rgb
    codes = np.arange(256) / 255
    light = (linear_from_srgb(codes) if texture.srgb else codes)[texture.pixels[..., :3]]
    return (light * material.emissive_rgb).astype(np.float32)


def _coat(material: Material) -> Coat | None:
    if material.coat <= 0.0 or material.alpha_mode == "blend":
        return None
    return Coat(min(material.coat, 1.0), min(max(material.coat_roughness, _SMOOTHEST), 1.0))


def _channel(
    texture: Texture | None, channel: int, value_of: Callable[[FloatArray], FloatArray]
) -> float | Picture:
    """Return a property: a function of one channel of a map, or of 1 where there is none."""
    if texture is None:
        return float(np.clip(value_of(np.ones(1))[0], 0.0, 1.0))
    table = _bytes(value_of(np.arange(256) / 255))
    return table[texture.pixels[..., channel]]


def _normal(texture: Texture | None, mirrored: bool) -> Picture | None:
    if texture is None:
        return None
    pixels = texture.pixels[..., :3].copy()
    if mirrored:
        pixels[..., 1] = 255 - pixels[..., 1]
    return pixels


def _opacity(material: Material) -> float | Picture:
    if material.alpha_mode == "opaque":
        return 1.0
    texture = material.base_color_map
    alpha = np.arange(256) / 255 * material.alpha
    if material.alpha_mode == "mask":
        alpha = (alpha - alpha_threshold(material)) * _EDGE_STEEPNESS + 0.5
    else:
        alpha = _opacity_of_glass(alpha * (1.0 - material.transmission))
        alpha = np.maximum(alpha, _LEAST_OWN) if _is_tinted(material) else alpha
    table = _bytes(alpha)
    if texture is None or texture.pixels.shape[2] < 4:
        return float(table[255]) / 255
    return table[texture.pixels[..., 3]]


def _shown(material: Material) -> float:
    """Return the share of a surface's light that is its own: all, or of glass what does not come from behind it."""
    if material.alpha_mode != "blend":
        return 1.0
    shown = float(_opacity_of_glass(np.array(_cover(material))))
    return max(shown, _LEAST_OWN) if _is_tinted(material) else shown


def _cover(material: Material) -> float:
    """Return the share of glass that hides what lies behind it."""
    return material.alpha * (1.0 - material.transmission)


def _tint(material: Material) -> Vec3 | Float32Array | None:
    """Return by what light is multiplied where it passes through tinted glass; None where glass has no colour."""
    if not _is_tinted(material):
        return None
    base = np.clip(material.base_color_rgb, 0.0, 1.0)
    texture, alpha = material.base_color_map, np.array([material.alpha])
    if texture is not None:
        codes = np.arange(256) / 255
        base = (linear_from_srgb(codes) if texture.srgb else codes)[texture.pixels[..., :3]] * base
        if texture.pixels.shape[2] == 4:
            alpha = texture.pixels[..., 3:] / 255 * material.alpha
    through = (1.0 - alpha) + alpha * material.transmission * base
    passes = 1.0 - np.maximum(_opacity_of_glass(alpha * (1.0 - material.transmission)), _LEAST_OWN)
    tint = through * (1.0 - _MIRRORED) / np.maximum(passes, 1e-6)
    if texture is not None:
        return tint.astype(np.float32)
    return vec3(tint)


def _is_tinted(material: Material) -> bool:
    return material.alpha_mode == "blend" and material.transmission > 0.0


def _opacity_of_glass(cover: FloatArray) -> FloatArray:
    """Return the opacity of glass that covers so much: what it does not mirror comes through where it does not."""
    return 1.0 - (1.0 - cover) * (1.0 - _MIRRORED)


def _bytes(values: FloatArray) -> Picture:
    return (np.clip(values, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
