"""Both renderers label alike: the path tracer's labels are the raster renderer's wherever OpenGL works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import glcontext
import pytest

from simgen.assets import AssetLibrary
from simgen.errors import RenderError, UsageError
from simgen.records.frame import ExtraBuffer, Frame, View
from simgen.records.scene import Scene
from simgen.rendering import Renderer, make_renderer
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.shared_labels import SharedLabels
from tests.conformance.scenes import SCENES
from tests.conformance.test_sessions import assert_same_bytes
from tests.views import still_view

LIBRARY = AssetLibrary()
ALL: frozenset[ExtraBuffer] = frozenset({"albedo", "part_id", "object_coordinates"})
QUICK: dict[str, object] = {"samples": 1, "denoise": False, "variant": "scalar_rgb"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Renderer]:
    made = make_renderer("pathtrace", **QUICK)
    yield made
    made.close()


def frame_of(renderer: Renderer, scene: Scene, view: View) -> Frame:
    with renderer.open(scene, LIBRARY) as session:
        return session.render(view)


@pytest.mark.parametrize("name", ["overlapping", "odd_lens", "close_up"])
def test_labels_are_the_bytes_of_the_raster_renderer(
    raster: RasterRenderer, shared: Renderer, name: str
) -> None:
    scene = SCENES[name]()
    view = replace(still_view(scene), extra_buffers=ALL)
    drawn, traced = (frame_of(each, scene, view) for each in (raster, shared))
    assert_same_bytes(replace(traced, radiance=drawn.radiance), drawn)
    assert (drawn.renderer, traced.renderer) == ("raster", "pathtrace")


def test_the_picture_is_the_path_tracers(shared: Renderer) -> None:
    scene = SCENES["overlapping"]()
    alone = frame_of(PathtraceRenderer(1, False, variant="scalar_rgb"), scene, still_view(scene))
    assert frame_of(shared, scene, still_view(scene)).radiance.tobytes() == alone.radiance.tobytes()


def test_the_device_says_who_paints_and_who_labels(raster: RasterRenderer, shared: Renderer) -> None:
    assert shared.device.startswith("Mitsuba")
    assert shared.device.endswith(f"scalar_rgb; labels: {raster.device}")


def test_without_gl_the_path_tracer_casts_its_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> object:
        raise OSError(f"lib{name.upper()}.so.1: cannot open shared object file")

    monkeypatch.setattr(glcontext, "get_backend_by_name", refuse)
    alone = make_renderer("pathtrace", **QUICK)
    scene = SCENES["overlapping"]()
    frame = frame_of(alone, scene, still_view(scene))
    assert "labels" not in alone.device
    assert set(frame.silhouettes) == set(frame_of(alone, scene, still_view(scene)).silhouettes) != set()


def test_labels_can_be_cast_where_gl_works_too() -> None:
    assert not isinstance(make_renderer("pathtrace", labels="cast", **QUICK), SharedLabels)
    with pytest.raises(UsageError, match="labels 'traced'; they can be drawn or cast"):
        make_renderer("pathtrace", labels="traced", **QUICK)


def test_a_scene_opened_for_labels_cannot_be_lit(raster: RasterRenderer) -> None:
    scene = SCENES["overlapping"]()
    with raster.open(scene, LIBRARY, lit=False) as session:
        session.render(still_view(scene), lit=False)
        with pytest.raises(RenderError, match="opened for labels alone"):
            session.render(still_view(scene))
        with pytest.raises(RenderError, match="opened for labels alone"):
            session.light([still_view(scene)])


def test_renderers_of_one_process_take_turns(raster: RasterRenderer) -> None:
    """OpenGL calls go to one context at a time: each renderer must make its own the current one."""
    scene = SCENES["overlapping"]()
    view = still_view(scene)
    other = RasterRenderer()
    with raster.open(scene, LIBRARY) as ours, other.open(scene, LIBRARY) as theirs:
        first, second = ours.render(view), theirs.render(view)
        assert_same_bytes(first, second)
        other.close()
        assert_same_bytes(ours.render(view), first)
