"""What shows through glass is drawn only where glass is, and looks as if all of it were drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.raster import RasterRenderer, renderer
from simgen.rendering.raster.drawables import DrawItem, make_drawables, visible_items
from simgen.rendering.raster.regions import regions_of, rest_of
from tests.builders import camera, make_scene, static_box
from tests.rendering.raster.test_glass import PANE_M, GlazedLibrary
from tests.views import still_view


def small_pane(right_m: float, scale: float = 0.1) -> Scene:
    """A small pane before a red wall, 3 m from a camera that looks along +Y."""
    red = MaterialOverride(base_color_rgb=(0.8, 0.1, 0.1))
    wall = static_box((6.0, 0.2, 6.0), (0.0, 2.1, 1.0), material=red, name="wall")
    glass = replace(static_box(PANE_M, (right_m, 0.0, 1.0), name="pane"), scale=scale)
    seen = camera(eye=(0.0, -3.0, 1.0), target=(0.0, 0.0, 1.0), width=320, height=240)
    return make_scene([wall, glass], [seen])


def panes(raster: RasterRenderer, scene: Scene) -> list[DrawItem]:
    drawables = make_drawables(scene, GlazedLibrary(0.3), raster.models)
    return [item for item in visible_items(drawables, still_view(scene)) if item.instance_id == 2]


def test_a_region_holds_what_is_see_through_and_a_margin(raster: RasterRenderer) -> None:
    scene = small_pane(0.0)
    (region,) = regions_of(scene.cameras[0].intrinsics, panes(raster, scene))
    x0, y0, x1, y1 = region
    half_px = scene.cameras[0].intrinsics.fx * 0.1 / 2.999
    assert 24 <= 159.5 - half_px - x0 <= 28
    assert 24 <= x1 - (159.5 + half_px) <= 28
    assert 24 <= 119.5 - half_px - y0 <= 28
    assert 24 <= y1 - (119.5 + half_px) <= 28


def test_a_region_ends_with_the_image(raster: RasterRenderer) -> None:
    scene = small_pane(0.0, scale=2.0)
    assert regions_of(scene.cameras[0].intrinsics, panes(raster, scene)) == [(0, 0, 320, 240)]


@pytest.mark.parametrize(("apart_m", "count"), [(0.1, 1), (0.3, 1), (2.2, 2)])
def test_regions_are_apart_and_few(raster: RasterRenderer, apart_m: float, count: int) -> None:
    left, right = (small_pane(x, scale=0.02) for x in (-apart_m / 2, apart_m / 2))
    camera = left.cameras[0].intrinsics
    found = regions_of(camera, [*panes(raster, left), *panes(raster, right)])
    assert len(found) == count
    assert all(a[2] <= b[0] for a, b in pairwise(found))


def test_a_limited_picture_is_the_whole_one_whatever_was_drawn_before(
    raster: RasterRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes, library = [small_pane(right) for right in (-0.6, 0.0, 0.5)], GlazedLibrary(0.3)

    def pictures() -> list[NDArray[np.float16]]:
        shown: list[NDArray[np.float16]] = []
        for scene in scenes:
            with raster.open(scene, library) as session:
                shown.append(session.render(still_view(scene)).radiance)
        return shown

    limited = pictures()
    monkeypatch.setattr(renderer, "regions_of", lambda camera, _: [(0, 0, camera.width, camera.height)])
    whole = pictures()
    for one, other in zip(limited, whole, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(limited[0], limited[1])


@pytest.mark.parametrize(
    "regions",
    [
        [],
        [(4, 2, 10, 8)],
        [(0, 0, 5, 12), (9, 4, 16, 12)],
        [(0, 3, 3, 6), (5, 1, 9, 5), (12, 4, 16, 7)],
        [(0, 0, 16, 12)],
    ],
)
def test_regions_and_their_rest_cover_every_pixel_once(regions: list[tuple[int, int, int, int]]) -> None:
    covered = np.zeros((12, 16), int)
    for x0, y0, x1, y1 in [*regions, *rest_of((0, 0, 16, 12), regions)]:
        covered[y0:y1, x0:x1] += 1
    np.testing.assert_array_equal(covered, 1)
