"""Light maps on the graphics card: the background as seen, and its blurred levels for specular reflection."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import pi

import cv2
import moderngl
import numpy as np

from simgen.assets.cache import cached_result
from simgen.geometry import FloatArray
from simgen.records.asset import Float32Array
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.environment import MapAnalysis, analyse
from simgen.rendering.raster.gl_calls import R11G11B10F
from simgen.rendering.raster.prepared_maps import PreparedMap, pack_map, unpack_map

# Levels of equal steps of the root of roughness, from the smoothest that is shaded (see `shade.frag`). The tiles are
# octahedral: reading them takes no arc functions. Mirrors blend two, where a roughness map across the step from one
# to the next would be seen as patches; what mirrors little reads one.
LEVELS = 7
ROOT_SMOOTHEST = 0.045**0.5
_SHARP_SIDE, _SIDE = 128, 64  # of the tile of level 0, of the others; as in `shade.frag`
# How each level is drawn: texels along its side, stretched to the tile where they are fewer, and samples a texel. What
# is kept on disk is drawn well; what a scene draws for itself costs a tenth of that: what is very blurred needs few
# texels, which leaves samples for those.
WELL = ((_SHARP_SIDE, 16), *[(_SIDE, 64)] * (LEVELS - 1))
QUICKLY = ((_SHARP_SIDE, 2), (_SIDE, 12), (32, 24), (32, 32), (16, 32), (16, 48), (16, 48))
_BACKGROUND_WIDTH = 2048
_HALF_MAX = 65024.0  # largest value of an 11-bit float
_KEPT = 8


@dataclass(frozen=True, slots=True, eq=False)
class GpuMap:
    """A light map, uploaded.

    Attributes:
        value_scale: what to multiply texels by to get the map's own units (small floats end at 65024).
    """

    analysis: MapAnalysis
    background: moderngl.Texture
    prefiltered: moderngl.Texture
    value_scale: float

    def release(self) -> None:
        """Free the textures."""
        self.background.release()
        self.prefiltered.release()


class Prefilter:
    """Draws blurred levels of maps."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._program = context.program("fullscreen.vert", "prefilter.frag")
        self._widening = context.program("fullscreen.vert", "widen.frag")

    def converted(self, radiance: Float32Array) -> moderngl.Texture:
        """Return a map as a texture of small floats."""
        height, width = radiance.shape[:2]
        pixels = np.minimum(radiance, _HALF_MAX).astype(np.float32)
        texture = self._context.gl.texture(
            (width, height), 3, pixels.tobytes(), dtype="f4", internal_format=R11G11B10F
        )
        texture.repeat_y = False
        return texture

    def tiles(self, soft: Float32Array, drawn: Sequence[tuple[int, int]] = WELL) -> moderngl.Texture:
        """Return the tiles of all levels side by side.

        Args:
            drawn: how, see `WELL`.
        """
        source = self.converted(soft)
        self._context.build_levels(source)
        source.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        gl = self._context.gl
        size = (_SHARP_SIDE + (LEVELS - 1) * _SIDE, _SHARP_SIDE)
        result, small = (gl.texture(size, 4, dtype="f2") for _ in range(2))
        result.repeat_x = result.repeat_y = False
        whole, rough = (gl.framebuffer([texture]) for texture in (result, small))
        gl.disable(moderngl.DEPTH_TEST | moderngl.BLEND | moderngl.CULL_FACE)
        self._context.draw_into(rough)
        rough.clear()  # what lies beside a tile counts nothing, but must be a number
        for level, (side, samples) in enumerate(drawn):
            first, full = (0, _SHARP_SIDE) if level == 0 else (_SHARP_SIDE + (level - 1) * _SIDE, _SIDE)
            source.use(0)
            self._blur(whole if side == full else rough, (first, side, samples), level, source)
            if side != full:
                small.use(0)
                self._widen(whole, (first, side, full))
        self._context.unbind()
        for thing in (whole, rough, small, source):
            thing.release()
        return result

    def _blur(
        self,
        target: moderngl.Framebuffer,
        tile: tuple[int, int, int],
        level: int,
        source: moderngl.Texture,
    ) -> None:
        """Draw a level; `tile` is its first column, its side and its samples."""
        first, side, samples = tile
        roughness = (ROOT_SMOOTHEST + (1 - ROOT_SMOOTHEST) * level / (LEVELS - 1)) ** 2
        set_uniforms(
            self._program,
            source=0,
            source_solid_angle=4 * pi / (source.width * source.height),
            tile=(float(first), float(side), float(samples)),
            roughness=roughness,
        )
        self._fill(target, first, side, self._program)

    def _widen(self, target: moderngl.Framebuffer, tile: tuple[int, int, int]) -> None:
        """Stretch what was drawn small; `tile` is the first column of both, and their sides."""
        first, _, full = tile
        texel = (1 / target.width, 1 / target.height)
        set_uniforms(self._widening, small=0, tile=tuple(map(float, tile)), texel=texel)
        self._fill(target, first, full, self._widening)

    def _fill(self, target: moderngl.Framebuffer, first: int, side: int, program: moderngl.Program) -> None:
        self._context.draw_into(target)
        target.viewport = (first, 0, side, side)
        self._context.fill(program)


class MapCache:
    """The maps of the last few scenes, by content."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._prefilter = Prefilter(context)
        self._maps: OrderedDict[str, GpuMap] = OrderedDict()

    def get(self, key: str, load: Callable[[], Float32Array], *, stored: bool = False) -> GpuMap:
        """Return a map by its content hash; where it is not there, its radiance is loaded and prepared.

        Args:
            stored: whether what was prepared is kept on disk, for other processes and runs.
        """
        if key not in self._maps:
            self._maps[key] = self._upload(self._stored(key, load) if stored else self._prepare(load()))
        self._maps.move_to_end(key)
        return self._maps[key]

    def trim(self) -> None:
        """Drop all but the last few maps; call it with no scene open."""
        while len(self._maps) > _KEPT:
            self._maps.popitem(last=False)[1].release()

    def _stored(self, key: str, load: Callable[[], Float32Array]) -> PreparedMap:
        # Levels are drawn: another driver may draw them differently in the last bit.
        name = sha256(f"{key} {self._context.description}".encode()).hexdigest()
        return cached_result(
            ("light_maps", "light"), name, lambda: self._prepare(load()), pack_map, unpack_map
        )

    def _prepare(self, radiance: Float32Array) -> PreparedMap:
        analysis = analyse(radiance)
        value_scale = scale_of(radiance)
        seen = radiance
        if radiance.shape[1] > _BACKGROUND_WIDTH:
            size = (_BACKGROUND_WIDTH, _BACKGROUND_WIDTH // 2)
            seen = np.ascontiguousarray(cv2.resize(radiance, size, interpolation=cv2.INTER_AREA), np.float32)
        background = self._prefilter.converted(seen / value_scale)
        words = self._context.calls.read_small_floats(background)
        background.release()
        drawn = self._prefilter.tiles(analysis.soft / value_scale)
        tiles = np.frombuffer(drawn.read(), np.float16).reshape(drawn.height, drawn.width, 4)
        drawn.release()
        return PreparedMap(analysis, words, tiles, value_scale)

    def _upload(self, prepared: PreparedMap) -> GpuMap:
        gl, (height, width) = self._context.gl, prepared.background.shape
        background = gl.texture((width, height), 3, dtype="f4", internal_format=R11G11B10F)
        self._context.calls.write_small_floats(background, prepared.background)
        background.filter = (moderngl.LINEAR, moderngl.LINEAR)
        background.repeat_y = False
        tiles = gl.texture(prepared.tiles.shape[1::-1], 4, prepared.tiles.tobytes(), dtype="f2")
        tiles.repeat_x = tiles.repeat_y = False
        return GpuMap(prepared.analysis, background, tiles, prepared.value_scale)


def scale_of(radiance: Float32Array) -> float:
    """Return what a map's texels are divided by, so that small floats hold them: they end at 65024."""
    return max(float(radiance.max()) / _HALF_MAX, float(radiance.mean()) / 16.0, 1e-30)


def folded_directions(side: int) -> FloatArray:
    """Return (side^2, 3) unit directions of the texels of an octahedral map, as `common.glsl` unfolds them."""
    steps = np.linspace(-1.0, 1.0, side)
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    z = 1 - np.abs(x) - np.abs(y)
    below = np.maximum(-z, 0.0)
    directions = np.column_stack([x - np.copysign(below, x), y - np.copysign(below, y), z])
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)
