"""The mean of sharp views has the blur that optics and motion say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.errors import RenderError
from simgen.geometry import FloatArray
from simgen.lens import Lens
from simgen.records.frame import View
from simgen.records.light import EnvironmentLight
from simgen.records.scene import Scene
from simgen.rendering.analytic import AnalyticRenderer
from simgen.rendering.exposure import (
    confusion_px,
    instants,
    mean_light,
    motion_px,
    places,
    samples_needed,
    seen_from,
)
from tests.builders import sphere, static_box, sun
from tests.measures.light import variance_px2
from tests.views import camera_scene, cast, still_view

CAMERA = Intrinsics.from_fov(96, 96, 0.5)
DARK = {"environment": EnvironmentLight(map=None, illuminance_lux=0.0, background_visible=False)}
FOCUS_M = 2.0


def lit(*bodies: object) -> Scene:
    """Bodies before a camera that looks along z, lit from behind it, in the dark."""
    return camera_scene(bodies, CAMERA, suns=[sun((0.0, 0.0, -1.0))], **DARK)  # type: ignore[arg-type]


def through_lens(scene: Scene, diameter_m: float, count: int, focus_m: float = FOCUS_M) -> FloatArray:
    """The picture of the scene's still view through an aperture."""
    spots = places(count) * diameter_m / 2
    views = [seen_from(still_view(scene), (float(x), float(y)), focus_m) for x, y in spots]
    with AnalyticRenderer().open(scene, AssetLibrary()) as session:
        return session.light(views).astype(float)


@pytest.mark.parametrize("depth_m", [1.2, 1.4, 3.0, 7.0])
def test_circle_of_confusion_is_that_of_a_thin_lens(depth_m: float) -> None:
    """c = A f |z - z_f| / (z (z_f - f)), on a sensor at the image distance v = 1 / (1 / f - 1 / z_f)."""
    diameter_m, pixel_m = 0.2, 10e-6
    image_m = CAMERA.fx * pixel_m
    f = 1 / (1 / image_m + 1 / FOCUS_M)
    expected_px = diameter_m * f * abs(depth_m - FOCUS_M) / (depth_m * (FOCUS_M - f)) / pixel_m
    scene = lit(sphere(0.02 * depth_m, at=(0.0, 0.0, depth_m)))
    sharp = cast(scene).radiance.astype(float)
    # An even disc of diameter c has the variance c² / 16 along any line through its middle.
    measured_px = 4 * np.sqrt(variance_px2(through_lens(scene, diameter_m, 256)) - variance_px2(sharp))
    np.testing.assert_allclose(measured_px, expected_px, rtol=0.05)
    assert confusion_px(replace_depth(scene, depth_m), diameter_m, FOCUS_M) == pytest.approx(
        expected_px, rel=0.01
    )


def replace_depth(scene: Scene, depth_m: float):
    """The sharp frame, all of it at one depth."""
    frame = cast(scene)
    return replace(frame, depth_m=np.full_like(frame.depth_m, depth_m))


def test_plane_in_focus_is_as_sharp_as_through_a_pinhole() -> None:
    plate = static_box((0.4, 0.3, 0.02), at=(0.1, -0.05, FOCUS_M + 0.01))
    scene = lit(plate)
    sharp = cast(scene).radiance.astype(float)
    blurred = through_lens(scene, 0.05, 64)
    assert sharp.max() > 0
    # Its sides come into sight from beside; its face does not change.
    face = cast(scene).depth_m < FOCUS_M + 1e-4
    np.testing.assert_allclose(blurred[face], sharp[face], rtol=1e-3)
    assert blurred[~face].sum() < 0.01 * sharp.sum()


LENSES = {
    "brown_conrady": replace(CAMERA, lens=Lens("brown_conrady", (-0.2, 0.03, 0.002, -0.001))),
    "fisheye": replace(CAMERA, fx=30.0, fy=30.0, lens=Lens("fisheye", (0.02, -0.004))),
    "equidistant": replace(CAMERA, fx=30.0, fy=30.0, lens=Lens("fisheye")),
}


def seen_at(kind: str, point: FloatArray, diameter_m: float) -> FloatArray:
    """Where a point (3,) of the camera's frame lies in the pictures (n, 2) from 64 places on the aperture."""
    view = replace(still_view(lit()), intrinsics=LENSES[kind])
    spots = places(64) * diameter_m / 2
    views = [seen_from(view, (float(x), float(y)), FOCUS_M) for x, y in spots]
    return np.concatenate(
        [each.intrinsics.project((point - each.T_world_camera[:3, 3])[None]) for each in views]
    )


@pytest.mark.parametrize("kind", LENSES)
def test_the_surface_in_focus_stays_where_it_is_through_a_lens(kind: str) -> None:
    """A plane for a Brown-Conrady lens, for a fisheye a sphere: their depth is that to the eye."""
    for direction in LENSES[kind].directions(np.array([20.0, 47.5, 80.0]), np.array([10.0, 47.5, 60.0])):
        pixels = seen_at(kind, FOCUS_M * direction, 0.1)
        np.testing.assert_allclose(pixels, np.tile(pixels.mean(axis=0), (64, 1)), atol=1e-6)


@pytest.mark.parametrize("kind", LENSES)
def test_on_the_axis_circles_of_confusion_are_those_of_a_pinhole(kind: str) -> None:
    camera, diameter_m = LENSES[kind], 0.02
    for depth_m in (0.8, 5.0):
        pixels = seen_at(kind, np.array([0.0, 0.0, depth_m]), diameter_m)
        expected = diameter_m * camera.fx * abs(1 / depth_m - 1 / FOCUS_M)
        np.testing.assert_allclose(4 * pixels.std(axis=0), expected, rtol=0.01)
        frame = replace(cast(lit()), depth_m=np.full((96, 96), depth_m, np.float32))
        frame = replace(frame, view=replace(frame.view, intrinsics=camera))
        assert confusion_px(frame, diameter_m, FOCUS_M) == pytest.approx(expected, rel=1e-5)


def test_off_a_fisheye_s_axis_its_flat_aperture_is_seen_from_the_side() -> None:
    angle, distance_m = 1.0, 0.8
    pixels = seen_at("equidistant", distance_m * np.array([np.sin(angle), 0.0, np.cos(angle)]), 0.02)
    wide = 0.02 * 30.0 * abs(1 / distance_m - 1 / FOCUS_M)
    # Along the radius narrower by the cosine; across it a degree is wider, as everywhere in a fisheye's picture.
    np.testing.assert_allclose(
        4 * pixels.std(axis=0), [wide * np.cos(angle), wide * angle / np.sin(angle)], rtol=0.01
    )


@pytest.mark.parametrize("kind", ["equirectangular", "orthographic"])
def test_a_lens_that_has_no_aperture_is_refused_by_name(kind: str) -> None:
    camera = replace(CAMERA, lens=Lens(kind))  # type: ignore[arg-type]
    view = still_view(camera_scene([sphere(0.1, at=(0.0, 0.0, 2.0))], camera))
    with pytest.raises(RenderError, match=f"'camera'.*'{kind}'.*brown_conrady, fisheye"):
        seen_from(view, (0.01, 0.0), FOCUS_M)


def test_out_of_focus_no_light_is_lost_and_none_is_moved() -> None:
    scene = lit(sphere(0.03, at=(0.0, 0.0, 1.2)))
    sharp, blurred = cast(scene).radiance.astype(float), through_lens(scene, 0.06, 128)
    assert blurred.sum() == pytest.approx(sharp.sum(), rel=0.01)
    rows, columns = np.indices(sharp.shape[:2])
    for axis in (rows, columns):
        middle = [np.average(axis, weights=picture.sum(axis=-1)) for picture in (sharp, blurred)]
        assert middle[1] == pytest.approx(middle[0], abs=0.05)


@pytest.mark.parametrize("count", [2, 3, 7, 16, 64])
def test_samples_are_even_over_time_and_aperture(count: int) -> None:
    times, points = instants(count), places(count)
    np.testing.assert_allclose(np.diff(np.sort(times), n=2), 0.0, atol=1e-12)
    assert (times.mean(), times.var()) == pytest.approx((0.0, 1 / 3), abs=1e-12)  # of even time from -1 to 1
    assert abs(times).max() < 1.0
    np.testing.assert_allclose(points.mean(axis=0), 0.0, atol=1e-12)
    assert np.linalg.norm(points, axis=1).max() < 1.2
    if count > 2:
        np.testing.assert_allclose(np.cov(points.T, bias=True), np.eye(2) / 4, atol=1e-12)  # an even disc's
    if count >= 16:
        assert abs(np.corrcoef(times, points.T)[0, 1:]).max() < 0.35


def test_a_single_sample_is_the_view_itself() -> None:
    view = still_view(lit(sphere(0.1, at=(0.0, 0.0, 1.0))))
    assert instants(1)[0] == 0.0
    assert not places(1).any()
    same = seen_from(view, (0.0, 0.0), FOCUS_M)
    assert same.intrinsics == view.intrinsics
    np.testing.assert_array_equal(same.T_world_camera, view.T_world_camera)


def moved(view: View, by_m: tuple[float, float, float]) -> View:
    """The view with its only body moved."""
    T = view.T_world_objects.copy()
    T[0, :3, 3] += by_m
    return replace(view, T_world_objects=T)


def test_way_of_a_body_is_speed_times_time_times_focal_length_over_depth() -> None:
    scene = lit(static_box((0.5, 0.5, 0.02), at=(0.0, 0.0, 1.51)))
    view, way_m = still_view(scene), 0.04
    opened, closed = moved(view, (-way_m / 2, 0, 0)), moved(view, (way_m / 2, 0, 0))
    measured = motion_px(cast(scene), opened, closed)
    assert measured == pytest.approx(way_m * CAMERA.fx / 1.5, rel=1e-6)


def test_turning_camera_moves_what_is_infinitely_far_too() -> None:
    scene = lit(sphere(0.02, at=(0.0, 0.0, 50.0)))
    view, angle = still_view(scene), 0.05
    c, s = np.cos(angle), np.sin(angle)
    T = view.T_world_camera.copy()
    T[:3, :3] = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    away = motion_px(cast(scene), view, replace(view, T_world_camera=T))
    assert away >= CAMERA.fx * np.tan(angle)


@given(
    motion=st.floats(0, 1e4),
    confusion=st.floats(0, 1e3),
    most=st.integers(1, 64),
)
@settings(max_examples=60)
def test_more_blur_takes_more_samples_up_to_the_bound(motion: float, confusion: float, most: int) -> None:
    count = samples_needed(motion, confusion, most)
    assert 1 <= count <= most
    assert count <= samples_needed(motion * 2, confusion * 2, most)
    assert samples_needed(0.1, 0.1, most) == 1


def test_mean_keeps_a_single_picture_and_the_energy_of_many() -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.uniform(0, 1000, (4, 5, 3)).astype(np.float16) for _ in range(7)]
    assert mean_light(pictures[:1]).tobytes() == pictures[0].tobytes()
    expected = np.mean([picture.astype(float) for picture in pictures], axis=0)
    np.testing.assert_allclose(mean_light(pictures), expected, rtol=1e-3)
    with pytest.raises(ValueError, match="no picture"):
        mean_light([])
