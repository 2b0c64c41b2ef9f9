"""A scene for others: one folder with a description that any renderer can read, and the same meshes for all.

`scene.json` (see `describe`), `models/*.obj` (one a model), `models/*.npz` (one a material of a model), textures as
PNG, the light map as an array, and `record.json`, the scene as simgen reads it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from simgen.assets import AssetLibrary
from simgen.colour import LUMINANCE_RGB, linear_from_srgb, srgb_from_linear
from simgen.geometry import quaternion_from_matrix, xyzw_from_wxyz
from simgen.records.asset import Material, Model, Submesh, Texture
from simgen.records.scene import CameraSensor, Scene, SceneObject, scene_to_json
from simgen.rendering.light_map import shrunk, upward_illuminance

_MAP_WIDTH = 2048


def export_scene(
    scene: Scene, library: AssetLibrary, folder: Path, levels: dict[int, int] | None = None
) -> None:
    """Write a scene into a new folder.

    Args:
        levels: level of detail for each instance id; without it the finest, as everybody else draws.
    """
    (folder / "models").mkdir(parents=True)
    export_record(scene, folder)
    models = _Models(library, folder)
    objects = [
        models.describe(body, 0 if levels is None else levels.get(body.instance_id, 0))
        for body in scene.objects
    ]
    description = describe(scene, objects) | {"environment": _environment(scene, library, folder)}
    (folder / "scene.json").write_text(json.dumps(description, indent=1) + "\n")


def export_record(scene: Scene, folder: Path) -> None:
    """Write a scene into a folder as simgen alone reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "record.json").write_text(scene_to_json(scene))


def describe(scene: Scene, objects: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the description of a scene: metres, world +Z up, linear colours, light in lux and candela."""
    spots = [_spot(light) for light in scene.lights if light.on]
    suns = [
        {
            "direction": list(sun.direction_world),
            "illuminance_lux": sun.illuminance_lux,
            "angular_diameter_rad": sun.angular_diameter_rad,
        }
        for sun in scene.suns
    ]
    radius = max(float(np.hypot(*body.pose.position_m[:2])) for body in scene.objects) + 1.0
    above = [{"direction": (-np.array(spot["direction"])).tolist()} for spot in spots]
    return {
        "name": scene.scenario_name,
        "triangles": sum(each["triangles"] for each in objects),
        "radius_m": radius,
        "camera": _camera(scene.cameras[0]),
        "suns": suns,
        "spots": spots,
        "main_light": [*suns, *above, {"direction": [0.0, 0.0, 1.0]}][0],
        "ambient_share": 0.25 if suns else 0.1,
        "objects": list(objects),
    }


def _camera(camera: CameraSensor) -> dict[str, Any]:
    lens = camera.intrinsics
    names = ("width", "height", "fx", "fy", "cx", "cy", "near_m", "far_m")
    return {name: getattr(lens, name) for name in names} | {
        "gl_projection": lens.gl_projection().tolist(),
        "T_world_camera": [pose.matrix().tolist() for pose in camera.poses],
    }


def _spot(light: Any) -> dict[str, Any]:
    T_world_light = light.pose.matrix()
    position, direction = T_world_light[:3, 3], T_world_light[:3, 0]
    return {
        "position_m": position.tolist(),
        "direction": direction.tolist(),
        "distance_m": float(position[2] / max(-direction[2], 1e-6)),  # to the floor along the axis
        "intensity_cd": light.intensity_cd,
        "inner_angle_rad": light.inner_angle_rad,
        "outer_angle_rad": light.outer_angle_rad,
        "radius_m": light.radius_m,
    }


def _environment(scene: Scene, library: AssetLibrary, folder: Path) -> dict[str, Any]:
    """Write the map around in cd/m², as `records.asset.EnvironmentMap` lays it out."""
    light = scene.environment
    if light.map is None:
        return {"map": "", "luminance": light.illuminance_lux / np.pi}
    radiance = library.load_environment(light.map).radiance
    scaled = shrunk(radiance, _MAP_WIDTH) * np.float32(light.illuminance_lux / upward_illuminance(radiance))
    np.save(folder / "environment.npy", scaled)
    return {"map": "environment.npy", "luminance": float((scaled @ LUMINANCE_RGB).mean())}


class _Models:
    """Writes each model once, at the scale it is used."""

    def __init__(self, library: AssetLibrary, folder: Path) -> None:
        self._library, self._folder = library, folder
        self._written: dict[tuple[Any, ...], dict[str, Any]] = {}

    def describe(self, body: SceneObject, level: int) -> dict[str, Any]:
        key = (body.asset, body.scale, level)
        if key not in self._written:
            self._written[key] = self._write(body, level)
        T = body.pose.matrix()
        return {
            "instance_id": body.instance_id,
            "T_world_object": T.tolist(),
            "position_m": T[:3, 3].tolist(),
            "quaternion_xyzw": list(xyzw_from_wxyz(quaternion_from_matrix(T[:3, :3]))),
            **self._written[key],
        }

    def _write(self, body: SceneObject, level: int) -> dict[str, Any]:
        name = f"models/{len(self._written)}"
        model = self._library.load(body.asset).model
        submeshes = [part for part in model.lods[min(level, len(model.lods) - 1)] if len(part.triangles)]
        (self._folder / f"{name}.obj").write_text(obj_text(submeshes, body.scale))
        parts = [self._part(name, index, part, model, body.scale) for index, part in enumerate(submeshes)]
        weights = [triangle_areas_m2(part).sum() for part in submeshes]
        color = np.average([part["color_rgb"] for part in parts], axis=0, weights=weights)
        return {
            "model": name,
            "obj": f"{name}.obj",
            "parts": parts,
            "triangles": sum(len(part.triangles) for part in submeshes),
            "color_rgb": color.tolist(),
            "color_srgb": srgb_from_linear(color).tolist(),
        }

    def _part(self, name: str, index: int, part: Submesh, model: Model, scale: float) -> dict[str, Any]:
        mesh = f"{name}-{index}.npz"
        np.savez(
            self._folder / mesh,
            positions_m=part.positions_m * np.float32(scale),
            normals=part.normals,
            uvs=part.uvs,
            triangles=part.triangles,
        )
        material = model.materials[part.material]
        color, (metallic, roughness) = mean_color(material, part), mean_surface(material, part)
        return {
            "mesh": mesh,
            "color_rgb": color.tolist(),
            "color_srgb": srgb_from_linear(color).tolist(),
            "metallic": metallic,
            "roughness": roughness,
            "factor_rgb": list(material.base_color_rgb),
            "color_map": self._texture(f"{name}-{index}.png", material),
        }

    def _texture(self, name: str, material: Material) -> str:
        if material.base_color_map is None:
            return ""
        Image.fromarray(np.ascontiguousarray(material.base_color_map.pixels[..., :3])).save(
            self._folder / name
        )
        return name


def mean_color(material: Material, part: Submesh) -> np.ndarray:
    """Return the colour (3,), linear, that a surface has on average over its triangles."""
    factor = np.array(material.base_color_rgb, dtype=float)
    return factor if material.base_color_map is None else factor * mean_texel(material.base_color_map, part)


def mean_surface(material: Material, part: Submesh) -> tuple[float, float]:
    """Return how metallic and how rough a surface is on average, 0..1."""
    texel = np.ones(3)
    if material.metallic_roughness_map is not None:
        texel = mean_texel(material.metallic_roughness_map, part)
    return min(material.metallic * float(texel[2]), 1.0), min(material.roughness * float(texel[1]), 1.0)


def mean_texel(texture: Texture, part: Submesh) -> np.ndarray:
    """Return the mean (3,), linear, of a texture over the triangles of a surface, by their middles and areas."""
    height, width = texture.pixels.shape[:2]
    u, v = part.uvs[part.triangles].mean(axis=1, dtype=float).T % 1.0
    rows, columns = ((1.0 - v) * height).astype(int) % height, (u * width).astype(int) % width
    texels = texture.pixels[rows, columns, :3] / 255.0
    return np.average(
        linear_from_srgb(texels) if texture.srgb else texels, axis=0, weights=triangle_areas_m2(part)
    )


def triangle_areas_m2(part: Submesh) -> np.ndarray:
    """Return the area of each triangle; never 0, so that it can be a weight."""
    corners = part.positions_m[part.triangles].astype(float)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.linalg.norm(cross, axis=1) / 2 + 1e-12


def obj_text(parts: Sequence[Submesh], scale: float) -> str:
    """Return a model as a Wavefront OBJ of a single group."""
    lines: list[str] = []
    first = 1
    for part in parts:
        positions = part.positions_m.astype(float) * scale
        lines += [f"v {x:.7g} {y:.7g} {z:.7g}" for x, y, z in positions.tolist()]
        lines += [f"vn {x:.5g} {y:.5g} {z:.5g}" for x, y, z in part.normals.tolist()]
        faces = (part.triangles.astype(np.int64) + first).tolist()
        lines += [f"f {a}//{a} {b}//{b} {c}//{c}" for a, b, c in faces]
        first += len(part.positions_m)
    return "\n".join(lines) + "\n"
