"""Standing along a lane or path."""

from __future__ import annotations

import numpy as np

from simgen.geometry import Pose, vec3
from simgen.sampling.placing import Item, Placing, standing
from simgen.scenario import spec, values
from simgen.scenario.distributions import Distribution
from simgen.worlds.boxes import OrientedBox


def along(ctx: Placing, item: Item, relation: spec.Along) -> Pose | None:
    """Stand upright on a lane or path, the front (see `spec.ActorSpec.forward`) in its direction.

    Past the end of a lane it stands on the one that follows, straight on where none does. Where nothing is drawn the
    place is what the scenario says; else it is drawn again while an object is in the way.
    """
    asked = (relation.s, relation.lateral, relation.yaw)
    streams = [ctx.draws.rng(f"{item.path}.{key}") for key in ("s", "lateral", "yaw")]
    start_s = 0.0
    if relation.from_ is not None:
        start_s = ctx.lanes[relation.path].s_of(vec3(ctx.layout.box(relation.from_).center_m))[0]
    drawn = any(isinstance(value, Distribution) for value in asked)
    for _ in range(ctx.tries if drawn else 1):
        s, lateral, yaw = (
            values.draw_number(value, stream, ctx.draws.params)
            for value, stream in zip(asked, streams, strict=True)
        )
        spot = ctx.lanes.point_at(relation.path, start_s + s, lateral)
        pose = standing(ctx, item, np.array(spot.position_m), spot.heading_rad + yaw - item.forward_rad)
        if not drawn or ctx.layout.is_free_of_objects(OrientedBox.from_pose(pose, item.size_m)):
            return pose
    return None
