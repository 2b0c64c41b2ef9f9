"""The frame gate of every back end: an empty or non-finite frame is an error, never a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simgen.errors import RenderError
from simgen.geometry import FloatArray
from simgen.records.frame import Frame, View

_MAGNITUDE = np.uint16(0x7FFF)  # of a half float's bits, all but the sign
_INFINITY = 0x7C00  # NaN is above it


class InView(Protocol):
    """An object that was drawn."""

    @property
    def instance_id(self) -> int:
        """The object's id."""
        ...

    def corners_camera(self) -> FloatArray:
        """Return the (8, 3) corners of the object's box in the camera frame."""
        ...


def place_of(view: View) -> str:
    """Return how messages name a view."""
    return f"sensor '{view.sensor}', frame {view.frame_index}"


def check_frame(frame: Frame, items: Sequence[InView]) -> None:
    """Raise RenderError for a frame that is empty although objects are in view, or holds NaN or infinity."""
    place = place_of(frame.view)
    hit = frame.instance_id > 0
    if not hit.any():
        _check_empty(place, frame, items)
    check_light(place, frame.radiance)
    if not np.array_equal(np.isfinite(frame.depth_m), hit):
        bad = int((np.isfinite(frame.depth_m) != hit).sum())
        raise RenderError(f"{place}: depth is not finite, or finite without an object, at {bad} pixels")


def check_light(place: str, radiance: NDArray[np.float16]) -> None:
    """Raise RenderError for a picture that holds NaN or infinity."""
    if not _all_finite(radiance):
        bad = int((~np.isfinite(radiance)).any(axis=-1).sum())
        raise RenderError(
            f"{place}: radiance is not finite at {bad} pixels; look at the lights' and materials' values"
        )


def _all_finite(radiance: NDArray[np.float16]) -> bool:
    """Return whether no value is NaN or infinite, by its bits: many times as fast as asking for each half float."""
    return int((radiance.view(np.uint16) & _MAGNITUDE).max(initial=0)) < _INFINITY


def _check_empty(place: str, frame: Frame, items: Sequence[InView]) -> None:
    expected = [item for item in items if frame.view.intrinsics.surely_shows(item.corners_camera())]
    if expected or frame.silhouettes:
        ids = sorted({item.instance_id for item in expected} | set(frame.silhouettes))
        raise RenderError(f"{place}: empty frame: objects {ids} are in view, but no pixel shows any object")
