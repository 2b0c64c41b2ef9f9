"""Cameras of a scene: `orbit` and `fixed`, one pose a frame, never inside a thing; `mount`, fixed to a body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simgen.errors import Problem, ScenarioError
from simgen.geometry import Pose, look_at, rotation_about_z
from simgen.records.scene import CameraSensor, Capture
from simgen.sampling.cast import Cast
from simgen.sampling.draws import Draws, Refused
from simgen.sampling.exposures import draw_aperture, draw_blur_samples, draw_shutter
from simgen.sampling.layout import Layout
from simgen.sampling.lenses import draw_intrinsics
from simgen.sampling.mounts import T_object_mount, camera_on
from simgen.sampling.objects import Thing
from simgen.sampling.targets import Targets
from simgen.scenario import spec
from simgen.scenario.distributions import ScalarDistribution
from simgen.worlds.boxes import contains_point
from simgen.worlds.regions import BoxRegion


@dataclass(frozen=True, slots=True)
class Staging:
    """What cameras need to know.

    Attributes:
        cast: what names stand for.
        things: all bodies by name.
        room: where cameras must stand, None where anywhere will do.
        tries: how often one view is drawn again when it lies inside a thing or outside the room.
        redrawn: counts those, by reason; added to.
    """

    draws: Draws
    layout: Layout
    targets: Targets
    cast: Cast
    things: Mapping[str, Thing]
    room: BoxRegion | None
    tries: int
    redrawn: dict[str, int]


def draw_camera(ctx: Staging, name: str, camera: spec.CameraSpec, capture: Capture) -> CameraSensor:
    """Return one drawn camera.

    Raises:
        Refused: a view stayed inside a thing, or outside the room, for all tries.
        ScenarioError: its shutter or aperture cannot be, or it looks at where it stands.
    """
    path = f"sensors.{name}"
    intrinsics = draw_intrinsics(ctx.draws, camera, path)
    exposure = None if camera.exposure == "auto" else ctx.draws.number(camera.exposure, f"{path}.exposure")
    if camera.mount is not None:
        T = camera_on(T_object_mount(ctx.cast, ctx.things, camera.mount, f"{path}.mount"))
        poses = (Pose.from_matrix(T),)
    else:
        moves = camera.orbit is not None or (camera.fixed is not None and camera.fixed.per_frame)
        count = capture.frame_count
        views = range(count if moves else 1)
        poses = tuple(_view(ctx, name, camera, intrinsics.near_m, k, count) for k in views)
    return CameraSensor(
        name,
        intrinsics,
        poses,
        exposure,
        mount=camera.mount.on if camera.mount is not None else "",
        shutter_s=draw_shutter(ctx.cast, camera, capture, path),
        aperture=draw_aperture(ctx.cast, camera, intrinsics, path),
        blur_samples=draw_blur_samples(ctx.cast, camera, path),
    )


def _view(ctx: Staging, name: str, camera: spec.CameraSpec, near_m: float, k: int, frame_count: int) -> Pose:
    drawn_again = f"sensors.{name} view drawn again"
    for again in range(ctx.tries):
        path = f"sensors.{name}.view[{k}]" + (f".again[{again}]" if again else "")
        if camera.orbit is not None:
            pose = _orbit(ctx, camera.orbit, path, k, frame_count)
        else:
            assert camera.fixed is not None  # noqa: S101 - the model has exactly one of the three
            try:
                pose = _fixed(ctx, camera.fixed, path)
            except ValueError as error:
                raise ScenarioError([Problem(f"sensors.{name}.fixed", str(error))]) from error
        if _stands_free(ctx, pose, near_m):
            return pose
        ctx.redrawn[drawn_again] = ctx.redrawn.get(drawn_again, 0) + 1
    raise Refused(
        f"sensors.{name} position",
        "move the camera away from objects and walls, for example by a larger radius or elevation",
    )


def _stands_free(ctx: Staging, pose: Pose, near_m: float) -> bool:
    if ctx.room is not None and not ctx.room.contains([pose.position_m]):
        return False
    return not bool(contains_point(ctx.layout.solids, pose.position_m, near_m).any())


def _orbit(ctx: Staging, orbit: spec.Orbit, path: str, k: int, frame_count: int) -> Pose:
    draws = ctx.draws
    target = ctx.targets.point(orbit.target, f"{path}.target")
    jitter = draws.number(orbit.target_jitter, f"{path}.target_jitter")
    target = target + draws.rng(f"{path}.target_shift").uniform(-1.0, 1.0, 3) * jitter
    radius = draws.number(orbit.radius, f"{path}.radius")
    elevation = draws.number(orbit.elevation, f"{path}.elevation")
    azimuth = _azimuth(draws, orbit, f"{path}.azimuth", k, frame_count)
    level = np.cos(elevation)
    outward = np.array([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)])
    return Pose.from_matrix(look_at(target + radius * outward, target))


def _azimuth(draws: Draws, orbit: spec.Orbit, path: str, k: int, frame_count: int) -> float:
    """Azimuth of view k: drawn from the k-th of equal sectors when spread evenly, else from the whole range."""
    if orbit.azimuth is None:
        u = float(draws.rng(path).random())
        return 2 * np.pi * ((k + u) / frame_count if orbit.spread == "even" else u)
    if orbit.spread == "even" and isinstance(orbit.azimuth, ScalarDistribution):
        return orbit.azimuth.ppf((k + float(draws.rng(path).random())) / frame_count)
    return draws.number(orbit.azimuth, path)


def _fixed(ctx: Staging, fixed: spec.Fixed, path: str) -> Pose:
    eye = ctx.draws.vector(fixed.position, f"{path}.position")
    T = look_at(eye, ctx.targets.point(fixed.look_at, f"{path}.look_at"))
    roll = ctx.draws.number(fixed.roll, f"{path}.roll")
    T[:3, :3] = T[:3, :3] @ rotation_about_z(roll)
    return Pose.from_matrix(T)
