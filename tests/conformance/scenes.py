"""The scenes of the suite: few objects, each scene with one difficulty.

Round shapes are tessellated so finely that the chord stays within the tolerances at these distances: an
icosphere of level 6 leaves the sphere by less than 8e-5 of its radius, a prism of 1024 sides by 5e-6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import pi

from simgen.camera import Intrinsics
from simgen.geometry import Pose, Quat, Vec3, look_at, quaternion_about_axis, quaternion_multiply
from simgen.records.asset import AssetRef
from simgen.records.scene import CameraSensor, Scene, SceneObject
from tests.builders import box, cylinder, floor, make_scene, primitive, sphere
from tests.views import camera_scene

_FINE = {"procedural/sphere": ("subdivisions", 6), "procedural/cylinder": ("sections", 1024)}

LENS = Intrinsics(160, 120, 150.0, 150.0, 79.5, 59.5)
ODD_LENS = Intrinsics(149, 113, 171.25, 138.5, 52.3, 71.9)  # odd size, off centre, pixels not square
TURN: Quat = quaternion_about_axis((0.36, 0.48, 0.8), 1.1)


def fine(objects: list[SceneObject]) -> list[SceneObject]:
    """Return the objects with fine tessellation; all balls share one model, scaled."""
    return [_fine(each) for each in objects]


def _fine(body: SceneObject) -> SceneObject:
    detail = _FINE.get(body.asset.asset_id)
    if detail is None:
        return body
    size = dict(body.asset.params)["size_m"]
    scale = body.scale
    if isinstance(size, tuple) and len(set(size)) == 1:
        size, scale = (1.0, 1.0, 1.0), body.size_m[0]
    return replace(
        body, scale=scale, asset=AssetRef(body.asset.asset_id, tuple(sorted([("size_m", size), detail])))
    )


def lone_box() -> Scene:
    return camera_scene([box((0.3, 0.2, 0.25), at=(0.02, -0.01, 1.0), quaternion_wxyz=TURN)], LENS)


def face_on_box() -> Scene:
    """No edge falls on a pixel centre; half a pixel of shift changes two columns and two rows."""
    return camera_scene([box((0.3013, 0.2017, 0.25), at=(0.0011, 0.0007, 1.0))], LENS)


def lone_sphere() -> Scene:
    return camera_scene(fine([sphere(0.2, at=(0.05, -0.03, 1.2))]), LENS)


def sphere_in_the_corner() -> Scene:
    """Far off the axis a sphere's outline is a clear ellipse, off its projected centre."""
    return camera_scene(fine([sphere(0.12, at=(0.4, 0.3, 1.0))]), LENS)


def lone_cylinder() -> Scene:
    return camera_scene(fine([cylinder(0.15, 0.4, at=(0, 0, 1.2), quaternion_wxyz=TURN)]), LENS)


def overlapping() -> Scene:
    objects = [
        sphere(0.15, at=(-0.1, 0.0, 1.2)),
        box((0.2, 0.2, 0.2), at=(0.05, 0.05, 1.0), quaternion_wxyz=TURN),
        cylinder(0.08, 0.3, at=(0.12, -0.1, 1.1), quaternion_wxyz=TURN),
        sphere(0.05, at=(0.0, 0.0, 0.8)),
        box((0.05, 0.05, 0.05), at=(0.0, 0.0, 2.0)),  # behind all of them
    ]
    return camera_scene(fine(objects), LENS)


def interpenetrating() -> Scene:
    return camera_scene(
        fine([box((0.3, 0.3, 0.3), at=(0, 0, 1.2), quaternion_wxyz=TURN), sphere(0.19, at=(0.03, 0, 1.2))]),
        LENS,
    )


def cut_by_every_border() -> Scene:
    objects = [
        box((0.3, 0.15, 0.1), at=(-0.55, -0.1, 1.0), quaternion_wxyz=TURN),
        sphere(0.12, at=(0.52, 0.1, 1.0)),
        box((0.15, 0.3, 0.1), at=(0.1, -0.45, 1.0)),
        cylinder(0.07, 0.3, at=(0.0, 0.42, 1.0), quaternion_wxyz=TURN),
    ]
    return camera_scene(fine(objects), LENS)


def close_up() -> Scene:
    objects = [
        box((0.02, 0.03, 0.02), at=(-0.015, 0, 0.09), quaternion_wxyz=TURN),
        sphere(0.012, at=(0.03, 0.01, 0.1)),
    ]
    return camera_scene(fine(objects), LENS)


def far_away() -> Scene:
    objects = [
        box((20.0, 12.0, 9.0), at=(-15.0, 0, 120.0), quaternion_wxyz=TURN),
        sphere(8.0, at=(15.0, 4.0, 90.0)),
        box((400.0, 400.0, 1.0), at=(0, 0, 190.0)),
    ]
    return camera_scene(fine(objects), LENS)


def odd_lens() -> Scene:
    objects = [
        box((0.3, 0.2, 0.25), at=(0.2, -0.1, 1.0), quaternion_wxyz=TURN),
        sphere(0.15, at=(-0.1, -0.15, 1.1)),
        cylinder(0.1, 0.2, at=(0.1, 0.15, 0.9), quaternion_wxyz=TURN),
    ]
    return camera_scene(fine(objects), ODD_LENS)


def rolled_camera_over_a_floor() -> Scene:
    """The floor passes below and behind the camera; the camera is tilted in all three axes."""
    pose = Pose.from_matrix(look_at((0.9, -0.7, 0.8), (0.0, 0.05, 0.1)))
    rolled = Pose(
        pose.position_m, quaternion_multiply(pose.quaternion_wxyz, quaternion_about_axis((0, 0, 1), 0.4))
    )
    objects = [
        floor(),
        box((0.2, 0.1, 0.15), at=(0.1, 0.0, 0.075), quaternion_wxyz=quaternion_about_axis((0, 0, 1), 0.6)),
        sphere(0.08, at=(-0.12, 0.1, 0.08)),
        cylinder(0.05, 0.2, at=(0.0, -0.2, 0.1)),
    ]
    return make_scene(fine(objects), cameras=[CameraSensor("tilted", LENS, (rolled,))])


def scaled_and_stretched() -> Scene:
    """A uniform scale multiplies the size; an ellipsoid's normals are not its radii."""
    egg: Vec3 = (0.1, 0.16, 0.06)
    objects = [
        primitive("sphere", egg, (-0.2, 0.0, 1.0), TURN, scale=2.0),
        primitive("box", (0.04, 0.05, 0.06), (0.2, 0.0, 1.0), TURN, scale=3.5),
        primitive("cylinder", (0.1, 0.2, 0.1), (0.0, 0.2, 1.0), TURN, scale=1.5),
    ]
    return camera_scene(fine(objects), LENS)


def small_things() -> Scene:
    """A dozen boxes of a few pixels each, at growing distance."""
    objects = [
        box(
            (0.04, 0.04, 0.04),
            at=(0.1 * (k % 4 - 1.5) * k, 0.12 * (k // 4 - 1) * k, 1.0 + 0.4 * k),
            quaternion_wxyz=TURN,
        )
        for k in range(1, 13)
    ]
    return camera_scene(objects, LENS)


def turned_all_ways() -> Scene:
    quarter = [quaternion_about_axis(axis, pi / 2) for axis in ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0))]
    objects = [
        cylinder(0.06, 0.2, at=(0.25 * (k - 1), 0.1 * (k - 1), 1.0), quaternion_wxyz=q)
        for k, q in enumerate(quarter)
    ]
    return camera_scene(fine(objects), LENS)


SCENES: dict[str, Callable[[], Scene]] = {
    make.__name__: make
    for make in (
        lone_box,
        face_on_box,
        lone_sphere,
        sphere_in_the_corner,
        lone_cylinder,
        overlapping,
        interpenetrating,
        cut_by_every_border,
        close_up,
        far_away,
        odd_lens,
        rolled_camera_over_a_floor,
        scaled_and_stretched,
        small_things,
        turned_all_ways,
    )
}
