"""The peer: a plain PyBullet script that asks TinyRenderer for colour, depth and ids of the same views.

It is given the same meshes at the same poses under the same cameras, in plain colours (no textures), and only the
call that renders is timed. Frames of both are made in turn, so that a busy machine slows both.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pybullet as bullet
from statistic import Clock, Spread

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, invert_rigid, quaternion_from_matrix, xyzw_from_wxyz
from simgen.pipeline import SettledScene, Studio, settle_scene, views
from simgen.records.asset import Submesh
from simgen.records.frame import View
from simgen.records.scene import Scene
from simgen.scenario import load
from simgen.sensors.camera import develop

GL_FROM_CAMERA = np.diag([1.0, -1.0, -1.0, 1.0])  # right-down-forward to OpenGL's right-up-back


OURS = ("simgen: render", "simgen: develop")
# What the peer gives, and normals: it draws nothing that is hidden.
ALIKE = ("simgen: render, no outlines", "simgen: develop")
FULL, DRAWN = "TinyRenderer: full meshes", "TinyRenderer: levels simgen drew"


def measure_peer(scene: str, seed: int, count: int) -> dict[str, Any]:
    """Time scenes 1 ... count; scene 0 warms shaders, models and files."""
    scenario, clock = load(scene), Clock()
    agreement: list[float] = []
    with closing(Studio()) as studio:
        for index in range(count + 1):
            _time_scene(settle_scene(scenario, seed, index, studio.library), studio, clock, agreement)
            if index == 0:
                clock.clear()
    table: dict[str, Any] = {**clock.table()}
    table["pixels with the same id in both (median)"] = float(np.median(agreement))
    table["PyBullet gives arrays itself"] = "yes" if bullet.isNumpyEnabled() else "no"
    for kind, seconds in (("wall", clock.wall_s), ("cpu", clock.cpu_s)):
        for note, ours in (("", OURS), (", as much asked of both", ALIKE)):
            spent = np.sum([seconds[name] for name in ours], axis=0)
            for name in (FULL, DRAWN):
                title = f"ratio per frame{note}, {kind}, {name}"
                table[title] = Spread.of(np.array(seconds[name]) / spent, "times")
    return table


def _time_scene(settled: SettledScene, studio: Studio, clock: Clock, agreement: list[float]) -> None:
    everything = list(views(settled.scene, settled.trajectory))
    with (
        studio.renderer.open(settled.scene, studio.library) as session,
        tempfile.TemporaryDirectory() as folder,
    ):
        first = everything[0][1]
        full = TinyScene(settled.scene, first, studio.library, Path(folder), None)
        coarse = TinyScene(settled.scene, first, studio.library, Path(folder), _levels_drawn(session, first))
        for camera, view in everything:
            with clock.measure(OURS[0]):
                frame = session.render(view)
            with clock.measure(OURS[1]):
                develop(frame, camera)
            with clock.measure(ALIKE[0]):
                session.render(replace(view, outlines=False))
            ids = full.render(view, clock, FULL)
            coarse.render(view, clock, DRAWN)
            agreement.append(float((ids == frame.instance_id).mean()))
        full.close()
        coarse.close()


def _levels_drawn(session: Any, view: View) -> dict[int, int]:
    """Return the level of detail the raster renderer picks for each object it draws, by instance id."""
    from simgen.rendering.raster.drawables import visible_items

    items = visible_items(session._drawables, view)
    uploaded = {item.instance_id: item.drawable.model._uploaded.items() for item in items}
    return {
        item.instance_id: next(i for i, each in uploaded[item.instance_id] if each is item.level)
        for item in items
    }


class TinyScene:
    """A scene's visual meshes in a PyBullet client of their own."""

    def __init__(
        self, scene: Scene, view: View, library: AssetLibrary, folder: Path, levels: dict[int, int] | None
    ) -> None:
        self.client = bullet.connect(bullet.DIRECT)
        self.body_ids: list[int] = []
        for body in scene.objects:
            lods = library.load(body.asset).model.lods
            level = len(lods) - 1 if levels is None else levels.get(body.instance_id, len(lods) - 1)
            level = 0 if levels is None else level
            path = folder / f"{body.instance_id}-{level}.obj"
            if not path.exists():
                path.write_text(_obj(lods[level]))
            visual = bullet.createVisualShape(
                bullet.GEOM_MESH,
                fileName=str(path),
                meshScale=[body.scale] * 3,
                rgbaColor=(0.7, 0.6, 0.5, 1),
                physicsClientId=self.client,
            )
            T = view.T_world_objects[body.instance_id - 1]
            self.body_ids.append(
                bullet.createMultiBody(
                    0,
                    -1,
                    visual,
                    T[:3, 3].tolist(),
                    xyzw_from_wxyz(quaternion_from_matrix(T[:3, :3])),
                    physicsClientId=self.client,
                )
            )

    def render(self, view: View, clock: Clock, name: str) -> np.ndarray:
        """Time one frame; return its instance ids (h, w), 0 = background."""
        camera = view.intrinsics
        view_matrix, projection = _matrices(camera, view.T_world_camera)
        with clock.measure(name):
            image = bullet.getCameraImage(
                camera.width,
                camera.height,
                view_matrix,
                projection,
                renderer=bullet.ER_TINY_RENDERER,
                physicsClientId=self.client,
            )
        with clock.measure(f"{name}: to arrays"):
            color, depth, segments = (np.asarray(image[part]) for part in (2, 3, 4))
        if color.size != camera.width * camera.height * 4 or depth.size != camera.width * camera.height:
            raise RuntimeError(f"TinyRenderer gave colour {color.shape}, depth {depth.shape} for {camera}")
        lookup = np.zeros(max(self.body_ids, default=0) + 2, int)
        lookup[self.body_ids] = np.arange(1, len(self.body_ids) + 1)
        return lookup[segments.reshape(camera.height, camera.width)]  # -1 (nothing) reads the last entry: 0

    def close(self) -> None:
        bullet.disconnect(self.client)


def _matrices(camera: Intrinsics, T_world_camera: FloatArray) -> tuple[list[float], list[float]]:
    """Return OpenGL view and projection matrices as PyBullet wants them: 16 numbers, column by column."""
    view = GL_FROM_CAMERA @ invert_rigid(T_world_camera)
    projection = camera.gl_projection() @ GL_FROM_CAMERA
    return view.ravel(order="F").tolist(), projection.ravel(order="F").tolist()


def _obj(level: Sequence[Submesh]) -> str:
    """Return one level of a model as a Wavefront OBJ of a single group."""
    lines: list[str] = []
    first = 1
    for part in level:
        lines += [f"v {x:.6g} {y:.6g} {z:.6g}" for x, y, z in part.positions_m.tolist()]
        lines += [f"vn {x:.4g} {y:.4g} {z:.4g}" for x, y, z in part.normals.tolist()]
        faces = (part.triangles.astype(np.int64) + first).tolist()
        lines += [f"f {a}//{a} {b}//{b} {c}//{c}" for a, b, c in faces]
        first += len(part.positions_m)
    return "\n".join(lines) + "\n"
