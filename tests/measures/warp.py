"""Flow, measured by drawing: where it leads, the next frame shows the same point of the same surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simgen.annotate.flow import hidden, optical_flow
from simgen.geometry import transform
from simgen.records.frame import Frame, Moment, View
from simgen.records.scene import Scene
from tests.measures.edges import inside
from tests.skinned import STRIDE_M, gaits, tube_scene
from tests.views import still_view

Draw = Callable[[View], Frame]
BOX_ID, TUBE_ID = 3, 2
_WINDOW_PX = 16  # drawn around each point: a whole picture for every pixel looked at would take long
SCENE: Scene = tube_scene()


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Two moments of the scene, and whose pixels are looked at."""

    now: View
    following: View
    instance_id: int | None  # None: all surfaces


def _view(travelled_m: float, turn: float = 0.0, shift_m: float = 0.0, camera: float = 0.0) -> View:
    """Return the tube so far on its gait, the box turned and shifted, the camera moved."""
    still = still_view(SCENE)
    T = still.T_world_objects.copy()
    T[BOX_ID - 1] = T[BOX_ID - 1] @ transform(
        (shift_m, 0.3 * shift_m, 0.0), (np.cos(turn / 2), 0.0, 0.0, np.sin(turn / 2))
    )
    moved = transform((0.5 * camera, -0.2 * camera, 0.1 * camera), (1.0, 0.0, 0.1 * camera, 0.02 * camera))
    return replace(
        still,
        T_world_objects=T,
        T_world_camera=still.T_world_camera @ moved,
        gait=gaits(SCENE, travelled_m),
    )


def _motion(instance_id: int | None, now: View, following: View) -> Motion:
    moments = [Moment(view.T_world_camera, view.T_world_objects, view.gait) for view in (now, following)]
    return Motion(
        replace(now, next=moments[1]), replace(following, frame_index=1, previous=moments[0]), instance_id
    )


_REST_M = 0.15 * STRIDE_M
MOTIONS: dict[str, Motion] = {
    "moving": _motion(BOX_ID, _view(_REST_M), _view(_REST_M, shift_m=0.07)),
    "rotating": _motion(BOX_ID, _view(_REST_M), _view(_REST_M, turn=0.2)),
    "skinned": _motion(TUBE_ID, _view(_REST_M), _view(0.19 * STRIDE_M)),
    "moving camera": _motion(None, _view(_REST_M), _view(_REST_M, camera=0.3)),
    "all at once": _motion(None, _view(_REST_M), _view(0.19 * STRIDE_M, 0.2, 0.07, 0.3)),
}


def warp_errors_px(draw: Draw, motion: Motion, count: int) -> NDArray[np.float64]:
    """Return how far off the next frame's object coordinates are where flow leads, in pixels, of so many pixels.

    Pixels are those that flow says are seen in both frames, off silhouettes. The next frame is drawn anew for each,
    its principal point shifted so that flow leads to a pixel's centre: nothing is interpolated. NaN: it shows another
    body there.
    """
    now, following = draw(motion.now), draw(motion.following)
    moment = motion.now.next
    assert moment is not None
    flow = optical_flow(now, moment)
    wanted = inside(now.instance_id, now.depth_m) & (now.instance_id > 0) & ~hidden(now, flow, following)
    if motion.instance_id is not None:
        wanted &= now.instance_id == motion.instance_id
    seen = np.flatnonzero(wanted)
    chosen = seen[:: max(1, len(seen) // count)]
    return np.array([_error_px(draw, motion.following, now, flow.flow_px, int(at)) for at in chosen])


def _error_px(draw: Draw, following: View, now: Frame, flow_px: NDArray[np.float32], at: int) -> float:
    row, column = divmod(at, now.instance_id.shape[1])
    target = np.array([column, row]) + flow_px[row, column].astype(float)
    camera = following.intrinsics
    half = _WINDOW_PX // 2
    window = replace(
        camera,
        width=_WINDOW_PX,
        height=_WINDOW_PX,
        cx=camera.cx - target[0] + half,
        cy=camera.cy - target[1] + half,
    )
    there = draw(replace(following, intrinsics=window))
    if there.instance_id[half, half] != now.instance_id[row, column]:
        return float("nan")
    assert there.object_coordinates_m is not None
    assert now.object_coordinates_m is not None
    off_m = there.object_coordinates_m[half, half].astype(float) - now.object_coordinates_m[row, column]
    return float(np.linalg.norm(off_m) * camera.fx / there.depth_m[half, half])
