"""The oracle against formulas written down a second time: what it says must follow from geometry alone."""

from __future__ import annotations

from dataclasses import replace
from math import cos, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.errors import RenderError
from simgen.geometry import Pose, Quat, Vec3, apply, box_corners, look_at, quaternion_about_axis
from simgen.records.asset import AssetRef
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, Fog, SpotLight, SunLight
from simgen.records.scene import CameraSensor, MaterialOverride, Scene, SceneObject
from simgen.rendering import make_renderer
from simgen.rendering.analytic import (
    AnalyticRenderer,
    Solid,
    box_bounds,
    box_outline_area_px,
    pixel_box,
    project_ellipse,
    solid_bounds,
    sphere_outline,
)
from tests.builders import box, cylinder, floor, make_scene, primitive, sphere
from tests.strategies import numbers, quaternions
from tests.views import camera_scene, cast, still_view

LENS = Intrinsics(width=64, height=48, fx=100.0, fy=80.0, cx=30.0, cy=24.0)


def covered_box(frame: Frame, instance_id: int) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(frame.instance_id == instance_id)
    return (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


def test_a_face_covers_exactly_the_pixel_centres_it_spans() -> None:
    """Front face at z = 1, x in ±0.102, y in ±0.102: u in 30 ± 10.2, v in 24 ± 8.16. Half a pixel off shows."""
    frame = cast(camera_scene([box((0.204, 0.204, 0.2), at=(0, 0, 1.1))], LENS))
    assert covered_box(frame, 1) == (20, 16, 41, 33)
    assert (frame.instance_id == 1).sum() == 21 * 17
    assert frame.depth_m[24, 30] == np.float32(1.0)


def test_the_plane_between_two_pixels_falls_to_the_right_one() -> None:
    """A face edge at u = 30.4 covers pixel 30 and not 31; at 30.6 it covers both."""
    for edge, last in ((30.4, 30), (30.6, 30), (31.0, 31), (31.1, 31)):
        half = (edge - 30.0) / 100.0
        frame = cast(camera_scene([box((2 * half, 0.2, 0.002), at=(0, 0, 1.001))], LENS))
        assert covered_box(frame, 1)[2] == last + 1


def test_depth_of_a_slanted_plane_is_its_equation() -> None:
    """A thick slab turned by 30° about x: n · p = d at every pixel."""
    q = quaternion_about_axis((1, 0, 0), pi / 6)
    frame = cast(camera_scene([box((10, 10, 1), at=(0, 0, 2), quaternion_wxyz=q)], LENS))
    normal = Pose((0, 0, 0), q).matrix()[:3, :3] @ (0, 0, -1.0)
    offset = normal @ (np.array([0, 0, 2]) + normal * 0.5)
    expected = offset / (LENS.rays() @ normal)
    assert (frame.instance_id == 1).all()
    np.testing.assert_allclose(frame.depth_m, expected, rtol=1e-6)
    np.testing.assert_allclose(frame.normals_camera, np.broadcast_to(normal, (48, 64, 3)), atol=1e-6)


def test_depth_on_the_axis_of_a_sphere_and_at_its_rim() -> None:
    frame = cast(camera_scene([sphere(0.1, at=(0, 0, 1))], LENS))
    assert frame.depth_m[24, 30] == pytest.approx(0.9, rel=1e-6)
    np.testing.assert_allclose(frame.normals_camera[24, 30], (0, 0, -1), atol=1e-6)
    points = LENS.unproject(frame.depth_m)[frame.instance_id == 1]
    np.testing.assert_allclose(np.linalg.norm(points - (0, 0, 1), axis=1), 0.1, rtol=1e-5)


def test_a_cylinder_seen_from_the_side_and_from_the_end() -> None:
    side = cast(
        camera_scene(
            [cylinder(0.1, 0.3, at=(0, 0, 1), quaternion_wxyz=quaternion_about_axis((1, 0, 0), pi / 2))], LENS
        )
    )
    assert side.depth_m[24, 30] == pytest.approx(0.9, rel=1e-6)
    half_width_px = 100 * 0.1 / sqrt(1 - 0.01)  # tangent from the camera's centre
    assert covered_box(side, 1)[0::2] == (30 - int(half_width_px), 30 + int(half_width_px) + 1)
    end = cast(camera_scene([cylinder(0.1, 0.3, at=(0, 0, 1))], LENS))
    np.testing.assert_allclose(end.depth_m[end.instance_id == 1], 0.85, rtol=1e-6)
    np.testing.assert_allclose(end.normals_camera[24, 30], (0, 0, -1), atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(["box", "sphere", "cylinder"]),
    st.tuples(numbers(0.05, 0.4), numbers(0.05, 0.4), numbers(0.05, 0.4)),
    st.tuples(numbers(-0.4, 0.4), numbers(-0.3, 0.3), numbers(1.0, 3.0)),
    quaternions(),
)
def test_object_coordinates_lie_on_the_surface_and_come_from_the_pose(
    shape: str, size_m: Vec3, at: Vec3, q: Quat
) -> None:
    scene = camera_scene([primitive(shape, size_m, at, q)], LENS)
    frame = cast(scene)
    hit = frame.instance_id == 1
    on_object = frame.object_coordinates_m[hit].astype(float)
    back = apply(scene.objects[0].pose.matrix(), on_object)
    np.testing.assert_allclose(back, LENS.unproject(frame.depth_m)[hit], atol=1e-5)
    unit = on_object / (np.array(size_m) / 2)
    if shape == "box":
        level = np.abs(unit).max(axis=1)
    elif shape == "sphere":
        level = np.linalg.norm(unit, axis=1)
    else:
        level = np.maximum(np.hypot(unit[:, 0], unit[:, 1]), np.abs(unit[:, 2]))
    np.testing.assert_allclose(level, 1.0, atol=1e-4)
    assert ((frame.normals_camera[hit] * LENS.rays()[hit]).sum(axis=1) <= 1e-6).all()
    np.testing.assert_allclose(np.linalg.norm(frame.normals_camera[hit], axis=1), 1.0, atol=1e-6)


def test_normals_of_an_ellipsoid_are_those_of_its_gradient() -> None:
    frame = cast(camera_scene([primitive("sphere", (0.4, 0.2, 0.3), (0, 0, 1))], LENS))
    hit = frame.instance_id == 1
    gradient = frame.object_coordinates_m[hit] / np.square([0.2, 0.1, 0.15])
    gradient /= np.linalg.norm(gradient, axis=1, keepdims=True)
    np.testing.assert_allclose(frame.normals_camera[hit], gradient, atol=1e-5)


def test_the_nearer_of_two_wins_and_background_has_no_labels() -> None:
    frame = cast(camera_scene([box((0.4, 0.4, 0.1), at=(0, 0, 2)), box((0.1, 0.1, 0.1), at=(0, 0, 1))], LENS))
    assert frame.instance_id[24, 30] == 2
    assert frame.instance_id[24, 21] == 1
    empty = frame.instance_id == 0
    assert empty.any()
    for buffer in (frame.depth_m, frame.normals_camera, frame.object_coordinates_m):
        assert np.isnan(buffer[empty]).all()
        assert np.isfinite(buffer[~empty]).all()


def test_nothing_is_drawn_before_near_or_past_far() -> None:
    lens = replace(LENS, near_m=0.5, far_m=3.0)
    cut = cast(camera_scene([box((0.2, 0.2, 0.4), at=(0, 0, 0.4))], lens))  # front face at 0.2, back at 0.6
    assert cut.depth_m[24, 30] == pytest.approx(0.6, rel=1e-6)
    np.testing.assert_allclose(cut.normals_camera[24, 30], (0, 0, -1))  # its inside, facing the camera
    far = cast(camera_scene([box((0.2, 0.2, 0.2), at=(0, 0, 4))], lens))
    assert not far.instance_id.any()
    assert not far.silhouettes


# Outlines


def test_outline_of_a_sphere_on_the_axis_is_the_tangent_cone() -> None:
    ellipse = sphere_outline(LENS, np.array([0, 0, 1.0]), 0.1)
    assert ellipse is not None
    tangent = 0.1 / sqrt(1 - 0.1**2)
    assert ellipse.center_px == pytest.approx((30, 24))
    assert ellipse.bounds_xyxy == pytest.approx(
        (30 - 100 * tangent, 24 - 80 * tangent, 30 + 100 * tangent, 24 + 80 * tangent)
    )
    assert ellipse.area_px == pytest.approx(pi * 100 * 80 * tangent**2)


def test_outline_of_a_sphere_off_the_axis_reaches_to_its_tangents() -> None:
    """In the plane y = 0 the cone spans the angles around atan(x / z) by asin(r / distance)."""
    x, z, r = 0.5, 1.2, 0.2
    ellipse = sphere_outline(LENS, np.array([x, 0, z]), r)
    assert ellipse is not None
    middle, half = np.arctan2(x, z), np.arcsin(r / np.hypot(x, z))
    assert ellipse.bounds_xyxy[0] == pytest.approx(30 + 100 * np.tan(middle - half))
    assert ellipse.bounds_xyxy[2] == pytest.approx(30 + 100 * np.tan(middle + half))


@settings(deadline=None, max_examples=60)
@given(st.tuples(numbers(-1, 1), numbers(-1, 1), numbers(0.8, 4.0)), numbers(0.05, 0.5))
def test_every_point_of_a_sphere_projects_into_its_outline_and_the_rim_onto_it(
    center: Vec3, radius_m: float
) -> None:
    ellipse = sphere_outline(LENS, np.array(center), radius_m)
    assert ellipse is not None
    c = np.array(center)
    distance = float(np.linalg.norm(c))
    # The rim is a circle: centre c (1 - r²/d²), radius r sqrt(1 - r²/d²), perpendicular to c.
    side = np.linalg.svd(c[None])[2][1:]
    turns = np.linspace(0, 2 * pi, 50)
    circle = np.outer(np.cos(turns), side[0]) + np.outer(np.sin(turns), side[1])
    rim = c * (1 - (radius_m / distance) ** 2) + circle * radius_m * sqrt(1 - (radius_m / distance) ** 2)
    uu, uv, vv = ellipse.shape_px2
    offset = LENS.project(rim) - ellipse.center_px
    level = np.einsum("ni,ij,nj->n", offset, np.linalg.inv([[uu, uv], [uv, vv]]), offset)
    np.testing.assert_allclose(level, 1.0, rtol=1e-6)


def test_what_reaches_the_camera_plane_has_no_outline() -> None:
    assert sphere_outline(LENS, np.array([0, 0, 0.1]), 0.2) is None
    assert sphere_outline(LENS, np.array([0, 0, -1.0]), 0.2) is None
    assert box_bounds(LENS, Pose((0, 0, 0.05)).matrix(), np.array([0.2, 0.2, 0.2])) is None
    with pytest.raises(ValueError, match="must be > 0"):
        box_outline_area_px(LENS, Pose((0, 0, 0.05)).matrix(), np.array([0.2, 0.2, 0.2]))


def test_outline_of_a_face_on_box_is_its_front_face() -> None:
    T, size = Pose((0.1, 0.05, 1.0)).matrix(), np.array([0.2, 0.4, 0.2])
    assert box_bounds(LENS, Pose((0, 0, 1.0)).matrix(), size) == pytest.approx(
        (30 - 100 / 9, 24 - 80 * 2 / 9, 30 + 100 / 9, 24 + 80 * 2 / 9)
    )
    assert box_outline_area_px(LENS, Pose((0, 0, 1.0)).matrix(), size) == pytest.approx(200 / 9 * 320 / 9)
    assert box_bounds(LENS, T, size)[2] == pytest.approx(30 + 100 * 0.2 / 0.9)  # type: ignore[index]


def test_a_disc_is_bounded_by_its_rim() -> None:
    axes = Pose((0, 0, 0), quaternion_about_axis((0.6, 0.8, 0), 1.0)).matrix()[:3, :2] * 0.3
    ellipse = project_ellipse(LENS, axes, np.array([0.2, 0.1, 2.0]))
    assert ellipse is not None
    turns = np.linspace(0, 2 * pi, 20_001)
    rim = LENS.project(
        np.array([0.2, 0.1, 2.0]) + np.outer(np.cos(turns), axes[:, 0]) + np.outer(np.sin(turns), axes[:, 1])
    )
    np.testing.assert_allclose(ellipse.bounds_xyxy, (*rim.min(axis=0), *rim.max(axis=0)), atol=1e-5)


def test_a_pixel_box_holds_the_centres_within_the_bounds() -> None:
    assert pixel_box((19.8, 15.84, 40.2, 32.16)) == (20, 16, 41, 33)
    assert pixel_box((20.0, -3.5, 40.0, -0.2)) == (20, -3, 41, 0)


shapes = st.sampled_from(["box", "sphere", "cylinder"])


@settings(deadline=None, max_examples=40)
@given(
    shapes,
    st.tuples(numbers(0.1, 0.5), numbers(0.1, 0.5), numbers(0.1, 0.5)),
    st.tuples(numbers(-0.8, 0.8), numbers(-0.6, 0.6), numbers(1.2, 3.0)),
    quaternions(),
)
def test_a_silhouette_is_what_the_closed_form_bounds_say(shape: str, size_m: Vec3, at: Vec3, q: Quat) -> None:
    """Sampling may miss the last tip of an outline, never reach past it: within one pixel of the bounds."""
    scene = camera_scene([primitive(shape, size_m, at, q)], LENS)
    frame = cast(scene)
    bounds = solid_bounds(LENS, Solid(1, shape, np.array(size_m) / 2, scene.objects[0].pose.matrix()))
    assert bounds is not None
    limit = pixel_box(bounds)
    if not frame.silhouettes:
        assert not frame.instance_id.any()
        return
    outline = frame.silhouettes[1]
    np.testing.assert_array_equal(
        in_image(outline.mask, outline.x0, outline.y0, LENS), frame.instance_id == 1
    )
    assert (
        outline.mask[0].any()
        and outline.mask[-1].any()
        and outline.mask[:, 0].any()
        and outline.mask[:, -1].any()
    )
    low, high = np.array(outline.bbox_unclipped_xyxy[:2]), np.array(outline.bbox_unclipped_xyxy[2:])
    assert (low >= limit[:2]).all() and (high <= limit[2:]).all()
    assert (low <= np.array(limit[:2]) + 2).all() and (high >= np.array(limit[2:]) - 2).all()
    if limit[0] >= 0 and limit[1] >= 0 and limit[2] <= LENS.width and limit[3] <= LENS.height:
        assert outline.total_px == outline.mask.sum()
        assert outline.bbox_unclipped_xyxy == covered_box(frame, 1)


def in_image(mask: np.ndarray, x0: int, y0: int, lens: Intrinsics) -> np.ndarray:
    image = np.zeros((lens.height, lens.width), bool)
    image[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]] = mask
    return image


@pytest.mark.parametrize("x", [-0.35, 0.0, 0.4])
def test_the_whole_silhouette_counts_the_area_of_the_sphere_past_the_image(x: float) -> None:
    """Gauss's circle problem: pixel count and area differ by less than the outline's length in pixels."""
    lens = replace(LENS, fx=1000.0, fy=1000.0)
    frame = cast(camera_scene([sphere(0.1, at=(x * 0.1, 0, 1))], lens))
    ellipse = sphere_outline(lens, np.array([x * 0.1, 0, 1.0]), 0.1)
    assert ellipse is not None
    assert frame.silhouettes[1].total_px == pytest.approx(ellipse.area_px, rel=2e-3)
    assert frame.silhouettes[1].bbox_unclipped_xyxy == pixel_box(ellipse.bounds_xyxy)
    assert frame.silhouettes[1].mask.all()  # it fills the image


def test_an_enormous_outline_is_counted_on_a_coarser_grid() -> None:
    lens = replace(LENS, fx=40_000.0, fy=40_000.0)
    T, size = Pose((0, 0, 1.0)).matrix(), np.array([0.2, 0.2, 0.2])
    frame = cast(camera_scene([box((0.2, 0.2, 0.2), at=(0, 0, 1))], lens))
    assert frame.silhouettes[1].total_px == pytest.approx(box_outline_area_px(lens, T, size), rel=1e-3)


def test_an_outline_through_the_near_plane_has_no_box_and_is_counted_on_three_times_the_image() -> None:
    """A floor under a level camera fills all below the horizon: half of the canvas of 192 x 144 pixels."""
    ground = box((1000, 1.0, 1000), at=(0, 0.6, 0))  # y points down
    outline = cast(camera_scene([ground], replace(LENS, far_m=1e4))).silhouettes[1]
    assert np.isnan(outline.bbox_unclipped_xyxy).all()
    horizon = 24  # cy; the first covered row lies just below it
    assert outline.y0 == horizon + 1
    assert outline.total_px == 192 * (96 - horizon - 1)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(["box", "sphere", "cylinder"]), quaternions(), st.tuples(*[numbers(0.1, 1.0)] * 3))
def test_nearest_depth_is_the_least_over_the_surface(shape: str, q: Quat, size_m: Vec3) -> None:
    solid = Solid(1, shape, np.array(size_m) / 2, Pose((0.1, 0.2, 5.0), q).matrix())
    turns = np.linspace(0, 2 * pi, 181)
    if shape == "box":
        points = box_corners(size_m)
    elif shape == "cylinder":
        points = np.array([(np.cos(a) / 2, np.sin(a) / 2, s) for a in turns for s in (-0.5, 0.5)]) * size_m
    else:
        lat = np.linspace(-pi / 2, pi / 2, 91)
        points = np.array(
            [(np.cos(a) * np.cos(b), np.sin(a) * np.cos(b), np.sin(b)) for a in turns for b in lat]
        )
        points = points / 2 * size_m
    assert solid.nearest_z_m == pytest.approx(apply(solid.T_camera_object, points)[:, 2].min(), abs=1e-3)


# Light


def lit(
    objects: list[SceneObject], suns: list[SunLight], ambient_lux: float = 0.0, **fields: object
) -> Scene:
    environment = EnvironmentLight(None, ambient_lux, background_visible=True)
    return camera_scene(objects, LENS, suns=suns, environment=environment, **fields)


GREY = MaterialOverride(base_color_rgb=(0.18, 0.18, 0.18))


def test_a_grey_card_reflects_albedo_times_illuminance_over_pi() -> None:
    tilt = SunLight("sun", (0.0, -sqrt(0.75), -0.5), 10_000.0)  # 60° off the card's normal
    card = box((1, 1, 0.1), at=(0, 0, 1), material=GREY)
    frame = cast(lit([card], [tilt], ambient_lux=400.0))
    expected = 0.18 * (10_000 * cos(pi / 3) + 400) / pi
    np.testing.assert_allclose(frame.radiance[24, 30].astype(float), expected, rtol=1e-3)


def test_the_sky_shows_behind_the_scene_only_where_it_is_visible() -> None:
    sky = cast(lit([box(at=(0, 0, 1))], [], ambient_lux=314.159265))
    np.testing.assert_allclose(sky.radiance[0, 0].astype(float), 100.0, rtol=1e-3)
    dark = camera_scene(
        [box(at=(0, 0, 1))],
        LENS,
        suns=[],
        environment=EnvironmentLight(None, 500.0, background_visible=False),
    )
    assert (cast(dark).radiance[0, 0] == 0).all()


def test_a_shadow_lies_where_the_sun_is_hidden() -> None:
    """Sun from the left, 45° behind the camera: a ball 0.1 before the wall shades it 0.1 to the right."""
    towards = np.array([-1.0, 0.0, -1.0]) / sqrt(2)
    x, y, z = (float(v) for v in towards)
    wall = box((4, 4, 0.2), at=(0, 0, 1.1), material=GREY)
    ball = sphere(0.02, at=(0, 0, 0.9))
    frame = cast(lit([wall, ball], [SunLight("sun", (x, y, z), 10_000.0)]))
    shaded = (frame.radiance[..., 0] == 0) & (frame.instance_id == 1)
    rows, columns = np.nonzero(shaded)
    assert columns.mean() == pytest.approx(30 + 100 * 0.1, abs=0.3)
    assert rows.mean() == pytest.approx(24, abs=0.3)
    assert shaded.sum() == pytest.approx(
        pi * 0.02**2 * sqrt(2) * 100 * 80, rel=0.15
    )  # stretched by 1 / cos 45°


def test_tint_multiplies_the_colour() -> None:
    plain = cast(lit([box((1, 1, 0.1), at=(0, 0, 1), material=GREY)], [], 1000.0))
    tinted = MaterialOverride(base_color_rgb=(0.18, 0.18, 0.18), tint_rgb=(1.0, 0.5, 0.0))
    colour = cast(lit([box((1, 1, 0.1), at=(0, 0, 1), material=tinted)], [], 1000.0))
    np.testing.assert_allclose(
        colour.radiance[24, 30].astype(float), plain.radiance[24, 30].astype(float) * (1, 0.5, 0), rtol=2e-3
    )


def test_light_beyond_half_floats_stays_finite() -> None:
    frame = cast(lit([box((1, 1, 0.1), at=(0, 0, 1))], [SunLight("sun", (0, 0, -1), 1e7)]))
    assert np.isfinite(frame.radiance.astype(float)).all()


# What it cannot do


def test_other_assets_are_refused_by_name() -> None:
    mug = replace(box(), asset=AssetRef("sweethome3d/scopia/mug"), name="mugs[2]")
    with pytest.raises(
        RenderError, match=r"mugs\[2\].*'sweethome3d/scopia/mug'.*procedural/box, procedural/sphere"
    ):
        AnalyticRenderer().open(make_scene([mug]), AssetLibrary())


def test_light_maps_are_refused_by_name() -> None:
    scene = make_scene([box()], environment=EnvironmentLight(AssetRef("blender-hdri/city"), 500.0))
    with pytest.raises(RenderError, match=r"'blender-hdri/city'.*uniform"):
        AnalyticRenderer().open(scene, AssetLibrary())


def test_it_is_found_by_name_and_renders_the_same_bytes_twice() -> None:
    scene = make_scene([floor(), sphere(0.1, at=(0, 0, 0.1)), box(at=(0.2, 0, 0.05))])
    assert make_renderer("analytic").name == "analytic"
    a, b = cast(scene), cast(scene)
    for name in ("radiance", "depth_m", "instance_id", "normals_camera", "object_coordinates_m"):
        assert getattr(a, name).tobytes() == getattr(b, name).tobytes()


def test_moving_camera_and_objects_together_changes_nothing_in_the_picture() -> None:
    """Only relative poses count: T_world_camera⁻¹ T_world_object."""
    still = cast(make_scene([box((0.3, 0.2, 0.1), at=(0.1, 0, 0.2))], suns=[]))
    move = look_at((3, 1, 2), (0, 1, -1))
    scene = make_scene([box((0.3, 0.2, 0.1), at=(0.1, 0, 0.2))], suns=[])
    body, camera = scene.objects[0], scene.cameras[0]
    moved = replace(
        scene,
        objects=(replace(body, pose=Pose.from_matrix(move @ body.pose.matrix())),),
        cameras=(replace(camera, poses=(Pose.from_matrix(move @ camera.poses[0].matrix()),)),),
    )
    np.testing.assert_allclose(cast(moved).depth_m, still.depth_m, rtol=1e-5)


def test_box_corners_project_onto_the_outline_of_the_box() -> None:
    T, size = (
        Pose((0.05, 0.02, 1.5), quaternion_about_axis((0.6, 0, 0.8), 0.7)).matrix(),
        np.array([0.3, 0.2, 0.25]),
    )
    pixels = LENS.project(apply(T, box_corners(size)))
    assert box_bounds(LENS, T, size) == pytest.approx((*pixels.min(axis=0), *pixels.max(axis=0)))


def drawn(scene: Scene, **changes: object) -> Frame:
    with AnalyticRenderer().open(scene, AssetLibrary()) as session:
        return session.render(replace(still_view(scene), **changes))  # type: ignore[arg-type]


def test_a_body_that_is_not_present_is_not_drawn_and_casts_no_shadow() -> None:
    scene = make_scene([floor(), box((0.4, 0.4, 0.4), at=(0, 0, 0.2))])
    there, gone = drawn(scene), drawn(scene, present=np.array([True, False]))
    alone = drawn(replace(scene, objects=scene.objects[:1]))
    assert set(there.silhouettes) == {1, 2}
    assert set(gone.silhouettes) == {1}
    assert np.array_equal(gone.instance_id, alone.instance_id)
    assert np.array_equal(gone.radiance, alone.radiance)


def lamp(**fields: object) -> SpotLight:
    """A lamp 2 m above the origin that shines straight down."""
    down = Pose((0.0, 0.0, 2.0), quaternion_about_axis((0.0, 1.0, 0.0), pi / 2))
    return replace(SpotLight("lamp", down, "", 100.0, inner_angle_rad=0.2, outer_angle_rad=0.4), **fields)  # type: ignore


def under(light: SpotLight, factor: float | None = None) -> float:
    """Luminance of a white floor right below a lamp, as a fraction of that of 100 cd 2 m above it."""
    color = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0))
    scene = make_scene(
        [floor(material=color), box(at=(9, 9, 9), name="car")],
        cameras=[over_the_floor()],
        suns=(),
        environment=EnvironmentLight(None, 0.0),
        lights=(light,),
    )
    frame = drawn(scene, **({} if factor is None else {"light_factors": np.array([factor, 1.0])}))
    return float(frame.radiance[24, 32, 0]) / (100.0 / 2.0**2 / pi)


def over_the_floor() -> CameraSensor:
    return CameraSensor(
        "camera",
        Intrinsics(65, 49, 900.0, 900.0, 32.0, 24.0),
        (Pose.from_matrix(look_at((0, 3, 1), (0, 0, 0))),),
    )


def test_a_lamp_gives_its_intensity_over_the_square_of_the_distance() -> None:
    assert under(lamp()) == pytest.approx(1.0, rel=2e-3)
    tall = replace(lamp().pose, position_m=(0.0, 0.0, 4.0))
    assert under(lamp(pose=tall)) == pytest.approx(0.25, rel=2e-3)


def test_a_lamp_fades_from_its_inner_to_its_outer_cone() -> None:
    angle = 0.3
    aside = replace(lamp().pose, position_m=(2.0 * np.tan(angle), 0.0, 2.0))
    x = (cos(angle) - cos(0.4)) / (cos(0.2) - cos(0.4))
    assert under(lamp(pose=aside)) == pytest.approx(x * x * (3 - 2 * x) * cos(angle) ** 3, rel=5e-3)
    outside = replace(aside, position_m=(2.0 * np.tan(0.41), 0.0, 2.0))
    assert under(lamp(pose=outside)) == 0.0


def test_a_lamp_shines_as_its_factor_says_whatever_it_was() -> None:
    assert under(lamp(on=False)) == 0.0
    assert under(lamp(on=False), factor=3.0) == pytest.approx(3.0, rel=2e-3)
    assert under(lamp(), factor=0.0) == 0.0


def test_what_no_formula_covers_is_refused() -> None:
    with pytest.raises(RenderError, match="cannot draw fog"):
        drawn(make_scene([floor()], fog=Fog(100.0)))
