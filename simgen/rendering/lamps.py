"""Which lights shine in a view, how brightly, and where lamps stand: one answer for every back end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.records.frame import View
from simgen.records.light import EnvironmentLight, PanelLight, SpotLight, SunLight
from simgen.records.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class PlacedSpot:
    """A lamp that shines, its intensity as it is now; `T_world_light` is (4, 4), it shines along +X."""

    light: SpotLight
    T_world_light: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PlacedPanel:
    """A rectangle that shines, its flux as it is now; `T_world_light` is (4, 4), it shines along +X."""

    light: PanelLight
    T_world_light: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Lights:
    """The lights of a view that are not dark.

    Attributes:
        suns: their illuminance as it is now.
        environment: its illuminance as it is now.
        state: (k, ...) numbers that are equal where the lights are.
    """

    suns: tuple[SunLight, ...]
    spots: tuple[PlacedSpot, ...]
    panels: tuple[PlacedPanel, ...]
    environment: EnvironmentLight
    state: FloatArray


def lights_in(scene: Scene, view: View) -> Lights:
    """Return what shines in a view: dimmed or brightened by its factors, lamps carried along by their bodies.

    A lamp whose body is not present does not shine.
    """
    factors = light_factors(scene, view)
    ids = {body.name: body.instance_id for body in scene.objects}
    first_spot = len(scene.suns)
    first_panel = first_spot + len(scene.lights)
    spots: list[PlacedSpot] = []
    for spot, factor in zip(scene.lights, factors[first_spot:], strict=False):
        T_world_light = _place(spot, view, ids)
        intensity_cd = spot.intensity_cd * float(factor)
        if T_world_light is not None and intensity_cd > 0:
            spots.append(PlacedSpot(replace(spot, intensity_cd=intensity_cd), T_world_light))
    panels: list[PlacedPanel] = []
    for panel, factor in zip(scene.panels, factors[first_panel:], strict=False):
        T_world_light = _place(panel, view, ids)
        flux_lm = panel.flux_lm * float(factor)
        if T_world_light is not None and flux_lm > 0:
            panels.append(PlacedPanel(replace(panel, flux_lm=flux_lm), T_world_light))
    poses = [placed.T_world_light.ravel() for placed in (*spots, *panels)]
    return Lights(
        suns=tuple(sun for sun in dimmed_suns(scene, factors) if sun.illuminance_lux > 0),
        spots=tuple(spots),
        panels=tuple(panels),
        environment=dimmed_environment(scene, factors),
        state=np.concatenate([factors, *poses]),
    )


def light_factors(scene: Scene, view: View) -> FloatArray:
    """Return (k,) what multiplies each of `Scene.light_names` in a view."""
    if view.light_factors is not None:
        return np.asarray(view.light_factors, dtype=float)
    lamps: list[Any] = [*scene.lights, *scene.panels]
    return np.array([1.0] * len(scene.suns) + [float(lamp.on) for lamp in lamps] + [1.0])


def dimmed_suns(scene: Scene, factors: FloatArray) -> tuple[SunLight, ...]:
    """Return all suns of a scene, as bright as these factors (k,) on `Scene.light_names` make them."""
    return tuple(
        replace(sun, illuminance_lux=sun.illuminance_lux * float(factor))
        for sun, factor in zip(scene.suns, factors, strict=False)
    )


def dimmed_environment(scene: Scene, factors: FloatArray) -> EnvironmentLight:
    """Return the light around a scene, as bright as these factors (k,) make it."""
    return replace(scene.environment, illuminance_lux=scene.environment.illuminance_lux * float(factors[-1]))


def present_bodies(view: View) -> NDArray[np.bool_]:
    """Return (n,) which bodies are there in a view."""
    return np.ones(len(view.T_world_objects), np.bool_) if view.present is None else view.present


def _place(lamp: SpotLight | PanelLight, view: View, ids: dict[str, int]) -> FloatArray | None:
    """Return `T_world_light`; None where the body that carries the lamp is not there."""
    if not lamp.mount:
        return lamp.pose.matrix()
    body = ids[lamp.mount] - 1
    if not present_bodies(view)[body]:
        return None
    return view.T_world_objects[body] @ lamp.pose.matrix()
