"""The lamp pass: light of spots and panels, a few lamps at a time, each only where in the image it can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import pi

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.colour import LUMINANCE_RGB
from simgen.geometry import FloatArray, invert_rigid
from simgen.records.frame import View
from simgen.records.light import Fog
from simgen.records.scene import Scene
from simgen.rendering.raster.air import fog_uniforms
from simgen.rendering.raster.casters import Casters
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.lamp import NEAREST_BLOCKER_M, Lamp
from simgen.rendering.raster.lamp_maps import CUBE_TILE, TILE, LampGrid, LampMaps, shadowed
from simgen.rendering.raster.rays import ray_defines, ray_uniforms
from simgen.rendering.raster.targets import Targets
from simgen.rendering.raster.tiles import Box, pixels_of, runs_of, tiles_of
from simgen.rendering.raster.visibility import LightTargets, as_floats

# Lamps of one draw; more would make more variants to compile, fewer would read surfaces more often
_AT_ONCE = 4


@dataclass(frozen=True, slots=True, eq=False)
class LampView:
    """What lamps shine on, and where their light goes.

    Attributes:
        drawables: what stands in the world, and is in the casters' buffer.
        fog: between lamps and surfaces; None: clear air.
        coats: table of clear coats, see `drawables.finish_tables`; None where nothing has one.
        mirror: the floor whose mirror image shows the panels, as `Mirror.uniforms` has it; None without one.
    """

    targets: Targets
    coarse: LightTargets
    view: View
    drawables: Sequence[Drawable]
    fog: Fog | None
    coats: bytes | None = None
    mirror: dict[str, object] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """A lamp as the shader takes it.

    Attributes:
        defines: what the shader is compiled with for it; lamps of the same are drawn together.
        numbers: rows of its uniform arrays, by name.
        tiles: (rows, columns) bool, where in the image it may be seen.
    """

    defines: tuple[str, ...]
    numbers: dict[str, FloatArray]
    tiles: NDArray[np.bool_]


class LampPass:
    """Adds up the light of all lamps of a view."""

    def __init__(self, context: GlContext, casters: Casters) -> None:
        self._context = context
        self._maps = LampMaps(context, casters)

    def set_scene(self, scene: Scene) -> None:
        """Begin another scene."""
        lamps = (*scene.lights, *scene.panels)
        self._maps.set_lamps([lamp.name for lamp in lamps if lamp.casts_shadows])

    def draw(self, on: LampView, lamps: Sequence[Lamp]) -> None:
        """Fill `coarse.lamp_light` from the label targets."""
        poses = on.view.T_world_objects
        mapped = shadowed(lamps, on.view.T_world_camera[:3, 3])
        grids = self._maps.update(mapped, on.drawables, poses) if mapped else []
        grid_of = {id(lamp): grid for lamp, grid in zip(mapped, grids, strict=True)}
        reach_m = _reach_m(lamps, on.drawables, poses)
        placed = [self._placed(lamp, grid_of.get(id(lamp)), on, reach_m) for lamp in lamps]
        on.coarse.lamp_light.scissor = (0, 0, *on.targets.size_px)
        self._context.draw_into(on.coarse.lamp_light)
        on.coarse.lamp_light.clear()
        if not placed:
            return
        placed.sort(key=lambda lamp: lamp.defines)
        self._begin(on)
        for box, seen in runs_of(np.array([lamp.tiles for lamp in placed])):
            for _, alike in groupby((placed[i] for i in seen), key=lambda lamp: lamp.defines):
                self._draw_in(box, list(alike), on)
        self._end()

    def _draw_in(self, box: Box, lamps: Sequence[_Placed], on: LampView) -> None:
        """Draw lamps of the same kind in one box of tiles, a few at a time."""
        targets, camera = on.targets, on.view.intrinsics
        place = pixels_of(box, targets.width, targets.height, targets.region)
        if place is None:
            return
        on.coarse.lamp_light.scissor = place
        for start in range(0, len(lamps), _AT_ONCE):
            some = lamps[start : start + _AT_ONCE]
            arrays = {name: np.array([lamp.numbers[name] for lamp in some]) for name in some[0].numbers}
            defines = (*some[0].defines, f"COUNT {len(some)}", *ray_defines(camera))
            program = self._context.program("fullscreen.vert", "lamps.frag", defines)
            set_uniforms(
                program, normal_depth=0, surface=1, lamp_depths=3,
                texel=(1 / targets.size_px[0], 1 / targets.size_px[1]), pixel_angle=1 / camera.fx,
                **ray_uniforms(camera),
                **{name: as_floats(values) for name, values in arrays.items()},
                **({"lamp_texel": self._maps.texel} if self._maps.is_made else {}),
                **(fog_uniforms(on.fog, on.view) if on.fog else {}),
                **({"coats": on.coats} if on.coats else {}),
                **(on.mirror if on.mirror and "MIRROR" in defines else {}),
            )  # fmt: skip
            self._context.fill(program)

    def _begin(self, on: LampView) -> None:
        gl, labels = self._context.gl, on.targets.labels
        for unit, texture in enumerate((labels.normal_depth, labels.surface)):
            texture.use(unit)
        if self._maps.is_made:
            self._maps.depths.use(3)
            self._maps.plain.use(3)
        self._context.draw_into(on.coarse.lamp_light)
        on.coarse.lamp_light.viewport = (0, 0, on.targets.width, on.targets.height)
        gl.enable(moderngl.DEPTH_TEST | moderngl.BLEND)
        gl.blend_func = (moderngl.ONE, moderngl.ONE)
        gl.depth_func = ">"  # only on surfaces

    def _end(self) -> None:
        gl = self._context.gl
        gl.depth_func = "<"
        gl.disable(moderngl.DEPTH_TEST | moderngl.BLEND)
        self._maps.plain.clear(3)

    def _placed(self, lamp: Lamp, grid: LampGrid | None, on: LampView, reach_m: float) -> _Placed:
        T_lamp_camera = invert_rigid(lamp.T_world_lamp) @ on.view.T_world_camera
        height = lamp.position_m[2] - (on.fog.base_m if on.fog else 0.0)
        numbers: dict[str, FloatArray] = {
            "lamp_from_camera": T_lamp_camera.T,
            "lamp_rgb": np.array([*lamp.rgb, lamp.radius_m]),
            "lamp_shape": np.array([*_shape(lamp), height, lamp.beam_code]),
        }
        if grid is not None:
            numbers |= _map_numbers(lamp, grid, self._maps.size)
        defines = ("SPOTS" if lamp.half_m is None else "PANELS", *["SHADOWS"] * (grid is not None))
        tiles = tiles_of(lamp, invert_rigid(T_lamp_camera), reach_m, on.view.intrinsics)
        more = (
            *["FOG"] * (on.fog is not None),
            *["COAT"] * (on.coats is not None),
            *["BEAMS"] * (lamp.beam_code != 0),
            *["MIRROR"] * (on.mirror is not None and lamp.half_m is not None),
        )
        return _Placed((*defines, *more), numbers, tiles)


def typical_luminance(lamps: Sequence[Lamp], points_m: FloatArray) -> float:
    """Return the mean luminance of white sheets at points (n, 3) that face the lamps, nothing in the way."""
    total = np.zeros(max(len(points_m), 1))
    for lamp in lamps:
        apart = np.reshape(points_m, (-1, 3)) - lamp.position_m
        distances = np.maximum(np.linalg.norm(apart, axis=1), 1.0)
        directions = apart @ lamp.T_world_lamp[:3, :3] / distances[:, None]
        total[: len(apart)] += (
            lamp.falloff(directions) * float(lamp.axis_rgb_cd @ LUMINANCE_RGB) / distances**2
        )
    return float(total.mean()) / pi


def _shape(lamp: Lamp) -> tuple[float, float]:
    if lamp.half_m is not None:
        return lamp.half_m
    scale = 1 / (lamp.inner_cos - lamp.outer_cos)
    return scale, -lamp.outer_cos * scale


def _map_numbers(lamp: Lamp, grid: LampGrid, atlas_px: tuple[int, int]) -> dict[str, FloatArray]:
    """Return the rows of the uniforms of `lamp_shadow.glsl`."""
    depth_at_far = grid.far_m / (grid.far_m - grid.near_m)
    slope = depth_at_far * grid.near_m
    side = CUBE_TILE if grid.is_cube else TILE
    spread = lamp.radius_m / (2 * grid.face_tan * slope)
    place = (grid.column / atlas_px[0], side / atlas_px[0], side / atlas_px[1], float(grid.is_cube))
    return {
        "lamp_grid": np.array([grid.face_tan, depth_at_far, slope, spread]),
        "lamp_slot": np.array(place),
    }


def _reach_m(lamps: Sequence[Lamp], drawables: Sequence[Drawable], T_world_objects: FloatArray) -> float:
    """Return a distance from any lamp within which everything lies."""
    if not drawables or not lamps:
        return NEAREST_BLOCKER_M
    centers = np.array([T_world_objects[d.body.instance_id - 1][:3, 3] for d in drawables])
    radii = np.array([d.radius_m for d in drawables])
    return max(float((np.linalg.norm(centers - lamp.position_m, axis=1) + radii).max()) for lamp in lamps)
