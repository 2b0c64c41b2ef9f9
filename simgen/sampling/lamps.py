"""Lamps: headlights on bodies, street lamps and ceiling panels in the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simgen.errors import Problem, ScenarioError
from simgen.geometry import Pose, look_at
from simgen.records.light import PanelLight, SpotLight
from simgen.sampling.cast import Cast
from simgen.sampling.lights import draw_color
from simgen.sampling.mounts import T_object_mount
from simgen.sampling.objects import Thing
from simgen.sampling.targets import Targets
from simgen.scenario import spec

# columns: the x (ahead), y (left), z (up) of a lamp in a camera's right-down-forward
_R_CAMERA_LAMP = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])


@dataclass(frozen=True, slots=True)
class Fittings:
    """What lamps are fixed to or look at.

    Attributes:
        things: all bodies by name.
    """

    cast: Cast
    targets: Targets
    things: Mapping[str, Thing]


def draw_lamp(ctx: Fittings, name: str, lamp: spec.LightSpec) -> SpotLight:
    """Return one drawn lamp.

    Raises:
        ScenarioError: the drawn cone is none (`inner` not below `outer`), its body or what it looks at does not
            exist, it looks at where it stands, or no black body has its colour temperature.
    """
    path, draws = f"lights.{name}", ctx.cast.draws
    inner, outer = (draws.number(getattr(lamp, key), f"{path}.{key}") for key in ("inner", "outer"))
    if inner >= outer:
        message = f"must be above inner ({inner:g} rad), drew {outer:g} rad"
        raise ScenarioError([Problem(f"{path}.outer", message)])
    return SpotLight(
        name=name,
        pose=_pose(ctx, lamp, path),
        mount="" if lamp.mount is None else lamp.mount.on,
        intensity_cd=draws.number(lamp.intensity, f"{path}.intensity"),
        color_rgb=draw_color(draws, lamp.color_temperature, f"{path}.color_temperature"),
        inner_angle_rad=inner,
        outer_angle_rad=outer,
        on=lamp.on,
        radius_m=draws.number(lamp.radius, f"{path}.radius"),
        casts_shadows=lamp.shadows,
        beam=lamp.beam,
        near_side=lamp.near_side,
    )


def draw_panel(ctx: Fittings, name: str, panel: spec.PanelSpec) -> PanelLight:
    """Return one drawn panel.

    Raises:
        ScenarioError: its body or what it looks at does not exist, it looks at where it stands, or no black body has
            its colour temperature.
    """
    path, draws = f"panels.{name}", ctx.cast.draws
    return PanelLight(
        name=name,
        pose=_pose(ctx, panel, path),
        mount="" if panel.mount is None else panel.mount.on,
        flux_lm=draws.number(panel.flux, f"{path}.flux"),
        width_m=draws.number(panel.width, f"{path}.width"),
        height_m=draws.number(panel.height, f"{path}.height"),
        color_rgb=draw_color(draws, panel.color_temperature, f"{path}.color_temperature"),
        on=panel.on,
        casts_shadows=panel.shadows,
    )


def _pose(ctx: Fittings, lamp: spec.LightSpec | spec.PanelSpec, path: str) -> Pose:
    if lamp.mount is not None:
        return Pose.from_matrix(T_object_mount(ctx.cast, ctx.things, lamp.mount, f"{path}.mount"))
    assert lamp.fixed is not None  # noqa: S101 - the model has exactly one of both
    position = ctx.cast.draws.vector(lamp.fixed.position, f"{path}.fixed.position")
    target = ctx.targets.point(lamp.fixed.look_at, f"{path}.fixed.look_at")
    try:
        T_world_camera = look_at(position, target)
    except ValueError as error:
        raise ScenarioError([Problem(f"{path}.fixed", str(error))]) from error
    T_world_camera[:3, :3] = T_world_camera[:3, :3] @ _R_CAMERA_LAMP
    return Pose.from_matrix(T_world_camera)
