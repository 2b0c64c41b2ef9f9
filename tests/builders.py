"""Small scenes for tests: say what matters, get sensible values for the rest.

    scene = make_scene([static_box((2, 2, 0.1), at=(0, 0, -0.05)), sphere(0.1, at=(0, 0, 1))])

Ids are given in the order of the list; names are `<shape>[<index>]` unless told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import pi
from typing import Any

from simgen.camera import Intrinsics
from simgen.geometry import Pose, Quat, Vec3, look_at
from simgen.records.asset import AssetRef
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.scene import CameraSensor, Capture, Physics, Scene, SceneObject

CATEGORY_IDS = {"box": 1, "sphere": 2, "cylinder": 3}
IDENTITY: Quat = (1.0, 0.0, 0.0, 0.0)


def primitive(
    shape: str,
    size_m: Vec3,
    at: Vec3 = (0.0, 0.0, 0.0),
    quaternion_wxyz: Quat = IDENTITY,
    mass_kg: float = 1.0,
    **fields: Any,
) -> SceneObject:
    """A dynamic `procedural/<shape>`; `fields` are those of `SceneObject`."""
    scale = float(fields.get("scale", 1.0))
    defaults: dict[str, Any] = {
        "instance_id": 1,
        "name": "",
        "category": shape,
        "category_id": CATEGORY_IDS[shape],
        "is_thing": True,
        "asset": AssetRef(f"procedural/{shape}", (("size_m", tuple(float(s) for s in size_m)),)),
        "size_m": tuple(float(s) * scale for s in size_m),
        "scale": scale,
        "pose": Pose(tuple(float(p) for p in at), quaternion_wxyz),
        "motion": "dynamic",
        "mass_kg": mass_kg,
        "friction": 0.5,
        "restitution": 0.0,
    }
    return SceneObject(**(defaults | fields))


def box(size_m: Vec3 = (0.1, 0.1, 0.1), at: Vec3 = (0.0, 0.0, 0.0), **fields: Any) -> SceneObject:
    """A dynamic box of 1 kg, centred at `at`."""
    return primitive("box", size_m, at, **fields)


def sphere(radius_m: float = 0.05, at: Vec3 = (0.0, 0.0, 0.0), **fields: Any) -> SceneObject:
    """A dynamic ball of 1 kg, centred at `at`."""
    return primitive("sphere", (2 * radius_m, 2 * radius_m, 2 * radius_m), at, **fields)


def cylinder(
    radius_m: float = 0.05, height_m: float = 0.1, at: Vec3 = (0.0, 0.0, 0.0), **fields: Any
) -> SceneObject:
    """A dynamic upright cylinder of 1 kg, centred at `at`."""
    return primitive("cylinder", (2 * radius_m, 2 * radius_m, height_m), at, **fields)


def static_box(size_m: Vec3, at: Vec3 = (0.0, 0.0, 0.0), **fields: Any) -> SceneObject:
    """A box that never moves: a floor, a table top, a wall."""
    return box(size_m, at, **({"motion": "static", "mass_kg": 0.0} | fields))


def floor(top_z_m: float = 0.0, size_m: float = 10.0, **fields: Any) -> SceneObject:
    """A static slab of 0.2 m whose upper face is at `top_z_m`."""
    named = {"name": "floor", "is_thing": False} | fields
    return static_box((size_m, size_m, 0.2), (0.0, 0.0, top_z_m - 0.1), **named)


def camera(
    eye: Vec3 = (1.0, -1.0, 1.0),
    target: Vec3 = (0.0, 0.0, 0.0),
    name: str = "camera",
    width: int = 64,
    height: int = 48,
    fov_rad: float = pi / 3,
    more_eyes: Sequence[Vec3] = (),
    exposure_ev100: float | None = 8.0,
) -> CameraSensor:
    """A pinhole looking at `target`; one pose, or one a frame where `more_eyes` are given."""
    poses = tuple(Pose.from_matrix(look_at(point, target)) for point in (eye, *more_eyes))
    return CameraSensor(name, Intrinsics.from_fov(width, height, fov_rad), poses, exposure_ev100)


def sun(direction_world: Vec3 = (0.36, -0.48, 0.8), illuminance_lux: float = 20_000.0) -> SunLight:
    """A white sun; `direction_world` points at it."""
    return SunLight("sun", direction_world, illuminance_lux)


def make_scene(
    objects: Sequence[SceneObject] = (),
    cameras: Sequence[CameraSensor] | None = None,
    physics: Physics | None = None,
    capture: Capture | None = None,
    suns: Sequence[SunLight] | None = None,
    **fields: Any,
) -> Scene:
    """A scene of these objects; one camera, one sun and a grey surrounding light unless told otherwise."""
    defaults: dict[str, Any] = {
        "scenario_name": "test",
        "scenario_hash": "0" * 64,
        "seed": 0,
        "index": 0,
        "attempt": 0,
        "objects": tuple(_numbered(objects)),
        "suns": tuple((sun(),) if suns is None else suns),
        "environment": EnvironmentLight(map=None, illuminance_lux=500.0),
        "cameras": tuple((camera(),) if cameras is None else cameras),
        "physics": physics or Physics(),
        "capture": capture or Capture("settled", 1),
        "workspace_min_m": (-5.0, -5.0, -1.0),
        "workspace_max_m": (5.0, 5.0, 5.0),
    }
    return Scene(**(defaults | fields))


def _numbered(objects: Sequence[SceneObject]) -> list[SceneObject]:
    return [
        replace(body, instance_id=index + 1, name=body.name or f"{body.category}[{index}]")
        for index, body in enumerate(objects)
    ]
