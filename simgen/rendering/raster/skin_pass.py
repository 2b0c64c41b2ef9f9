"""The skin pass: where on a body with a skeleton each pixel lies in the rest pose, and where the point goes.

Only bodies with a skeleton are drawn, by the vertices that the geometry pass draws, so that of what is left of them in
its labels each pixel shows the same point here. Views without such bodies pay nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.records.frame import Moment, View
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import MAP_UNITS, DrawItem, bind_maps
from simgen.rendering.raster.geometry import Labels
from simgen.rendering.raster.rays import draw_batch, drop_backs, projection_uniforms, ray_defines
from simgen.rendering.raster.skinned import SkinnedLevel
from simgen.rendering.raster.targets import Targets
from simgen.skinning import gait_of, pose_changes

Box = tuple[int, int, int, int]


class SkinPass:
    """Completes the labels of views that show bodies with a skeleton."""

    def __init__(self, context: GlContext) -> None:
        self._context = context

    def complete(self, targets: Targets, view: View, items: Sequence[DrawItem], labels: Labels) -> Labels:
        """Return labels with rest-pose coordinates and, where the view knows other moments, where points go."""
        skinned = [(item, item.level) for item in items if isinstance(item.level, SkinnedLevel)]
        if not skinned:
            return labels
        ids = [item.instance_id for item, _ in skinned]
        shown = _are(labels.instance_id, ids)
        if not shown.any():
            return labels
        self._draw(targets, view, skinned)
        box = _box_of(shown)
        rest = self._read(targets, 0, box)
        where = _crop(box)
        # Another driver may place a corner in one pass a hair beside where it lies in the other.
        sure = np.zeros_like(shown)
        sure[where] = shown[where] & (rest[..., 3] == labels.instance_id[where])
        coordinates = labels.object_coordinates_m
        if coordinates is not None:
            coordinates = coordinates.copy()
            coordinates[sure] = rest[..., :3][sure[where]]
        found: dict[str, NDArray[np.float32] | None] = {}
        for attachment, name, moment in ((1, "previous", view.previous), (2, "next", view.next)):
            changed = [k for k in ids if _changed(view, moment, k) is not None]
            moving = sure & _are(labels.instance_id, changed) if changed else np.zeros_like(sure)
            found[f"surface_{name}_m"] = self._points(targets, attachment, moving, box)
        return replace(labels, object_coordinates_m=coordinates, **found)

    def _draw(self, targets: Targets, view: View, skinned: Sequence[tuple[DrawItem, SkinnedLevel]]) -> None:
        gl = self._context.gl
        self._context.draw_into(targets.skin)
        targets.skin.clear()
        targets.skin.viewport = (0, 0, targets.width, targets.height)
        gl.disable(moderngl.BLEND)
        gl.enable(moderngl.DEPTH_TEST)
        gl.front_face = "cw"  # upside down
        camera = view.intrinsics
        constant, defines = projection_uniforms(camera), ray_defines(camera)
        for item, level in skinned:
            key = item.instance_id
            level.set_points(_changed(view, view.previous, key), _changed(view, view.next, key))
            for batch in level.outline_batches:
                program = self._context.program(
                    "skin.vert", "skin.frag", (*batch.key.outline_defines, *defines)
                )
                item.set_place(program)
                set_uniforms(program, instance_id=float(key), **constant, **MAP_UNITS)
                if batch.key.masked:
                    bind_maps(item, batch.key)
                drop_backs(gl, program, camera, item.culls(batch))
                draw_batch(program, camera, item, batch)
        gl.disable(moderngl.CULL_FACE | moderngl.DEPTH_TEST)

    def _points(
        self, targets: Targets, attachment: int, moving: NDArray[np.bool_], box: Box
    ) -> NDArray[np.float32] | None:
        """Return (h, w, 3) where points lie at a moment, NaN where they do not move; None without such points."""
        if not moving.any():
            return None
        points = np.full((*moving.shape, 3), np.nan, np.float32)
        points[moving] = self._read(targets, attachment, box)[..., :3][moving[_crop(box)]]
        return points

    def _read(self, targets: Targets, attachment: int, box: Box) -> NDArray[np.float32]:
        x, y, width, height = box
        pixels = np.empty((height, width, 4), np.float32)
        self._context.fences.hold()
        targets.skin.read_into(pixels, (x, y, width, height), components=4, attachment=attachment, dtype="f4")
        return pixels


def _changed(view: View, moment: Moment | None, instance_id: int) -> FloatArray | None:
    """Return the gait (2,) of a body at another moment; None where it has the same pose, or none is known."""
    if moment is None or not pose_changes(view.gait, moment.gait, instance_id):
        return None
    return gait_of(moment.gait, instance_id)


def _are(instance_id: NDArray[np.uint16], ids: Sequence[int]) -> NDArray[np.bool_]:
    """Return (h, w) which pixels show one of some bodies."""
    table = np.zeros(np.iinfo(np.uint16).max + 1, np.bool_)
    table[list(ids)] = True
    return table[instance_id]


def _box_of(shown: NDArray[np.bool_]) -> Box:
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    x, y = int(columns[0]), int(rows[0])
    return (x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y)


def _crop(box: Box) -> tuple[slice, slice]:
    x, y, width, height = box
    return slice(y, y + height), slice(x, x + width)
