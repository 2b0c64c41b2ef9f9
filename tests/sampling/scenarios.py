"""Small scenarios for the sampler's tests: blocks in empty space, unless told otherwise."""

from __future__ import annotations

from typing import Any

from simgen.assets.library import AssetLibrary
from simgen.records.scene import Scene, SceneObject
from simgen.sampling import Draw, sample
from simgen.scenario.spec import Scenario
from simgen.worlds.boxes import BoxSet, OrientedBox, overlapping

PLATE = {"box_min": [-0.5, -0.4, 0.7], "box_max": [0.5, 0.4, 0.7]}
SPACE = {"kind": "empty", "floor": False}
FAR_CAMERA = {"fixed": {"position": [9, 0, 5], "look_at": [0, 0, 0]}}


def block(size: object = (0.1, 0.06, 0.04), **fields: Any) -> dict[str, Any]:
    """A group of `procedural/box` of that size."""
    return {"asset": {"procedural": "box", "params": {"size_m": list(size)}}, **fields}


def scenario(objects: dict[str, Any] | None = None, **fields: Any) -> Scenario:
    """A scenario that says only what matters."""
    raw = {
        "simgen": "1",
        "name": "toy",
        "world": SPACE,
        "sensors": {"cam": FAR_CAMERA},
        "objects": objects or {},
    }
    return Scenario.model_validate(raw | fields)


def draw(of: Scenario, index: int = 0, seed: int = 7, **options: int) -> Draw:
    """One draw with a fresh library."""
    return sample(of, seed, index, AssetLibrary(), **options)


def scenes(of: Scenario, count: int = 5) -> list[Scene]:
    """The first scenes of a dataset."""
    return [draw(of, index).scene for index in range(count)]


def group(scene: Scene, name: str) -> list[SceneObject]:
    """The objects of a group, in order."""
    return [o for o in scene.objects if o.name == name or o.name.startswith(f"{name}[")]


def box_of(body: SceneObject) -> OrientedBox:
    return OrientedBox.from_pose(body.pose, body.size_m)


def overlaps(bodies: list[SceneObject]) -> list[tuple[str, str]]:
    """Names of the pairs that share space."""
    boxes = [box_of(body) for body in bodies]
    return [
        (bodies[i].name, bodies[i + 1 + j].name)
        for i, box in enumerate(boxes)
        for j in overlapping(box, BoxSet.of(boxes[i + 1 :]))
    ]
