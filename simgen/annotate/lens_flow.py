"""Where points go as a lens shows it: as `annotate.flow`, through the camera's own projection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.records.frame import Frame


def lens_flow(frame: Frame, steps: FloatArray) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return flow (h, w, 2) and the depth (h, w) then, NaN where the camera does not show the point then.

    Args:
        frame: seen through a lens.
        steps: (n + 1, 4, 4) of `annotate.flow.body_steps`.
    """
    camera, (h, w) = frame.view.intrinsics, frame.depth_m.shape
    points = _then(frame, steps)
    pixels = camera.project(points).reshape(h, w, 2)
    here = np.stack(np.meshgrid(np.arange(w, dtype=float), np.arange(h, dtype=float)), axis=-1)
    depth_m = np.where(frame.instance_id > 0, camera.depth_of(points).reshape(h, w), np.inf)
    flow_px = pixels - here
    depth_m = np.where(np.isnan(flow_px[..., 0]), np.nan, depth_m)
    return flow_px.astype(np.float32), depth_m.astype(np.float32)


def lens_scene_flow(frame: Frame, steps: FloatArray) -> NDArray[np.float32]:
    """Return (h, w, 3) the point's position in the other camera minus its position in this one; NaN for the sky."""
    camera, shape = frame.view.intrinsics, (*frame.depth_m.shape, 3)
    moved = _then(frame, steps).reshape(shape) - camera.unproject(frame.depth_m)
    return np.where((frame.instance_id > 0)[..., None], moved, np.nan).astype(np.float32)


def _then(frame: Frame, steps: FloatArray) -> FloatArray:
    """Return (h * w, 3) the point of every pixel in the other camera: of the sky its direction.

    Parallel rays all meet the sky in one direction, of which no pixel follows: NaN.
    """
    camera, ids = frame.view.intrinsics, frame.instance_id.ravel().astype(np.intp)
    sky = np.nan if camera.is_orthographic else 1.0
    points = camera.unproject(np.where(frame.instance_id > 0, frame.depth_m.astype(float), sky)).reshape(
        -1, 3
    )
    turn, shift = steps[ids, :3, :3], steps[ids, :3, 3]
    columns = [
        turn[:, k, 0] * points[:, 0]
        + turn[:, k, 1] * points[:, 1]
        + turn[:, k, 2] * points[:, 2]
        + shift[:, k]
        for k in range(3)
    ]
    return np.column_stack(columns)
