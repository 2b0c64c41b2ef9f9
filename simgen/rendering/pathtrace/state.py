"""A scene as the path tracer holds it: made again only where bodies or lights changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.records.frame import View
from simgen.records.scene import Scene
from simgen.rendering.lamps import Lights, lights_in, present_bodies
from simgen.rendering.pathtrace.bodies import Body
from simgen.rendering.pathtrace.engine import Engine
from simgen.rendering.pathtrace.lamps import beams_of, cones_of, rectangle_of
from simgen.rendering.pathtrace.lights import SunDisc, Surroundings, sun_discs
from simgen.rendering.pathtrace.meshes import MeshMaker, bounding_sphere
from simgen.rendering.pathtrace.scenery import Around
from simgen.rendering.pathtrace.traced import TracedMesh, TracedState


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """What to trace in one state.

    Attributes:
        scene: with all lights; in fog without lamps and panels.
        lamps: in fog the same bodies, not shining, under lamps and panels alone, whose light the air takes on its
            way; None where there are none, or no fog.
        lights: that shine.
    """

    scene: TracedState
    lamps: TracedState | None
    lights: Lights


class TracedScene:
    """The bodies and lights of a scene in the state of the view seen last.

    Args:
        engine: that traces them.
        around: the light from all around at its full brightness.
    """

    def __init__(self, engine: Engine, scene: Scene, bodies: Sequence[Body], around: Surroundings) -> None:
        self._engine, self._scene, self._bodies = engine, scene, bodies
        self._meshes = MeshMaker(engine, bodies)
        self._surroundings = around
        self._around: tuple[float, Any, Around | None] = (0.0, None, None)
        self._state: tuple[NDArray[Any], ...] = ()
        self._traced: Traced | None = None

    def at(self, view: View, bodies: Sequence[Body]) -> Traced:
        """Return what to trace in the state of a view.

        Args:
            view: says where bodies are and which lights shine.
            bodies: in the poses of the view, see `skins.posed_bodies`.
        """
        lights, present = lights_in(self._scene, view), present_bodies(view)
        gait = np.zeros(0) if view.gait is None else np.nan_to_num(view.gait, nan=-1.0)
        state: tuple[NDArray[Any], ...] = (view.T_world_objects, present, lights.state, gait)
        same = len(self._state) == len(state) and all(
            np.array_equal(was, now) for was, now in zip(self._state, state, strict=True)
        )
        if self._traced is None or not same:
            meshes = self._meshes.placed(bodies, view.T_world_objects, present)
            self._traced = self._built(view, meshes, lights)
            self._state = tuple(part.copy() for part in state)
        return self._traced

    def _built(self, view: View, meshes: Sequence[TracedMesh], lights: Lights) -> Traced:
        apart = self._scene.fog is not None and bool(lights.spots or lights.panels)
        lamps, around, suns = self._lamps(lights), self._around_now(lights), self._suns(view, lights)
        if not apart:
            return Traced(self._engine.scene(meshes, suns, [*lamps, *around], self._around[2]), None, lights)
        dull = [replace(mesh, surface=replace(mesh.surface, emitter=None)) for mesh in meshes]
        bright = self._engine.scene(meshes, suns, around, self._around[2])
        return Traced(bright, self._engine.scene(dull, [], lamps), lights)

    def surroundings_at(self, lights: Lights) -> Surroundings:
        """Return the light from all around as bright as it is now."""
        return replace(self._surroundings, luminance=self._surroundings.luminance * self._share(lights))

    def _share(self, lights: Lights) -> float:
        full_lux = self._scene.environment.illuminance_lux
        return lights.environment.illuminance_lux / full_lux if full_lux > 0 else 0.0

    def _lamps(self, lights: Lights) -> list[Any]:
        """Return lamps and panels for the engine."""
        make = self._engine.emitters
        plain = [spot for spot in lights.spots if spot.light.beam == "cone"]
        beams = [spot for spot in lights.spots if spot.light.beam != "cone"]
        cones = [cone for spot in plain for cone in cones_of(spot.light, spot.T_world_light)]
        thrown = [beam for spot in beams for beam in beams_of(spot.light, spot.T_world_light)]
        panels = [rectangle_of(panel.light, panel.T_world_light) for panel in lights.panels]
        spots = [*map(make.cone, cones), *map(make.projected, thrown)]
        return spots + [make.rectangle(panel) for panel in panels]

    def _suns(self, view: View, lights: Lights) -> list[SunDisc]:
        center, radius = bounding_sphere(self._bodies, view.T_world_objects)
        return sun_discs(lights.suns, center, radius)

    def _around_now(self, lights: Lights) -> list[Any]:
        """Return the surroundings for the engine; none where they are dark."""
        if self._around[0] != self._share(lights):
            emitter = self._engine.emitters.around(self.surroundings_at(lights))
            table = None if emitter is None else self._engine.around(emitter)
            self._around = (self._share(lights), emitter, table)
        return [] if self._around[1] is None else [self._around[1]]
