"""Pictures through lenses: labels are where rays meet surfaces, found here by trying every ray with every triangle."""

from __future__ import annotations

from dataclasses import replace
from math import pi
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from simgen.annotate.flow import optical_flow
from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, Pose, apply, invert_rigid, look_at, quaternion_about_axis
from simgen.lens import Lens
from simgen.records.frame import ExtraBuffer, Frame, Moment
from simgen.records.light import EnvironmentLight, Fog
from simgen.records.scene import CameraSensor, MaterialOverride, Scene, SceneObject
from simgen.rendering.raster import RasterRenderer
from tests.builders import box, camera, floor, make_scene, sphere, static_box
from tests.lamps import panel, point_lamp, spot
from tests.measures.edges import off_silhouette
from tests.rendering.raster.conftest import Render
from tests.rendering.raster.test_glass import GlazedLibrary, pane
from tests.skinned import FEW, STRIDE_M, TubeLibrary, gaits, tube_model, tube_scene
from tests.views import still_view

PINHOLE = Intrinsics(64, 48, 53.0, 56.0, 30.8, 23.9)
LENSES = {
    "brown_conrady": replace(PINHOLE, lens=Lens("brown_conrady", (-0.2, 0.03, 0.004, -0.002))),
    "fisheye": replace(PINHOLE, fx=18.0, fy=18.6, lens=Lens("fisheye", (0.02, -0.004), widest_rad=1.75)),
    "equirectangular": Intrinsics(64, 32, 64 / (2 * pi), 32 / pi, 31.5, 15.5, lens=Lens("equirectangular")),
    "orthographic": replace(PINHOLE, fx=20.0, fy=21.0, lens=Lens("orthographic")),
}
PLACES: frozenset[ExtraBuffer] = frozenset({"object_coordinates"})
UNBENT = replace(PINHOLE, lens=Lens("brown_conrady"))
SKY = EnvironmentLight(map=None, illuminance_lux=1000.0)
WHITE = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=1.0, metallic=0.0)
POLISHED = MaterialOverride(base_color_rgb=(0.8, 0.8, 0.8), roughness=0.05, metallic=0.0)
BODIES = [
    floor(),
    sphere(0.25, (0.0, 0.0, 0.5)),
    box((0.3, 0.4, 0.6), (0.6, 0.2, 0.3)),
    box((0.2, 2.5, 0.2), (-0.6, 0.1, 0.2), quaternion_wxyz=quaternion_about_axis((0.0, 0.6, 0.8), 0.4)),
    box((0.4, 0.5, 0.6), (2.6, -3.4, 1.2)),  # behind the camera
]


def seen_by(intrinsics: Intrinsics, bodies: list[SceneObject] | None = None, **fields: Any) -> Scene:
    eye: CameraSensor = camera(eye=(1.2, -2.0, 1.1), target=(0.0, 0.0, 0.4))
    return make_scene(BODIES if bodies is None else bodies, [replace(eye, intrinsics=intrinsics)], **fields)


def triangles_of(scene: Scene) -> tuple[FloatArray, NDArray[np.int64]]:
    """The triangles (n, 3, 3) of a scene in its camera's frame, and whose they are."""
    view, library = still_view(scene), AssetLibrary()
    corners, owners = [], []
    for body, T in zip(scene.objects, view.T_world_objects, strict=True):
        for part in library.load(body.asset).model.lods[0]:
            points = apply(invert_rigid(view.T_world_camera) @ T, part.positions_m.astype(float) * body.scale)
            corners.append(points[part.triangles])
            owners.append(np.full(len(part.triangles), body.instance_id))
    return np.concatenate(corners), np.concatenate(owners)


def meetings(lens: Intrinsics, corners: FloatArray) -> FloatArray:
    """Depths (rays, triangles) at which rays meet triangles, else infinity (Möller and Trumbore, 1997)."""
    a, u_side, v_side = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normals, ahead = np.cross(u_side, v_side), np.array([0.0, 0.0, 1.0])

    def along(points: FloatArray, axes: FloatArray) -> FloatArray:
        return points @ axes.T - (a * axes).sum(axis=1)

    with np.errstate(divide="ignore", invalid="ignore"):
        if lens.is_orthographic:
            starts, scale = lens.origins().reshape(-1, 3), -1 / normals[:, 2]
            u, v = (
                along(starts, np.cross(ahead, v_side)) * scale,
                along(starts, np.cross(u_side, ahead)) * scale,
            )
            t = along(starts, normals) * scale
        else:
            rays = lens.rays().reshape(-1, 3)
            scale = -1 / (rays @ normals.T)
            u, v = rays @ np.cross(a, v_side).T * scale, rays @ np.cross(u_side, a).T * scale
            t = -(a * normals).sum(axis=1) * scale
        return np.where((u >= 0) & (v >= 0) & (u + v <= 1) & (t >= lens.near_m), t, np.inf)


def nearest_by_trying_all(scene: Scene) -> tuple[NDArray[np.int64], FloatArray]:
    """Ids (h, w) and depths of the surfaces that rays meet first."""
    lens = scene.cameras[0].intrinsics
    corners, owners = triangles_of(scene)
    depth, ids = np.full(lens.height * lens.width, np.inf), np.zeros(lens.height * lens.width, int)
    for some in np.array_split(np.arange(len(owners)), -(-len(owners) // 256)):
        t = meetings(lens, corners[some])
        first = t.argmin(axis=1)
        t = t[np.arange(len(t)), first]
        depth, ids = np.where(t < depth, t, depth), np.where(t < depth, owners[some[first]], ids)
    return ids.reshape(lens.height, lens.width), depth.reshape(lens.height, lens.width)


@pytest.mark.parametrize("kind", LENSES)
def test_labels_are_what_rays_meet_first(raster: RasterRenderer, kind: str) -> None:
    scene = seen_by(LENSES[kind])
    ids, depth = nearest_by_trying_all(scene)
    with raster.open(scene, AssetLibrary()) as session:
        frame = session.render(replace(still_view(scene), extra_buffers=PLACES))
    same = frame.instance_id == ids
    assert same[off_silhouette(ids)].all()
    assert same.mean() > 0.999
    met = same & (ids > 0)
    np.testing.assert_allclose(frame.depth_m[met], depth[met], rtol=1e-5)
    assert np.isnan(frame.depth_m[frame.instance_id == 0]).all()
    # The floor's normal, and the places on it, in its own frame.
    on_floor = met & (ids == 1)
    T = invert_rigid(still_view(scene).T_world_camera)
    np.testing.assert_allclose(
        frame.normals_camera[on_floor], np.tile(T[:3, 2], (on_floor.sum(), 1)), atol=1e-5
    )
    places = apply(invert_rigid(T), scene.cameras[0].intrinsics.unproject(frame.depth_m)[on_floor])
    assert frame.object_coordinates_m is not None
    places -= floor().pose.position_m
    np.testing.assert_allclose(frame.object_coordinates_m[on_floor], places, atol=1e-4)


@pytest.mark.parametrize("kind", ["brown_conrady", "fisheye"])
def test_from_beside_the_middle_of_a_lens_labels_are_what_its_rays_meet(render: Render, kind: str) -> None:
    """What pictures through an aperture are made of: its rays are those of no lens in the middle of a camera."""
    camera = LENSES[kind]
    assert camera.lens is not None
    scene = seen_by(replace(camera, lens=replace(camera.lens, beside=(0.05, -0.03))))
    frame, (ids, depth) = render(scene), nearest_by_trying_all(scene)
    same = frame.instance_id == ids
    assert same[off_silhouette(ids)].all()
    assert same.mean() > 0.999
    assert np.mean(ids != nearest_by_trying_all(seen_by(camera))[0]) > 0.01
    np.testing.assert_allclose(frame.depth_m[same & (ids > 0)], depth[same & (ids > 0)], rtol=1e-5)


def test_views_that_ask_for_more_show_the_same_labels(raster: RasterRenderer) -> None:
    scene = seen_by(LENSES["fisheye"])
    with raster.open(scene, AssetLibrary()) as session:
        views = [
            replace(still_view(scene), extra_buffers=extra) for extra in (frozenset[ExtraBuffer](), PLACES)
        ]
        plain, more = (session.render(view) for view in views)
    for name in ("instance_id", "depth_m", "normals_camera", "radiance"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(more, name))


@pytest.mark.parametrize("kind", LENSES)
def test_an_outline_is_what_is_seen_when_nothing_is_in_front(render: Render, kind: str) -> None:
    frame = render(seen_by(LENSES[kind]))
    assert len(frame.silhouettes) >= 3
    for body in BODIES[1:]:
        alone = render(seen_by(LENSES[kind], [body])) if body.name != "floor" else frame
        index = BODIES.index(body) + 1
        if index not in frame.silhouettes:
            assert not alone.instance_id.any()
            continue
        found = frame.silhouettes[index]
        mask = np.zeros_like(frame.instance_id, dtype=bool)
        h, w = found.mask.shape
        mask[found.y0 : found.y0 + h, found.x0 : found.x0 + w] = found.mask
        assert (
            np.count_nonzero(mask != (alone.instance_id == 1)) <= 1
        )  # another program may round an edge else
        assert found.total_px >= mask.sum()


def test_what_lies_beyond_the_border_is_counted(render: Render) -> None:
    """A ball half out of a fisheye's picture is half of what the same ball is in a wider one."""
    lens = replace(LENSES["fisheye"], width=48)
    ball = [sphere(0.5, (2.05, -0.3, 0.4))]
    whole, cut = (render(seen_by(intrinsics, ball)) for intrinsics in (LENSES["fisheye"], lens))
    assert 0 < np.count_nonzero(cut.instance_id) < np.count_nonzero(whole.instance_id)
    assert cut.silhouettes[1].total_px == pytest.approx(whole.silhouettes[1].total_px, rel=0.03)
    assert cut.silhouettes[1].bbox_unclipped_xyxy[2] == pytest.approx(
        whole.silhouettes[1].bbox_unclipped_xyxy[2], abs=1
    )


@pytest.mark.parametrize("kind", ["brown_conrady", "fisheye", "equirectangular"])
@pytest.mark.parametrize("turn", [0.0, 0.7, 2.2])
def test_a_closed_room_has_no_hole(render: Render, kind: str, turn: float) -> None:
    walls = [static_box(s, p) for s, p in (
        ((6.0, 6.0, 0.2), (0.0, 0.0, -1.6)), ((6.0, 6.0, 0.2), (0.0, 0.0, 1.6)), ((0.2, 6.0, 3.4), (2.9, 0.0, 0.0)),
        ((0.2, 6.0, 3.4), (-2.9, 0.0, 0.0)), ((6.0, 0.2, 3.4), (0.0, 2.9, 0.0)), ((6.0, 0.2, 3.4), (0.0, -2.9, 0.0)),
    )]  # fmt: skip
    ahead = (3 * np.cos(turn), 3 * np.sin(turn), turn - 1)
    eye = camera(eye=(0.3, -0.4, 0.1), target=tuple(float(v) for v in ahead))
    frame = render(make_scene(walls, [replace(eye, intrinsics=LENSES[kind])]))
    known = np.isfinite(LENSES[kind].rays()[..., 0])
    assert (frame.instance_id[known] > 0).all()
    assert (frame.instance_id[~known] == 0).all()
    assert (frame.radiance[~known] == 0).all()


@pytest.mark.parametrize("kind", LENSES)
def test_a_ball_of_many_triangles_has_no_hole(render: Render, kind: str) -> None:
    lens = LENSES[kind].finer(6)
    ball = render(seen_by(lens, [sphere(0.6, (0.0, 0.0, 0.4))])).instance_id > 0
    assert ball.sum() > 300
    np.testing.assert_array_equal(ndimage.binary_fill_holes(ball), ball)


def everything(intrinsics: Intrinsics) -> Scene:
    """Sun, surroundings, a spot, a bulb, a panel, fog, glass and a floor that mirrors."""
    glass = replace(pane(), pose=replace(pane().pose, position_m=(-1.1, 0.6, 0.6)))
    bodies = [floor(material=POLISHED), *BODIES[1:4], glass]
    lamps = (
        spot((1.0, -1.0, 2.0), (0.0, 0.0, 0.0)),
        point_lamp((-0.4, 0.9, 1.2), 100.0, name="bulb", radius_m=0.05),
    )
    shining = (panel((0.0, 1.8, 1.6), (0.0, 0.0, 0.3), 2000.0, 0.6, 0.4),)
    fog = Fog(15.0, 3.0, 0.3)
    return seen_by(intrinsics, bodies, lights=lamps, panels=shining, fog=fog, environment=SKY)


def drawn(raster: RasterRenderer, scene: Scene) -> Frame:
    with raster.open(scene, GlazedLibrary(0.3)) as session:
        return session.render(still_view(scene))


def test_a_lens_that_bends_nothing_shows_what_the_pinhole_shows(raster: RasterRenderer) -> None:
    """In the light of all there is: every pass is told the same rays in two ways."""
    straight, unbent = drawn(raster, everything(PINHOLE)), drawn(raster, everything(UNBENT))
    same = straight.instance_id == unbent.instance_id
    assert np.count_nonzero(~same) <= 2
    np.testing.assert_allclose(unbent.depth_m[same], straight.depth_m[same], rtol=1e-4)
    a, b = straight.radiance.astype(float), unbent.radiance.astype(float)
    off = np.abs(a - b).mean(axis=-1) / a.mean()
    assert np.mean(off < 0.01) > 0.99  # the edges of shadows are looked up from coarse pixels
    assert off.mean() < 1e-3
    for key, outline in straight.silhouettes.items():
        assert unbent.silhouettes[key].mask.sum() == pytest.approx(outline.mask.sum(), abs=2)


def test_parallel_rays_show_what_a_far_pinhole_shows(raster: RasterRenderer) -> None:
    away = 400.0
    pinhole = Intrinsics(96, 72, 30.0 * away, 30.0 * away, 47.5, 35.5, near_m=away - 8, far_m=away + 20)
    flat = replace(pinhole, fx=30.0, fy=30.0, near_m=0.05, lens=Lens("orthographic"))
    near, ahead = np.array((1.2, -2.0, 1.1)), np.array((-1.2, 2.0, -0.7))
    ahead = ahead / np.linalg.norm(ahead)
    frames = []
    for intrinsics, eye in ((pinhole, near - away * ahead), (flat, near)):
        pose = Pose.from_matrix(look_at(tuple(eye), tuple(eye + ahead)))
        lamps = (spot((1.0, -1.0, 2.0), (0.0, 0.0, 0.0)),)
        sensor = CameraSensor("camera", intrinsics, (pose,))
        frames.append(drawn(raster, make_scene(BODIES[:4], [sensor], environment=SKY, lights=lamps)))
    far, parallel = frames
    same = far.instance_id == parallel.instance_id
    assert same.mean() > 0.99  # at the border of the picture the far rays are 3 thousandths apart
    a, b = far.radiance.astype(float)[same], parallel.radiance.astype(float)[same]
    assert np.mean(np.abs(a - b).mean(axis=-1) < 0.03 * a.mean()) > 0.95


@pytest.mark.parametrize("kind", LENSES)
def test_every_light_shines_through_every_lens(raster: RasterRenderer, kind: str) -> None:
    frame, again = (drawn(raster, everything(LENSES[kind])) for _ in range(2))
    known = np.isfinite(LENSES[kind].rays()[..., 0])
    assert (frame.radiance[known].astype(float).sum(axis=-1) > 0).all()
    np.testing.assert_array_equal(frame.radiance, again.radiance)
    np.testing.assert_array_equal(frame.instance_id, again.instance_id)


@pytest.mark.parametrize("kind", LENSES)
def test_a_white_ball_vanishes_in_a_white_furnace(render: Render, kind: str) -> None:
    frame = render(
        seen_by(LENSES[kind], [sphere(0.6, (0.0, 0.0, 0.4), material=WHITE)], suns=[], environment=SKY)
    )
    known = np.isfinite(LENSES[kind].rays()[..., 0])
    grey = frame.radiance.astype(float).mean(axis=-1)[known] / (1000.0 / pi)
    np.testing.assert_allclose(grey, 1.0, atol=0.03)


@pytest.mark.parametrize("kind", LENSES)
def test_flow_leads_to_where_the_same_point_of_the_body_projects(raster: RasterRenderer, kind: str) -> None:
    scene = seen_by(LENSES[kind])
    poses = still_view(scene).T_world_objects.copy()
    poses[2] = Pose((0.66, 0.15, 0.32), quaternion_about_axis((0.0, 0.6, 0.8), 0.2)).matrix()
    moment = Moment(look_at((1.1, -2.05, 1.12), (0.05, 0.0, 0.4)), poses)
    with raster.open(scene, AssetLibrary()) as session:
        frame = session.render(replace(still_view(scene), next=moment, extra_buffers=PLACES))
    flow = optical_flow(frame, moment)
    assert frame.object_coordinates_m is not None
    for key in (1, 2, 3):
        rows, columns = np.nonzero(frame.instance_id == key)
        points = apply(
            invert_rigid(moment.T_world_camera) @ poses[key - 1], frame.object_coordinates_m[rows, columns]
        )
        truth = LENSES[kind].project(points) - np.column_stack([columns, rows])
        np.testing.assert_allclose(flow.flow_px[rows, columns], truth, atol=0.01)


@pytest.mark.parametrize("kind", ["brown_conrady", "fisheye"])
def test_a_bent_body_has_its_labels_in_the_rest_pose(raster: RasterRenderer, kind: str) -> None:
    scene = tube_scene()
    lens = LENSES[kind].finer(2) if kind == "fisheye" else UNBENT
    seen = replace(
        still_view(scene), gait=gaits(scene, STRIDE_M / 4), extra_buffers=PLACES | {"part_id", "albedo"}
    )
    with raster.open(scene, TubeLibrary(tube_model(size=FEW))) as session:
        straight, bent = (session.render(replace(seen, intrinsics=i)) for i in (PINHOLE, lens))
    tube = bent.instance_id == 2
    assert tube.sum() > 20
    assert bent.object_coordinates_m is not None and straight.object_coordinates_m is not None
    assert np.isfinite(bent.object_coordinates_m[tube]).all()
    assert bent.part_id is not None and (bent.part_id[tube] > 0).all()
    assert bent.albedo is not None and np.isfinite(bent.albedo[tube]).all()
    if kind == "brown_conrady":
        both = tube & (straight.instance_id == 2)
        assert both.sum() > 0.99 * tube.sum()
        np.testing.assert_allclose(
            bent.object_coordinates_m[both], straight.object_coordinates_m[both], atol=1e-4
        )
