"""PyBullet: TinyRenderer on the CPU, or its EGL plugin; both know one distant light and one colour a body."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pybullet as bullet
from protocol import GL_FROM_CAMERA, read_scene, save_buffers, serve


class BulletDrawer:
    """The scene in a client of its own."""

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        self.scene, self.camera = read_scene(folder), read_scene(folder)["camera"]
        self.client = bullet.connect(bullet.DIRECT)
        self.renderer = bullet.ER_TINY_RENDERER
        self.name = "PyBullet TinyRenderer"
        if options["egl"]:
            self.name, self.renderer = "PyBullet EGL plugin", bullet.ER_BULLET_HARDWARE_OPENGL
            self._load_plugin()
        self.shadow = int(options["shadows"])
        self.bodies = self._make_bodies(folder)
        self.shots = [self._shot(np.array(T)) for T in self.camera["T_world_camera"]]

    def _load_plugin(self) -> None:
        library = importlib.util.find_spec("eglRenderer")
        if library is None or bullet.loadPlugin(library.origin, "_eglRendererPlugin") < 0:
            raise RuntimeError("the EGL plugin of this PyBullet does not load")

    def _make_bodies(self, folder: Path) -> list[int]:
        shapes: dict[tuple[str, tuple[float, ...]], int] = {}
        bodies: list[int] = []
        for each in self.scene["objects"]:
            key = (each["obj"], tuple(each["color_rgb"]))
            if key not in shapes:
                shapes[key] = bullet.createVisualShape(
                    bullet.GEOM_MESH, fileName=str(folder / each["obj"]), rgbaColor=[*each["color_srgb"], 1]
                )
            bodies.append(
                bullet.createMultiBody(0, -1, shapes[key], each["position_m"], each["quaternion_xyzw"])
            )
        return bodies

    def _shot(self, T_world_camera: Any) -> dict[str, Any]:
        view = GL_FROM_CAMERA @ np.linalg.inv(T_world_camera)
        projection = np.array(self.camera["gl_projection"]) @ GL_FROM_CAMERA
        return {
            "viewMatrix": view.ravel(order="F").tolist(),
            "projectionMatrix": projection.ravel(order="F").tolist(),
            "lightDirection": self.scene["main_light"]["direction"],
            "lightDistance": 3 * self.scene["radius_m"],
        }

    def draw(self, frame: int) -> Any:
        width, height = self.camera["width"], self.camera["height"]
        image = bullet.getCameraImage(
            width, height, **self.shots[frame], shadow=self.shadow, renderer=self.renderer
        )
        color, depth, ids = (np.asarray(image[part]) for part in (2, 3, 4))
        return color.reshape(height, width, 4), depth.reshape(height, width), ids.reshape(height, width)

    def save(self, frame: int, path: Path) -> Path:
        color, depth, ids = self.draw(frame)
        near, far = self.camera["near_m"], self.camera["far_m"]
        depth_m = near * far / (far - (far - near) * depth.astype(float))
        lookup = np.zeros(max(self.bodies) + 2, np.uint16)
        lookup[self.bodies] = [each["instance_id"] for each in self.scene["objects"]]
        labels = lookup[ids]  # -1 (nothing) reads the last entry: 0
        return save_buffers(
            path, color[..., :3].astype(np.uint8), np.where(labels > 0, depth_m, np.nan), labels
        )


if __name__ == "__main__":
    serve(BulletDrawer)
