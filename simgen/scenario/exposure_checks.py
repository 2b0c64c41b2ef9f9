"""What only the whole camera can tell of its shutter and aperture."""

from __future__ import annotations

from collections.abc import Iterator

from simgen.scenario.bounds import highest, lowest
from simgen.scenario.mistakes import Location
from simgen.scenario.names import Finding, Names, told
from simgen.scenario.spec import ApertureSpec, CameraSpec, CaptureSpec

_SLACK = 1 + 1e-9  # rounding of 1 / rate
_NEVER_OPEN = {
    "equirectangular": "its picture is joined from those of many lenses, which have no aperture in common",
    "orthographic": "parallel rays come through no point that an aperture could lie around",
}
_CHOICES = (("f_number", "diameter"), ("focus", "focus_on"))


def check_exposures(names: Names) -> Iterator[Finding]:
    """Yield the findings about how the cameras of a scenario blur."""
    for name, camera in names.scenario.sensors.items():
        location: Location = ("sensors", name)
        yield from _check_shutter(location, camera, names.scenario.capture)
        yield from _check_blur(location, camera)
        if camera.aperture is not None:
            yield from _check_aperture((*location, "aperture"), camera.aperture, names)


def _check_shutter(location: Location, camera: CameraSpec, capture: CaptureSpec) -> Iterator[Finding]:
    rate = lowest(capture.rate if capture.dense is None else capture.dense.rate)
    if camera.shutter is not None and rate > 0 and lowest(camera.shutter) * rate > _SLACK:
        message = (
            f"is open for {lowest(camera.shutter):g} s, longer than from one frame to the next ({1 / rate:g} s); open"
            " it for a shorter time, or lower the capture's rate"
        )
        yield (*location, "shutter"), message


def _check_blur(location: Location, camera: CameraSpec) -> Iterator[Finding]:
    if camera.aperture is not None and camera.lens is not None:
        for kind, reason in _NEVER_OPEN.items():
            if getattr(camera.lens, kind) is not None:
                yield (*location, "aperture"), f"{reason}; leave out the aperture, or take another lens"
    if camera.blur_samples is not None and camera.shutter is None and camera.aperture is None:
        yield (*location, "blur_samples"), "has no meaning without shutter or aperture; give one of them"


def _check_aperture(location: Location, aperture: ApertureSpec, names: Names) -> Iterator[Finding]:
    """Each of its measures is given in one way, and what it is to show sharply lies beyond the focal length."""
    for pair in _CHOICES:
        given = [key for key in pair if getattr(aperture, key) is not None]
        if len(given) != 1:
            yield (
                location,
                f"has both {' and '.join(given)}; keep one" if given else f"needs one of {', '.join(pair)}",
            )
    if aperture.focal_length is not None and "sensor_width" in aperture.model_fields_set:
        yield (*location, "sensor_width"), "has no meaning beside focal_length; keep one"
    if aperture.focus_on is not None:
        yield from told((*location, "focus_on"), names.object_problem(aperture.focus_on, member=True))
    nearest_m = lowest(aperture.focal_length)
    if aperture.focus is not None and 0 < highest(aperture.focus) <= nearest_m:
        message = f"{highest(aperture.focus):g} m is not beyond the focal length of {nearest_m:g} m; focus farther away"
        yield (*location, "focus"), message
