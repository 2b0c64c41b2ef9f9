"""What a frame does not do twice: draw shadow maps of a state that is known, make buffers, read pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import moderngl
import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.geometry import look_at
from simgen.records.frame import ExtraBuffer, View
from simgen.records.scene import Scene
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.casters import Casters
from simgen.rendering.raster.drawables import make_drawables, visible_items
from tests.builders import box, camera, floor, make_scene, sphere
from tests.lamps import panel, spot
from tests.views import still_view

ALL: frozenset[ExtraBuffer] = frozenset({"albedo", "part_id", "object_coordinates"})
MAKERS = ("buffer", "texture", "framebuffer", "depth_renderbuffer", "renderbuffer", "program", "vertex_array")
OTHER_EYE = look_at((-1.5, -1.0, 1.2), (0.0, 0.0, 0.2))


@pytest.fixture
def scene() -> Scene:
    return make_scene(
        [floor(), box((0.3, 0.3, 0.3), (0.0, 0.0, 0.15)), sphere(0.15, (0.4, 0.2, 0.15))],
        [camera(eye=(1.2, -1.4, 1.1))],
        lights=(
            spot((1.0, 1.0, 2.0), (0.0, 0.0, 0.0)),
            spot((-1.0, 1.0, 2.0), (0.0, 0.0, 0.0), name="other"),
        ),
        panels=(panel((0.0, 0.0, 2.5), (0.0, 0.0, 0.0), 800.0, 0.5, 0.5),),
    )


def counted(
    monkeypatch: pytest.MonkeyPatch, owner: type, names: Sequence[str], of: Callable[[str, Any, Any], object]
) -> Counter[object]:
    """Count the calls of methods from now on, by what `of` says of each: its name, object and keywords."""
    calls: Counter[object] = Counter()
    for name in names:
        own = getattr(owner, name)

        def call(self: Any, *args: Any, _own: Any = own, _name: str = name, **more: Any) -> Any:
            calls[of(_name, self, more)] += 1
            return _own(self, *args, **more)

        monkeypatch.setattr(owner, name, call)
    return calls


def by_name(name: str, *_: object) -> str:
    return name


def by_attachment(_: str, framebuffer: moderngl.Framebuffer, more: dict[str, int]) -> tuple[int, int]:
    return framebuffer.glo, more.get("attachment", 0)


def test_views_of_one_state_share_its_shadow_maps(
    raster: RasterRenderer, library: AssetLibrary, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = still_view(scene)
    moved = view.T_world_objects.copy()
    moved[1, 2, 3] += 0.2
    with raster.open(scene, library) as session:
        drawn = counted(monkeypatch, Casters, ["draw", "upload"], by_name)
        session.render(view)
        first, uploads = drawn["draw"], drawn["upload"]
        session.render(replace(view, frame_index=1, T_world_camera=OTHER_EYE))
        assert drawn["draw"] == first > 3
        assert drawn["upload"] == uploads == 1
        session.render(replace(view, frame_index=2, T_world_objects=moved))
        assert drawn["draw"] > first


def test_a_frame_like_the_one_before_makes_nothing(
    raster: RasterRenderer, library: AssetLibrary, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = replace(still_view(scene), extra_buffers=ALL)
    with raster.open(scene, library) as session:
        session.render(view)
        made = counted(monkeypatch, moderngl.Context, MAKERS, by_name)
        session.render(replace(view, frame_index=1))
        session.render(replace(view, frame_index=2, T_world_camera=OTHER_EYE))
    assert made == {}


@pytest.mark.parametrize(("extra", "reads"), [(frozenset[ExtraBuffer](), 4), (ALL, 6)], ids=["plain", "all"])
def test_every_buffer_is_read_back_once(
    raster: RasterRenderer,
    library: AssetLibrary,
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    extra: frozenset[ExtraBuffer],
    reads: int,
) -> None:
    """Radiance, normals with depth, ids, outlines; albedo with parts, and coordinates, where they are asked for."""
    view: View = replace(still_view(scene), extra_buffers=extra)
    with raster.open(scene, library) as session:
        session.render(view)
        read = counted(monkeypatch, moderngl.Framebuffer, ["read_into", "read"], by_attachment)
        session.render(replace(view, frame_index=1))
    assert max(read.values()) == 1
    assert len(read) == reads


def test_what_is_not_in_the_picture_is_not_drawn(raster: RasterRenderer, library: AssetLibrary) -> None:
    around = [
        sphere(0.1, (float(3 * np.cos(a)), float(3 * np.sin(a)), 0.0)) for a in np.arange(12) * np.pi / 6
    ]
    scene = make_scene(around, [camera(eye=(0.0, 0.0, 0.0), target=(1.0, 0.0, 0.0))])  # 60 degrees wide
    items = visible_items(make_drawables(scene, library, raster.models), still_view(scene))
    assert sorted(item.instance_id for item in items) == [1, 2, 12]
