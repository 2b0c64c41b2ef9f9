"""Materials as a path tracer takes them: one number or one picture for each property, factors multiplied in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import Material, Texture
from simgen.rendering.materials import alpha_threshold

Picture = NDArray[np.uint8]

_SMOOTHEST = 0.045  # as in the raster renderer: smoother highlights are noise in any finite number of samples
# Mitsuba's `principled` adds its mirror-like part to the whole diffuse part: white would send on 7 % more than it
# gets. This factor on colours that are not metallic makes a white ball vanish in a white furnace (measured).
_DIFFUSE_SHARE = 0.93
_MIRRORED = 0.04  # head-on, of glass, plastic and paint: refractive index 1.5
_MOST_MIRRORED = 0.5  # of what is left of very clear glass: more would leave it no colour of its own
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
        emission: luminance in cd/m², linear RGB.
        mirrored: what it reflects head-on where it is no metal, before `opacity` takes its share.
        coat: what lies over all of this; None for none.
    """

    color: Vec3 | Picture
    roughness: float | Picture
    metallic: float | Picture
    normal: Picture | None
    opacity: float | Picture
    emission: Vec3
    mirrored: float = _MIRRORED
    coat: Coat | None = None

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
            emission=material.emissive_rgb,
            mirrored=min(_MIRRORED / max(shown, _MIRRORED), _MOST_MIRRORED)
            * (1.0 - (coat.share if coat else 0.0)),
            coat=coat,
        )


def linear_from_srgb(encoded: FloatArray) -> FloatArray:
    """Return linear values of sRGB-encoded ones, 0..1 (IEC 61966-2-1)."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(linear: FloatArray) -> FloatArray:
    """Return sRGB-encoded values of linear ones, 0..1 (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055)


def _color(material: Material) -> Vec3 | Picture:
    # What glass covers is a smaller part of what it shows than of what is there: it mirrors all over.
    share = _share_kept(material) * (
        material.alpha / _shown(material) if material.alpha_mode == "blend" else 1.0
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
        alpha = _opacity_of_glass(alpha)
    table = _bytes(alpha)
    if texture is None or texture.pixels.shape[2] < 4:
        return float(table[255]) / 255
    return table[texture.pixels[..., 3]]


def _shown(material: Material) -> float:
    """Return the share of a surface's light that is its own: all, or of glass what does not come from behind it."""
    return float(_opacity_of_glass(np.array(material.alpha))) if material.alpha_mode == "blend" else 1.0


def _opacity_of_glass(cover: FloatArray) -> FloatArray:
    """Return the opacity of glass that covers so much: what it does not mirror comes through where it does not."""
    return 1.0 - (1.0 - cover) * (1.0 - _MIRRORED)


def _bytes(values: FloatArray) -> Picture:
    return (np.clip(values, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
