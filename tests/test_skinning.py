"""Skeletons move vertices by the closed form of linear blend skinning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import pi, sqrt
from typing import Any

import numpy as np
import pytest

from simgen import skinning
from simgen.errors import AssetError
from simgen.geometry import FloatArray
from simgen.records.asset import Model, Skin, Submesh
from tests.skinned import STRIDE_M, bend, tube_model, upper_share

QUARTER_TURN = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])  # about y: z goes to x
FULL_SPEED = 1.0


@pytest.fixture(scope="module")
def model() -> Model:
    return tube_model()


def skin_of(model: Model) -> Skin:
    assert model.skin is not None
    return model.skin


def posed(model: Model, travelled_m: float, speed_mps: float = FULL_SPEED) -> FloatArray:
    gait = np.array([travelled_m, speed_mps])
    return skinning.posed_positions(model.lods[0][0], skin_of(model), gait, 1.0).astype(float)


def test_every_ring_of_a_tube_bent_by_90_degrees_lies_where_the_blend_of_both_bones_puts_it(
    model: Model,
) -> None:
    rest = model.lods[0][0].positions_m.astype(float)
    share = upper_share(rest[:, 2])[:, None]
    expected = (1 - share) * rest + share * (rest @ QUARTER_TURN.T)
    np.testing.assert_allclose(posed(model, STRIDE_M / 4), expected, rtol=0, atol=1e-6)


def test_beyond_the_blend_each_half_is_rigid(model: Model) -> None:
    rest = model.lods[0][0].positions_m.astype(float)
    now = posed(model, STRIDE_M / 4)
    below, above = rest[:, 2] < -0.31, rest[:, 2] > 0.31
    np.testing.assert_allclose(now[below], rest[below], rtol=0, atol=1e-12)
    # The far ring of the upper half: its middle was at (0, 0, 1) and is at (1, 0, 0).
    np.testing.assert_allclose(now[above], rest[above] @ QUARTER_TURN.T, rtol=0, atol=1e-12)


def test_normals_turn_with_their_bone_and_stay_unit(model: Model) -> None:
    part, gait = model.lods[0][0], np.array([STRIDE_M / 4, FULL_SPEED])
    assert part.joints is not None
    assert part.weights is not None
    matrices = skinning.skinning_matrices(skin_of(model), gait)
    _, normals = skinning.deformed_with_normals(
        part.positions_m, part.normals, part.joints, part.weights, matrices
    )
    above = part.positions_m[:, 2] > 0.31
    np.testing.assert_allclose(normals[above], part.normals[above] @ QUARTER_TURN.T, rtol=0, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, rtol=0, atol=1e-12)


def test_between_keys_the_curve_is_cubic_and_the_turn_a_rotation(model: Model) -> None:
    # Half way between keys q0 and q1 the curve through (q-1, q0, q1, q2) is (-q-1 + 9 q0 + 9 q1 - q2) / 16.
    still, up, down = np.array([1.0, 0]), np.array([1, 1]) / sqrt(2), np.array([1, -1]) / sqrt(2)
    w, y = (-down + 9 * still + 9 * up - still) / 16
    angle = 2 * np.arctan2(y, w)
    far = posed(model, STRIDE_M / 8)[model.lods[0][0].positions_m[:, 2] == 1.0].mean(axis=0)
    np.testing.assert_allclose(far, (np.sin(angle), 0.0, np.cos(angle)), rtol=0, atol=1e-9)


def test_a_body_at_rest_is_in_its_rest_pose_and_starts_smoothly(model: Model) -> None:
    rest = model.lods[0][0].positions_m.astype(float)
    np.testing.assert_allclose(posed(model, STRIDE_M / 4, 0.0), rest, rtol=0, atol=1e-12)
    slow = np.abs(posed(model, STRIDE_M / 4, 0.05) - rest).max()
    assert 0.0 < slow < 0.02


@pytest.mark.parametrize(
    ("speed_share", "motion_share"), [(0.25, 5 / 32), (0.5, 1 / 2), (0.75, 27 / 32), (2.0, 1.0)]
)
def test_half_the_speed_is_half_the_motion_with_a_smooth_start_and_end(
    model: Model, speed_share: float, motion_share: float
) -> None:
    """The share is 3 s² - 2 s³; the turn is that share of the quaternion of 90° mixed with no turn."""
    far = posed(model, STRIDE_M / 4, speed_share * FULL_SPEED)[
        model.lods[0][0].positions_m[:, 2] == 1.0
    ].mean(axis=0)
    mixed = 1 - motion_share + motion_share * np.exp(1j * pi / 4)
    np.testing.assert_allclose(np.arctan2(far[0], far[2]), 2 * np.angle(mixed), rtol=0, atol=1e-9)


def test_a_gait_repeats_with_every_stride(model: Model) -> None:
    np.testing.assert_allclose(posed(model, 0.7), posed(model, 0.7 + 3 * STRIDE_M), rtol=0, atol=1e-12)


def test_nothing_known_of_the_way_means_the_start_of_the_gait_in_full_motion() -> None:
    model = tube_model(bend((pi / 4, 0.0, -pi / 4)))
    expected = skinning.skinning_matrices(skin_of(model), np.array([0.0, FULL_SPEED]))
    for unknown in (None, np.array([np.nan, np.nan])):
        np.testing.assert_array_equal(skinning.skinning_matrices(skin_of(model), unknown), expected)


def test_a_body_twice_as_large_takes_strides_twice_as_long(model: Model) -> None:
    large = skinning.skinning_matrices(skin_of(model), np.array([2.0, FULL_SPEED]), scale=2.0)
    np.testing.assert_array_equal(
        large, skinning.skinning_matrices(skin_of(model), np.array([1.0, FULL_SPEED]))
    )


def test_alike_vertices_stay_alike_to_the_bit(model: Model) -> None:
    part = model.lods[0][0]
    assert part.joints is not None
    assert part.weights is not None
    rows = np.array([400, 3, 400, 17, 400])
    matrices = skinning.skinning_matrices(skin_of(model), np.array([0.9, FULL_SPEED]))
    some = skinning.deformed(part.positions_m[rows], part.joints[rows], part.weights[rows], matrices)
    every = skinning.deformed(part.positions_m, part.joints, part.weights, matrices)
    np.testing.assert_array_equal(some, every[rows])


def _with(model: Model, **fields: Any) -> Model:
    return replace(model, skin=replace(skin_of(model), **fields))


def _submesh(model: Model, **fields: Any) -> Model:
    changed: Submesh = replace(model.lods[0][0], **fields)
    return replace(model, lods=((changed,),))


def _heavy(model: Model) -> Model:
    weights = model.lods[0][0].weights
    assert weights is not None
    return _submesh(model, weights=weights * 2)


def _out_of_range(model: Model) -> Model:
    joints = model.lods[0][0].joints
    assert joints is not None
    return _submesh(model, joints=joints + np.uint8(9))


CHANGES: dict[str, Callable[[Model], Model]] = {
    "come before their parents": lambda m: _with(m, parents=(1, -1)),
    "65 joints; it may have 1 to 64": lambda m: _with(m, names=("bone",) * 65, parents=(-1,) * 65),
    "belong to no joint": lambda m: _submesh(m, weights=None),
    "sum to 1": _heavy,
    "names joint 10 of 2": _out_of_range,
    "2 levels of detail": lambda m: replace(m, lods=m.lods * 2),
}


@pytest.mark.parametrize("says", CHANGES)
def test_a_skeleton_that_does_not_fit_its_model_is_refused(model: Model, says: str) -> None:
    with pytest.raises(AssetError, match=says):
        skinning.check_skin(CHANGES[says](model), "model.glb")


def test_a_fitting_skeleton_passes(model: Model) -> None:
    skinning.check_skin(model, "model.glb")
