"""pyrender on EGL: one call for colour and depth, one for ids, as its interface has it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("PYOPENGL_PLATFORM", "egl")

import numpy as np
import pyrender
from OpenGL.GL import shaders
from protocol import GL_FROM_CAMERA, read_scene, save_buffers, serve
from pyrender.constants import RenderFlags

# PyOpenGL validates a program before pyrender has given its samplers their units; Mesa rightly refuses that.
shaders.ShaderProgram.check_validate = lambda program: program
_SHADOWS = RenderFlags.SHADOWS_DIRECTIONAL | RenderFlags.SHADOWS_SPOT


class PyrenderDrawer:
    """The scene as a graph of pyrender's."""

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        self.name = f"pyrender {pyrender.__version__}"
        self.scene = read_scene(folder)
        self.camera = self.scene["camera"]
        around = [self.scene["ambient_share"]] * 3
        self.graph = pyrender.Scene(bg_color=[0.5, 0.5, 0.5, 1.0], ambient_light=around)
        self.ids: dict[Any, int] = {}
        self._add_objects(folder)
        self._add_lights()
        eye = pyrender.IntrinsicsCamera(
            self.camera["fx"],
            self.camera["fy"],
            self.camera["cx"] + 0.5,
            self.camera["cy"] + 0.5,
            self.camera["near_m"],
            self.camera["far_m"],
        )
        self.eye = self.graph.add(eye)
        self.renderer = pyrender.OffscreenRenderer(self.camera["width"], self.camera["height"])
        self.flags = _SHADOWS if options["shadows"] else RenderFlags.NONE
        # Ids are written as colours from 1 up, as pyrender's own examples do.
        self.colors = {node: ((i >> 16) & 255, (i >> 8) & 255, i & 255) for node, i in self.ids.items()}

    def _add_objects(self, folder: Path) -> None:
        meshes: dict[str, Any] = {}
        for each in self.scene["objects"]:
            if each["model"] not in meshes:
                meshes[each["model"]] = pyrender.Mesh([self._part(folder, part) for part in each["parts"]])
            node = self.graph.add(meshes[each["model"]], pose=np.array(each["T_world_object"]))
            self.ids[node] = each["instance_id"]

    @staticmethod
    def _part(folder: Path, part: dict[str, Any]) -> Any:
        mesh = np.load(folder / part["mesh"])
        material = pyrender.MetallicRoughnessMaterial(
            baseColorFactor=[*part["color_rgb"], 1.0],
            metallicFactor=part["metallic"],
            roughnessFactor=part["roughness"],
            doubleSided=True,
        )
        return pyrender.Primitive(
            mesh["positions_m"], mesh["normals"], indices=mesh["triangles"], material=material, mode=4
        )

    def _add_lights(self) -> None:
        for sun in self.scene["suns"]:
            light = pyrender.DirectionalLight(intensity=3.0)
            self.graph.add(light, pose=_looking(np.zeros(3), -np.array(sun["direction"])))
        for spot in self.scene["spots"]:
            light = pyrender.SpotLight(
                intensity=3.0 * spot["distance_m"] ** 2,
                innerConeAngle=spot["inner_angle_rad"],
                outerConeAngle=spot["outer_angle_rad"],
            )
            self.graph.add(light, pose=_looking(np.array(spot["position_m"]), np.array(spot["direction"])))

    def draw(self, frame: int) -> Any:
        pose = np.array(self.camera["T_world_camera"][frame]) @ GL_FROM_CAMERA
        self.graph.set_pose(self.eye, pose)
        color, depth = self.renderer.render(self.graph, flags=self.flags)
        ids, _ = self.renderer.render(self.graph, flags=RenderFlags.SEG, seg_node_map=self.colors)
        return color, depth, ids

    def save(self, frame: int, path: Path) -> Path:
        color, depth, ids = self.draw(frame)
        labels = ids.astype(int) @ np.array([1 << 16, 1 << 8, 1])
        labels = np.where(labels > max(self.ids.values()), 0, labels)
        return save_buffers(path, color, np.where(depth > 0, depth, np.nan), labels)


def _looking(position: Any, direction: Any) -> Any:
    """Return the pose of a light that shines along its -Z."""
    z = -direction / np.linalg.norm(direction)
    x = np.cross([0.0, 0.0, 1.0] if abs(z[2]) < 0.99 else [0.0, 1.0, 0.0], z)
    x /= np.linalg.norm(x)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = x, np.cross(z, x), z, position
    return pose


if __name__ == "__main__":
    serve(PyrenderDrawer)
