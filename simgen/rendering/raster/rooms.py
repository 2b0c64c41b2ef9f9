"""Enclosed scenes: light that comes through openings and from walls takes the place of that from all around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import moderngl
import numpy as np

from simgen.geometry import FloatArray
from simgen.records.frame import View
from simgen.records.scene import Scene
from simgen.rendering.lamps import lights_in
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.enclosures import Enclosure, find_enclosure
from simgen.rendering.raster.environment import illumination_of, sky_around
from simgen.rendering.raster.lamp import Lamp, lamps_of
from simgen.rendering.raster.prefilter import QUICKLY, Prefilter, scale_of
from simgen.rendering.raster.room_light import RoomLight, Sources
from simgen.rendering.raster.room_probes import RoomProbes
from simgen.rendering.raster.scene_light import BRIGHTEST, IRRADIANCE_SIDE, SceneLight
from simgen.rendering.raster.shadows import Walls


class RoomPass:
    """The enclosure of a scene, if it has one.

    Attributes:
        defines: names that shaders which know of it are compiled with; empty in the open.
        walls: what shadows know of it; nothing in the open.
        mirrored: what is seen from the middle, blurred, as `prefilter` has it.
        mirrored_scale: what to multiply its texels by, cd/m².
    """

    def __init__(self, context: GlContext) -> None:
        self._context, self._prefilter = context, Prefilter(context)
        self._probes: RoomProbes | None = None
        self._lamps: tuple[Lamp, ...] = ()
        self.mirrored: moderngl.Texture | None = None
        self.mirrored_scale = 1.0

    def set_scene(self, drawables: Sequence[Drawable]) -> None:
        """Look for walls around a scene's things, and from place to place between them."""
        self._release()
        enclosure = find_enclosure(drawables)
        self._probes = None if enclosure is None else RoomProbes(self._context, RoomLight(enclosure))

    @property
    def defines(self) -> tuple[str, ...]:
        """See above."""
        return ("PROBES",) if self._probes is not None else ()

    @property
    def enclosure(self) -> Enclosure | None:
        """What stands around the things; None in the open."""
        return None if self._probes is None else self._probes.room.enclosure

    @property
    def walls(self) -> Walls:
        """See above."""
        if self._probes is None:
            return Walls()
        enclosure = self._probes.room.enclosure
        return Walls(enclosure.shell.members, enclosure.corners_m)

    def lit(self, scene: Scene, view: View, light: SceneLight) -> SceneLight:
        """Return the lights of a scene as its things have them, and keep what its surfaces have."""
        if self._probes is None:
            return light
        scale = light.illumination.map_scale
        sky = sky_around(light.map.analysis, scale, light.rotation_rad)
        self._lamps = _still_lamps(scene, view)
        field = self._probes.room.field(Sources(sky, light.suns, self._lamps))
        self._probes.write(field)
        around = field.around.astype(np.float32)
        if self.mirrored is not None:
            self.mirrored.release()
        self.mirrored_scale = scale_of(around)
        self.mirrored = self._prefilter.tiles(around / self.mirrored_scale, QUICKLY)
        return replace(light, illumination=illumination_of(around, scale))

    def lamplight(self, normals: FloatArray) -> FloatArray:
        """Return (n, 3) the radiance of white sheets among the things, unit normals (n, 3), in the light of lamps."""
        if self._probes is None:
            return np.zeros(normals.shape)
        return self._probes.room.lamplight(normals, self._lamps)

    def irradiance_texels(self) -> bytes:
        """Return what takes the place of `scene_light.irradiance_texels`: more light than any surface gets."""
        assert self._probes is not None  # noqa: S101 - asked in enclosed scenes alone
        texels = np.ones((IRRADIANCE_SIDE**2, 4))
        texels[:, :3] = np.minimum(self._probes.greatest(IRRADIANCE_SIDE), BRIGHTEST)
        return texels.astype(np.float16).tobytes()

    def uniforms(self, view: View) -> dict[str, object]:
        """Return the uniforms of `probes.glsl` and bind its texture; none in the open."""
        if self._probes is None:
            return {}
        self._probes.use()
        return self._probes.uniforms(view)

    def _release(self) -> None:
        if self._probes is not None:
            self._probes.release()
        if self.mirrored is not None:
            self.mirrored.release()
        self._probes = self.mirrored = None


def _still_lamps(scene: Scene, view: View) -> tuple[Lamp, ...]:
    """Return the lamps that no body carries."""
    lights = lights_in(scene, view)
    spots = tuple(placed for placed in lights.spots if not placed.light.mount)
    panels = tuple(placed for placed in lights.panels if not placed.light.mount)
    return lamps_of(replace(lights, spots=spots, panels=panels))
