from __future__ import annotations

import numpy as np
import pytest
import trimesh

from simgen.assets.collision import MAX_PARTS, MAX_VERTICES, convex_parts
from simgen.assets.surface_points import surface_points
from simgen.assets.vessel import vessel_parts
from tests.assets.shapes import cup, part, solid_at


def spread(mesh: trimesh.Trimesh) -> np.ndarray:
    points, triangles = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return np.concatenate([points, surface_points(points, triangles, 24_000)])


def handle(angle_rad: float) -> trimesh.Trimesh:
    """A ring upright in the plane of the cup's axis, half in its wall."""
    ring = trimesh.creation.torus(0.024, 0.005)
    ring.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))
    ring.apply_translation((0.058, 0.0, 0.05))
    ring.apply_transform(trimesh.transformations.rotation_matrix(angle_rad, (0, 0, 1)))
    return ring


def bowl() -> trimesh.Trimesh:
    angle = np.linspace(0.0, np.pi / 2, 24)
    outer = np.column_stack([0.1 * np.sin(angle), 0.1 - 0.1 * np.cos(angle)])
    inner = np.column_stack([0.094 * np.sin(angle), 0.1 - 0.094 * np.cos(angle)])[::-1]
    return trimesh.creation.revolve(np.concatenate([outer, inner]), sections=48)


def test_a_mug_is_hollow_and_its_handle_has_a_hole() -> None:
    mug = trimesh.util.concatenate([cup(), handle(0.3)])
    hulls = convex_parts([part(mug)], "decompose")
    assert len(hulls) <= MAX_PARTS
    assert all(len(hull) <= MAX_VERTICES for hull in hulls)
    x, y = np.cos(0.3), np.sin(0.3)
    assert not solid_at(hulls, (0.0, 0.0, 0.05)), "the hollow"
    assert not solid_at(hulls, (0.025 * x, 0.025 * y, 0.05)), "the hollow beside the handle"
    assert not solid_at(hulls, (0.060 * x, 0.060 * y, 0.05)), "the hole of the handle"
    assert solid_at(hulls, (0.082 * x, 0.082 * y, 0.05)), "the grip"
    assert solid_at(hulls, (0.0, 0.0, 0.003)), "the bottom"


def test_two_handles_do_not_close_the_bowl_between_them() -> None:
    parts = vessel_parts(spread(trimesh.util.concatenate([cup(), handle(0.0), handle(np.pi)])))
    assert parts is not None
    assert not solid_at(parts, (0.0, 0.0, 0.08))
    assert solid_at(parts, (0.082, 0.0, 0.05))
    assert solid_at(parts, (-0.082, 0.0, 0.05))


def test_a_curved_bowl_keeps_most_of_its_hollow() -> None:
    parts = vessel_parts(spread(bowl()))
    assert parts is not None
    assert not solid_at(parts, (0.05, 0.0, 0.05)), "inside: its surface is at height 0.020 there"
    assert solid_at(parts, (0.0, 0.0, 0.003))


@pytest.mark.parametrize("stretch", [(1.0, 1.0, 1.0), (1.5, 1.0, 1.0)])
def test_the_parts_reach_as_far_as_the_vessel_round_or_oval(stretch: tuple[float, ...]) -> None:
    mesh = cup()
    mesh.apply_scale(stretch)
    parts = vessel_parts(spread(mesh))
    assert parts is not None
    points = np.concatenate(parts)
    np.testing.assert_allclose(np.ptp(points, axis=0), mesh.extents, atol=1e-9)


@pytest.mark.parametrize(
    "mesh",
    [
        trimesh.creation.box(),
        trimesh.creation.icosphere(subdivisions=3),
        trimesh.creation.torus(0.2, 0.05),
        trimesh.creation.annulus(0.03, 0.04, 0.1),
    ],
    ids=["box", "ball", "ring", "tube"],
)
def test_what_holds_no_water_is_no_vessel(mesh: trimesh.Trimesh) -> None:
    assert vessel_parts(spread(mesh)) is None


def test_a_square_bin_is_left_to_the_general_decomposition() -> None:
    walls = [
        trimesh.creation.box(extents, trimesh.transformations.translation_matrix(at))
        for extents, at in (
            ((0.4, 0.4, 0.01), (0, 0, 0.005)),
            ((0.4, 0.01, 0.3), (0, 0.195, 0.15)),
            ((0.4, 0.01, 0.3), (0, -0.195, 0.15)),
            ((0.01, 0.4, 0.3), (0.195, 0, 0.15)),
            ((0.01, 0.4, 0.3), (-0.195, 0, 0.15)),
        )
    ]
    assert vessel_parts(spread(trimesh.util.concatenate(walls))) is None


def test_the_same_vessel_gives_the_same_parts() -> None:
    first, second = (vessel_parts(spread(cup())) for _ in range(2))
    assert first is not None
    assert second is not None
    assert [points.tobytes() for points in first] == [points.tobytes() for points in second]
