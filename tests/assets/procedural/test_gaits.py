"""Feet of animals and people bear weight where they are put: they do not slide, and stay on the ground."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray
from simgen.records.asset import AssetRef, Model
from simgen.skinning import check_skin, posed_positions

LIBRARY = AssetLibrary()
GAITS = [("deer", "gallop"), ("deer", "walk"), ("child", "run"), ("child", "walk")]
every_gait = pytest.mark.parametrize(("name", "pose"), GAITS)


def model_of(name: str, pose: str) -> Model:
    return LIBRARY.load(AssetRef(f"procedural/{name}", (("pose", pose),))).model


def vertices(model: Model, share: float, speed: float = 9.0) -> FloatArray:
    """All vertices at a share of the cycle."""
    assert model.skin is not None
    gait = np.array([share * model.skin.gait.stride_m, speed])
    parts = [posed_positions(part, model.skin, gait, 1.0) for part in model.lods[0]]
    return np.concatenate(parts).astype(float)


@every_gait
def test_its_skeleton_fits_it(name: str, pose: str) -> None:
    check_skin(model_of(name, pose), name)


@every_gait
def test_its_box_holds_it_in_every_pose_and_no_more(name: str, pose: str) -> None:
    model = model_of(name, pose)
    half = np.array(model.size_m) / 2
    poses = np.concatenate([vertices(model, 0.0, 0.0), *(vertices(model, k / 60) for k in range(60))])
    assert (np.abs(poses) <= half + 0.004).all()
    np.testing.assert_allclose(np.ptp(poses, axis=0), 2 * half, rtol=0, atol=0.006)


@every_gait
def test_what_bears_weight_stands_still_on_the_ground(name: str, pose: str) -> None:
    model = model_of(name, pose)
    assert model.skin is not None
    floor_m, step = -model.size_m[2] / 2, 1 / 240
    sliding: list[float] = []
    for k in range(24):
        before, after = vertices(model, k / 24), vertices(model, k / 24 + step)
        lowest = before[:, 2] < floor_m + 0.012
        moved = (after - before)[lowest, 0] + step * model.skin.gait.stride_m
        sliding += list(np.abs(moved) / (step * model.skin.gait.stride_m))
    # Of what is within a centimetre of the ground nearly all has the speed of the ground.
    assert len(sliding) > 50
    assert np.median(sliding) < 0.1


@every_gait
def test_one_cycle_later_it_is_as_before(name: str, pose: str) -> None:
    model = model_of(name, pose)
    np.testing.assert_allclose(vertices(model, 0.3), vertices(model, 1.3), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["deer", "child"])
def test_one_that_stands_has_no_skeleton_and_looks_like_a_walker_at_rest(name: str) -> None:
    still, walker = model_of(name, "stand"), model_of(name, "walk")
    assert still.skin is None
    assert all(part.joints is None and part.weights is None for part in still.lods[0])
    at_rest = vertices(walker, 0.4, speed=0.0)
    standing = np.concatenate([part.positions_m for part in still.lods[0]]).astype(float)
    offset = at_rest.mean(axis=0) - standing.mean(axis=0)
    np.testing.assert_allclose(at_rest, standing + offset, rtol=0, atol=1e-5)


def test_only_models_with_a_skeleton_say_so() -> None:
    for pose, skinned in (("gallop", True), ("walk", True), ("stand", False)):
        info = LIBRARY.describe(AssetRef("procedural/deer", (("pose", pose),)))
        assert ("skinned" in info.tags) == skinned
