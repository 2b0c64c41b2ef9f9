"""A turntable picture of one asset: views all around it, on a floor, in studio light.

A light map is shown by what it lights: a grey ball and a mirror ball, with the map behind them.
"""

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
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.rejections import Rejections
from simgen.records.scene import CameraSensor, Capture, MaterialOverride, Physics, Scene, SceneObject
from simgen.report.picture import check_picture_name, save_picture
from simgen.simulation import simulate

VIEWS, COLUMNS, TILE_PX = 8, 4, 360
_BALL_M = 0.2
_STUDIO_LIGHT = AssetRef("procedural/softbox")
_PAPER = MaterialOverride(base_color_rgb=(0.3, 0.3, 0.3), roughness=1.0, metallic=0.0)


def write_turntable(asset_id: str, path: Path) -> None:
    """Render eight views around an asset and write them as one picture.

    Raises:
        AssetError: no such asset, or its pack is not installed.
        RenderError: no GL context can be made.
        UsageError: the name ends in no format of pictures.
        SimgenError: the picture cannot be written.
    """
    check_picture_name(path)
    studio = Studio()
    try:
        image = turntable(asset_id, studio)
    finally:
        studio.close()
    save_picture(Image.fromarray(image), path)


def turntable(asset_id: str, studio: Studio) -> NDArray[np.uint8]:
    """Return the turntable sheet (height, width, 3) uint8, sRGB."""
    ref = AssetRef(asset_id)
    maps = {info.asset_id for info in studio.library.find_environments()}
    scene = (light_scene if asset_id in maps else turntable_scene)(ref, studio.library)
    settled = SettledScene(scene, simulate(scene, studio.library), Rejections())
    tiles = [sample.reading.rgb for sample in studio.samples(settled)]
    rows = [np.hstack(tiles[start : start + COLUMNS]) for start in range(0, VIEWS, COLUMNS)]
    return np.vstack(rows)


def turntable_scene(ref: AssetRef, library: AssetLibrary) -> Scene:
    """Return a scene with the asset standing still on a grey floor and one camera orbiting it."""
    info = library.describe(ref)
    reach = float(np.linalg.norm(info.size_m)) / 2
    key = SunLight("key", _direction(40, 50), 1500.0, angular_diameter_rad=0.06)
    middle_m = info.size_m[2] / 2
    objects = (_body(1, info, ref, (0.0, 0.0, middle_m)), _floor(2, reach, library))
    return _scene(objects, (key,), EnvironmentLight(_STUDIO_LIGHT, 1500.0), reach, middle_m)


def light_scene(ref: AssetRef, library: AssetLibrary) -> Scene:
    """Return a scene with a grey and a mirror ball under a light map, and one camera orbiting them."""
    ball = AssetRef("procedural/sphere", (("size_m", (_BALL_M, _BALL_M, _BALL_M)),))
    info = library.describe(ball)
    grey = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=0.9, metallic=0.0)
    mirror = MaterialOverride(base_color_rgb=(0.9, 0.9, 0.9), roughness=0.03, metallic=1.0)
    objects = (
        _body(1, info, ball, (0.0, 0.55 * _BALL_M, 0.0), grey),
        _body(2, info, ball, (0.0, -0.55 * _BALL_M, 0.0), mirror),
    )
    return _scene(objects, (), EnvironmentLight(ref, 2000.0), 1.05 * _BALL_M, 0.0)


def _scene(
    objects: tuple[SceneObject, ...],
    suns: tuple[SunLight, ...],
    environment: EnvironmentLight,
    reach: float,
    middle_m: float,
) -> Scene:
    camera = CameraSensor(
        name="turntable",
        intrinsics=Intrinsics.from_fov(TILE_PX, TILE_PX, radians(35), near_m=reach / 20, far_m=reach * 100),
        poses=tuple(_orbit_pose(reach, middle_m, index) for index in range(VIEWS)),
    )
    return Scene(
        scenario_name="turntable",
        scenario_hash="",
        seed=0,
        index=0,
        attempt=0,
        objects=objects,
        suns=suns,
        environment=environment,
        cameras=(camera,),
        physics=Physics(engine="kinematic", settle_limit_s=0.0),
        capture=Capture("start", VIEWS),
        workspace_min_m=(-100 * reach, -100 * reach, -100 * reach),
        workspace_max_m=(100 * reach, 100 * reach, 100 * reach),
    )


def _orbit_pose(reach: float, middle_m: float, index: int) -> Pose:
    x, y, z = (4.0 * reach * c for c in _direction(360.0 * index / VIEWS + 30.0, 22.0))
    return Pose.from_matrix(look_at((x, y, z + middle_m), (0.0, 0.0, middle_m)))


def _direction(azimuth_deg: float, elevation_deg: float) -> Vec3:
    azimuth, elevation = azimuth_deg * pi / 180, elevation_deg * pi / 180
    return (cos(elevation) * cos(azimuth), cos(elevation) * sin(azimuth), sin(elevation))


def _body(
    instance_id: int, info: AssetInfo, ref: AssetRef, at_m: Vec3, material: MaterialOverride | None = None
) -> SceneObject:
    return SceneObject(
        instance_id=instance_id,
        name=f"asset[{instance_id}]",
        category=info.category,
        category_id=1,
        is_thing=True,
        asset=ref,
        size_m=info.size_m,
        scale=1.0,
        pose=Pose(at_m),
        motion="static",
        mass_kg=0.0,
        friction=info.friction,
        restitution=info.restitution,
        material=material,
    )


def _floor(instance_id: int, reach: float, library: AssetLibrary) -> SceneObject:
    side = 80.0 * reach
    ref = AssetRef("procedural/box", (("size_m", (side, side, side / 200)),))
    info = library.describe(ref)
    return SceneObject(
        instance_id=instance_id,
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
        material=_PAPER,
    )
