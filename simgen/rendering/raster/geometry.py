"""The geometry pass: all labels, and the surface that the light pass shades, in one drawing of the scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.records.frame import View
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import MAP_UNITS, DrawItem, bind_maps, surface_uniforms
from simgen.rendering.raster.gate import check_nonce
from simgen.rendering.raster.lens_geometry import LensGeometry
from simgen.rendering.raster.lens_table import needs_rays
from simgen.rendering.raster.mirrors import Mirror
from simgen.rendering.raster.rays import draw_batch, drop_backs, projection_uniforms, ray_defines
from simgen.rendering.raster.targets import Targets, read_rows

_EXTRA = ("EXTRA",)  # what the shaders are compiled with for views that ask for more buffers


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Label buffers as `records.frame.Frame` describes them; None where the view did not ask."""

    depth_m: NDArray[np.float32]
    instance_id: NDArray[np.uint16]
    normals_camera: NDArray[np.float32]
    object_coordinates_m: NDArray[np.float32] | None
    albedo: NDArray[np.float32] | None
    part_id: NDArray[np.uint16] | None
    surface_previous_m: NDArray[np.float32] | None = None
    surface_next_m: NDArray[np.float32] | None = None


class GeometryPass:
    """Draws labels and surfaces, without anti-aliasing, sampled at pixel centres."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._lens = LensGeometry(context)

    def draw(
        self,
        targets: Targets,
        view: View,
        items: Sequence[DrawItem],
        nonce: float,
        mirror: Mirror | None = None,
    ) -> None:
        """Fill the label targets with one view of the items, all but what is see-through of them.

        Args:
            mirror: only with what it shows; the view is the mirrored one.
        """
        gl, defines = self._context.gl, _defines_of(view, mirror)
        labels = _drawn(targets, defines)
        self._context.draw_into(labels)
        _clear_depth(labels)
        self._draw_batches(labels, targets, view, items, mirror, see_through=False)
        self._context.draw_into(labels)
        gl.enable(moderngl.DEPTH_TEST)
        gl.depth_func = "<="
        labels.viewport = (0, 0, *targets.size_px)
        nothing = self._context.program("fullscreen.vert", "nothing.frag", defines)
        set_uniforms(nothing, nonce=nonce, rows=float(targets.height))
        self._context.fill(nothing)
        gl.depth_func = "<"
        gl.disable(moderngl.DEPTH_TEST)

    def draw_glass(
        self, targets: Targets, view: View, items: Sequence[DrawItem], mirror: Mirror | None = None
    ) -> None:
        """Add what is see-through of the items to targets that hold the rest; last, since all else shows through."""
        glass = [item for item in items if item.is_see_through]
        if glass:
            labels = _drawn(targets, _defines_of(view, mirror))
            self._context.draw_into(labels)
            self._draw_batches(labels, targets, view, glass, mirror, see_through=True)

    def _draw_batches(
        self,
        labels: moderngl.Framebuffer,
        targets: Targets,
        view: View,
        items: Sequence[DrawItem],
        mirror: Mirror | None,
        see_through: bool,
    ) -> None:
        gl, camera = self._context.gl, view.intrinsics
        labels.viewport = (0, 0, targets.width, targets.height)
        gl.disable(moderngl.BLEND)
        gl.enable(moderngl.DEPTH_TEST)
        gl.front_face = "cw" if mirror is None else "ccw"  # upside down
        constant = projection_uniforms(camera)
        if mirror is not None:
            constant["mirror_plane"] = mirror.in_camera(view)
        if needs_rays(camera) and not see_through:
            self._lens.draw(targets, camera, items, _defines_of(view, mirror), constant, mirror is not None)
            return
        defines = (*_defines_of(view, mirror), *ray_defines(camera))
        ready: dict[moderngl.Program, DrawItem] = {}
        for item in items:
            self._draw_item(item, camera, constant, defines, ready, see_through)
        gl.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)

    def _draw_item(
        self,
        item: DrawItem,
        camera: Intrinsics,
        constant: dict[str, object],
        extra: tuple[str, ...],
        ready: dict[moderngl.Program, DrawItem],
        see_through: bool,
    ) -> None:
        """Draw an object; `ready` holds the one that each program was last set up for."""
        surface = surface_uniforms(item.drawable.body.material)
        for batch in item.level.batches:
            if batch.key.see_through != see_through:
                continue
            defines = (*batch.key.defines, *extra)
            program = self._context.program("geometry.vert", "geometry.frag", defines)
            if program not in ready:
                set_uniforms(program, **constant, **MAP_UNITS)
            if ready.get(program) is not item:
                item.set_place(program)
                offset = float(item.drawable.first_finish)
                set_uniforms(program, instance_id=float(item.instance_id), first_finish=offset, **surface)
                ready[program] = item
            bind_maps(item, batch.key)
            drop_backs(self._context.gl, program, camera, item.culls(batch), "MIRRORED" in extra)
            draw_batch(program, camera, item, batch)

    def read(self, targets: Targets, view: View, place: str, nonce: float) -> Labels:
        """Return the labels of the view that was drawn last.

        Raises:
            RenderError: what came back is not of this frame.
        """
        framebuffer = targets.labels.framebuffer
        normal_depth = read_rows(targets, framebuffer, 0, np.float32)
        ids = read_rows(targets, framebuffer, 1, np.uint32, components=1)[..., 0]
        check_nonce(place, "labels", normal_depth[-1, 0], nonce)
        check_nonce(place, "labels", ids[-1, :1].view(np.float32), nonce)
        extra = view.extra_buffers
        albedo_part = _read_extra(targets, 2, place, nonce) if extra & {"albedo", "part_id"} else None
        coordinates = _read_extra(targets, 3, place, nonce) if "object_coordinates" in extra else None
        return Labels(
            depth_m=np.ascontiguousarray(normal_depth[:-1, :, 3]),
            instance_id=ids[:-1].astype(np.uint16),
            normals_camera=normal_depth[:-1, :, :3],
            object_coordinates_m=None if coordinates is None else coordinates[..., :3],
            albedo=albedo_part[..., :3] if albedo_part is not None and "albedo" in extra else None,
            part_id=albedo_part[..., 3].astype(np.uint16)
            if albedo_part is not None and "part_id" in extra
            else None,
        )


def _defines_of(view: View, mirror: Mirror | None) -> tuple[str, ...]:
    """Return what the shaders are compiled with for a view, whatever the surface."""
    if mirror is not None:
        return ("MIRRORED",)
    return _EXTRA if view.extra_buffers else ()


def _drawn(targets: Targets, defines: tuple[str, ...]) -> moderngl.Framebuffer:
    """Return the framebuffer that shaders of these defines write."""
    return targets.labels_and_extra if defines == _EXTRA else targets.labels.framebuffer


def _clear_depth(labels: Any) -> None:
    """Clear the depth alone: surfaces, or nothing behind them, write all of the rest."""
    colors = len(labels.color_attachments)
    labels.color_mask = ((False,) * 4,) * colors
    labels.clear(depth=1.0)
    labels.color_mask = ((True,) * 4,) * colors


def _read_extra(targets: Targets, attachment: int, place: str, nonce: float) -> NDArray[np.float32]:
    extra = read_rows(targets, targets.labels_and_extra, attachment, np.float32)
    check_nonce(place, "labels", extra[-1, 0], nonce)
    return extra[:-1]
