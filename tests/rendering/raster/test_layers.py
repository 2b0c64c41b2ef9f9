"""Shadow maps where bodies move: a frame has the same bytes whatever was drawn before, and what rests is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, Vec3
from simgen.records.frame import View
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.scene import Scene
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.casters import Casters, Runs
from simgen.rendering.raster.drawables import make_drawables
from simgen.rendering.raster.layers import DepthMaps, LayeredAtlas, stamps_of
from tests.builders import box, camera, cylinder, floor, make_scene, sphere
from tests.lamps import point_lamp, spot
from tests.skinned import FEW, STRIDE_M, TubeLibrary, gaits, tube_model, tube_scene
from tests.views import still_view

SUN = SunLight("sun", (0.48, 0.36, 0.8), 9000.0, angular_diameter_rad=0.03)
LAMPS = (
    spot((1.5, -1.0, 3.0), (0.0, 0.0, 0.0), 4000.0, name="street"),
    spot((-0.4, -1.5, 0.6), (0.2, 0.5, 0.2), 3000.0, name="head", mount="a body"),
    point_lamp((-1.0, 1.2, 2.0), 500.0, name="bulb"),
)
SKY = EnvironmentLight(map=None, illuminance_lux=3000.0)
MOVER = 2  # instance id


def things(spread_m: float) -> Scene:
    """A few things on a floor; those along the road of a wide scene are farther apart."""
    stand = [
        box((0.4, 0.4, 0.6), (0.0, 0.0, 0.3)),
        sphere(0.3, (0.9, 0.2, 0.31)),
        cylinder(0.2, 0.6, (-0.8, 0.4, 0.3)),
        box((0.3, 0.3, 0.3), (spread_m, 1.0, 0.15)),
        box((0.3, 0.3, 0.3), (-spread_m, -1.0, 0.15)),
    ]
    eye = camera(eye=(-2.2, -2.4, 1.9), target=(0.1, 0.1, 0.2), width=96, height=72)
    return make_scene([floor(size_m=4 * spread_m), *stand], [eye], suns=[SUN], environment=SKY)


def moved(view: View, shift_m: Vec3, instance_id: int = MOVER) -> View:
    poses = view.T_world_objects.copy()
    poses[instance_id - 1, :3, 3] += shift_m
    return replace(view, T_world_objects=poses)


def without(view: View, *instance_ids: int) -> View:
    present = np.ones(len(view.T_world_objects), np.bool_)
    present[[i - 1 for i in instance_ids]] = False
    return replace(view, present=present)


def history(scene: Scene) -> list[View]:
    """A body that moves a little, far away and back, while others come and go, rest and start."""
    start = still_view(scene)
    views = [moved(start, (0.01 * k, 0.02 * k, 0.0)) for k in range(5)]
    views += [without(views[4], 3), views[4], without(views[2], 3, 5), moved(views[2], (3.0, 0.0, 0.0))]
    views += [moved(views[8], (0.0, 0.0, 0.1 * k), 4) for k in range(3)]
    turned = start.T_world_camera.copy()
    turned[:3, 3] += (0.4, 0.1, 0.0)
    views += [replace(views[k], T_world_camera=turned) for k in (9, 2, 1, 0)]
    return [*views, start, moved(start, (0.0, 0.0, 50.0)), start]


def radiances(
    raster: RasterRenderer, scene: Scene, library: AssetLibrary, views: Sequence[View]
) -> list[bytes]:
    with raster.open(scene, library) as session:
        return [session.render(view).radiance.tobytes() for view in views]


def under_lamps() -> Scene:
    """The few things at night; one lamp is carried by a body that moves at times."""
    scene = things(1.6)
    carried = scene.objects[3].name
    lamps = [replace(lamp, mount=carried if lamp.mount else "") for lamp in LAMPS]
    return replace(scene, suns=(), lights=tuple(lamps))


@pytest.mark.parametrize("spread_m", [1.6, 40.0])
def test_a_frame_has_the_bytes_that_it_has_alone_after_any_history(
    raster: RasterRenderer, library: AssetLibrary, spread_m: float
) -> None:
    scene = things(spread_m)
    views = history(scene)
    alone = [radiances(raster, scene, library, [view])[0] for view in views]
    assert radiances(raster, scene, library, views) == alone
    assert radiances(raster, scene, library, views[::-1]) == alone[::-1]
    assert len(set(alone)) > len(views) // 2  # the mover is seen


def test_lamps_light_a_frame_as_they_light_it_alone(raster: RasterRenderer, library: AssetLibrary) -> None:
    scene = under_lamps()
    dark = [replace(still_view(scene), light_factors=np.array(row)) for row in ([0, 1, 1, 1], [1, 0.5, 0, 1])]
    views = [*history(scene)[:10], *dark, *history(scene)[10:]]
    alone = [radiances(raster, scene, library, [view])[0] for view in views]
    assert radiances(raster, scene, library, views) == alone
    assert radiances(raster, scene, library, views[::-1]) == alone[::-1]


def test_a_body_with_a_skeleton_casts_the_shadow_of_its_pose_after_any_other(raster: RasterRenderer) -> None:
    scene, library = tube_scene(suns=(SUN,), environment=SKY), TubeLibrary(tube_model(size=FEW))
    ways = [0.0, 0.1, 0.1, 0.0, STRIDE_M / 4, STRIDE_M / 4, 0.0]
    views = [replace(still_view(scene), gait=gaits(scene, way)) for way in ways]
    alone = [radiances(raster, scene, library, [view])[0] for view in views]
    assert radiances(raster, scene, library, views) == alone
    assert len(set(alone)) == 3


def indices_drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count what is drawn into depth maps, from now on."""
    drawn, counts = Casters.draw, list[int]()

    def counted(self: Casters, clip_from_world: FloatArray, runs: Runs, *, culled: bool = True) -> None:
        counts.append(sum(size for _, size in [*runs.closed, *runs.open]))
        drawn(self, clip_from_world, runs, culled=culled)

    monkeypatch.setattr(Casters, "draw", counted)
    return counts


@pytest.mark.parametrize("scene", [things(1.6), things(40.0), under_lamps()], ids=["near", "wide", "lamps"])
def test_while_one_body_moves_the_others_are_not_drawn_again(
    raster: RasterRenderer, library: AssetLibrary, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, counts = still_view(scene), indices_drawn(monkeypatch)
    costs: list[int] = []
    with raster.open(scene, library) as session:
        for k in (0, 1, 2, 3, 3):
            session.render(moved(start, (0.0, 0.002 * k, 0.0)))
            costs.append(sum(counts))
            counts.clear()
    first, second, third, fourth, same = costs
    assert second <= first
    assert 0 < third <= fourth < 0.1 * first
    assert same == 0


def test_where_all_bodies_move_nothing_is_drawn_twice(
    raster: RasterRenderer, library: AssetLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = things(1.6)
    start, counts = still_view(scene), indices_drawn(monkeypatch)
    costs: list[int] = []
    with raster.open(scene, library) as session:
        for k in range(4):
            poses = start.T_world_objects.copy()
            poses[:, 2, 3] += 1e-4 * k
            session.render(replace(start, T_world_objects=poses))
            costs.append(sum(counts))
            counts.clear()
    assert costs == costs[:1] * 4


class Stage:
    """An atlas of three maps that look down on some of a scene's objects."""

    def __init__(self, raster: RasterRenderer, library: AssetLibrary) -> None:
        scene = things(1.6)
        self.poses = still_view(scene).T_world_objects
        self.context = raster.context
        self.drawables = make_drawables(scene, library, raster.models)
        self.casters = Casters(raster.context)
        self.atlas = self.another()

    def another(self) -> LayeredAtlas:
        return LayeredAtlas(self.context, self.casters, (112, 32))

    def show(self, atlas: LayeredAtlas, shown: NDArray[np.bool_], widths_m: FloatArray) -> bytes:
        """Draw into an atlas which objects (3, n) are shown at which width of a map, and return its depths."""
        clips = np.array([np.diag([2 / width, 2 / width, -0.1, 1.0]) for width in widths_m])
        rough = np.arange(shown.shape[1]) % 2 == 0
        stamps = np.where(shown, stamps_of(self.casters, rough), 0)
        atlas.draw(DepthMaps(np.array([[x, 0, 32, 32] for x in (0, 40, 80)]), clips, stamps))
        return bytes(atlas.depths.read())


@pytest.fixture
def stage(raster: RasterRenderer, library: AssetLibrary) -> Iterator[Stage]:
    raster.context.take_turn()
    made = Stage(raster, library)
    yield made
    made.context.unbind()
    made.context.check("drawing depths")


@pytest.mark.parametrize("seed", range(4))
def test_maps_in_layers_are_those_drawn_at_once(stage: Stage, seed: int) -> None:
    rng = np.random.default_rng(seed)
    poses, count = stage.poses.copy(), len(stage.drawables)
    shown, widths = np.ones((3, count), np.bool_), np.full(3, 6.0)
    for _ in range(25):
        for i in np.flatnonzero(rng.random(count) < 0.25):
            poses[i, :3, 3] += rng.uniform(-0.1, 0.1, 3)
        shown ^= rng.random(shown.shape) < 0.05
        widths = np.where(rng.random(3) < 0.15, rng.choice([5.0, 6.0, 7.0], 3), widths)
        present = [d for d in stage.drawables if rng.random() < 0.95]
        stage.casters.upload(present, present, poses)
        fresh = stage.another()
        assert stage.show(stage.atlas, shown, widths) == stage.show(fresh, shown, widths)


def test_stamps_change_with_what_an_object_is_and_where_and_only_then(stage: Stage) -> None:
    casters, drawables = stage.casters, stage.drawables
    casters.upload(drawables, drawables, stage.poses)
    first = casters.stamps
    assert len(set(first.tolist())) == len(drawables)
    casters.upload(drawables, drawables[1:], stage.poses.copy())
    assert casters.stamps.tolist() == first.tolist()
    assert casters.at_rest.all()
    poses = stage.poses.copy()
    poses[MOVER - 1, 0, 3] += 1e-9
    casters.upload(drawables, drawables, poses)
    assert (casters.stamps != first).tolist() == [i == MOVER - 1 for i in range(len(drawables))]
    assert casters.stamps.max() > first.max()
    casters.upload(drawables[:-1], drawables[:-1], poses)
    assert casters.stamps[-1] == 0
    casters.forget()
    casters.upload(drawables, drawables, poses)
    assert casters.stamps.min() > first.max() + 1
