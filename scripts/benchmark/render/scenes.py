"""The reference scenes: the same objects at the same places in every run, on every machine with the same packs.

A: 40 objects, about 30,000 triangles, sun and surroundings. B: 150 pack models and four shadowed spots. Nothing
moves; the camera goes round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import cos, pi, radians, sin, sqrt

import numpy as np

from render.progress import Progress
from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import Pose, Vec3, look_at, quaternion_about_axis
from simgen.records.asset import AssetInfo, AssetRef
from simgen.records.light import EnvironmentLight, SpotLight, SunLight
from simgen.records.scene import CameraSensor, Capture, Physics, Scene, SceneObject
from simgen.rng import keyed_generator

ORBIT_FRAMES = 24
_EXPOSURE_EV100 = {"A": 14.0, "B": 9.0}
_CUBE = (("size_m", (0.45, 0.45, 0.45)),)
_DRUM = (("size_m", (0.4, 0.4, 0.6)),)
# (asset, parameters, how many, scale): 39 things; with the floor 40 objects of 29,992 triangles at full detail.
_THINGS_A: tuple[tuple[str, tuple[tuple[str, Vec3], ...], int, float], ...] = (
    ("sweethome3d/blendswap-cc-0/basketball", (), 2, 1.5),
    ("sweethome3d/blendswap-cc-0/block-pallet", (), 1, 0.8),
    ("sweethome3d/blendswap-cc-0/flat-dark-rock", (), 2, 1.0),
    ("sweethome3d/blendswap-cc-0/granite-garden-lantern", (), 2, 1.0),
    ("sweethome3d/blendswap-cc-0/long-wooden-case", (), 2, 0.8),
    ("sweethome3d/blendswap-cc-0/slatted-wooden-crate", (), 2, 1.0),
    ("sweethome3d/blendswap-cc-0/speckled-rock", (), 2, 1.0),
    ("sweethome3d/blendswap-cc-0/stone-garden-lantern", (), 2, 1.0),
    ("sweethome3d/blendswap-cc-0/tall-rock", (), 2, 1.0),
    ("sweethome3d/blendswap-cc-0/wooden-bar-stool", (), 1, 1.0),
    ("sweethome3d/blendswap-cc-0/wooden-barrel", (), 2, 0.8),
    ("sweethome3d/blendswap-cc-0/blue-stacking-bin", (), 1, 1.0),
    ("procedural/carton", (), 5, 1.3),
    ("procedural/bin", (), 3, 1.0),
    ("procedural/crate", (), 1, 1.0),
    ("procedural/cylinder", _DRUM, 2, 1.0),
    ("procedural/box", _CUBE, 1, 1.0),
    ("procedural/bowl", (), 1, 3.0),
    ("procedural/pallet", (), 1, 0.7),
    ("procedural/can", (), 2, 4.0),
    ("procedural/pedestal", (), 2, 0.7),
)
_PITCH_M = {"A": 0.95, "B": 1.35}
_MODELS_B = 150  # different ones, at most
_SIZES_B_M = (0.35, 1.3)  # of the longest side: what fits its cell


def scene_a(library: AssetLibrary) -> Scene:
    """Return reference scene A, 640 x 480."""
    refs = [
        (AssetRef(asset, params), scale) for asset, params, count, scale in _THINGS_A for _ in range(count)
    ]
    side = _side_m("A", len(refs))
    sun = SunLight("sun", _unit((0.5, -0.55, 0.72)), 60_000.0)
    sky = EnvironmentLight(AssetRef("blender-hdri/courtyard"), 12_000.0)
    return _scene("A", laid_out("A", refs, library), orbit("A", (640, 480), side), (sun,), sky, ())


def scene_b(library: AssetLibrary, count: int = 150) -> Scene:
    """Return reference scene B of so many pack models (150), 1280 x 720; other counts keep its density."""
    refs = [(ref, 1.0) for ref in _pack_models(library, count)]
    side = _side_m("B", count)
    night = EnvironmentLight(AssetRef("blender-hdri/night"), 15.0)
    return _scene("B", laid_out("B", refs, library), orbit("B", (1280, 720), side), (), night, lamps(side))


def _pack_models(library: AssetLibrary, count: int) -> list[AssetRef]:
    """Return models of the furniture pack that fit a cell and let no light through, in order of id, then again."""
    fitting = library.find(pack="sweethome3d", min_size_m=_SIZES_B_M[0], max_size_m=_SIZES_B_M[1])
    wanted, solid = min(count, _MODELS_B), list[AssetRef]()
    progress = Progress("models of scene B, prepared once", wanted)
    for info in fitting:
        if len(solid) == wanted:
            break
        if _is_solid(library, info):
            solid.append(AssetRef(info.asset_id))
            progress.step(info.asset_id)
    progress.end()
    return [solid[index % len(solid)] for index in range(count)]


def _is_solid(library: AssetLibrary, info: AssetInfo) -> bool:
    """Say whether every surface is opaque: peers draw glass and leaves in too many ways to compare ids."""
    materials = library.load(AssetRef(info.asset_id)).model.materials
    return all(each.alpha_mode == "opaque" and each.alpha >= 1.0 for each in materials)


def _side_m(name: str, count: int) -> float:
    return _PITCH_M[name] * sqrt(count)


def laid_out(name: str, refs: Sequence[tuple[AssetRef, float]], library: AssetLibrary) -> list[SceneObject]:
    """Return a floor and the things on a square grid around the origin, shuffled, each turned and off its place."""
    rng = keyed_generator("bench", name, len(refs))
    columns = int(np.ceil(sqrt(len(refs))))
    rows = -(-len(refs) // columns)
    pitch = _PITCH_M[name]
    side = _side_m(name, len(refs)) + 6.0
    floor = AssetRef("procedural/floor", (("size_m", (side, side, 0.1)),))
    bodies = [_body(1, floor, 1.0, (0.0, 0.0, -0.05), 0.0, library)]
    for index, cell in enumerate(rng.permutation(columns * rows)[: len(refs)]):
        ref, scale = refs[index]
        row, column = divmod(int(cell), columns)
        off_x, off_y = rng.uniform(-0.12, 0.12, 2) * pitch
        x, y = (column - (columns - 1) / 2) * pitch + off_x, (row - (rows - 1) / 2) * pitch + off_y
        height = library.describe(ref).size_m[2] * scale
        place = (x, y, height / 2 + 0.001)
        bodies.append(_body(index + 2, ref, scale, place, rng.uniform(0, 2 * pi), library))
    return bodies


def _body(
    instance_id: int, ref: AssetRef, scale: float, position_m: Vec3, yaw_rad: float, library: AssetLibrary
) -> SceneObject:
    info = library.describe(ref)
    category = library.taxonomy.by_name(info.category)
    return SceneObject(
        instance_id=instance_id,
        name=f"thing[{instance_id}]",
        category=category.name,
        category_id=category.category_id,
        is_thing=category.is_thing,
        asset=ref,
        size_m=tuple(side * scale for side in info.size_m),
        scale=scale,
        pose=Pose(tuple(float(p) for p in position_m), quaternion_about_axis((0.0, 0.0, 1.0), yaw_rad)),
        motion="static",
        mass_kg=0.0,
        friction=info.friction,
        restitution=info.restitution,
    )


def orbit(name: str, size_px: tuple[int, int], side_m: float) -> CameraSensor:
    """Return a camera that goes round the things once, all of them in sight."""
    intrinsics = Intrinsics.from_fov(*size_px, radians(55.0), 0.1, 50.0 + 4 * side_m)
    distance, height = 0.95 * side_m + 1.0, 0.5 * side_m + 0.8
    turns = [2 * pi * (index + 0.5) / ORBIT_FRAMES for index in range(ORBIT_FRAMES)]
    eyes = [(distance * cos(turn), distance * sin(turn), height) for turn in turns]
    poses = tuple(Pose.from_matrix(look_at(eye, (0.0, 0.0, 0.2))) for eye in eyes)
    return CameraSensor("orbit", intrinsics, poses, _EXPOSURE_EV100[name])


def smaller(camera: Intrinsics, width_px: int) -> Intrinsics:
    """Return a camera that sees the same in at most so many columns."""
    if camera.width <= width_px:
        return camera
    times = width_px / camera.width
    height = max(1, round(camera.height * times))
    down = height / camera.height
    return replace(
        camera,
        width=width_px,
        height=height,
        fx=camera.fx * times,
        fy=camera.fy * down,
        cx=(camera.cx + 0.5) * times - 0.5,
        cy=(camera.cy + 0.5) * down - 0.5,
    )


def in_columns(scene: Scene, width_px: int) -> Scene:
    """Return a scene whose first camera makes pictures of at most so many columns."""
    first = replace(scene.cameras[0], intrinsics=smaller(scene.cameras[0].intrinsics, width_px))
    return replace(scene, cameras=(first, *scene.cameras[1:]))


def lamps(side_m: float) -> tuple[SpotLight, ...]:
    """Return four spots on the corners, as high as half the side, that shine at the middle of their quarters."""
    return tuple(
        _lamp(index, side_m, x, y) for index, (x, y) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1)))
    )


def _lamp(index: int, side_m: float, x: float, y: float) -> SpotLight:
    place = np.array([0.55 * x * side_m, 0.55 * y * side_m, 0.5 * side_m])
    target = np.array([0.15 * x * side_m, 0.15 * y * side_m, 0.0])
    distance = float(np.linalg.norm(target - place))
    return SpotLight(
        name=f"spot[{index}]",
        pose=Pose.from_matrix(shining(place, target)),
        mount="",
        intensity_cd=400.0 * distance**2,  # 400 lx at the target
        inner_angle_rad=0.5,
        outer_angle_rad=0.75,
        radius_m=0.1,
    )


def shining(place_m: np.ndarray, target_m: np.ndarray) -> np.ndarray:
    """Return `T_world_light` of a lamp at `place_m` whose +X points at `target_m`."""
    x = (target_m - place_m) / np.linalg.norm(target_m - place_m)
    y = np.cross((0.0, 0.0, 1.0), x)
    y /= np.linalg.norm(y)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = x, y, np.cross(x, y), place_m
    return pose


def _unit(vector: Vec3) -> Vec3:
    x, y, z = (np.array(vector) / np.linalg.norm(vector)).tolist()
    return (x, y, z)


def _scene(
    name: str,
    objects: Sequence[SceneObject],
    camera: CameraSensor,
    suns: Iterable[SunLight],
    environment: EnvironmentLight,
    lights: Iterable[SpotLight],
) -> Scene:
    return Scene(
        scenario_name=f"reference {name}",
        scenario_hash="0" * 64,
        seed=0,
        index=0,
        attempt=0,
        objects=tuple(objects),
        suns=tuple(suns),
        environment=environment,
        cameras=(camera,),
        physics=Physics(),
        capture=Capture("start", len(camera.poses)),
        workspace_min_m=(-1000.0, -1000.0, -10.0),
        workspace_max_m=(1000.0, 1000.0, 100.0),
        lights=tuple(lights),
    )
