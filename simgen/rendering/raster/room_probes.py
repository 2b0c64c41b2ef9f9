"""Probes of an enclosure on the graphics card: one small 3D texture, and where in it a surface finds its light."""

from __future__ import annotations

import moderngl
import numpy as np

from simgen.geometry import FloatArray
from simgen.records.frame import View
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.prefilter import folded_directions
from simgen.rendering.raster.probe_grid import light_on
from simgen.rendering.raster.room_light import RoomField, RoomLight

_BIAS = 0.1  # cells before a surface that it looks for its light at: not behind the wall that it may be
_FADE = 0.15  # cells outside of the box after which nothing of it is left
_HEADROOM = 2.0  # things send light to each other: some surfaces get more than probes say
_UNIT = 7  # of the texture, while it is read
SIDES = 6


class RoomProbes:
    """The probes of one scene."""

    def __init__(self, context: GlContext, room: RoomLight) -> None:
        self._context, self.room = context, room
        x, y, z = room.grid.counts
        self._texture = context.gl.texture3d((x, y, z * SIDES), 4, dtype="f2")
        self._texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._texture.repeat_x = self._texture.repeat_y = self._texture.repeat_z = False
        self._scale = 1.0

    def write(self, field: RoomField) -> None:
        """Take over the light as it is now."""
        x, y, z = self.room.grid.counts
        self._field = field
        self._scale = max(float(field.probes.max()), 1e-6)
        texels = np.ones((SIDES, z, y, x, 4))
        texels[..., :3] = field.probes.reshape(x, y, z, SIDES, 3).transpose(3, 2, 1, 0, 4) / self._scale
        self._texture.write(texels.astype(np.float16).tobytes())

    def greatest(self, side: int) -> FloatArray:
        """Return (side^2, 3) more light than any surface gets, by its normal as of `prefilter.folded_directions`."""
        everywhere = np.concatenate([self._field.probes, self._field.outside[None], self._field.middle[None]])
        return light_on(everywhere, folded_directions(side)).max(axis=0) * _HEADROOM

    def use(self) -> None:
        """Bind the texture."""
        self._texture.use(_UNIT)

    def uniforms(self, view: View) -> dict[str, object]:
        """Return the uniforms of `probes.glsl`; the texture is bound."""
        enclosure, grid = self.room.enclosure, self.room.grid
        size = enclosure.high_m - enclosure.low_m
        box_from_world = np.eye(4)
        box_from_world[:3, :3] = np.diag(1 / size)
        box_from_world[:3, 3] = -enclosure.low_m / size
        counts = np.array(grid.counts)
        first = (grid.low_m - enclosure.low_m) / grid.step_m
        return {
            "probes": _UNIT,
            "box_from_camera": (box_from_world @ view.T_world_camera).T.astype("f4").tobytes(),
            "R_world_camera": view.T_world_camera[:3, :3].T.astype("f4").tobytes(),
            "probe_bias": _BIAS * grid.cell_m,
            "probe_fade": tuple(map(float, size / (_FADE * grid.cell_m))),
            "probe_scale": tuple(map(float, size / grid.step_m / counts)),
            "probe_shift": tuple(map(float, (0.5 - first) / counts)),
            "probe_edge": tuple(map(float, 0.5 / counts)),
            "probe_light": self._scale,
            "outside": self._field.outside.astype("f4").tobytes(),
            "middle": self._field.middle.astype("f4").tobytes(),
        }

    def release(self) -> None:
        """Free the texture."""
        self._texture.release()
