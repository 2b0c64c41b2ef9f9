"""Drawn shutters and apertures of cameras."""

from __future__ import annotations

from simgen.camera import Intrinsics
from simgen.errors import Problem, ScenarioError
from simgen.records.scene import BLUR_SAMPLES, Aperture, Capture
from simgen.sampling.cast import Cast
from simgen.scenario import spec

_SLACK = 1 + 1e-9  # a shutter open from frame to frame, written in decimals


def draw_shutter(cast: Cast, camera: spec.CameraSpec, capture: Capture, path: str) -> float:
    """Return for how long each picture is exposed, seconds; 0 without a shutter.

    Raises:
        ScenarioError: longer than from one frame to the next.
    """
    if camera.shutter is None:
        return 0.0
    shutter_s = cast.draws.number(camera.shutter, f"{path}.shutter")
    rate_hz = capture.frame_rate_hz if capture.dense is None else capture.dense.frame_rate_hz
    if rate_hz and shutter_s * rate_hz > _SLACK:
        message = (
            f"{shutter_s:g} s is longer than from one frame to the next ({1 / rate_hz:g} s at {rate_hz} Hz); open it"
            " for a shorter time, or lower the capture's rate"
        )
        raise ScenarioError([Problem(f"{path}.shutter", message)])
    return shutter_s


def draw_aperture(cast: Cast, camera: spec.CameraSpec, intrinsics: Intrinsics, path: str) -> Aperture | None:
    """Return the aperture of a camera, None where it has none.

    Raises:
        ScenarioError: it is focused nearer than its focal length, or on a body that is not in this scene.
    """
    given = camera.aperture
    if given is None:
        return None
    path, draws = f"{path}.aperture", cast.draws
    focal_m = draws.optional(given.focal_length, f"{path}.focal_length")
    if focal_m is None:
        sensor_width_m = draws.number(given.sensor_width, f"{path}.sensor_width")
        focal_m = sensor_width_m * intrinsics.fx / intrinsics.width
    if given.diameter is not None:
        diameter_m = draws.number(given.diameter, f"{path}.diameter")
    else:
        diameter_m = focal_m / draws.number(given.f_number, f"{path}.f_number")
    if given.focus_on is not None:
        return Aperture(diameter_m, focal_m, focus_on=cast.body(given.focus_on, f"{path}.focus_on"))
    focus_m = draws.number(given.focus, f"{path}.focus")
    if focus_m <= focal_m:
        message = (
            f"{focus_m:g} m is not beyond the focal length of {focal_m:g} m, where no lens is sharp; focus farther"
            " away, or use a smaller sensor_width or focal_length"
        )
        raise ScenarioError([Problem(f"{path}.focus", message)])
    return Aperture(diameter_m, focal_m, focus_m)


def draw_blur_samples(cast: Cast, camera: spec.CameraSpec, path: str) -> int:
    """Return of how many sharp pictures a blurred one is made, at most."""
    if camera.blur_samples is None:
        return BLUR_SAMPLES
    return cast.draws.count(camera.blur_samples, f"{path}.blur_samples")
