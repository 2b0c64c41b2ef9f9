"""Bodies with a skeleton in the pose of a view: their vertices are moved, then they are bodies like all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.frame import Moment, View
from simgen.rendering.pathtrace.bodies import Body
from simgen.skinning import deformed, deformed_with_normals, gait_of, pose_changes, skinning_matrices


def posed_bodies(bodies: Sequence[Body], view: View) -> Sequence[Body]:
    """Return the bodies as a view has them; where none has a skeleton, the same."""
    if all(body.shape.rig is None for body in bodies):
        return bodies
    return [_posed(body, gait_of(view.gait, body.instance_id)) for body in bodies]


def points_at(body: Body, view: View, moment: Moment | None) -> FloatArray | None:
    """Return the vertices (n, 3) at another moment, object frame after scaling; None where the pose stays."""
    rig = body.shape.rig
    if rig is None or moment is None or not pose_changes(view.gait, moment.gait, body.instance_id):
        return None
    matrices = skinning_matrices(rig.skin, gait_of(moment.gait, body.instance_id), body.scale)
    return _single(deformed(body.rest_m, rig.joints, rig.weights, matrices)) * body.scale


def _posed(body: Body, gait: FloatArray | None) -> Body:
    rig, shape = body.shape.rig, body.shape
    if rig is None:
        return body
    matrices = skinning_matrices(rig.skin, gait, body.scale)
    positions, normals = deformed_with_normals(
        shape.positions_m, shape.normals, rig.joints, rig.weights, matrices
    )
    moved = replace(shape, positions_m=_single(positions), normals=_single(normals))
    return replace(body, shape=moved, rest_positions_m=shape.positions_m)


def _single(values: FloatArray) -> FloatArray:
    """Round as vertices are on a graphics card, so that both renderers have the same mesh."""
    return values.astype(np.float32).astype(float)
