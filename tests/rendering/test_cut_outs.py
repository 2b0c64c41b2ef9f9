"""Cut-outs: what an opacity map leaves out is not there, for labels and outlines; in both renderers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import apply, invert_rigid
from simgen.lens import Lens
from simgen.records.asset import AssetRef, Material, Texture
from simgen.records.frame import Frame
from simgen.records.light import SunLight
from simgen.records.scene import CameraSensor, Scene, SceneObject
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.protocol import Renderer
from tests.builders import box, camera, floor, make_scene
from tests.lamps import DARK
from tests.painted import PaintedLibrary
from tests.views import still_view

SHEET = AssetRef("procedural/box", (("size_m", (1.0, 1.0, 0.002)),))
HEIGHT_M = 0.5
ABOVE = camera(eye=(0.06, -0.04, 2.0), target=(0.06, -0.04, 0.0), width=96, height=96, fov_rad=0.9)
WIDE = Intrinsics(96, 96, 60.0, 60.0, 47.2, 48.1, lens=Lens("fisheye", (0.02,), widest_rad=1.6))
CAMERAS = {"pinhole": ABOVE, "fisheye": replace(ABOVE, intrinsics=WIDE)}
HOLE_M = 0.25  # half of the hole's sides
STRAIGHT_DOWN = SunLight("sun", (0.0, 0.0, 1.0), 10_000.0)


@pytest.fixture(scope="module")
def tracer() -> Iterator[PathtraceRenderer]:
    """Not compiled, which takes longer than pictures as small as these."""
    made = PathtraceRenderer(samples=4, denoise=False, variant="scalar_rgb")
    yield made
    made.close()


def holed() -> Material:
    """Opaque but for a square hole in its middle, texels larger than any pixel."""
    pixels = np.full((64, 64, 4), 255, np.uint8)
    pixels[16:48, 16:48, 3] = 0
    return Material(base_color_map=Texture(pixels, srgb=True), alpha_mode="mask", roughness=1.0)


def scene_of(eye: CameraSensor, *more: SceneObject) -> Scene:
    """A sheet with a hole half a metre over the floor, under a sun straight above."""
    sheet = box((1.0, 1.0, 0.002), (0.0, 0.0, HEIGHT_M), asset=SHEET)
    return make_scene([floor(), sheet, *more], [eye], suns=[STRAIGHT_DOWN], environment=DARK)


def frame_of(renderer: Renderer, scene: Scene) -> Frame:
    with renderer.open(scene, PaintedLibrary({SHEET: holed()}, planar=True)) as session:
        return session.render(still_view(scene))


def places(scene: Scene, z_m: float) -> NDArray[np.float64]:
    """Where (h, w, 2) the rays of pixels meet the plane at a height."""
    view = still_view(scene)
    R, eye = view.T_world_camera[:3, :3], view.T_world_camera[:3, 3]
    rays = view.intrinsics.rays() @ R.T
    with np.errstate(invalid="ignore", divide="ignore"):
        return eye[:2] + rays[..., :2] * ((z_m - eye[2]) / rays[..., 2])[..., None]


def square(at: NDArray[np.float64], half_m: float) -> NDArray[np.bool_]:
    return np.abs(at).max(axis=-1) < half_m


@pytest.mark.parametrize("kind", CAMERAS)
def test_labels_have_the_hole_where_its_texels_are(renderers: tuple[Renderer, ...], kind: str) -> None:
    scene = scene_of(CAMERAS[kind])
    at = places(scene, HEIGHT_M + 0.001)
    sure = [square(at, HOLE_M - 0.01), square(at, 0.5 - 0.01) & ~square(at, HOLE_M + 0.01)]
    for renderer in renderers:
        frame = frame_of(renderer, scene)
        assert (frame.instance_id[sure[0]] == 1).all(), renderer.name
        assert (frame.instance_id[sure[1]] == 2).all(), renderer.name
        assert min(each.sum() for each in sure) > 100


@pytest.mark.parametrize("kind", CAMERAS)
def test_the_whole_outline_has_the_hole_too_whatever_is_in_front(
    renderers: tuple[Renderer, ...], kind: str
) -> None:
    lid = box((0.3, 0.3, 0.02), (0.3, 0.3, HEIGHT_M + 0.2))
    for renderer in renderers:
        alone, covered = (frame_of(renderer, scene_of(CAMERAS[kind], *more)) for more in ((), (lid,)))
        outline = covered.silhouettes[2]
        h, w = outline.mask.shape
        shown = alone.instance_id[outline.y0 : outline.y0 + h, outline.x0 : outline.x0 + w] == 2
        np.testing.assert_array_equal(outline.mask, shown, err_msg=renderer.name)
        assert (covered.instance_id == 2).sum() < 0.95 * shown.sum()


def test_what_is_seen_through_the_hole_is_what_stands_there(renderers: tuple[Renderer, ...]) -> None:
    thing = box((0.2, 0.2, 0.2), (0.0, 0.0, 0.1))
    scene = scene_of(ABOVE, thing)
    for renderer in renderers:
        frame = frame_of(renderer, scene)
        p = apply(invert_rigid(still_view(scene).T_world_camera), [[0.0, 0.0, 0.2]])
        u, v = ABOVE.intrinsics.project(p)[0].round().astype(int)
        assert frame.instance_id[v, u] == 3, renderer.name
        assert frame.depth_m[v, u] == pytest.approx(1.8, abs=1e-4), renderer.name
