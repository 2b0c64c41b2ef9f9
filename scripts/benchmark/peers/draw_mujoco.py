"""MuJoCo's renderer on EGL: colour, depth and segmentation, three calls, as its interface has it."""

from __future__ import annotations

import os
from math import atan, degrees
from pathlib import Path
from typing import Any

os.environ.setdefault("MUJOCO_GL", "egl")

import mujoco
import numpy as np
from protocol import GL_FROM_CAMERA, read_scene, save_buffers, serve


class MujocoDrawer:
    """The scene as a model in which nothing moves or collides."""

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        self.name = f"MuJoCo {mujoco.__version__} renderer"
        self.scene = read_scene(folder)
        self.camera = self.scene["camera"]
        self.shadows = bool(options["shadows"])
        self.model = self._spec(folder).compile()
        self.data = mujoco.MjData(self.model)
        mujoco.mj_forward(self.model, self.data)
        size = self.camera["height"], self.camera["width"]
        self.renderer = mujoco.Renderer(self.model, *size, max_geom=self.model.ngeom + 100)

    def _spec(self, folder: Path) -> Any:
        spec = mujoco.MjSpec()
        spec.stat.extent = 1.0  # near, far and shadow planes are then in metres
        spec.stat.center = [0.0, 0.0, 0.0]
        spec.visual.map.znear, spec.visual.map.zfar = self.camera["near_m"], self.camera["far_m"]
        spec.visual.map.shadowclip = self.scene["radius_m"]
        spec.visual.global_.offwidth, spec.visual.global_.offheight = (
            self.camera["width"],
            self.camera["height"],
        )
        spec.visual.headlight.ambient = [self.scene["ambient_share"]] * 3
        spec.visual.headlight.diffuse = spec.visual.headlight.specular = [0.0, 0.0, 0.0]
        self._add_objects(spec, folder)
        self._add_lights(spec)
        fovy = degrees(2 * atan(self.camera["height"] / (2 * self.camera["fy"])))
        for index, T_world_camera in enumerate(self.camera["T_world_camera"]):
            pose = np.array(T_world_camera) @ GL_FROM_CAMERA
            quaternion = np.zeros(4)
            mujoco.mju_mat2Quat(quaternion, pose[:3, :3].ravel())
            spec.worldbody.add_camera(name=f"eye{index}", pos=pose[:3, 3], quat=quaternion, fovy=fovy)
        return spec

    def _add_objects(self, spec: Any, folder: Path) -> None:
        known: set[str] = set()
        for each in self.scene["objects"]:
            x, y, z, w = each["quaternion_xyzw"]
            name = str(each["instance_id"])
            body = spec.worldbody.add_body(name=name, pos=each["position_m"], quat=[w, x, y, z])
            for part in each["parts"]:
                if part["mesh"] not in known:
                    known.add(part["mesh"])
                    _add_mesh(spec, part["mesh"], np.load(folder / part["mesh"]))
                body.add_geom(
                    type=mujoco.mjtGeom.mjGEOM_MESH,
                    meshname=part["mesh"],
                    rgba=[*part["color_srgb"], 1.0],
                    contype=0,
                    conaffinity=0,
                )

    def _add_lights(self, spec: Any) -> None:
        for sun in self.scene["suns"]:
            spec.worldbody.add_light(
                type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
                dir=(-np.array(sun["direction"])).tolist(),
                pos=(self.scene["radius_m"] * np.array(sun["direction"])).tolist(),
                castshadow=self.shadows,
                diffuse=[0.8, 0.8, 0.8],
            )
        for spot in self.scene["spots"]:
            spec.worldbody.add_light(
                type=mujoco.mjtLightType.mjLIGHT_SPOT,
                pos=spot["position_m"],
                dir=spot["direction"],
                cutoff=min(degrees(spot["outer_angle_rad"]), 80.0),
                exponent=2.0,
                castshadow=self.shadows,
                diffuse=[0.5, 0.5, 0.5],
            )

    def draw(self, frame: int) -> Any:
        renderer = self.renderer
        renderer.update_scene(self.data, camera=f"eye{frame}")
        color = renderer.render()
        renderer.enable_depth_rendering()
        depth = renderer.render()
        renderer.disable_depth_rendering()
        renderer.enable_segmentation_rendering()
        ids = renderer.render()
        renderer.disable_segmentation_rendering()
        return color, depth, ids

    def save(self, frame: int, path: Path) -> Path:
        color, depth, ids = self.draw(frame)
        names = [self.model.body(body).name for body in self.model.geom_bodyid]
        lookup = np.array([*(int(name) for name in names), 0], np.uint16)
        labels = lookup[ids[..., 0]]  # -1 (nothing) reads the last entry: 0
        return save_buffers(path, color, np.where(labels > 0, depth, np.nan), labels)


def _add_mesh(spec: Any, name: str, mesh: Any) -> None:
    spec.add_mesh(
        name=name,
        uservert=mesh["positions_m"].ravel(),
        usernormal=mesh["normals"].ravel(),
        userface=mesh["triangles"].astype(np.int32).ravel(),
        inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,  # parts may be open surfaces
    )


if __name__ == "__main__":
    serve(MujocoDrawer)
