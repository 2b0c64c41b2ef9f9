"""The light pass: radiance of every pixel, from the surfaces of the geometry pass and the scene's lights."""

from __future__ import annotations

from collections.abc import Sequence

import moderngl
import numpy as np

from simgen.geometry import FloatArray, rotation_about_z
from simgen.records.frame import View
from simgen.records.light import Fog
from simgen.records.scene import Scene
from simgen.rendering.lamps import dimmed_suns, light_factors, lights_in
from simgen.rendering.raster.air import GlowPass, air_uniforms, fog_uniforms
from simgen.rendering.raster.antialias import AntialiasPass
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.discs import DiscPass, faces_of
from simgen.rendering.raster.drawables import Drawable, present_drawables, visible_items
from simgen.rendering.raster.lamp import Lamp, lamps_of
from simgen.rendering.raster.lamps import LampPass, LampView, typical_luminance
from simgen.rendering.raster.others import Others
from simgen.rendering.raster.overlays import OverlayPass
from simgen.rendering.raster.prefilter import LEVELS, ROOT_SMOOTHEST, GpuMap
from simgen.rendering.raster.rays import ray_defines, ray_uniforms
from simgen.rendering.raster.rooms import RoomPass
from simgen.rendering.raster.scene_light import (
    IRRADIANCE_SIDE,
    SceneLight,
    bounce_of,
    check_suns,
    irradiance_texels,
    scene_light,
    white_of,
)
from simgen.rendering.raster.shadows import DirectionalLight
from simgen.rendering.raster.sun_reach import SunReach
from simgen.rendering.raster.targets import Targets
from simgen.rendering.raster.visibility import (
    LightTargets,
    VisibilityPass,
    as_floats,
    suns_in_camera,
)


class LightPass:
    """Shades what the geometry pass drew."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._visibility = VisibilityPass(context)
        self._lamps = LampPass(context, self._visibility.casters)
        self._glow = GlowPass(context)
        self._discs = DiscPass(context)
        self._overlays = OverlayPass(context)
        self._antialias = AntialiasPass(context)
        self._room = RoomPass(context)
        side = (IRRADIANCE_SIDE, IRRADIANCE_SIDE)
        self._irradiance = context.gl.texture(side, 4, dtype="f2")
        self._irradiance.repeat_x = self._irradiance.repeat_y = False

    def set_scene(self, scene: Scene, light_map: GpuMap, drawables: Sequence[Drawable]) -> None:
        """Set what does not change from view to view.

        Raises:
            RenderError: the scene has more suns than shadow maps.
        """
        check_suns(scene)
        self._scene, self._map, self._drawables = scene, light_map, drawables
        self._shining = [drawable for drawable in drawables if drawable.model.shines]
        self._factors: FloatArray | None = None
        self._state: tuple[FloatArray, ...] | None = None
        self._lamps.set_scene(scene)
        self._visibility.casters.forget()
        self._room.set_scene(drawables)
        enclosure = self._room.enclosure
        self._reach = None if enclosure is None else SunReach(enclosure)

    def set_view(self, view: View) -> None:
        """Set the lights of a view, and draw the shadow maps, where they are not those of the view before."""
        self._seen: tuple[View, tuple[int, ...]] | None = None
        factors = light_factors(self._scene, view)
        if self._factors is None or not np.array_equal(self._factors, factors):
            before = () if self._factors is None else self._light.suns
            light = scene_light(self._scene, factors, self._map, self._drawables)
            self._light = self._room.lit(self._scene, view, light)
            self._factors = factors
            self._set_light(self._light)
            if [sun.direction_world for sun in before] != [sun.direction_world for sun in self._light.suns]:
                self._state = None  # their shadow maps are of other suns
        state = _state(view)
        if self._state is None or not all(map(np.array_equal, self._state, state)):
            present = present_drawables(self._drawables, view)
            self._visibility.set_state(present, view.T_world_objects, self._room.walls)
            self._state = state
            self._within = self._reach is not None and self._reach.holds(present, view.T_world_objects)
        self._visibility.set_view(view)

    def _set_light(self, light: SceneLight) -> None:
        scene = self._scene
        air = ["LAMPS"] * self._has_lamps
        shining = ["SHINING"] * bool(self._shining)
        air += ["FOG", f"FOG_SUNS {len(scene.suns)}"] * (scene.fog is not None)
        defines = ["EMISSIVE"] * any(light.emissive) + ["COAT"] * any(light.coats) + shining + air
        self._shade_defines = (*defines, *self._room.defines)
        self._shades: dict[tuple[str, ...], moderngl.Program] = {}
        self._background_defines = tuple(air) if scene.fog else ()
        lamplight = self._room.lamplight(-light.illumination.directions)
        self._visibility.set_scene(light.illumination, light.suns, bounce_of(light, lamplight))
        scale = light.illumination.map_scale * light.map.value_scale
        steps = (LEVELS - 1) / (1 - ROOT_SMOOTHEST)
        closed = bool(self._room.defines)
        self._irradiance.write(self._room.irradiance_texels() if closed else irradiance_texels(light))
        self._mirrored = self._room.mirrored or light.map.prefiltered
        mirrored_scale = self._room.mirrored_scale if closed else scale
        self._constant: dict[str, object] = {
            "mirror": (mirrored_scale, 1 / self._mirrored.width, 1 / self._mirrored.height),
            "level_of": (steps, -steps * ROOT_SMOOTHEST),
            "emissive": light.emissive,
            "coats": light.coats,
        }
        shown = scale if light.background_visible else 0.0
        self._background_scale = shown

    def draw(
        self,
        targets: Targets,
        coarse: LightTargets,
        view: View,
        nonce: float,
        others: Others | None = None,
        mirrored: bool = False,
    ) -> None:
        """Fill the radiance target from the label targets; the view's lights are set.

        Args:
            others: pictures of the view that this one shows in glass and mirrors.
            mirrored: for a floor to show, which mirrors small lamps themselves by its own highlights.
        """
        gl = self._context.gl
        gl.disable(moderngl.DEPTH_TEST | moderngl.BLEND | moderngl.CULL_FACE)
        suns = self._suns_seen(view)
        self._visibility.draw(targets, coarse, view, suns, self._room, self._irradiance)
        lamps = lamps_of(lights_in(self._scene, view)) if self._has_lamps else ()
        white = white_of(self._light)
        if self._has_lamps:
            mirror = others.mirror.uniforms(view) if others and others.mirror else None
            white += self._draw_lamps(targets, coarse, view, lamps, mirror)
        self._draw_shining(targets, coarse, view)
        self._context.draw_into(targets.unsmoothed)
        targets.unsmoothed.clear(nonce, nonce, nonce, nonce)
        self._shade_pixels(targets, coarse, view, white, suns, others or Others())
        shining = [lamp for lamp in lamps if lamp.half_m is not None] if mirrored else lamps
        faces = faces_of(shining, view, self._scene.fog, white)
        smoothed = others is not None  # what is shown in another picture is smoothed with it
        self._discs.draw(targets.shaded, view, [face for face in faces if not face.is_speck], white)
        if smoothed:
            self._antialias.draw(targets, white)
        specks = targets.over_smoothed if smoothed else targets.over_radiance
        self._discs.draw(specks, view, [face for face in faces if face.is_speck], white)

    def _draw_lamps(
        self,
        targets: Targets,
        coarse: LightTargets,
        view: View,
        lamps: Sequence[Lamp],
        mirror: dict[str, object] | None,
    ) -> float:
        """Add up the light of the lamps and return how bright they make a white sheet."""
        drawables = present_drawables(self._drawables, view)
        fog = self._scene.fog
        coats = self._light.coats if any(self._light.coats) else None
        self._lamps.draw(LampView(targets, coarse, view, drawables, fog, coats, mirror), lamps)
        if fog is not None:
            self._glow.draw(targets, coarse, view, fog, lamps)
        things = [drawable for drawable in drawables if drawable.body.is_thing] or drawables
        points = [view.T_world_objects[drawable.body.instance_id - 1][:3, 3] for drawable in things]
        return typical_luminance(lamps, np.reshape(points, (-1, 3)))

    def _draw_shining(self, targets: Targets, coarse: LightTargets, view: View) -> None:
        """Add the light of emissive maps to that of the lamps."""
        if not self._shining:
            return
        if not self._has_lamps:
            self._context.draw_into(coarse.lamp_light)
            coarse.lamp_light.clear()
        self._overlays.shine(coarse.lamp_light, targets, view, visible_items(self._shining, view))

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

    def _suns_seen(self, view: View) -> tuple[int, ...]:
        """Return the indices of the suns that may light something in a view."""
        if self._reach is None or not self._within:
            return tuple(range(len(self._light.suns)))
        if self._seen is None or self._seen[0] is not view:  # what is behind glass is the same view
            self._seen = view, self._reach.seen(self._light.suns, view)
        return self._seen[1]

    @property
    def _has_lamps(self) -> bool:
        return bool(self._scene.lights or self._scene.panels)

    def _shade_with(self, more: tuple[str, ...]) -> moderngl.Program:
        """Return the program that shades surfaces, with what does not change from view to view set."""
        if more not in self._shades:
            program = self._context.program("fullscreen.vert", "shade.frag", (*self._shade_defines, *more))
            set_uniforms(program, **self._constant)
            self._shades[more] = program
        return self._shades[more]

    def _shade_pixels(
        self,
        targets: Targets,
        coarse: LightTargets,
        view: View,
        white: float,
        suns: Sequence[int],
        others: Others,
    ) -> None:
        """Shade surfaces, then fill in the background; the labels' depth keeps each from the other's pixels."""
        gl, light = self._context.gl, self._light
        R_map_camera = rotation_about_z(-light.rotation_rad) @ view.T_world_camera[:3, :3]
        R_light_camera = view.T_world_camera[:3, :3] if self._room.defines else R_map_camera
        self._bind_light(targets, coarse)
        others.bind()
        camera: dict[str, object] = {**ray_uniforms(view.intrinsics)}
        if self._scene.fog is not None:
            camera |= self._air(coarse, view, self._scene.fog)
        surfaces = camera | {"R_map_camera": as_floats(R_light_camera.T), "white": white}
        self._context.draw_into(targets.shaded)
        targets.shaded.viewport = (0, 0, targets.width, targets.height)
        gl.enable(moderngl.DEPTH_TEST)
        gl.depth_func = ">"
        self._shade_surfaces(targets, coarse, view, [light.suns[index] for index in suns], others, surfaces)
        gl.depth_func = "<="
        self._fill_background(view, camera | {"R_map_camera": as_floats(R_map_camera.T), "white": white})
        gl.depth_func = "<"
        gl.disable(moderngl.DEPTH_TEST)

    def _bind_light(self, targets: Targets, coarse: LightTargets) -> None:
        """Bind what surfaces and background are shaded from."""
        labels = targets.labels
        light = (coarse.shares, self._mirrored, self._irradiance)
        for unit, texture in enumerate((labels.normal_depth, labels.surface, *light)):
            texture.use(unit)
        if self._has_lamps or self._shining:
            coarse.lamp_texture.use(7)

    def _fill_background(self, view: View, camera: dict[str, object]) -> None:
        """Show the surroundings where nothing is; textures of the air are bound, and the framebuffer is."""
        defines = (*self._background_defines, *ray_defines(view.intrinsics))
        program = self._context.program("fullscreen.vert", "background.frag", defines)
        self._light.map.background.use(5)
        set_uniforms(program, background=5, background_scale=self._background_scale, **camera)
        self._context.fill(program)

    def _shade_surfaces(
        self,
        targets: Targets,
        coarse: LightTargets,
        view: View,
        suns: Sequence[DirectionalLight],
        others: Others,
        camera: dict[str, object],
    ) -> None:
        """Shade each part of the image with what it needs; textures are bound, and the framebuffer is."""
        (width, height), (half_width, half_height) = targets.size_px, coarse.shares.size
        whole = targets.shaded.scissor
        colors = as_floats(np.array([sun.illuminance_rgb for sun in suns]))
        for names, where in others.parts(targets.region):
            shade = self._shade_with((f"SUNS {len(suns)}", *names, *ray_defines(view.intrinsics)))
            set_uniforms(
                shade, normal_depth=0, surface=1, shares=2, prefiltered=3, irradiance=4,
                lamp_light=7, **others.uniforms(view),
                spacing=float(coarse.spacing_px),
                texel=(1 / width, 1 / height, 1 / half_width, 1 / half_height),
                sun_direction=as_floats(suns_in_camera(suns, view)), sun_color=colors, **camera,
            )  # fmt: skip
            for x0, y0, x1, y1 in where:
                targets.shaded.scissor = (x0, y0, x1 - x0, y1 - y0)
                self._context.fill(shade)
        targets.shaded.scissor = whole


def _state(view: View) -> tuple[FloatArray, ...]:
    """Return all that the suns' shadow maps depend on, as copies."""
    present = np.ones(len(view.T_world_objects)) if view.present is None else view.present.astype(float)
    gait = np.zeros(0) if view.gait is None else np.nan_to_num(view.gait, nan=-1.0)
    return view.T_world_objects.copy(), present, gait
