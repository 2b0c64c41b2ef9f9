"""The frame gate: each fault is an error that names sensor and frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.errors import RenderError
from simgen.records.frame import Frame, View
from simgen.records.scene import Scene
from simgen.rendering.gate import check_frame
from simgen.rendering.raster import RasterRenderer, RasterScene, renderer
from simgen.rendering.raster.drawables import DrawItem, visible_items
from simgen.rendering.raster.gate import check_nonce, nonce_of
from tests.builders import floor, make_scene, sphere
from tests.views import still_view

SCENE: Scene = make_scene([floor(), sphere(0.2, at=(0.0, 0.0, 0.2))])


@pytest.fixture(scope="module")
def shown(raster: RasterRenderer, library: AssetLibrary) -> tuple[Frame, list[DrawItem]]:
    session = raster.open(SCENE, library)
    view = still_view(SCENE)
    return session.render(view), visible_items(session._drawables, view)


def test_a_good_frame_passes(shown: tuple[Frame, list[DrawItem]]) -> None:
    check_frame(*shown)


def test_a_frame_without_the_objects_in_view_is_empty(shown: tuple[Frame, list[DrawItem]]) -> None:
    frame, items = shown
    empty = replace(
        frame,
        instance_id=np.zeros_like(frame.instance_id),
        depth_m=np.full_like(frame.depth_m, np.nan),
        silhouettes={},
    )
    with pytest.raises(
        RenderError, match=r"sensor 'camera', frame 0: empty frame: objects \[2\] are in view"
    ):
        check_frame(empty, items)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_radiance_that_is_not_finite_is_refused(shown: tuple[Frame, list[DrawItem]], bad: float) -> None:
    frame, items = shown
    radiance = frame.radiance.copy()
    radiance[3, 4, 1] = bad
    with pytest.raises(RenderError, match="sensor 'camera', frame 0: radiance is not finite at 1 pixels"):
        check_frame(replace(frame, radiance=radiance), items)


def test_an_object_without_depth_is_refused(shown: tuple[Frame, list[DrawItem]]) -> None:
    frame, items = shown
    depth = frame.depth_m.copy()
    depth[np.nonzero(frame.instance_id)[0][0], np.nonzero(frame.instance_id)[1][0]] = np.nan
    with pytest.raises(RenderError, match="depth is not finite, or finite without an object, at 1 pixels"):
        check_frame(replace(frame, depth_m=depth), items)


def test_marks_differ_from_frame_to_frame_and_survive_eight_bits() -> None:
    marks = [nonce_of(count) for count in range(250)]
    assert len(set(marks)) == 250
    assert all(float(np.float16(mark)) == mark for mark in marks)


def test_a_buffer_of_another_frame_is_stale() -> None:
    check_nonce("here", "labels", np.full(4, nonce_of(7), np.float32), nonce_of(7))
    with pytest.raises(RenderError, match="here: stale labels"):
        check_nonce("here", "labels", np.full(4, nonce_of(6), np.float32), nonce_of(7))


def test_a_driver_that_returns_the_last_frame_again_is_caught(
    raster: RasterRenderer, library: AssetLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[np.ndarray] = []
    read = renderer.read_rows

    def again(*arguments: object) -> np.ndarray:
        kept.append(read(*arguments))
        return kept[0]

    monkeypatch.setattr(renderer, "read_rows", again)
    session = raster.open(SCENE, library)
    session.render(still_view(SCENE))
    with pytest.raises(RenderError, match="sensor 'camera', frame 0: stale radiance"):
        session.render(still_view(SCENE))


def test_an_opengl_error_names_the_place(raster: RasterRenderer) -> None:
    texture = raster.context.gl.texture((4, 4), 4)
    texture.use(9999)
    with pytest.raises(RenderError, match="sensor 'x', frame 3: OpenGL reported GL_INVALID_ENUM"):
        raster.context.check("sensor 'x', frame 3")
    texture.release()


def test_a_closed_scene_says_so(raster: RasterRenderer, library: AssetLibrary) -> None:
    session: RasterScene = raster.open(SCENE, library)
    session.close()
    view: View = still_view(SCENE)
    with pytest.raises(RenderError, match="the scene is closed; open it again"):
        session.render(view)
