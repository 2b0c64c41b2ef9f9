"""Light maps on the graphics card: the background as seen, and its blurred levels for specular reflection."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import log2, pi

import cv2
import moderngl
import numpy as np

from simgen.records.asset import Float32Array
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.environment import MapAnalysis, analyse

LAST_LEVEL = 4
_LEVEL_0 = (128, 128)  # octahedral, so that reading it takes no arc functions
_BACKGROUND_WIDTH = 2048
_HALF_MAX = 65024.0  # largest value of an 11-bit float
_R11G11B10F = 0x8C3A  # one word a texel: software rendering reads it four times as fast as four floats
_KEPT = 3


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


class MapCache:
    """The maps of the last few scenes, by content."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._program = context.program("fullscreen.vert", "prefilter.frag")
        self._maps: OrderedDict[str, GpuMap] = OrderedDict()

    def get(self, key: str, radiance: Float32Array) -> GpuMap:
        """Return a map by its content hash, analysing and uploading it if it is not there."""
        if key not in self._maps:
            self._maps[key] = self._make(radiance)
        self._maps.move_to_end(key)
        return self._maps[key]

    def trim(self) -> None:
        """Drop all but the last few maps; call it with no scene open."""
        while len(self._maps) > _KEPT:
            self._maps.popitem(last=False)[1].release()

    def _make(self, radiance: Float32Array) -> GpuMap:
        analysis = analyse(radiance)
        value_scale = max(float(radiance.max()) / _HALF_MAX, float(radiance.mean()) / 16.0, 1e-30)
        seen = radiance
        if radiance.shape[1] > _BACKGROUND_WIDTH:
            size = (_BACKGROUND_WIDTH, _BACKGROUND_WIDTH // 2)
            seen = np.ascontiguousarray(cv2.resize(radiance, size, interpolation=cv2.INTER_AREA), np.float32)
        background = self._upload(seen / value_scale)
        prefiltered = self._prefilter(analysis.soft / value_scale)
        return GpuMap(analysis, background, prefiltered, value_scale)

    def _upload(self, radiance: Float32Array) -> moderngl.Texture:
        height, width = radiance.shape[:2]
        pixels = np.minimum(radiance, _HALF_MAX).astype(np.float32)
        texture = self._context.gl.texture(
            (width, height), 3, pixels.tobytes(), dtype="f4", internal_format=_R11G11B10F
        )
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        texture.repeat_y = False
        return texture

    def _prefilter(self, soft: Float32Array) -> moderngl.Texture:
        source = self._upload(soft)
        source.build_mipmaps()
        source.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        gl, (width, height) = self._context.gl, _LEVEL_0
        result = gl.texture(_LEVEL_0, 3, dtype="f4", internal_format=_R11G11B10F)
        result.build_mipmaps(max_level=LAST_LEVEL)
        for level in range(LAST_LEVEL + 1):
            size = (max(width >> level, 1), max(height >> level, 1))
            result.write(self._level(source, size, (level / LAST_LEVEL) ** 2), level=level)
        result.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        result.repeat_x = result.repeat_y = False
        source.release()
        return result

    def _level(self, source: moderngl.Texture, size: tuple[int, int], roughness: float) -> bytes:
        gl = self._context.gl
        target = gl.texture(size, 4, dtype="f4")
        framebuffer = gl.framebuffer([target])
        framebuffer.use()
        gl.disable(moderngl.DEPTH_TEST | moderngl.BLEND | moderngl.CULL_FACE)
        source.use(0)
        texel = 4 * pi / (source.width * source.height)
        set_uniforms(
            self._program,
            source=0,
            level_size=(float(size[0]), float(size[1])),
            roughness=max(roughness, 2.0 ** -log2(source.width)),
            source_solid_angle=texel,
        )
        self._context.fill(self._program)
        pixels = np.frombuffer(target.read(), np.float32).reshape(size[1], size[0], 4)
        self._context.unbind()
        framebuffer.release()
        target.release()
        return np.minimum(pixels[..., :3], _HALF_MAX).tobytes()
