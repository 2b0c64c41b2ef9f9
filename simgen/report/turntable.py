"""A turntable picture of one asset: views all around it, on a floor, in studio light."""

from __future__ import annotations

from math import cos, pi, radians, sin
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import Pose, Vec3, look_at
from simgen.pipeline import SettledScene, Studio
from simgen.records.asset import AssetInfo, AssetRef
from simgen.records.rejections import Rejections
from simgen.records.scene import (
    CameraSensor,
    Capture,
    EnvironmentLight,
    Physics,
    Scene,
    SceneObject,
    SunLight,
)
from simgen.simulation import simulate

VIEWS, COLUMNS, TILE_PX = 8, 4, 360


def write_turntable(asset_id: str, path: Path) -> None:
    """Render eight views around an asset and write them as one PNG.

    Raises:
        AssetError: no such asset, or its pack is not installed.
        RenderError: no GL context can be made.
    """
    studio = Studio()
    try:
        image = turntable(asset_id, studio)
    finally:
        studio.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


def turntable(asset_id: str, studio: Studio) -> NDArray[np.uint8]:
    """Return the turntable sheet (height, width, 3) uint8, sRGB."""
    ref = AssetRef(asset_id)
    scene = turntable_scene(ref, studio.library)
    settled = SettledScene(scene, simulate(scene, studio.library), Rejections())
    tiles = [sample.reading.rgb for sample in studio.samples(settled)]
    rows = [np.hstack(tiles[start : start + COLUMNS]) for start in range(0, VIEWS, COLUMNS)]
    return np.vstack(rows)


def turntable_scene(ref: AssetRef, library: AssetLibrary) -> Scene:
    """Return a scene with the asset standing still on a grey floor and one camera orbiting it."""
    info = library.describe(ref)
    reach = float(np.linalg.norm(info.size_m)) / 2
    camera = CameraSensor(
        name="turntable",
        intrinsics=Intrinsics.from_fov(TILE_PX, TILE_PX, radians(35), near_m=reach / 20, far_m=reach * 100),
        poses=tuple(_orbit_pose(info, reach, index) for index in range(VIEWS)),
    )
    return Scene(
        scenario_name="turntable",
        scenario_hash="",
        seed=0,
        index=0,
        attempt=0,
        objects=(_body(1, info, ref), _floor(reach, library)),
        suns=(SunLight("key", _direction(40, 50), 1500.0, angular_diameter_rad=0.06),),
        environment=EnvironmentLight(None, 900.0),
        cameras=(camera,),
        physics=Physics(engine="kinematic", settle_limit_s=0.0),
        capture=Capture("start", VIEWS),
        workspace_min_m=(-100 * reach, -100 * reach, -100 * reach),
        workspace_max_m=(100 * reach, 100 * reach, 100 * reach),
    )


def _orbit_pose(info: AssetInfo, reach: float, index: int) -> Pose:
    x, y, z = (4.0 * reach * c for c in _direction(360.0 * index / VIEWS + 30.0, 22.0))
    middle = info.size_m[2] / 2
    return Pose.from_matrix(look_at((x, y, z + middle), (0.0, 0.0, middle)))


def _direction(azimuth_deg: float, elevation_deg: float) -> Vec3:
    azimuth, elevation = azimuth_deg * pi / 180, elevation_deg * pi / 180
    return (cos(elevation) * cos(azimuth), cos(elevation) * sin(azimuth), sin(elevation))


def _body(instance_id: int, info: AssetInfo, ref: AssetRef) -> SceneObject:
    return SceneObject(
        instance_id=instance_id,
        name="asset",
        category=info.category,
        category_id=1,
        is_thing=True,
        asset=ref,
        size_m=info.size_m,
        scale=1.0,
        pose=Pose((0.0, 0.0, info.size_m[2] / 2)),
        motion="static",
        mass_kg=0.0,
        friction=info.friction,
        restitution=info.restitution,
    )


def _floor(reach: float, library: AssetLibrary) -> SceneObject:
    side = 40.0 * reach
    ref = AssetRef("procedural/box", (("size_m", (side, side, side / 100)),))
    info = library.describe(ref)
    return SceneObject(
        instance_id=2,
        name="floor",
        category="floor",
        category_id=2,
        is_thing=False,
        asset=ref,
        size_m=info.size_m,
        scale=1.0,
        pose=Pose((0.0, 0.0, -info.size_m[2] / 2)),
        motion="static",
        mass_kg=0.0,
        friction=info.friction,
        restitution=info.restitution,
    )
