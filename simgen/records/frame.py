"""A frame: exact ground-truth buffers of one camera at one time, straight from a renderer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray

ExtraBuffer = Literal["albedo", "part_id", "object_coordinates"]
"""Buffers that a renderer makes only when a view asks for them."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Where the camera and every body stand at another capture frame of the same sensor.

    Attributes:
        T_world_camera: (4, 4).
        T_world_objects: (n, 4, 4), body i has instance id i + 1.
        gait: as in `View`.
    """

    T_world_camera: FloatArray
    T_world_objects: FloatArray
    gait: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a renderer is asked for: body poses and a camera.

    Attributes:
        sensor: name of the camera.
        T_world_camera: (4, 4).
        T_world_objects: (n, 4, 4), body i has instance id i + 1.
        extra_buffers: what the frame is to hold beyond what every frame does.
        outlines: whether it is to hold silhouettes, which amodal labels are made from; a renderer is quicker without.
        previous: the capture frame before, from which flow comes; None for the first, and where nobody asks.
        next: the capture frame after, likewise.
        present: (n,) bodies that are not are neither drawn nor cast shadows; None: all are.
        light_factors: (k,) on the intensity of each of `Scene.light_names`, whatever the lamp's `on` says; None:
            1, and 0 for a lamp that is not `on`.
        gait: (n, 2) of bodies with a skeleton, see `Trajectory.gait`; NaN or None: such a body is at the start of its
            gait, in full motion.
    """

    sensor: str
    frame_index: int
    time_s: float
    intrinsics: Intrinsics
    T_world_camera: FloatArray
    T_world_objects: FloatArray
    extra_buffers: frozenset[ExtraBuffer] = frozenset()
    previous: Moment | None = None
    next: Moment | None = None
    present: NDArray[np.bool_] | None = None
    light_factors: FloatArray | None = None
    gait: FloatArray | None = None
    outlines: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Silhouette:
    """The whole outline of one object as if nothing stood in front, sampled at pixel centres.

    Every pixel of the frame that shows the object belongs to it: a renderer that draws outlines apart, with roundings
    of their own, unites both.

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

    Buffers that may be None are there only where they were asked for. `object_coordinates_m`, `albedo` and `part_id`
    come from the renderer (`View.extra_buffers`), the others from `annotate.derive`, by formula from the buffers that
    every frame has, so that they are the same under any renderer.

    Attributes:
        radiance: (h, w, 3) float16, linear RGB luminance in cd/m²; may be anti-aliased. Of a camera with a shutter
            or an aperture the mean over both, while all labels are of the instant and sharp.
        depth_m: (h, w) float32, distance to the image plane; NaN where nothing was hit.
        instance_id: (h, w) uint16; 0 = background.
        normals_camera: (h, w, 3) float32 unit vectors towards the camera side; NaN where nothing was hit.
        silhouettes: by instance id, for every object with at least one pixel of silhouette inside the image; none where
            the view asks for no outlines.
        renderer: name of the back end.
        object_coordinates_m: (h, w, 3) float32, the surface point in its object's frame, metres,
            after the scene's `scale`; NaN where nothing was hit. Of a body with a skeleton: where the point lies in the
            rest pose, so that the same point has the same coordinates in every pose.
        albedo: (h, w, 3) float32, base colour of the surface, linear RGB 0..1, maps and overrides included:
            diffuse reflectance of a non-metal, reflectance at normal incidence of a metal. NaN where nothing was hit.
        part_id: (h, w) uint16, 1 + index of the surface's material in its model (the same at every level of detail);
            0 = background.
        distance_m: (h, w) float32, distance to the camera centre; NaN where nothing was hit.
        normals_world: (h, w, 3) float32, `normals_camera` in the world frame.
        surface_next_m: (h, w, 3) float32, where the surface point of a body with a skeleton lies in the body's frame at
            `View.next`, metres after `scale`; NaN on all else. From the renderer, where the view knows that moment and
            shows such a body in motion.
        surface_previous_m: the same at `View.previous`.
        flow_forward: (h, w, 2) float32, (x, y) pixels from here to where the same point of the surface projects in
            the sensor's next capture frame, seen or not. Where nothing was hit: of a direction, as of the sky. NaN
            where the point is not before the camera then, and everywhere in the last frame.
        flow_backward: the same to the previous capture frame.
        flow_occlusion_forward: (h, w) bool, True where that point is not visible in the next capture frame: out of
            the picture, hidden, or there is no such frame. See `annotate.flow.hidden`.
        flow_occlusion_backward: the same in the previous capture frame.
        scene_flow_m: (h, w, 3) float32, position of the surface point in the next frame's camera minus position in
            this one's, metres; NaN where nothing was hit and everywhere in the last frame.
    """

    view: View
    radiance: NDArray[np.float16]
    depth_m: NDArray[np.float32]
    instance_id: NDArray[np.uint16]
    normals_camera: NDArray[np.float32]
    silhouettes: dict[int, Silhouette]
    renderer: str
    object_coordinates_m: NDArray[np.float32] | None = None
    albedo: NDArray[np.float32] | None = None
    part_id: NDArray[np.uint16] | None = None
    distance_m: NDArray[np.float32] | None = None
    normals_world: NDArray[np.float32] | None = None
    surface_next_m: NDArray[np.float32] | None = None
    surface_previous_m: NDArray[np.float32] | None = None
    flow_forward: NDArray[np.float32] | None = None
    flow_backward: NDArray[np.float32] | None = None
    flow_occlusion_forward: NDArray[np.bool_] | None = None
    flow_occlusion_backward: NDArray[np.bool_] | None = None
    scene_flow_m: NDArray[np.float32] | None = None
