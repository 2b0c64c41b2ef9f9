"""Wavefront MTL: Phong materials, read as metallic-roughness ones.

The format has no physical meaning, so the reading is a set of assumptions, chosen on the libraries this project
imports:

- `Kd` is sRGB encoded (authors picked it on a screen). Where `map_Kd` exists the map carries the albedo and `Kd`
  keeps its hue only: exporters write 0.64 or 0.8 grey beside textures, which would darken them for no reason.
- `Ns` gives the lobe width, `roughness = (2 / (Ns + 2))^(1/4)` (Walter et al. 2007, Phong exponent to Beckmann
  width, then perceptual = square root); a weaker `Ks` widens it, since one lobe must stand for both. `illum` 0
  and 1 have no highlight.
- `Tf` tints what shows through materials that are see-through (`d` below 1): what they do not cover passes in that
  colour. A grey `Tf` says nothing, exporters write it everywhere.
- `Pc` and `Pcr` are a clear coat and its roughness, of the same extension for physical materials as `Pr` and `Pm`.
- A map that is not there, but a file named by one of the words of its name is, is that file: archives rename pictures.
- Metal is told by the material's name (chrome, steel, ...) or by a strong `Ks` over an almost black `Kd` in a
  reflecting `illum` mode; nothing else in the file tells it from glossy plastic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.files import SourceFiles, resolve
from simgen.assets.importers.images import alpha_of, decode_image, with_alpha
from simgen.colour import linear_rgb
from simgen.errors import AssetError
from simgen.geometry import Vec3
from simgen.records.asset import Material, Texture

_METAL = re.compile(
    r"chrom|krom|metal|steel|inox|alumin|silver|\bgold|brass|copper|bronze|\biron|\bzinc|nickel",
    re.IGNORECASE,
)
_NOT_METAL = re.compile(r"paint|plastic|wood|glass", re.IGNORECASE)
_MASK_SHARE = 0.9  # an alpha map this binary is cut out, otherwise it is blended
_WORD_LETTERS = 3  # a word of fewer names no picture
_GREY = 0.02  # a filter whose channels differ by less has no colour
_OPTION_ARITY = {"-o": 3, "-s": 3, "-t": 3, "-mm": 2}
_MAPS = {
    "map_kd": "base",
    "map_d": "opacity",
    "map_bump": "bump",
    "bump": "bump",
    "norm": "normal",
    "map_kn": "normal",
}


@dataclass(slots=True)
class _Phong:
    """One `newmtl` block as written."""

    name: str
    Kd: tuple[float, float, float] = (0.8, 0.8, 0.8)
    Ks: tuple[float, float, float] = (0.0, 0.0, 0.0)
    Ns: float = 10.0
    d: float = 1.0
    illum: int = 2
    Tf: tuple[float, float, float] = (1.0, 1.0, 1.0)
    Pr: float | None = None
    Pm: float | None = None
    Pc: float | None = None
    Pcr: float | None = None
    maps: dict[str, str] = field(default_factory=dict[str, str])


def read_mtl(files: SourceFiles, path: str, notes: list[str]) -> dict[str, Material]:
    """Return the materials of an MTL file by name; a map that cannot be found or decoded is noted and left out."""
    text = files.read(path).decode("utf-8", errors="replace")
    textures: dict[tuple[str, str], Texture | None] = {}
    return {block.name: _material(block, files, path, notes, textures) for block in _blocks(text)}


def _blocks(text: str) -> list[_Phong]:
    blocks: dict[str, _Phong] = {}
    block: _Phong | None = None
    for line in text.splitlines():
        key, _, rest = line.strip().partition(" ")
        key, rest = key.strip().casefold(), rest.strip()
        if key == "newmtl":
            block = blocks.setdefault(rest, _Phong(rest))
        elif block is not None and rest:
            _set(block, key, rest)
    return list(blocks.values())


def _set(block: _Phong, key: str, rest: str) -> None:
    """Take one line into a block; keys that are not known here change nothing."""
    if key in _MAPS:
        block.maps[_MAPS[key]] = _map_name(rest)
        return
    numbers = _numbers(rest)
    if not numbers:
        return
    if key in ("kd", "ks", "tf"):
        rgb = numbers[:3] if len(numbers) >= 3 else numbers[:1] * 3
        setattr(block, key.capitalize(), (rgb[0], rgb[1], rgb[2]))
    elif key == "tr":
        block.d = 1.0 - numbers[0]
    elif key in ("d", "illum"):
        setattr(block, key, type(getattr(block, key))(numbers[0]))
    elif key in ("ns", "pr", "pm", "pc", "pcr"):
        setattr(block, key.capitalize(), numbers[0])


def _numbers(text: str) -> list[float]:
    values: list[float] = []
    for word in text.split():
        try:
            value = float(word)
        except ValueError:
            continue
        if np.isfinite(value):
            values.append(value)
    return values


def _map_name(rest: str) -> str:
    """Return the file name of a map statement without its options; names may hold spaces."""
    words = rest.split(" ")
    while len(words) > 1 and re.fullmatch(r"-[a-z]+", words[0]):
        most = _OPTION_ARITY.get(words[0], 1)
        words = words[1:]
        taken = 0
        while len(words) > 1 and taken < most and (taken == 0 or _numbers(words[0])):
            words, taken = words[1:], taken + 1
    return " ".join(words)


def _material(
    block: _Phong,
    files: SourceFiles,
    path: str,
    notes: list[str],
    textures: dict[tuple[str, str], Texture | None],
) -> Material:
    """Return a block as metallic and roughness; opacity is multiplied into the base colour map."""
    found = {
        kind: _texture(files, path, name, kind, notes, textures) for kind, name in sorted(block.maps.items())
    }
    base, opacity = found.get("base"), found.get("opacity")
    metallic, roughness = _reflection(block)
    color = _base_color(block, metallic, has_map=base is not None)
    if opacity is not None:
        white = Texture(np.full((*opacity.pixels.shape[:2], 3), 255, np.uint8), srgb=True)
        base = Texture(with_alpha((base or white).pixels, alpha_of(opacity.pixels)), srgb=True)
    material = Material(
        name=block.name,
        base_color_rgb=color,
        metallic=metallic,
        roughness=roughness,
        alpha=min(max(block.d, 0.0), 1.0),
        base_color_map=base,
        normal_map=found.get("normal") or _normals_of(found.get("bump")),
        coat=min(max(block.Pc or 0.0, 0.0), 1.0),
        coat_roughness=min(max(block.Pcr or 0.0, 0.0), 1.0),
    )
    return _tinted(with_alpha_mode(material), block.Tf)


def _tinted(material: Material, filter_rgb: Vec3) -> Material:
    """Return the material with what it does not cover tinted by a filter, where that has a colour."""
    r, g, b = (min(max(value, 0.0), 1.0) for value in filter_rgb)
    see_through = material.alpha_mode == "blend" and material.alpha < 1.0
    if not see_through or max(r, g, b) - min(r, g, b) < _GREY:
        return material
    return replace(material, base_color_rgb=(r, g, b), alpha=1.0, transmission=1.0 - material.alpha)


def with_alpha_mode(material: Material) -> Material:
    """Return the material with the alpha mode its opacity asks for.

    A map with (almost) only 0 and 255 is a cut-out; anything between is blended. A constant opacity below 1 is
    blended with cutoff 0, so that a renderer that only masks draws glass as a solid rather than not at all.
    """
    if material.base_color_map is not None and material.base_color_map.pixels.shape[2] == 4:
        alpha = material.base_color_map.pixels[..., 3]
        binary = float(np.mean((alpha < 32) | (alpha > 223)))
        return replace(material, alpha_mode="mask" if binary >= _MASK_SHARE else "blend")
    if material.alpha < 1.0:
        return replace(material, alpha_mode="blend", alpha_cutoff=0.0)
    return material


def _texture(
    files: SourceFiles,
    path: str,
    name: str,
    kind: str,
    notes: list[str],
    textures: dict[tuple[str, str], Texture | None],
) -> Texture | None:
    key = (name, kind)
    if key not in textures:
        textures[key] = _read_texture(files, path, name, kind, notes)
    return textures[key]


def _read_texture(files: SourceFiles, path: str, name: str, kind: str, notes: list[str]) -> Texture | None:
    found = resolve(files, path, name) or _renamed(files, path, name)
    if found is None:
        notes.append(f"{path}: map '{name}' is not in {files.name}; the material goes without it")
        return None
    try:
        pixels = decode_image(files.read(found), found)
    except AssetError as error:
        notes.append(f"{path}: {error}; the material goes without it")
        return None
    return Texture(pixels, srgb=kind == "base")


def _renamed(files: SourceFiles, path: str, name: str) -> str | None:
    """Return the file beside `path` whose name is one word of a map's name, the last that is there."""
    stem, _, suffix = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    words = [word for word in re.split(r"[\s_-]+", stem) if len(word) >= _WORD_LETTERS]
    found = (resolve(files, path, f"{word}.{suffix}") for word in reversed(words) if word != stem)
    return next((file for file in found if file is not None), None)


def _base_color(block: _Phong, metallic: float, *, has_map: bool) -> Vec3:
    rgb = block.Kd
    if has_map:
        top = max(rgb)
        rgb = (rgb[0] / top, rgb[1] / top, rgb[2] / top) if top > 0.05 else (1.0, 1.0, 1.0)
    elif metallic > 0.5:
        rgb = (max(rgb[0], block.Ks[0]), max(rgb[1], block.Ks[1]), max(rgb[2], block.Ks[2]))
    return linear_rgb(tuple(min(max(channel, 0.0), 1.0) for channel in rgb))


def _reflection(block: _Phong) -> tuple[float, float]:
    """Return (metallic, roughness)."""
    strength = 0.0 if block.illum in (0, 1) else min(max(*block.Ks, 0.0), 1.0)
    lobe = (2.0 / (max(block.Ns, 0.0) + 2.0)) ** 0.25
    roughness = float(np.clip(1.0 - (1.0 - lobe) * np.sqrt(strength), 0.08, 0.95))
    named = bool(_METAL.search(block.name)) and not _NOT_METAL.search(block.name) and block.d >= 1.0
    mirror = block.illum >= 3 and strength > 0.6 and max(block.Kd) < 0.05
    metallic = 0.9 if named or mirror else 0.0
    if metallic:
        roughness = min(roughness, 0.5)
    return (
        metallic if block.Pm is None else min(max(block.Pm, 0.0), 1.0),
        roughness if block.Pr is None else min(max(block.Pr, 0.0), 1.0),
    )


def _normals_of(bump: Texture | None) -> Texture | None:
    """Return a tangent-space normal map of a bump map: as it is if it is bluish, else from its heights' slope."""
    if bump is None:
        return None
    pixels = bump.pixels[..., :3]
    mean = pixels.reshape(-1, 3).mean(axis=0)
    if mean[2] > 180 and mean[2] > mean[0] + 40 and mean[2] > mean[1] + 40:
        return Texture(np.ascontiguousarray(pixels), srgb=False)
    return Texture(normals_from_heights(pixels.mean(axis=2)), srgb=False)


def normals_from_heights(heights: NDArray[np.float64], strength: float = 4.0) -> NDArray[np.uint8]:
    """Return the normal map (h, w, 3) of heights (h, w) in 0..255 that repeat at the borders, +Y up.

    `strength` (assumed) is the height of white over black in pixels.
    """
    scaled = heights / 255.0 * strength
    dx = (np.roll(scaled, -1, axis=1) - np.roll(scaled, 1, axis=1)) / 2
    dy = (np.roll(scaled, 1, axis=0) - np.roll(scaled, -1, axis=0)) / 2
    normals = np.dstack([-dx, -dy, np.ones_like(dx)])
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    return ((normals * 0.5 + 0.5) * 255).round().astype(np.uint8)
