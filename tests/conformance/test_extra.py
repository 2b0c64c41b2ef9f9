"""Buffers made only for views that ask: albedo and part ids of every back end against the oracle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.geometry import quaternion_about_axis
from simgen.records.asset import AssetRef
from simgen.records.frame import ExtraBuffer, Frame
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.protocol import Renderer
from tests.builders import box, make_scene
from tests.conformance.conftest import QUICK
from tests.conformance.oracle import comparable
from tests.conformance.scenes import LENS, SCENES
from tests.conformance.test_sessions import assert_same_bytes
from tests.views import camera_scene, still_view

ALL: frozenset[ExtraBuffer] = frozenset({"albedo", "part_id", "object_coordinates"})


def colourful() -> Scene:
    """Overlapping bodies of one colour, of one tinted, and of none but their own."""
    scene = SCENES["overlapping"]()
    looks = [
        MaterialOverride(base_color_rgb=(0.12, 0.5, 0.9)),
        MaterialOverride(tint_rgb=(0.5, 0.25, 1.0)),
        MaterialOverride(base_color_rgb=(0.9, 0.4, 0.2), tint_rgb=(0.5, 1.0, 0.1), metallic=1.0),
    ]
    changed = [replace(body, material=look) for body, look in zip(scene.objects, looks, strict=False)]
    return replace(scene, objects=(*changed, *scene.objects[3:]))


def drawn(renderer: Renderer, library: AssetLibrary, scene: Scene, asked: frozenset[ExtraBuffer]) -> Frame:
    with renderer.open(scene, library) as session:
        return session.render(replace(still_view(scene), extra_buffers=asked))


@pytest.fixture(scope="module")
def truth(library: AssetLibrary) -> Frame:
    from simgen.rendering.analytic import AnalyticRenderer

    return drawn(AnalyticRenderer(), library, colourful(), ALL)


def test_albedo_is_the_colour_of_the_material_as_the_scene_changes_it(
    renderer: Renderer, library: AssetLibrary, truth: Frame
) -> None:
    frame = drawn(renderer, library, colourful(), ALL)
    assert frame.albedo is not None
    assert truth.albedo is not None
    assert (frame.albedo.dtype, frame.albedo.shape) == (np.float32, truth.albedo.shape)
    both = comparable(frame, truth)
    np.testing.assert_allclose(frame.albedo[both], truth.albedo[both], atol=1e-6)
    assert np.isnan(frame.albedo[frame.instance_id == 0]).all()
    assert np.isfinite(frame.albedo[frame.instance_id > 0]).all()


def test_parts_count_the_materials_of_a_model_from_one(
    renderer: Renderer, library: AssetLibrary, truth: Frame
) -> None:
    """Primitives have one material; nothing has none."""
    frame = drawn(renderer, library, colourful(), ALL)
    assert frame.part_id is not None
    assert frame.part_id.dtype == np.uint16
    np.testing.assert_array_equal(frame.part_id, frame.instance_id > 0)


def test_what_is_not_asked_for_is_not_made(renderer: Renderer, library: AssetLibrary) -> None:
    frame = drawn(renderer, library, colourful(), frozenset())
    assert frame.albedo is None
    assert frame.part_id is None
    assert frame.object_coordinates_m is None
    assert drawn(renderer, library, colourful(), frozenset({"part_id"})).albedo is None
    assert drawn(renderer, library, colourful(), frozenset({"albedo"})).part_id is None


def test_asking_changes_nothing_else(renderer: Renderer, library: AssetLibrary) -> None:
    plain = drawn(renderer, library, colourful(), frozenset())
    asked = drawn(renderer, library, colourful(), ALL)
    assert_same_bytes(replace(asked, object_coordinates_m=None), plain)
    assert_same_bytes(drawn(renderer, library, colourful(), frozenset()), plain)


def test_without_outlines_all_else_is_the_same(renderer: Renderer, library: AssetLibrary) -> None:
    scene = colourful()
    with renderer.open(scene, library) as session:
        whole = session.render(still_view(scene))
        bare = session.render(replace(still_view(scene), outlines=False))
    assert whole.silhouettes
    assert not bare.silhouettes
    assert_same_bytes(replace(whole, silhouettes={}), bare)


def test_nothing_has_neither_albedo_nor_parts(renderer: Renderer, library: AssetLibrary) -> None:
    frame = drawn(renderer, library, make_scene([]), ALL)
    assert frame.albedo is not None
    assert frame.part_id is not None
    assert np.isnan(frame.albedo).all()
    assert not frame.part_id.any()


# -- models with maps and more than one material, which the oracle cannot draw -------------------------------------


def mixed() -> Scene:
    """A printed carton, a mug and a jar, turned."""
    turn = quaternion_about_axis((0.36, 0.48, 0.8), 0.7)
    names = ("procedural/carton", "procedural/mug", "procedural/jar")
    bodies = [
        replace(
            box((0.3, 0.3, 0.3), at=(0.4 * (k - 1), 0.0, 1.4), quaternion_wxyz=turn), asset=AssetRef(name)
        )
        for k, name in enumerate(names)
    ]
    return camera_scene(bodies, LENS)


@pytest.fixture(scope="module")
def reference(library: AssetLibrary) -> Frame:
    """Drawn by the path tracer: triangles met by formula, texels mixed by formula."""
    from simgen.rendering import make_renderer

    return drawn(make_renderer("pathtrace", **QUICK["pathtrace"]), library, mixed(), ALL)


def test_back_ends_agree_on_parts_and_maps(library: AssetLibrary, reference: Frame) -> None:
    """Maps are blurred with distance by one, not by the other: they agree on the whole, not texel by texel."""
    from simgen.rendering import make_renderer

    frame = drawn(make_renderer("raster"), library, mixed(), ALL)
    assert frame.albedo is not None and frame.part_id is not None
    assert reference.albedo is not None and reference.part_id is not None
    both = comparable(frame, reference)
    assert len(np.unique(reference.part_id[both])) > 2
    assert (frame.part_id[both] == reference.part_id[both]).mean() > 0.99
    assert np.ptp(reference.albedo[both]) > 0.3
    for key in np.unique(reference.instance_id[both]):
        here = both & (reference.instance_id == key)
        np.testing.assert_allclose(frame.albedo[here].mean(0), reference.albedo[here].mean(0), atol=0.02)
