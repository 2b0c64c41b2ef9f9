"""The visibility passes: which part of each light reaches a pixel's surface, at half and quarter resolution."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import moderngl
import numpy as np

from simgen.geometry import FloatArray
from simgen.records.frame import View
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.environment import Illumination
from simgen.rendering.raster.rays import ray_defines, ray_uniforms
from simgen.rendering.raster.rooms import RoomPass
from simgen.rendering.raster.shadow_grids import SUN_TILE, SoftGrid
from simgen.rendering.raster.shadows import (
    DirectionalLight,
    ShadowMaps,
    Walls,
    sun_column,
)
from simgen.rendering.raster.targets import Targets

# A blocker this many radii of all things away blocks less, and this many nothing: assumed. Each soft direction stands
# for a wide region, of which a distant blocker covers little, but the direction's depth map would let it cover all.
_FAR_OPEN = (1.25, 2.75)
# Between walls less: they are about as far away, and shadows of 32 directions on them are stripes. Looked at.
_FAR_ENCLOSED = (0.5, 1.5)
# Of the radius of all things, how near blockers must be to be hidden with what they hide from the light: assumed.
_NEAR_BY = 0.2
_COARSE_M = 0.03  # texels of soft maps that are wider are smoothed: those of rooms, not of tables; looked at
_SMALL_IMAGE_PX = 320 * 240  # up to this, shadows are looked up for every pixel


class LightTargets:
    """Coarse buffers of what reaches the surfaces, for one image size.

    Attributes:
        spacing_px: image pixels for each pixel of `shares`, along each axis; the other buffers have twice as many.
    """

    def __init__(self, targets: Targets) -> None:
        self.spacing_px = 2 if targets.width * targets.height > _SMALL_IMAGE_PX else 1
        half, quarter = (_over(targets, step * self.spacing_px) for step in (1, 2))
        self.light = targets.texture(quarter, 4, "f4")
        self.surfaces = targets.texture(quarter, 4, "f4")
        self.soft = targets.texture(quarter, 4, "u4")
        self.shares = targets.texture(half, 4, "u4")
        self.asked = targets.framebuffer([self.light, self.surfaces])
        self.averaged = targets.framebuffer([self.soft])
        self.shared = targets.framebuffer([self.shares])
        self.glow_spacing_px = 4 if targets.width * targets.height > _SMALL_IMAGE_PX else 2
        self._targets = targets

    @cached_property
    def returned(self) -> moderngl.Texture:
        """What `asked_apart` keeps of the light of blockers."""
        return self._targets.texture(_over(self._targets, 2 * self.spacing_px), 1, "f4")

    @cached_property
    def asked_apart(self) -> moderngl.Framebuffer:
        """`asked`, and `returned` besides, made when a scene first is enclosed."""
        return self._targets.framebuffer([self.light, self.surfaces, self.returned])

    @cached_property
    def behind(self) -> LightTargets:
        """Buffers for what is seen through glass."""
        return LightTargets(self._targets.behind)

    @cached_property
    def glow(self) -> moderngl.Texture:
        """What `glow_light` draws into, read between texels."""
        texture = self._targets.texture(_over(self._targets, self.glow_spacing_px), 4, "f2")
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        return texture

    @cached_property
    def glow_light(self) -> moderngl.Framebuffer:
        """What the air sends of the lamps' light, made when a scene first has fog and lamps."""
        return self._targets.framebuffer([self.glow])

    @cached_property
    def lamp_texture(self) -> moderngl.Texture:
        """What `lamp_light` draws into."""
        return self._targets.texture(self._targets.size_px, 4, "f2")

    @cached_property
    def lamp_light(self) -> moderngl.Framebuffer:
        """What lamps add to each pixel's radiance, made when a scene first has lamps; only surfaces can be drawn on."""
        made = self._targets.framebuffer([self.lamp_texture], self._targets.labels.depth)
        made.depth_mask = False
        return made


class VisibilityPass:
    """Draws the shadow maps of a state and reads them for every view of it."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._shadows = ShadowMaps(context)
        self.casters = self._shadows.casters
        self._suns: tuple[DirectionalLight, ...] = ()

    def set_scene(
        self, illumination: Illumination, suns: tuple[DirectionalLight, ...], bounce: FloatArray
    ) -> None:
        """Set the lights.

        Args:
            bounce: (32, 3) what a blocker in each soft direction sends back, as energy.
        """
        self._suns, self._illumination = suns, illumination
        self._soft_light = {"energy": as_floats(illumination.energies_rgb), "bounce": as_floats(bounce)}

    def set_state(self, drawables: Sequence[Drawable], T_world_objects: FloatArray, walls: Walls) -> None:
        """Draw the shadow maps of one state of the bodies."""
        shadows = self._shadows
        shadows.draw(drawables, T_world_objects, self._suns, self._illumination.directions, walls)
        self._share_defines = [f"LEVELS {1 + shadows.finer}"] * bool(shadows.finer)

    def set_view(self, view: View) -> None:
        """Draw the finer shadow maps of a wide scene."""
        if self._shadows.is_wide:
            self._shadows.fit(view)

    def draw(
        self,
        targets: Targets,
        coarse: LightTargets,
        view: View,
        suns: Sequence[int],
        room: RoomPass,
        irradiance: moderngl.Texture,
    ) -> None:
        """Fill `coarse.shares` from the label targets.

        Args:
            suns: indices of those that light something in the view; their shares are stored in this order.
            irradiance: what shares of an enclosed scene are of.
        """
        ray, defines = ray_uniforms(view.intrinsics), (*ray_defines(view.intrinsics), *room.defines)
        share = self._context.program(
            "fullscreen.vert", "shares.frag", [f"SUNS {len(suns)}", *self._share_defines, *defines]
        )
        targets.labels.normal_depth.use(0)
        self._draw_soft(coarse, view, room, irradiance)
        self._shadows.sun_depths.use(2)
        self._shadows.plain.use(2)
        coarse.soft.use(1)
        set_uniforms(
            share, normal_depth=0, coarse=1, sun_depths=2, **ray,
            coarse_texel=_texel(coarse.soft), pixel_angle=coarse.spacing_px / view.intrinsics.fx / 2,
            spacing=coarse.spacing_px, **self._sun_uniforms(view, suns),
        )  # fmt: skip
        self._context.draw_into(coarse.shared)
        self._context.fill(share)
        self._shadows.plain.clear(2)

    def _draw_soft(
        self, coarse: LightTargets, view: View, room: RoomPass, irradiance: moderngl.Texture
    ) -> None:
        ray, defines = ray_uniforms(view.intrinsics), ray_defines(view.intrinsics)
        coarse_maps = ["COARSE"] * (self._shadows.soft.texel_m > _COARSE_M)
        ask = self._context.program(
            "fullscreen.vert", "visibility.frag", (*defines, *coarse_maps, *room.defines)
        )
        smooth = self._context.program("fullscreen.vert", "smooth.frag", (*defines, *room.defines))
        self._shadows.soft_depths.use(1)
        self._shadows.plain.use(1)
        spacing = 2 * coarse.spacing_px
        set_uniforms(
            ask,
            normal_depth=0,
            depths=1,
            spacing=spacing,
            **ray,
            **self._soft_light,
            reach_m=_NEAR_BY * (self._shadows.soft.radius_m or 1.0),
            **soft_uniforms(self._shadows.soft, view, _FAR_ENCLOSED if room.defines else _FAR_OPEN),
        )
        self._context.draw_into(coarse.asked_apart if room.defines else coarse.asked)
        self._context.fill(ask)
        self._shadows.plain.clear(1)
        coarse.light.use(1)
        coarse.surfaces.use(2)
        if room.defines:
            irradiance.use(3)
            coarse.returned.use(6)
        set_uniforms(
            smooth, light=1, returned=6, surfaces=2, irradiance=3, texel=_texel(coarse.light), spacing=spacing, **ray,
            **room.uniforms(view),
        )  # fmt: skip
        self._context.draw_into(coarse.averaged)
        self._context.fill(smooth)

    def _sun_uniforms(self, view: View, suns: Sequence[int]) -> dict[str, object]:
        if not suns:
            return {}
        shadows, width = self._shadows, self._shadows.sun_depths.width
        grids = [(index, shadows.grids[index]) for index in suns]
        places = [
            _sun_place(index, width) @ grid.tile_from_world @ view.T_world_camera for index, grid in grids
        ]
        numbers = [
            (grid.texel_m, grid.range_m, grid.texel_m * SUN_TILE, sun_column(index) / width)
            for index, grid in grids
        ]
        shining = [self._suns[index] for index in suns]
        directions = suns_in_camera(shining, view)
        widths = [[np.tan(sun.angular_diameter_rad / 2)] for sun in shining]
        return {
            "sun_from_camera": as_floats(np.array(places).transpose(0, 2, 1)),
            "sun_grid": as_floats(np.array(numbers)),
            "sun_tile": (SUN_TILE / width, 1.0, 1 / SUN_TILE),
            "sun_direction": as_floats(np.column_stack([directions, widths])),
            **(self._level_uniforms(view, suns) if shadows.finer else {}),
        }

    def _level_uniforms(self, view: View, suns: Sequence[int]) -> dict[str, object]:
        """Return where the finer maps lie: places in metres, and a square of each level for each sun."""
        shadows = self._shadows
        places: list[FloatArray] = []
        squares: list[tuple[float, float, float, float]] = []
        for sun in suns:
            grid, levels = shadows.grids[sun], shadows.levels[sun]
            place = grid.tile_from_world @ view.T_world_camera
            half = grid.texel_m * SUN_TILE / 2
            place[:2] *= half  # metres along the grid's sides, from its middle
            middle = -grid.tile_from_world[:2, 3] * half
            places.append(place)
            for index, level in enumerate(levels):
                squares.append((*(level.center_m - middle), level.width_m, shadows.column(sun, index)))
            squares.append((0.0, 0.0, 2 * half, shadows.column(sun, shadows.finer)))
        return {
            "sun_from_camera": as_floats(np.array(places).transpose(0, 2, 1)),
            "sun_level": as_floats(np.array(squares)),
        }


def soft_uniforms(grid: SoftGrid, view: View, far: tuple[float, float]) -> dict[str, object]:
    """Return the uniforms of `visibility.frag` that say where the soft depth maps lie, camera frame.

    Args:
        far: radii of all things from which a blocker blocks less, and from which it blocks nothing.
    """
    R, eye = view.T_world_camera[:3, :3], view.T_world_camera[:3, 3]
    range_m = 2 * grid.depth_m or 1.0
    # Without casters every projection lands outside its tile, where nothing is in the way.
    away = np.array([0.0, 0.0, 0.0, 0.0 if grid.radius_m else 9.0])
    nearest = 0.5 + grid.directions @ (grid.center_m - eye) / range_m
    return {
        "towards": as_floats(np.column_stack([grid.directions @ R, nearest])),
        "side_u": as_floats(grid.side_u @ view.T_world_camera + away),
        "side_v": as_floats(grid.side_v @ view.T_world_camera),
        "range_m": range_m,
        "texel_m": grid.texel_m,
        "far_m": (far[0] * (grid.radius_m or 1.0), far[1] * (grid.radius_m or 1.0)),
    }


def suns_in_camera(suns: Sequence[DirectionalLight], view: View) -> FloatArray:
    """Return (n, 3) unit directions towards the suns, camera frame."""
    return np.reshape([sun.direction_world for sun in suns], (-1, 3)) @ view.T_world_camera[:3, :3]


def as_floats(values: FloatArray) -> bytes:
    """Return values as the bytes of a uniform array."""
    return np.ascontiguousarray(values, dtype=np.float32).tobytes()


def _sun_place(index: int, atlas_width: int) -> FloatArray:
    """Return the matrix that takes a sun's tile, x and y in -1..1, to its place in the atlas, 0..1."""
    half = SUN_TILE / atlas_width / 2
    T = np.diag([half, 0.5, 1.0, 1.0])
    T[:2, 3] = sun_column(index) / atlas_width + half, 0.5
    return T


def _over(targets: Targets, spacing_px: int) -> tuple[int, int]:
    return -(-targets.width // spacing_px), -(-targets.height // spacing_px)


def _texel(texture: moderngl.Texture) -> tuple[float, float]:
    return (1 / texture.width, 1 / texture.height)
