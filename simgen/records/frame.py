"""A frame: exact ground-truth buffers of one camera at one time, straight from a renderer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a renderer is asked for: body poses and a camera.

    Attributes:
        sensor: name of the camera.
        T_world_camera: (4, 4).
        T_world_objects: (n, 4, 4), body i has instance id i + 1.
    """

    sensor: str
    frame_index: int
    time_s: float
    intrinsics: Intrinsics
    T_world_camera: FloatArray
    T_world_objects: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Silhouette:
    """The whole outline of one object as if nothing stood in front, sampled at pixel centres.

    Attributes:
        x0: column of the tile's first pixel in the image.
        y0: row of the tile's first pixel.
        mask: (h, w) bool, clipped to the image.
        bbox_unclipped_xyxy: half-open pixel box of the silhouette on the unbounded image plane; coordinates may
            be negative or past the image. NaN where part of the object lies before the near plane.
        total_px: silhouette pixels on the unbounded image plane; equals `mask.sum()` when nothing is cut off. An
            object that passes the near plane has no finite outline: it is counted on a canvas of three times the
            image's width and height around the image, as the BOP benchmark does.
    """

    x0: int
    y0: int
    mask: NDArray[np.bool_]
    bbox_unclipped_xyxy: tuple[float, float, float, float]
    total_px: float


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Buffers (height, width, ...) of one view; labels all come from one pass sampled at pixel centres.

    Attributes:
        radiance: (h, w, 3) float16, linear RGB luminance in cd/m²; may be anti-aliased.
        depth_m: (h, w) float32, distance to the image plane; NaN where nothing was hit.
        instance_id: (h, w) uint16; 0 = background.
        normals_camera: (h, w, 3) float32 unit vectors towards the camera side; NaN where nothing was hit.
        object_coordinates_m: (h, w, 3) float32, the surface point in its object's frame, metres,
            after the scene's `scale`; NaN where nothing was hit.
        silhouettes: by instance id, for every object with at least one pixel of silhouette inside the image.
        renderer: name of the back end.
    """

    view: View
    radiance: NDArray[np.float16]
    depth_m: NDArray[np.float32]
    instance_id: NDArray[np.uint16]
    normals_camera: NDArray[np.float32]
    object_coordinates_m: NDArray[np.float32]
    silhouettes: dict[int, Silhouette]
    renderer: str
