"""Fog on the graphics card: the numbers its shaders take, and the glow of lamps in it."""

from __future__ import annotations

from collections.abc import Sequence

import moderngl
import numpy as np

from simgen.geometry import FloatArray, invert_rigid
from simgen.records.frame import View
from simgen.records.light import Fog, SunLight
from simgen.rendering.fog import extinction_per_m
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.lamp import Lamp
from simgen.rendering.raster.rays import ray_defines, ray_uniforms
from simgen.rendering.raster.targets import Targets
from simgen.rendering.raster.visibility import LightTargets, as_floats

_AT_ONCE = 4  # lamps of one draw
_FARTHEST_VISIBILITIES = 3.0  # beyond, a lamp's glow is gone
_FARTHEST_CLEAR_M = 1000.0  # ... or in thin air too far to matter: assumed


class GlowPass:
    """Adds up what the air scatters of the lamps' light."""

    def __init__(self, context: GlContext) -> None:
        self._context = context

    def draw(
        self, targets: Targets, coarse: LightTargets, view: View, fog: Fog, lamps: Sequence[Lamp]
    ) -> None:
        """Fill `coarse.glow` from the label targets."""
        gl = self._context.gl
        self._context.draw_into(coarse.glow_light)
        coarse.glow_light.clear()
        targets.labels.normal_depth.use(0)
        gl.enable(moderngl.BLEND)
        gl.blend_func = (moderngl.ONE, moderngl.ONE)
        for start in range(0, len(lamps), _AT_ONCE):
            some = lamps[start : start + _AT_ONCE]
            beams = [lamp.beam_code for lamp in some]
            defines = [f"COUNT {len(some)}", *ray_defines(view.intrinsics), *["BEAMS"] * any(beams)]
            program = self._context.program("fullscreen.vert", "glow.frag", defines)
            set_uniforms(
                program, normal_depth=0, **ray_uniforms(view.intrinsics),
                spacing=float(coarse.glow_spacing_px), last_px=(targets.width - 0.5, targets.height - 0.5),
                farthest_m=min(_FARTHEST_VISIBILITIES * fog.visibility_m, _FARTHEST_CLEAR_M),
                lamp_from_camera=as_floats(np.array([_seen_from(lamp, view) for lamp in some])),
                lamp_rgb=as_floats(np.array([[*lamp.axis_rgb_cd, lamp.position_m[2] - fog.base_m] for lamp in some])),
                lamp_cone=as_floats(np.array([_cone(lamp) for lamp in some])),
                lamp_beam=as_floats(np.array(beams)), **fog_uniforms(fog, view),
            )  # fmt: skip
            self._context.fill(program)
        gl.disable(moderngl.BLEND)


def fog_uniforms(fog: Fog, view: View) -> dict[str, object]:
    """Return the uniforms of `fog.glsl`."""
    height = float(view.T_world_camera[2, 3]) - fog.base_m
    return {
        "fog": (extinction_per_m(fog), max(fog.scale_height_m, 0.0), height),
        "camera_up": tuple(float(v) for v in view.T_world_camera[2, :3]),
    }


def air_uniforms(mean_rgb: FloatArray, suns: Sequence[SunLight], view: View) -> dict[str, object]:
    """Return the uniforms of `air.glsl`: what the air itself sends.

    Args:
        mean_rgb: (3,) mean luminance of the surroundings.
        suns: of the scene, as bright as they are now.
    """
    towards = np.reshape([sun.direction_world for sun in suns], (-1, 3)) @ view.T_world_camera[:3, :3]
    colors = np.reshape([np.asarray(sun.color_rgb) * sun.illuminance_lux for sun in suns], (-1, 3))
    return {
        "air_mean": tuple(float(v) for v in mean_rgb),
        "air_sun_direction": as_floats(towards),
        "air_sun_color": as_floats(colors),
    }


def _seen_from(lamp: Lamp, view: View) -> FloatArray:
    """Return camera -> lamp frame, transposed as uniforms are."""
    return (invert_rigid(lamp.T_world_lamp) @ view.T_world_camera).T


def _cone(lamp: Lamp) -> tuple[float, float, float, float]:
    if lamp.half_m is not None:
        return 1.0, 0.0, 1.0, 0.0
    scale = 1 / (lamp.inner_cos - lamp.outer_cos)
    return scale, -lamp.outer_cos * scale, 0.0, lamp.outer_cos
