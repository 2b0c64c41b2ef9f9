"""Lamps themselves as cameras see them: shining discs and rectangles, in colour only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, pi

import moderngl
import numpy as np

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, invert_rigid
from simgen.records.frame import View
from simgen.records.light import Fog
from simgen.rendering.fog import optical_depth_before
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.lamp import NEAREST_BLOCKER_M, Lamp
from simgen.rendering.raster.lens_table import needs_rays
from simgen.rendering.raster.rays import drop_backs, projection_uniforms, ray_defines

# Of the intensity along the axis, what a lens and its edges send everywhere in front: assumed, as the 250 cd that
# UN Regulation 112 leaves a dipped beam of 10,000 cd above its cut-off.
_STRAY = 0.02
_SMALLEST_PX = 0.7  # radius: smaller discs are drawn so large, and as much darker
_RIM_PX = 1.5  # drawn around a disc for its smooth edge
_SPLIT, _SPLIT_SPECK = 4, 8  # places along each side of a pixel that a lamp covers or not
_FAINT = 0.05
_LEAST_COSINE = 0.2  # flatter discs get no brighter
# Half the width of a speck: smoothing mixes pixels as the eye sees them, which takes most of its light. Larger
# lamps lose little, and need it where something stands before them.
_SPECK_PX = 8.0
# One triangle around each: two would both add to the pixels that a lens shows on the line between them.
_CORNERS = np.array([[-1, -1], [3, -1], [-1, 3]], float)


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """What shines: a disc, or a rectangle.

    Attributes:
        center: (3,) camera frame.
        across: (2, 3) from the centre to the edge, right and up, camera frame.
        rgb: luminance, cd/m².
        is_speck: whether it is a few pixels wide, and drawn over the smoothed picture.
    """

    center: FloatArray
    across: FloatArray
    rgb: FloatArray
    is_round: bool
    is_speck: bool


class DiscPass:
    """Draws lamps over what is shaded, where nothing hides them."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._vertices = context.gl.buffer(reserve=64, dynamic=True)
        self._arrays: dict[moderngl.Program, moderngl.VertexArray] = {}

    def draw(self, into: moderngl.Framebuffer, view: View, faces: Sequence[Face], white: float) -> None:
        """Add the lamps' own light to a picture, over the labels' depth.

        Args:
            white: luminance that tone-maps to one half.
        """
        if not faces:
            return
        gl, camera = self._context.gl, view.intrinsics
        self._fill(np.concatenate([_corners(face, view) for face in faces]).astype("f4"))
        program = self._context.program("disc.vert", "disc.frag", ("ONCE", *ray_defines(camera)))
        split = _SPLIT_SPECK if any(face.is_speck for face in faces) else _SPLIT
        set_uniforms(program, white=white, split=split, **projection_uniforms(camera))
        drop_backs(gl, program, camera, wanted=False)
        self._context.draw_into(into)
        into.viewport = (0, 0, camera.width, camera.height)
        gl.enable(moderngl.DEPTH_TEST | moderngl.BLEND)
        gl.blend_func = (moderngl.ONE, moderngl.ONE)
        if program not in self._arrays:
            content = (self._vertices, "3f 3f 3f", "in_position", "in_place", "in_rgb")
            self._arrays[program] = gl.vertex_array(program, [content])
        self._arrays[program].render(moderngl.TRIANGLES, vertices=len(_CORNERS) * len(faces))
        gl.disable(moderngl.DEPTH_TEST | moderngl.BLEND)

    def _fill(self, vertices: FloatArray) -> None:
        if self._vertices.size < vertices.nbytes:
            for array in self._arrays.values():
                array.release()
            self._arrays.clear()
            self._vertices.release()
            self._vertices = self._context.gl.buffer(reserve=vertices.nbytes, dynamic=True)
        self._vertices.write(vertices.tobytes())


def faces_of(lamps: Sequence[Lamp], view: View, fog: Fog | None, white: float) -> list[Face]:
    """Return what a camera may see of lamps, without those far darker than what tone-maps to one half."""
    faces = (_face(lamp, view, fog) for lamp in lamps)
    return [face for face in faces if face is not None and face.rgb.max() > _FAINT * white]


def _face(lamp: Lamp, view: View, fog: Fog | None) -> Face | None:
    """Return what a camera may see of a lamp; None where it looks at its back, or is as near as its housing."""
    if lamp.radius_m <= 0:
        return None
    T = invert_rigid(view.T_world_camera) @ lamp.T_world_lamp
    is_bulb = lamp.half_m is None and lamp.outer_rad > pi / 2
    center = T[:3, 3] + (0 if is_bulb else NEAREST_BLOCKER_M) * T[:3, 0]
    camera = view.intrinsics
    depth_m = float(camera.depth_of(center[None])[0])
    back = -camera.way_to(center)[0]
    cosine = float(back @ T[:3, 0])
    if depth_m < max(camera.near_m, 2 * NEAREST_BLOCKER_M) or (cosine <= 0 and not is_bulb):
        return None
    rgb = lamp.rgb if lamp.half_m is not None else _disc_rgb(lamp, back @ T[:3, :3], is_bulb)
    if fog is not None:
        rgb = rgb * exp(-optical_depth_before(fog, view, center))
    sides = _facing(camera, center) if is_bulb else T[:3, 1:3].T
    half = lamp.half_m or (lamp.radius_m, lamp.radius_m)
    pixel_m = _pixel_m(camera, center)
    drawn = np.maximum(half, _SMALLEST_PX * pixel_m)
    dimmed = rgb * float(np.prod(half) / np.prod(drawn))
    is_speck = bool(drawn.min() < _SPECK_PX * pixel_m)
    return Face(center, sides * drawn[:, None], dimmed, lamp.half_m is None, is_speck)


def _facing(camera: Intrinsics, center: FloatArray) -> FloatArray:
    """Return two unit vectors (2, 3) across the way to a bulb; where a matrix projects, along the image."""
    if not needs_rays(camera):
        return np.eye(3)[:2]
    helper = np.eye(3)[np.argmin(np.abs(center))]
    right = np.cross(helper, center)
    down = np.cross(center, right)
    return np.stack([right / np.linalg.norm(right), down / np.linalg.norm(down)])


def _pixel_m(camera: Intrinsics, center: FloatArray) -> float:
    """Return how wide a pixel is at a point, metres."""
    return (1.0 if camera.is_orthographic else float(camera.depth_of(center[None])[0])) / camera.fx


def _disc_rgb(lamp: Lamp, direction: FloatArray, is_bulb: bool) -> FloatArray:
    """Return the luminance of a spot's disc seen along a unit vector (3,) of its frame: intensity over area."""
    seen = 1.0 if is_bulb else max(float(direction[0]), _LEAST_COSINE)
    share = max(float(lamp.falloff(direction)), _STRAY)
    return lamp.rgb * (share / (pi * lamp.radius_m**2 * seen))


def _corners(face: Face, view: View) -> FloatArray:
    """Return the vertices: position in the camera's frame, place on the face with its shape, luminance."""
    rim = 1 + _RIM_PX * _pixel_m(view.intrinsics, face.center) / np.linalg.norm(face.across, axis=1)
    places = _CORNERS * rim
    vertices = np.empty((len(places), 9))
    vertices[:, :3] = face.center + places @ face.across
    vertices[:, 3:5], vertices[:, 5], vertices[:, 6:] = places, float(face.is_round), face.rgb
    return vertices
