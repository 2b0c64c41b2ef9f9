"""What blocks light: where each object's triangles lie in the buffer, and that no shadow misses the backs left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.assets.closed import closed_first
from simgen.geometry import FloatArray
from simgen.records.asset import Asset, AssetInfo, AssetRef
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.scene import Scene
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.casters import Casters, Part, Runs, joined
from simgen.rendering.raster.drawables import make_drawables
from tests.builders import box, camera, cylinder, floor, make_scene, sphere
from tests.views import still_view


def test_ranges_that_follow_each_other_are_one() -> None:
    ranges = [(0, 3), (3, 6), (9, 0), (12, 3), (40, 3)]
    assert joined(ranges) == [(0, 9), (12, 3), (40, 3)]
    assert joined([(12, 3), (0, 12)]) == [(12, 3), (0, 12)]
    assert joined([]) == []


def test_runs_join_closed_surfaces_and_others_apart() -> None:
    parts = [Part((0, 30), (90, 3)), Part((30, 60), (93, 0))]
    assert Runs.of(parts) == Runs([(0, 90)], [(90, 3)])


def test_all_triangles_lie_in_the_buffer_once_for_suns_and_roughly_for_soft_light(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    scene = make_scene([floor(), sphere(0.2, (0, 0, 1)), box((0.2, 0.2, 0.2), (1, 0, 1))], [camera()])
    drawables = make_drawables(scene, library, raster.models)
    casters = Casters(raster.context)
    casters.upload(drawables, drawables[1:], still_view(scene).T_world_objects)
    counts = {d.body.instance_id: 3 * len(d.model.caster.triangles) for d in drawables}
    assert {i: part.closed[1] + part.open[1] for i, part in casters.sharp.items()} == counts
    assert casters.solid == casters.sharp  # there is no glass
    assert sorted(casters.soft) == [2, 3]
    parts = [*casters.sharp.values(), *casters.soft.values()]
    ends = joined(sorted(ends for part in parts for ends in (part.closed, part.open)))
    assert len(ends) == 1
    assert ends[0][0] == 0


class ClosedLibrary(AssetLibrary):
    """Models whose closed surfaces are known, as those of packs are."""

    def describe(self, ref: AssetRef) -> AssetInfo:
        info = super().describe(ref)
        return replace(info, content_hash=f"closed {info.content_hash}")

    def load(self, ref: AssetRef) -> Asset:
        asset = super().load(ref)
        levels = tuple(closed_first(level) for level in asset.model.lods)
        return replace(asset, model=replace(asset.model, lods=levels), info=self.describe(ref))


def test_no_shadow_misses_the_backs_of_closed_surfaces(
    raster: RasterRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(scene: Scene) -> FloatArray:
        with raster.open(scene, ClosedLibrary()) as session:
            return session.render(still_view(scene)).radiance.astype(float)

    things = [
        sphere(0.3, (0.0, 0.0, 0.31)),
        cylinder(0.2, 0.6, (0.8, 0.3, 0.3)),
        box((0.3, 0.3, 0.3), (-0.8, 0, 0.5)),
    ]
    scene = make_scene(
        [floor(), *things],
        [camera(eye=(-1.4, -1.6, 1.9), target=(0.1, 0.1, 0.2), width=160, height=120)],
        suns=[SunLight("sun", (0.48, 0.36, 0.8), 9000.0, angular_diameter_rad=0.03)],
        environment=EnvironmentLight(map=None, illuminance_lux=3000.0),
    )
    drawn = Casters.draw
    culled = render(scene)
    closed, others = list[int](), list[int]()

    def whole(self: Casters, clip_from_world: FloatArray, runs: Runs, *, culled: bool = True) -> None:
        closed.append(sum(count for _, count in runs.closed))
        others.append(len(runs.open))
        drawn(self, clip_from_world, runs, culled=False)

    monkeypatch.setattr(Casters, "draw", whole)
    everything = render(scene)
    assert max(closed) > 1000
    assert max(others) == 0
    assert float((np.abs(culled - everything) > 0.01 * everything).mean()) < 1e-3
