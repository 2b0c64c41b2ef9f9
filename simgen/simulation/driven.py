"""Which bodies something other than physics moves from the start."""

from __future__ import annotations

from simgen.records.scene import Scene


def begin_driven(scene: Scene) -> frozenset[int]:
    """Return the instance ids of kinematic bodies, and of those attached to what is not dynamic."""
    parents = {joint.child: joint.parent for joint in scene.joints}
    motions = {body.name: body.motion for body in scene.objects}
    driven: set[int] = set()
    for body in scene.objects:
        root = body.name
        while root in parents:
            root = parents[root]
        held = root != body.name and motions[root] != "dynamic"
        if body.motion == "kinematic" or held:
            driven.add(body.instance_id)
    return frozenset(driven)
