"""Inner sides of one-sided bodies: labels leave them out, and so do the pictures; light meets them all the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import Vec3
from simgen.lens import Lens
from simgen.records.asset import AssetRef
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight
from simgen.records.scene import CameraSensor, MaterialOverride, Scene, SceneObject
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.pathtrace.variant import VARIANTS, available
from tests.builders import box, camera, make_scene, sphere
from tests.measures.edges import off_silhouette
from tests.views import still_view

WORKING = [name for name in VARIANTS if available(name)]
SKY = EnvironmentLight(map=None, illuminance_lux=6_000.0)
BALL = sphere(0.3, material=MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0))
EYE = (0.9, -0.9, 0.6)
PINHOLE = camera(eye=EYE, width=32, height=24)
FISHEYE = Intrinsics(32, 24, 14.0, 14.0, 15.5, 11.5, lens=Lens("fisheye", (0.02,), widest_rad=1.5))
CAMERAS = {
    "pinhole": PINHOLE,
    "fisheye": replace(PINHOLE, intrinsics=FISHEYE),
}


def carton(at: Vec3, size_m: float = 0.4) -> SceneObject:
    """A carton, which is one-sided."""
    size = (size_m, size_m, size_m)
    return box(size, at, asset=AssetRef("procedural/carton", (("size_m", size),)))


def still_life(eye: CameraSensor, *more: SceneObject) -> Scene:
    return make_scene([BALL, *more], [eye], suns=[], environment=SKY)


def frame_of(variant: str, scene: Scene) -> Frame:
    renderer = PathtraceRenderer(samples=4, denoise=False, variant=variant)
    with renderer.open(scene, AssetLibrary()) as session:
        frame = session.render(still_view(scene))
    renderer.close()
    return frame


@pytest.mark.parametrize("lens", CAMERAS)
@pytest.mark.parametrize("variant", WORKING)
def test_from_inside_cartons_all_is_seen_as_labels_tell(variant: str, lens: str) -> None:
    """The sky through two of them as bright as without; the ball, which their walls keep in the dark, dark."""
    around = [carton(EYE), carton((0.0, 0.0, 0.0), 3.0)]
    plain, inside = (frame_of(variant, still_life(CAMERAS[lens], *more)) for more in ([], around))
    np.testing.assert_array_equal(inside.instance_id, plain.instance_id)
    ball, whole = plain.instance_id == 1, off_silhouette(plain.instance_id)
    was, now = (frame.radiance.astype(float) for frame in (plain, inside))
    sky = whole & ~ball
    np.testing.assert_allclose(now[sky], was[sky], rtol=2e-3)
    assert now[ball].mean() < 0.3 * was[ball].mean()


@pytest.mark.parametrize("variant", WORKING)
def test_a_closed_carton_is_seen_from_outside(variant: str) -> None:
    frame = frame_of(variant, still_life(PINHOLE, carton((0.0, 0.0, 0.0), 0.8)))
    assert set(np.unique(frame.instance_id)) == {0, 2}
    assert frame.radiance[frame.instance_id == 2].mean() > 100.0
