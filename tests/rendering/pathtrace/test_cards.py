"""Leaves and rails of two layers: none is looked past where both lie at the same place."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import Pose, look_at
from simgen.records.asset import AssetRef
from simgen.records.light import EnvironmentLight
from simgen.records.scene import CameraSensor
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.pathtrace.cards import lifted
from simgen.rendering.pathtrace.variant import VARIANTS, available
from tests.builders import make_scene, static_box
from tests.measures.edges import off_silhouette
from tests.views import still_view

WORKING = [name for name in VARIANTS if available(name)]
SQUARE = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.3], [0.0, 1.0, 0.3]])
FRONT = np.array([[0, 1, 2], [0, 2, 3]])


def test_layers_back_to_back_move_apart_along_their_normals() -> None:
    shift = np.array([0.1234567, 7.654321, -3.3])
    points = np.concatenate([SQUARE, SQUARE]) + shift
    triangles = np.concatenate([FRONT, FRONT[:, [1, 0, 2]] + 4])  # the back's corners in another order
    lift = lifted(points, triangles)
    assert lift is not None
    up = np.array([0.0, -0.3, 1.0]) / np.hypot(0.3, 1.0)
    np.testing.assert_allclose(lift[:4], np.tile(up, (4, 1)), atol=1e-12)
    np.testing.assert_allclose(lift[4:], np.tile(-up, (4, 1)), atol=1e-12)


def test_what_lies_alone_stays_beside_what_moves() -> None:
    points = np.concatenate([SQUARE, SQUARE, SQUARE + 5.0])
    lift = lifted(points, np.concatenate([FRONT, FRONT[:, ::-1] + 4, FRONT + 8]))
    assert lift is not None
    assert not lift[8:].any()
    assert lift[:8].any(axis=1).all()


@pytest.mark.parametrize(
    "second",
    [FRONT, FRONT[:, ::-1][:0], FRONT[:, ::-1] + 4],
    ids=["the same side twice", "one layer", "layers apart"],
)
def test_layers_that_are_not_back_to_back_stay(second: np.ndarray) -> None:
    points = np.concatenate([SQUARE, SQUARE + np.array([0.0, 0.0, 0.01])])
    assert lifted(points, np.concatenate([FRONT, second])) is None


@pytest.mark.parametrize("variant", WORKING)
def test_no_sky_shows_through_the_edge_of_a_wood(variant: str) -> None:
    """Its trees are cards of two layers; seen as labels tell, they are darker than the sky."""
    eye = Pose.from_matrix(look_at((0.0, 0.0, 4.0), (0.0, 118.0, 4.0)))
    lens = CameraSensor("camera", Intrinsics.from_fov(48, 36, 0.12, 0.1, 400.0), (eye,))
    size = (677.0, 240.0, 15.0)
    wood = static_box(size, (0.0, 0.0, 7.5), asset=AssetRef("procedural/wood_edge"))
    scene = make_scene([wood], [lens], suns=[], environment=EnvironmentLight(None, 6_000.0))
    renderer = PathtraceRenderer(samples=4, denoise=False, variant=variant)
    with renderer.open(scene, AssetLibrary()) as session:
        frame = session.render(still_view(scene))
    renderer.close()
    trees = (frame.instance_id == 1) & off_silhouette(frame.instance_id)
    assert trees.sum() > 300
    sky = 6_000.0 / np.pi
    assert (frame.radiance[trees].max(axis=-1) < 0.7 * sky).mean() > 0.98
