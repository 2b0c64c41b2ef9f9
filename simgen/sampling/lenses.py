"""Drawn cameras: focal lengths from the field of view, as the lens has it."""

from __future__ import annotations

from dataclasses import replace
from math import pi
from typing import Any

import numpy as np

from simgen.camera import Intrinsics
from simgen.errors import Problem, ScenarioError
from simgen.lens import COEFFICIENTS, Lens, LensKind, widest_angle
from simgen.sampling.draws import Draws
from simgen.scenario import spec
from simgen.scenario.spec.lenses import LensSpec


def draw_intrinsics(draws: Draws, camera: spec.CameraSpec, path: str) -> Intrinsics:
    """Return what one camera draws.

    Raises:
        ScenarioError: its lens does not show the corners of its picture, or sees more than all there is.
    """
    pinhole = Intrinsics.from_fov(
        draws.count(camera.width, f"{path}.width"),
        draws.count(camera.height, f"{path}.height"),
        draws.number(camera.fov, f"{path}.fov"),
        draws.number(camera.near, f"{path}.near"),
        draws.number(camera.far, f"{path}.far"),
    )
    if camera.lens is None:
        return pinhole
    kind, given = _given(camera.lens)
    where = f"{path}.lens.{kind}"
    numbers = {name: draws.number(value, f"{where}.{name}") for name, value in sorted(given.items())}
    lens = Lens(
        kind, tuple(numbers.get(name, 0.0) for name in COEFFICIENTS[kind]), numbers.get("widest", 2 * pi) / 2
    )
    focal_px = _focal_px(lens, pinhole, numbers, where)
    made = replace(pinhole, fx=focal_px, fy=focal_px, lens=lens)
    if kind == "brown_conrady":
        _check_corners(made, where)
    return made


def _given(lens: LensSpec) -> tuple[LensKind, dict[str, Any]]:
    kinds: tuple[LensKind, ...] = ("brown_conrady", "fisheye", "equirectangular", "orthographic")
    for kind in kinds:
        fields = getattr(lens, kind)
        if fields is not None:
            return kind, {name: getattr(fields, name) for name in type(fields).model_fields}
    raise ScenarioError([Problem("lens", f"needs one of {', '.join(kinds)}")])


def _focal_px(lens: Lens, pinhole: Intrinsics, numbers: dict[str, float], where: str) -> float:
    """Return the focal length that spreads the field of view over the picture's width."""
    if lens.kind == "orthographic":
        return pinhole.width / numbers["span"]
    if lens.kind == "equirectangular":
        focal_px = pinhole.width / numbers["fov"]
        if pinhole.height / focal_px > pi * (1 + 1e-9):
            raise ScenarioError([Problem(f"{where}.fov", _too_high(pinhole, numbers["fov"]))])
        return focal_px
    if lens.kind == "brown_conrady":
        return pinhole.fx
    half = numbers["fov"] / 2
    if half > widest_angle(Lens("fisheye", lens.coefficients)):
        turn = 2 * np.degrees(widest_angle(Lens("fisheye", lens.coefficients)))
        message = (
            f"with these coefficients it shows {turn:.1f} deg at most, not {np.degrees(2 * half):.1f} deg"
        )
        raise ScenarioError([Problem(f"{where}.fov", f"{message}; lower it, or change k1 to k4")])
    radius = half * (1 + sum(k * half ** (2 * n + 2) for n, k in enumerate(lens.coefficients)))
    return pinhole.width / 2 / radius


def _too_high(pinhole: Intrinsics, fov_rad: float) -> str:
    most = pinhole.width * pi / fov_rad
    return (
        f"{np.degrees(fov_rad):.1f} deg over {pinhole.width} px leave room for {most:.0f} rows from straight up to"
        f" straight down, but the height is {pinhole.height}; lower height or fov"
    )


def _check_corners(camera: Intrinsics, where: str) -> None:
    """Refuse a lens that turns round inside the picture."""
    across = np.array([-0.5, camera.width - 0.5])
    down = np.array([-0.5, camera.height - 0.5])
    u, v = (grid.ravel() for grid in np.meshgrid(across, down))
    if not np.isfinite(camera.directions(u, v)).all():
        message = "with these coefficients the lens turns round before the corners of the picture"
        raise ScenarioError([Problem(where, f"{message}; make them smaller, or lower the camera's fov")])
