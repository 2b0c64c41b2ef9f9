"""Caches, determinism and memory of the raster renderer."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.records.frame import Frame
from simgen.records.light import Fog
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.silhouettes import pack
from tests.builders import box, camera, cylinder, floor, make_scene, sphere
from tests.lamps import panel, point_lamp, spot
from tests.views import still_view


def clutter() -> Scene:
    return make_scene(
        [
            floor(),
            sphere(0.1, at=(0.0, 0.0, 0.1), material=MaterialOverride(metallic=1.0, roughness=0.3)),
            box((0.2, 0.3, 0.1), at=(0.25, 0.0, 0.05)),
            cylinder(0.05, 0.2, at=(-0.2, 0.1, 0.1)),
        ],
        [camera(eye=(0.6, -0.6, 0.5), width=96, height=72)],
    )


def night() -> Scene:
    """Lamps with and without shadows, a panel, fog and a polished floor."""
    lamps = tuple(point_lamp((x, 0.4, 0.8), 20.0, name=f"lamp{x:+.1f}") for x in (-0.3, 0.0, 0.3))
    beams = (spot((0.6, 0.6, 0.6), (0.0, 0.0, 0.0), 30.0, casts_shadows=False),)
    sign = panel((-0.5, 0.5, 0.4), (0.0, 0.0, 0.1), 60.0, 0.3, 0.2)
    polished = MaterialOverride(roughness=0.1)
    day = clutter()
    things = (replace(day.objects[0], material=polished), *day.objects[1:])
    return replace(day, objects=things, suns=(), lights=(*lamps, *beams), panels=(sign,), fog=Fog(5.0))


def digest(frame: Frame) -> str:
    sha = hashlib.sha256()
    for buffer in (frame.radiance, frame.depth_m, frame.instance_id, frame.normals_camera):
        sha.update(np.ascontiguousarray(buffer).tobytes())
    for instance_id, outline in frame.silhouettes.items():
        sha.update(f"{instance_id} {outline.x0} {outline.y0} {outline.total_px}".encode())
        sha.update(np.packbits(outline.mask).tobytes())
    return sha.hexdigest()


def test_the_same_view_has_the_same_bytes_after_other_scenes(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    def once(scene: Scene) -> str:
        with raster.open(scene, library) as session:
            return digest(session.render(still_view(scene)))

    first = once(clutter())
    once(make_scene([floor(), sphere(0.5)], suns=[]))
    assert once(clutter()) == first


PROGRAM = """
from simgen.assets import AssetLibrary
from simgen.rendering.raster import RasterRenderer
from tests.rendering.raster.test_renderer import clutter, digest, night
from tests.views import still_view
renderer, library = RasterRenderer(), AssetLibrary()
for scene in (clutter(), night()):
    print(digest(renderer.open(scene, library).render(still_view(scene))))
"""


def test_bytes_do_not_depend_on_process_or_thread_count() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"LP_NUM_THREADS": threads},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads in ("0", "2")
    }
    assert len(digests) == 1


def test_a_model_is_uploaded_once_for_all_scenes(raster: RasterRenderer, library: AssetLibrary) -> None:
    raster.open(clutter(), library)
    held = raster.models.byte_count
    raster.open(clutter(), library)
    assert raster.models.byte_count == held > 0


def resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def test_memory_stays_flat_over_scenes(raster: RasterRenderer) -> None:
    """Each scene brings a model that no other has; the caches must let go of them."""
    library = AssetLibrary(memory_bytes=2**20)
    raster.models._budget, kept = 2**20, raster.models._budget
    resident: list[int] = []
    for index in range(30):
        scene = make_scene([floor(), sphere(0.1 + 0.001 * index)], [camera(width=96, height=72)])
        with raster.open(scene, library) as session:
            session.render(still_view(scene))
        resident.append(resident_bytes())
    raster.models._budget = kept
    assert resident[-1] - resident[9] < 12 * 2**20


def test_a_moved_body_moves_its_shadow(raster: RasterRenderer, library: AssetLibrary) -> None:
    """Shadow maps are kept from view to view, but not when a body has moved."""
    scene = clutter()
    session = raster.open(scene, library)
    view = still_view(scene)
    before = session.render(view)
    poses = view.T_world_objects.copy()
    poses[1, 2, 3] += 0.3
    after = session.render(replace(view, T_world_objects=poses))
    floor_both = (before.instance_id == 1) & (after.instance_id == 1)
    changed = np.abs(after.radiance.astype(float) - before.radiance.astype(float)).max(axis=-1) > 100.0
    assert (changed & floor_both).sum() > 20


def test_an_image_larger_than_the_atlas_is_drawn(raster: RasterRenderer, library: AssetLibrary) -> None:
    scene = make_scene([sphere(0.2)], [camera(width=2100, height=8)])
    with raster.open(scene, library) as session:
        frame = session.render(still_view(scene))
    assert frame.silhouettes[1].mask.sum() >= (frame.instance_id == 1).sum() > 0


@pytest.mark.parametrize("count", [1, 7, 40])
def test_tiles_on_one_page_do_not_overlap(count: int) -> None:
    sizes = [(3 + 7 * i % 19, 2 + 5 * i % 23) for i in range(count)]
    pages = pack(sizes, 32, 48)
    assert sorted(index for page in pages for index, _, _ in page) == list(range(count))
    for page in pages:
        covered = np.zeros((48, 32), int)
        for index, x, y in page:
            width, height = sizes[index]
            assert x + width <= 32
            assert y + height <= 48
            covered[y : y + height, x : x + width] += 1
        assert covered.max() == 1
