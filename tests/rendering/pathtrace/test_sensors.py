"""Pictures through a table of rays show what the labels say, and what Mitsuba's own pinhole shows."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.lens import Lens
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.pathtrace import PathtraceRenderer
from tests.builders import camera, make_scene, sphere
from tests.views import still_view

PINHOLE = Intrinsics(48, 36, 40.0, 40.0, 23.1, 17.9)
LENSES = {
    "brown_conrady": replace(PINHOLE, lens=Lens("brown_conrady", (-0.2, 0.03, 0.002, -0.001))),
    "fisheye": replace(PINHOLE, fx=14.0, fy=14.0, lens=Lens("fisheye", (0.02,), widest_rad=1.5)),
    "equirectangular": Intrinsics(48, 24, 48 / (2 * pi), 24 / pi, 23.5, 11.5, lens=Lens("equirectangular")),
    "orthographic": replace(PINHOLE, fx=16.0, fy=16.0, lens=Lens("orthographic")),
}
BLACK = MaterialOverride(base_color_rgb=(0.0, 0.0, 0.0), roughness=1.0)
BRIGHT = EnvironmentLight(map=None, illuminance_lux=1000.0)


def seen(tracer: PathtraceRenderer, lens: Intrinsics, target: tuple[float, float, float]) -> Frame:
    eye = camera(eye=(0.0, -2.0, 0.3), target=target)
    scene: Scene = make_scene(
        [sphere(0.6, material=BLACK)], [replace(eye, intrinsics=lens)], suns=[], environment=BRIGHT
    )
    with tracer.open(scene, AssetLibrary()) as session:
        return session.render(still_view(scene))


@pytest.mark.parametrize("kind", LENSES)
@pytest.mark.parametrize("target", [(0.0, 0.0, 0.0), (0.4, 0.3, 0.2)])
def test_the_picture_is_dark_where_the_labels_have_the_ball(
    tracer: PathtraceRenderer, kind: str, target: tuple[float, float, float]
) -> None:
    frame = seen(tracer, LENSES[kind], target)
    grey = frame.radiance.astype(float).mean(axis=-1) / (1000.0 / pi)
    shown = np.isfinite(LENSES[kind].rays()[..., 0])
    ball = frame.instance_id == 1
    assert ball.sum() > 10
    whole = shown.copy()  # pixels at the border of what the lens shows are cut
    for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        whole &= np.roll(shown, shift, axis)
    agree = np.where(ball, grey < 0.5, grey > 0.5)[whole]
    assert agree.mean() > 0.99  # edges are shared
    assert grey[~shown].max(initial=0.0) < 1.0


def test_two_renderers_have_tables_of_their_own(tracer: PathtraceRenderer) -> None:
    lens, target = LENSES["fisheye"], (0.4, 0.3, 0.2)
    other = PathtraceRenderer(samples=2, denoise=False, variant="scalar_rgb")
    try:
        ids = [seen(which, lens, target).instance_id for which in (tracer, other, tracer)]
    finally:
        other.close()
    assert all(np.array_equal(ids[0], found) for found in ids)


def test_a_table_without_distortion_shows_what_the_pinhole_shows(tracer: PathtraceRenderer) -> None:
    frames = [
        seen(tracer, lens, (0.4, 0.3, 0.2))
        for lens in (PINHOLE, replace(PINHOLE, lens=Lens("brown_conrady")))
    ]
    pictures = [frame.radiance.astype(float).mean(axis=-1) for frame in frames]
    np.testing.assert_array_equal(frames[0].instance_id, frames[1].instance_id)
    assert np.abs(pictures[0] - pictures[1]).mean() < 0.01 * pictures[0].mean()
