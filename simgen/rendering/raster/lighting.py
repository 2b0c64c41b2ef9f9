"""The light pass: radiance of every pixel, from the surfaces of the geometry pass and the scene's lights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import moderngl
import numpy as np

from simgen.camera import Intrinsics
from simgen.errors import RenderError
from simgen.geometry import FloatArray
from simgen.records.frame import View
from simgen.records.scene import Scene
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import Drawable, emissive_table
from simgen.rendering.raster.environment import LUMINANCE_RGB, Illumination, illuminate, sun_in_scene
from simgen.rendering.raster.prefilter import LAST_LEVEL, GpuMap
from simgen.rendering.raster.shadows import (
    MOST_SUNS,
    SUN_TILE,
    DirectionalLight,
    ShadowMaps,
    SoftGrid,
    SunGrid,
)
from simgen.rendering.raster.targets import Targets

# Share of light that a blocker sends on, and share of it that a blocker receives: assumed, middle grey in half shade.
_BLOCKER_ALBEDO = 0.4
_BLOCKER_OPENNESS = 0.6
_SAME_PLANE = 0.004
_RGB10_A2 = 0x8059  # fine enough for a share, one word a texel


@dataclass(frozen=True, slots=True, eq=False)
class SceneLight:
    """The lights of one scene, independent of camera and bodies.

    Attributes:
        emissive: table of `drawables.emissive_table`.
        background_visible: whether cameras see the map.
        rotation_rad: of the map about world Z.
    """

    map: GpuMap
    illumination: Illumination
    suns: tuple[DirectionalLight, ...]
    emissive: bytes
    background_visible: bool
    rotation_rad: float


def scene_light(scene: Scene, light_map: GpuMap, drawables: Sequence[Drawable]) -> SceneLight:
    """Return the lights of a scene: its own suns, then those of its map, brightest first.

    Raises:
        RenderError: the scene has more suns than shadow maps.
    """
    if len(scene.suns) > MOST_SUNS:
        raise RenderError(
            f"scene {scene.index}: {len(scene.suns)} suns, the raster renderer draws at most {MOST_SUNS}; remove some"
        )
    sky = scene.environment
    illumination = illuminate(light_map.analysis, sky.illuminance_lux, sky.rotation_rad)
    suns = [
        DirectionalLight(
            sun.direction_world, _times(sun.color_rgb, sun.illuminance_lux), sun.angular_diameter_rad
        )
        for sun in scene.suns
    ]
    for sun in light_map.analysis.suns[: MOST_SUNS - len(suns)]:
        direction, lux = sun_in_scene(sun, illumination.map_scale, sky.rotation_rad)
        suns.append(DirectionalLight(direction, _times(tuple(lux), 1.0), sun.angular_diameter_rad))
    return SceneLight(
        light_map,
        illumination,
        tuple(suns),
        emissive_table(drawables),
        sky.background_visible,
        sky.rotation_rad,
    )


class LightTargets:
    """Half-resolution buffers of soft visibility for one image size."""

    def __init__(self, targets: Targets) -> None:
        self.size_px = ((targets.width + 1) // 2, (targets.height + 1) // 2)
        self.textures = [targets.texture(self.size_px, 4, "f4") for _ in range(2)]
        self.framebuffers = [targets.framebuffer([texture]) for texture in self.textures]
        self.share = targets.texture(self.size_px, 4, "f1", internal_format=_RGB10_A2)
        self.share_framebuffer = targets.framebuffer([self.share])


class LightPass:
    """Shades what the geometry pass drew."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._visibility = context.program("fullscreen.vert", "visibility.frag")
        self._smooth = context.program("fullscreen.vert", "smooth.frag")
        self._shade = context.program("fullscreen.vert", "shade.frag")
        self._edges = context.program("fullscreen.vert", "edges.frag")
        self._antialias = context.program("fullscreen.vert", "antialias.frag")
        self._shadows = ShadowMaps(context)

    def set_scene(self, light: SceneLight) -> None:
        """Set what does not change from view to view."""
        c, s = np.cos(light.rotation_rad), np.sin(light.rotation_rad)
        scale = light.illumination.map_scale * light.map.value_scale
        white = _white(light)
        set_uniforms(self._antialias, white=white)
        set_uniforms(
            self._shade,
            irradiance_sh=_floats(light.illumination.irradiance_sh),
            map_rotation=(float(c), float(s)),
            map_scale=scale,
            last_level=float(LAST_LEVEL),
            background_scale=scale if light.background_visible else 0.0,
            emissive=light.emissive,
            white=white,
            sun_count=len(light.suns),
            sun_direction=_sun_directions(light.suns),
            sun_color=_padded([sun.illuminance_rgb for sun in light.suns], 3),
        )
        set_uniforms(
            self._visibility,
            direction=_floats(light.illumination.directions),
            energy=_floats(light.illumination.energies_rgb),
            bounce=_floats(_bounce(light)),
        )

    def set_state(
        self, light: SceneLight, drawables: Sequence[Drawable], T_world_objects: FloatArray
    ) -> None:
        """Draw the shadow maps of one state of the bodies."""
        grids, soft = self._shadows.draw(
            drawables, T_world_objects, light.suns, light.illumination.directions
        )
        self._set_sun_grids(grids)
        self._set_soft_grid(soft)

    def _set_sun_grids(self, grids: Sequence[SunGrid]) -> None:
        matrices = np.zeros((MOST_SUNS, 4, 4), np.float32)
        for index, grid in enumerate(grids):
            matrices[index] = grid.tile_from_world.T
        numbers = [(grid.texel_m, grid.range_m, index / MOST_SUNS) for index, grid in enumerate(grids)]
        set_uniforms(
            self._shade,
            sun_from_world=matrices.tobytes(),
            sun_grid=_padded(numbers, 3),
            sun_tile=(1 / MOST_SUNS, float(SUN_TILE)),
        )

    def _set_soft_grid(self, grid: SoftGrid) -> None:
        # Without casters every projection lands outside its tile, where nothing is in the way.
        away = 0.0 if grid.radius_m else 9.0
        set_uniforms(
            self._visibility,
            side_u=_floats(grid.side_u + np.array([0.0, 0.0, 0.0, away])),
            side_v=_floats(grid.side_v),
            casters=(*(float(v) for v in grid.center_m), grid.depth_m or 1.0),
            texel_m=grid.texel_m,
        )

    def draw(
        self, targets: Targets, halves: LightTargets, view: View, light: SceneLight, nonce: float
    ) -> None:
        """Fill the radiance target from the label targets."""
        labels = targets.labels
        camera: dict[str, object] = {
            "R_world_camera": _floats(view.T_world_camera[:3, :3].T),
            "eye_world": tuple(float(v) for v in view.T_world_camera[:3, 3]),
            "ray_of_pixel": _ray_of_pixel(view.intrinsics),
        }
        self._context.gl.disable(moderngl.DEPTH_TEST | moderngl.BLEND | moderngl.CULL_FACE)
        labels.normal_depth.use(0)
        self._draw_visibility(halves, camera)
        for texture, unit in (
            (labels.albedo_slot, 2),
            (labels.shading, 3),
            (halves.share, 4),
            (light.map.prefiltered, 5),
            (light.map.background, 6),
            (self._shadows.sun_depths, 7),
            (self._shadows.sun_depths, 8),
        ):
            texture.use(unit)
        self._shadows.plain.use(7)
        self._shadows.compare.use(8)
        set_uniforms(
            self._shade, normal_depth=0, albedo_slot=2, shading_surface=3, soft_visibility=4,
            prefiltered=5, background=6, sun_depths=7, sun_shadows=8, **camera,
        )  # fmt: skip
        targets.shaded.use()
        targets.shaded.viewport = (0, 0, targets.width, targets.height)
        self._context.fill(self._shade)
        self._shadows.plain.clear(7)
        self._shadows.compare.clear(8)
        self._draw_antialiased(targets, nonce)

    def _draw_antialiased(self, targets: Targets, nonce: float) -> None:
        """Copy the radiance, marking edges in the depth buffer, then draw the marked pixels again, smoothed."""
        gl = self._context.gl
        targets.radiance.use(1)
        targets.tone.use(2)
        texel = (1 / targets.size_px[0], 1 / targets.size_px[1])
        targets.smoothed.use()
        targets.smoothed.viewport = (0, 0, *targets.size_px)
        targets.smoothed.clear(nonce, nonce, nonce, nonce, depth=1.0)
        targets.smoothed.viewport = (0, 0, targets.width, targets.height)
        gl.enable(moderngl.DEPTH_TEST)
        for program, test in ((self._edges, "1"), (self._antialias, ">")):
            gl.depth_func = test
            set_uniforms(program, normal_depth=0, radiance=1, tone_mapped=2, texel=texel)
            self._context.fill(program)
        gl.depth_func = "<"
        gl.disable(moderngl.DEPTH_TEST)

    def _draw_visibility(self, halves: LightTargets, camera: dict[str, object]) -> None:
        self._shadows.soft_depths.use(1)
        self._shadows.compare.use(1)
        halves.framebuffers[0].use()
        set_uniforms(self._visibility, normal_depth=0, depths=1, **camera)
        self._context.fill(self._visibility)
        self._shadows.compare.clear(1)
        last = (halves.size_px[0] - 1, halves.size_px[1] - 1)
        ray = camera["ray_of_pixel"]
        set_uniforms(self._smooth, normal_depth=0, light=1, last=last, plane_m=_SAME_PLANE, ray_of_pixel=ray)
        passes = (
            (halves.textures[0], halves.framebuffers[1], (1, 0), False),
            (halves.textures[1], halves.share_framebuffer, (0, 1), True),
        )
        for source, target, along, final in passes:
            source.use(1)
            target.use()
            set_uniforms(self._smooth, along=along, final=final)
            self._context.fill(self._smooth)


def _bounce(light: SceneLight) -> FloatArray:
    """Return (64, 3) what a grey blocker in each soft direction sends back, as energy."""
    towards_viewer = -light.illumination.directions
    received = light.illumination.irradiance(towards_viewer)
    for sun in light.suns:
        facing = np.maximum(towards_viewer @ np.asarray(sun.direction_world), 0.0)
        received = received + facing[:, None] * np.asarray(sun.illuminance_rgb) / np.pi
    return _BLOCKER_ALBEDO * _BLOCKER_OPENNESS * received * light.illumination.solid_angles[:, None]


def _white(light: SceneLight) -> float:
    """Return the luminance of a white sheet under all lights of the scene: what a picture of it is exposed for."""
    up = light.illumination.irradiance(np.array([[0.0, 0.0, 1.0]]))[0]
    suns = sum(
        (np.asarray(sun.illuminance_rgb) * max(sun.direction_world[2], 0.0) for sun in light.suns), up * 0
    )
    return max(float((up + suns / np.pi) @ LUMINANCE_RGB), 1e-3)


def _ray_of_pixel(camera: Intrinsics) -> tuple[float, float, float, float]:
    return (1 / camera.fx, 1 / camera.fy, -camera.cx / camera.fx, -camera.cy / camera.fy)


def _sun_directions(suns: Sequence[DirectionalLight]) -> bytes:
    return _padded([(*sun.direction_world, float(np.tan(sun.angular_diameter_rad / 2))) for sun in suns], 4)


def _padded(rows: Sequence[Sequence[float]], width: int) -> bytes:
    table = np.zeros((MOST_SUNS, width), np.float32)
    table[: len(rows)] = np.reshape(rows, (-1, width))
    return table.tobytes()


def _floats(values: FloatArray) -> bytes:
    return np.ascontiguousarray(values, dtype=np.float32).tobytes()


def _times(rgb: Sequence[float], factor: float) -> tuple[float, float, float]:
    r, g, b = (float(v) * factor for v in rgb)
    return (r, g, b)
