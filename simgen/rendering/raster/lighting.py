"""The light pass: radiance of every pixel, from the surfaces of the geometry pass and the scene's lights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import moderngl
import numpy as np

from simgen.errors import RenderError
from simgen.geometry import FloatArray
from simgen.records.frame import View
from simgen.records.scene import Fog, Scene
from simgen.rendering.lamps import dimmed_environment, dimmed_suns, light_factors, lights_in
from simgen.rendering.light_map import rotation_about_z
from simgen.rendering.raster.air import GlowPass, air_uniforms, fog_uniforms
from simgen.rendering.raster.antialias import AntialiasPass
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.discs import DiscPass
from simgen.rendering.raster.drawables import Drawable, emissive_table, present_drawables
from simgen.rendering.raster.environment import LUMINANCE_RGB, Illumination, illuminate, sun_in_scene
from simgen.rendering.raster.lamp import Lamp, lamps_of
from simgen.rendering.raster.lamps import LampPass, LampView, typical_luminance
from simgen.rendering.raster.prefilter import LEVELS, ROOT_SMOOTHEST, GpuMap, folded_directions
from simgen.rendering.raster.shadows import MOST_SUNS, DirectionalLight
from simgen.rendering.raster.targets import Targets
from simgen.rendering.raster.visibility import (
    LightTargets,
    VisibilityPass,
    as_floats,
    ray_of_pixel,
    suns_in_camera,
)

# Share of light that a blocker sends on, and share of it that a blocker receives: assumed, middle grey in half shade.
_BLOCKER_ALBEDO = 0.4
_BLOCKER_OPENNESS = 0.6
_IRRADIANCE_SIDE = 32  # as in `shade.frag`
_BRIGHTEST = 65024.0  # of a half float, nearly


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


def scene_light(
    scene: Scene, factors: FloatArray, light_map: GpuMap, drawables: Sequence[Drawable]
) -> SceneLight:
    """Return the lights of a scene: its own suns, then those of its map, brightest first.

    Args:
        factors: (k,) on each of `Scene.light_names`.
    """
    sky = dimmed_environment(scene, factors)
    illumination = illuminate(light_map.analysis, sky.illuminance_lux, sky.rotation_rad)
    suns = [
        DirectionalLight(
            sun.direction_world, _times(sun.color_rgb, sun.illuminance_lux), sun.angular_diameter_rad
        )
        for sun in dimmed_suns(scene, factors)
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


def _check_suns(scene: Scene) -> None:
    if len(scene.suns) > MOST_SUNS:
        raise RenderError(
            f"scene {scene.index}: {len(scene.suns)} suns, the raster renderer draws at most {MOST_SUNS}; remove some"
        )


class LightPass:
    """Shades what the geometry pass drew."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._visibility = VisibilityPass(context)
        self._lamps = LampPass(context, self._visibility.casters)
        self._glow = GlowPass(context)
        self._discs = DiscPass(context)
        self._antialias = AntialiasPass(context)
        side = (_IRRADIANCE_SIDE, _IRRADIANCE_SIDE)
        self._irradiance = context.gl.texture(side, 4, dtype="f2")
        self._irradiance.repeat_x = self._irradiance.repeat_y = False

    def set_scene(self, scene: Scene, light_map: GpuMap, drawables: Sequence[Drawable]) -> None:
        """Set what does not change from view to view.

        Raises:
            RenderError: the scene has more suns than shadow maps.
        """
        _check_suns(scene)
        self._scene, self._map, self._drawables = scene, light_map, drawables
        self._factors: FloatArray | None = None
        self._state: tuple[FloatArray, FloatArray] | None = None
        self._lamps.forget()

    def set_view(self, view: View) -> None:
        """Set the lights of a view, and draw the shadow maps, where they are not those of the view before."""
        factors = light_factors(self._scene, view)
        if self._factors is None or not np.array_equal(self._factors, factors):
            self._light = scene_light(self._scene, factors, self._map, self._drawables)
            self._factors = factors
            self._set_light(self._light)
        state = _state(view)
        if self._state is None or not all(map(np.array_equal, self._state, state)):
            self._visibility.set_state(present_drawables(self._drawables, view), view.T_world_objects)
            self._state = state

    def _set_light(self, light: SceneLight) -> None:
        scene = self._scene
        air = ["LAMPS"] * self._has_lamps
        air += ["FOG", f"FOG_SUNS {len(scene.suns)}"] * (scene.fog is not None)
        defines = [f"SUNS {len(light.suns)}"] + ["EMISSIVE"] * any(light.emissive) + air
        self._shade = self._context.program("fullscreen.vert", "shade.frag", defines)
        self._background = self._context.program(
            "fullscreen.vert", "background.frag", air if scene.fog else ()
        )
        self._visibility.set_scene(light.illumination, light.suns, _bounce(light))
        scale = light.illumination.map_scale * light.map.value_scale
        steps = (LEVELS - 1) / (1 - ROOT_SMOOTHEST)
        self._irradiance.write(_irradiance_texels(light))
        set_uniforms(
            self._shade,
            mirror=(scale, 1 / light.map.prefiltered.width, 1 / light.map.prefiltered.height),
            level_of=(steps, 0.5 - steps * ROOT_SMOOTHEST),
            emissive=light.emissive,
            sun_color=as_floats(np.array([sun.illuminance_rgb for sun in light.suns])),
        )
        shown = scale if light.background_visible else 0.0
        set_uniforms(self._background, background_scale=shown)

    def draw(self, targets: Targets, coarse: LightTargets, view: View, nonce: float) -> None:
        """Fill the radiance target from the label targets; the view's lights are set."""
        gl = self._context.gl
        gl.disable(moderngl.DEPTH_TEST | moderngl.BLEND | moderngl.CULL_FACE)
        self._visibility.draw(targets, coarse, view)
        lamps = lamps_of(lights_in(self._scene, view)) if self._has_lamps else ()
        white = _white(self._light)
        if self._has_lamps:
            white += self._draw_lamps(targets, coarse, view, lamps)
        targets.unsmoothed.use()
        targets.unsmoothed.clear(nonce, nonce, nonce, nonce)
        self._shade_pixels(targets, coarse, view, white)
        self._discs.draw(targets, view, lamps, self._scene.fog, white)
        self._antialias.draw(targets, white)

    def _draw_lamps(self, targets: Targets, coarse: LightTargets, view: View, lamps: Sequence[Lamp]) -> float:
        """Add up the light of the lamps and return how bright they make a white sheet."""
        drawables = present_drawables(self._drawables, view)
        fog = self._scene.fog
        self._lamps.draw(LampView(targets, coarse, view, drawables, fog), lamps)
        if fog is not None:
            self._glow.draw(targets, coarse, view, fog, lamps)
        things = [drawable for drawable in drawables if drawable.body.is_thing] or drawables
        points = [view.T_world_objects[drawable.body.instance_id - 1][:3, 3] for drawable in things]
        return typical_luminance(lamps, np.reshape(points, (-1, 3)))

    def _air(self, coarse: LightTargets, view: View, fog: Fog) -> dict[str, object]:
        """Return the uniforms of `air.glsl`, and bind the glow."""
        light, factors = self._light, light_factors(self._scene, view)
        mean = light.map.analysis.mean_rgb * light.illumination.map_scale
        air = fog_uniforms(fog, view) | air_uniforms(mean, dimmed_suns(self._scene, factors), view)
        if self._has_lamps:
            coarse.glow.use(8)
            air["glow"] = 8
            scale = 1 / coarse.glow_spacing_px
            air["glow_scale"] = (scale / coarse.glow.width, scale / coarse.glow.height)
        return air

    @property
    def _has_lamps(self) -> bool:
        return bool(self._scene.lights or self._scene.panels)

    def _shade_pixels(self, targets: Targets, coarse: LightTargets, view: View, white: float) -> None:
        """Shade surfaces, then fill in the background; the labels' depth keeps each from the other's pixels."""
        gl, labels, light = self._context.gl, targets.labels, self._light
        R_map_camera = rotation_about_z(-light.rotation_rad) @ view.T_world_camera[:3, :3]
        for unit, texture in enumerate(
            (
                labels.normal_depth,
                labels.albedo_slot,
                labels.shading,
                coarse.shares,
                light.map.prefiltered,
                self._irradiance,
                light.map.background,
            )
        ):
            texture.use(unit)
        if self._has_lamps:
            coarse.lamp_texture.use(7)
        (width, height), (half_width, half_height) = targets.size_px, coarse.shares.size
        camera: dict[str, object] = {
            "ray_of_pixel": ray_of_pixel(view.intrinsics),
            "R_map_camera": as_floats(R_map_camera.T),
        }
        if self._scene.fog is not None:
            camera |= self._air(coarse, view, self._scene.fog)
        set_uniforms(
            self._shade, normal_depth=0, albedo_slot=1, shading_surface=2, shares=3, prefiltered=4, irradiance=5,
            lamp_light=7, white=white,
            spacing=float(coarse.spacing_px),
            texel=(1 / width, 1 / height, 1 / half_width, 1 / half_height),
            sun_direction=as_floats(suns_in_camera(light.suns, view)), **camera,
        )  # fmt: skip
        set_uniforms(self._background, background=6, white=white, **camera)
        targets.shaded.use()
        targets.shaded.viewport = (0, 0, targets.width, targets.height)
        gl.enable(moderngl.DEPTH_TEST)
        for program, test in ((self._shade, ">"), (self._background, "<=")):
            gl.depth_func = test
            self._context.fill(program)
        gl.depth_func = "<"
        gl.disable(moderngl.DEPTH_TEST)


def _state(view: View) -> tuple[FloatArray, FloatArray]:
    """Return all that the suns' shadow maps depend on, as copies."""
    present = np.ones(len(view.T_world_objects)) if view.present is None else view.present.astype(float)
    return view.T_world_objects.copy(), present


def _bounce(light: SceneLight) -> FloatArray:
    """Return (32, 3) what a grey blocker in each soft direction sends back, as energy."""
    towards_viewer = -light.illumination.directions
    received = light.illumination.irradiance(towards_viewer)
    for sun in light.suns:
        facing = np.maximum(towards_viewer @ np.asarray(sun.direction_world), 0.0)
        received = received + facing[:, None] * np.asarray(sun.illuminance_rgb) / np.pi
    return _BLOCKER_ALBEDO * _BLOCKER_OPENNESS * received * light.illumination.solid_angles[:, None]


def _irradiance_texels(light: SceneLight) -> bytes:
    """Return an octahedral map of irradiance / pi in the map's frame, as texels of four half floats."""
    in_world = folded_directions(_IRRADIANCE_SIDE) @ rotation_about_z(light.rotation_rad).T
    texels = np.ones((len(in_world), 4))
    texels[:, :3] = np.minimum(light.illumination.irradiance(in_world), _BRIGHTEST)
    return texels.astype(np.float16).tobytes()


def _white(light: SceneLight) -> float:
    """Return the luminance of a white sheet under all lights of the scene: what a picture of it is exposed for."""
    up = light.illumination.irradiance(np.array([[0.0, 0.0, 1.0]]))[0]
    suns = sum(
        (np.asarray(sun.illuminance_rgb) * max(sun.direction_world[2], 0.0) for sun in light.suns), up * 0
    )
    return max(float((up + suns / np.pi) @ LUMINANCE_RGB), 1e-3)


def _times(rgb: Sequence[float], factor: float) -> tuple[float, float, float]:
    r, g, b = (float(v) * factor for v in rgb)
    return (r, g, b)
