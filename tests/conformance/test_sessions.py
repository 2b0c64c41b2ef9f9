"""The same view gives the same bytes, whatever was drawn before; scenes share a renderer without traces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.geometry import look_at
from simgen.records.frame import Frame
from simgen.rendering.protocol import Renderer
from tests.builders import make_scene
from tests.conformance.scenes import SCENES
from tests.views import still_view

BUFFERS = ("radiance", "depth_m", "instance_id", "normals_camera", "object_coordinates_m")


def assert_same_bytes(a: Frame, b: Frame) -> None:
    for name in BUFFERS:
        ours, theirs = getattr(a, name), getattr(b, name)
        assert (ours is None) == (theirs is None), name
        if ours is not None:
            np.testing.assert_array_equal(ours, theirs, err_msg=name)
            assert ours.tobytes() == theirs.tobytes(), name
    assert sorted(a.silhouettes) == sorted(b.silhouettes)
    for key, outline in a.silhouettes.items():
        other = b.silhouettes[key]
        assert (outline.x0, outline.y0, outline.total_px) == (other.x0, other.y0, other.total_px)
        np.testing.assert_array_equal(outline.mask, other.mask)
        np.testing.assert_array_equal(outline.bbox_unclipped_xyxy, other.bbox_unclipped_xyxy)


def test_a_view_does_not_depend_on_the_views_before_it(renderer: Renderer, library: AssetLibrary) -> None:
    scene = SCENES["overlapping"]()
    view = still_view(scene)
    elsewhere = replace(view, T_world_camera=look_at((0.3, -0.2, 0.1), (0.0, 0.0, 1.2)))
    with renderer.open(scene, library) as session:
        first = session.render(view)
        other = session.render(elsewhere)
        assert_same_bytes(session.render(view), first)
        assert_same_bytes(session.render(elsewhere), other)
    assert not np.array_equal(first.instance_id, other.instance_id)


def test_a_scene_does_not_depend_on_the_scenes_before_it(renderer: Renderer, library: AssetLibrary) -> None:
    scene, other = SCENES["overlapping"](), SCENES["odd_lens"]()
    with renderer.open(scene, library) as session:
        first = session.render(still_view(scene))
    with renderer.open(other, library) as session:
        session.render(still_view(other))
    with renderer.open(scene, library) as session:
        assert_same_bytes(session.render(still_view(scene)), first)


def test_a_kept_frame_is_not_overwritten_by_the_next(renderer: Renderer, library: AssetLibrary) -> None:
    scene = SCENES["overlapping"]()
    view = still_view(scene)
    with renderer.open(scene, library) as session:
        kept = session.render(view)
        copies = {name: getattr(kept, name).copy() for name in BUFFERS}
        session.render(replace(view, T_world_camera=look_at((0.3, -0.2, 0.1), (0.0, 0.0, 1.2))))
    for name, copy in copies.items():
        np.testing.assert_array_equal(getattr(kept, name), copy, err_msg=name)


def test_bodies_move_with_the_view_not_with_the_scene(renderer: Renderer, library: AssetLibrary) -> None:
    """A view carries its own poses: a body moved 10 cm nearer along the axis is 10 cm nearer."""
    scene = SCENES["face_on_box"]()
    view = still_view(scene)
    moved = view.T_world_objects.copy()
    moved[0, 2, 3] -= 0.1
    with renderer.open(scene, library) as session:
        before = session.render(view)
        after = session.render(replace(view, T_world_objects=moved))
    assert before.depth_m[60, 80] - after.depth_m[60, 80] == pytest.approx(0.1, abs=1e-5)


def test_the_frame_names_its_renderer_and_view(renderer: Renderer, library: AssetLibrary) -> None:
    scene = SCENES["lone_box"]()
    view = still_view(scene)
    with renderer.open(scene, library) as session:
        frame = session.render(view)
    assert frame.renderer == renderer.name
    assert frame.view is view


def test_a_picture_without_objects_is_all_background(renderer: Renderer, library: AssetLibrary) -> None:
    scene = make_scene([])
    with renderer.open(scene, library) as session:
        frame = session.render(still_view(scene))
    assert not frame.instance_id.any()
    assert not frame.silhouettes
    assert np.isnan(frame.depth_m).all()


def test_light_of_a_view_is_the_radiance_of_its_frame(renderer: Renderer, library: AssetLibrary) -> None:
    scene = SCENES["overlapping"]()
    view = still_view(scene)
    with renderer.open(scene, library) as session:
        lit, dark = session.render(view), session.render(view, lit=False)
        alone = session.light([view])
    assert alone.dtype == lit.radiance.dtype
    assert alone.tobytes() == lit.radiance.tobytes()
    assert not dark.radiance.any()
    assert_same_bytes(replace(dark, radiance=lit.radiance), lit)


def test_light_of_several_views_is_their_mean(renderer: Renderer, library: AssetLibrary) -> None:
    scene = SCENES["overlapping"]()
    view = still_view(scene)
    aside = replace(view, T_world_camera=look_at((0.1, -0.05, 0.0), (0.0, 0.0, 1.2)))
    with renderer.open(scene, library) as session:
        each = [session.light([one]).astype(float) for one in (view, aside)]
        both = session.light([view, aside])
        assert both.tobytes() == session.light([view, aside]).tobytes()
    assert not np.allclose(each[0], each[1], rtol=0.05)
    if renderer.name == "pathtrace":  # its samples are others, and have grain
        assert both.astype(float).mean() == pytest.approx(np.mean(each), rel=0.1)
    else:
        np.testing.assert_allclose(both, (each[0] + each[1]) / 2, rtol=2e-3, atol=1e-3)
