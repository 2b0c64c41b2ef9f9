"""Materials on the graphics card: a small table of numbers and the maps that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import moderngl
import numpy as np

from simgen.colour import LUMINANCE_RGB
from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import Material, Texture
from simgen.rendering.materials import alpha_threshold
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.textures import mean_rgb

_MAP_NAMES = ("base_color_map", "metallic_roughness_map", "normal_map")


@dataclass(frozen=True)
class MaterialKey:
    """What forces a separate draw call: the maps bound, alpha test and culling.

    Attributes:
        maps: index into `MaterialSet.textures` of base colour, metallic-roughness and normal map; -1 for none.
        see_through: whether what lies behind shows through, as through glass.
        tinted: whether it does so in the surface's colour.
        emissive: index of the emissive map; -1 for none.
        dark: of what is see-through, whether two sheets of it stop more light than they let through.
    """

    masked: bool
    culled: bool
    maps: tuple[int, int, int]
    see_through: bool = False
    tinted: bool = False
    emissive: int = -1
    dark: bool = False

    @property
    def blocks(self) -> bool:
        """Whether it casts shadows: glass casts that of a solid body, or none, whichever is nearer the truth."""
        return self.dark or not self.see_through

    @property
    def shines(self) -> bool:
        """Whether a map tells what of the surface shines."""
        return self.emissive >= 0

    @cached_property
    def defines(self) -> tuple[str, ...]:
        """Names that the geometry pass is compiled with for it."""
        used = [name.upper() for name, index in zip(_MAP_NAMES, self.maps, strict=True) if index >= 0]
        used += ["ALPHA_MASK"] * self.masked + ["SEE_THROUGH"] * self.see_through + ["MORE"] * self.tinted
        return tuple(used)

    @cached_property
    def outline_defines(self) -> tuple[str, ...]:
        """Names that the silhouette and shadow passes are compiled with: colour matters only for its opacity."""
        return tuple(
            name for name in self.defines if self.masked and name in ("BASE_COLOR_MAP", "ALPHA_MASK")
        )


@dataclass(frozen=True, slots=True)
class Finish:
    """What a surface has beside what the geometry pass draws of it: light of its own and a clear coat.

    Attributes:
        emissive_rgb: luminance in cd/m², the same all over.
        coat: as in `records.asset.Material`.
        coat_roughness: likewise.
    """

    emissive_rgb: Vec3 = (0.0, 0.0, 0.0)
    coat: float = 0.0
    coat_roughness: float = 0.0

    @staticmethod
    def of(material: Material) -> Finish:
        """Return the finish of a material; where an emissive map tells what shines, nothing shines all over."""
        light = material.emissive_rgb if material.emissive_map is None else (0.0, 0.0, 0.0)
        coated = material.coat > 0.0 and material.alpha_mode != "blend"
        return Finish(light, material.coat, material.coat_roughness) if coated else Finish(light)


class MaterialSet:
    """All materials of one model.

    Attributes:
        keys: draw key by material index.
        finishes: what shading looks up by local slot; slot 0 neither shines nor has a coat.
        roughest: greatest roughness of all materials, maps aside; of coated ones that of the coat.
    """

    def __init__(self, context: GlContext, materials: Sequence[Material]) -> None:
        self._gl, self._store = context.gl, context.textures
        self.textures: list[moderngl.Texture] = []
        self.byte_count = 0
        self._known: dict[int, int] = {}
        self.finishes: list[Finish] = [Finish()]
        self._colors = [material.base_color_rgb for material in materials]
        self.roughest = max((_mirroring_roughness(material) for material in materials), default=1.0)
        self.keys = tuple(self._key(material) for material in materials)
        self.table = self._table(materials)
        self._known.clear()

    def bind(self, key: MaterialKey, first_unit: int) -> None:
        """Bind a key's maps to consecutive texture units."""
        for unit, index in enumerate(key.maps):
            if index >= 0:
                self.textures[index].use(first_unit + unit)

    def bind_emissive(self, key: MaterialKey, unit: int) -> None:
        """Bind a key's emissive map, if it has one."""
        if key.shines:
            self.textures[key.emissive].use(unit)

    def mean_rgb(self, index: int) -> FloatArray:
        """Return (3,) the mean linear colour of a material: that of its map's last level, one texel."""
        color = np.asarray(self._colors[index], dtype=float)
        image = self.keys[index].maps[0]
        if image < 0:
            return color
        return color * mean_rgb(self.textures[image])

    def release(self) -> None:
        """Give the textures back."""
        for texture in self.textures:
            self._store.give_back(texture)
        self.textures.clear()
        self.table.release()

    def _key(self, material: Material) -> MaterialKey:
        maps = (material.base_color_map, material.metallic_roughness_map, material.normal_map)
        base, surface, normal = (self._index(texture) for texture in maps)
        return MaterialKey(
            material.alpha_mode != "opaque",
            not material.double_sided,
            (base, surface, normal),
            material.alpha_mode == "blend",
            material.alpha_mode == "blend" and material.transmission > 0.0,
            self._index(material.emissive_map) if max(material.emissive_rgb) > 0.0 else -1,
            material.alpha_mode == "blend" and _passed(material) ** 2 < 0.5,
        )

    def _index(self, texture: Texture | None) -> int:
        return -1 if texture is None else self._texture(texture)

    def _texture(self, texture: Texture) -> int:
        if id(texture) not in self._known:
            self._known[id(texture)] = len(self.textures)
            self.textures.append(self._store.take(texture))
            height, width = texture.pixels.shape[:2]
            self.byte_count += width * height * 16 // 3  # four bytes a texel, the smaller levels a third more
        return self._known[id(texture)]

    def _table(self, materials: Sequence[Material]) -> moderngl.Texture:
        table = np.zeros((3, len(materials), 4), np.float32)
        for column, material in enumerate(materials):
            table[0, column] = (*material.base_color_rgb, material.alpha)
            table[1, column] = (
                material.metallic,
                material.roughness,
                alpha_threshold(material),
                self._slot(Finish.of(material)),
            )
            table[2, column] = (*material.emissive_rgb, material.transmission)
        texture = self._gl.texture((len(materials), 3), 4, table.tobytes(), dtype="f4")
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return texture

    def _slot(self, finish: Finish) -> int:
        if finish not in self.finishes:
            self.finishes.append(finish)
        return self.finishes.index(finish)


def _passed(material: Material) -> float:
    """Return the share of white light that one sheet of glass lets through, maps aside."""
    own = float(np.dot(material.base_color_rgb, LUMINANCE_RGB))
    return 1.0 - material.alpha * (1.0 - material.transmission * own)


def _mirroring_roughness(material: Material) -> float:
    coated = material.coat > 0.0
    return min(material.roughness, material.coat_roughness) if coated else material.roughness
