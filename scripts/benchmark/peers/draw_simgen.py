"""simgen itself, raster or path-traced, in a process like the others'.

A frame is everything every frame of simgen has: colour in linear light and developed to 8 bit, depth, ids, normals,
and, unless it is told otherwise, every object's whole outline.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from protocol import save_buffers, serve

from simgen.assets import AssetLibrary
from simgen.memory import return_freed_memory
from simgen.records.frame import Frame, View
from simgen.records.scene import scene_from_json
from simgen.rendering import make_renderer
from simgen.sensors.camera import develop

PAGE_BYTES = 4096


class SimgenDrawer:
    """A scene open in one of simgen's renderers.

    Options: `renderer`; `renderer_options`; `moving`, to put every body elsewhere in every frame, so that no shadow is
    kept; `lit`, to make a picture; `develop`, to make it in 8 bits too; `outlines`, to draw them; `seed`, of what is
    random in a path tracer.
    """

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        scene = scene_from_json((folder / "record.json").read_text())
        self.scene = replace(scene, seed=options.get("seed", 0))
        self.library = AssetLibrary()
        self.renderer = make_renderer(options["renderer"], **options.get("renderer_options", {}))
        self.moving, self.lit = options.get("moving", False), options.get("lit", True)
        self.develops = self.lit and options.get("develop", True)
        self.outlines = options.get("outlines", True)
        self.session = self.renderer.open(self.scene, self.library)
        self.name = f"simgen {options['renderer']} ({self.renderer.device})"
        self.T_world_objects = np.array([body.pose.matrix() for body in self.scene.objects])
        self.count = 0
        self.digests: dict[int, str] = {}  # of the first frame drawn at each place of the orbit

    def view(self, index: int) -> View:
        """Return the view from a place of the orbit; where bodies move, from frame to frame they stand elsewhere."""
        camera = self.scene.cameras[0]
        T_world_objects = self.T_world_objects
        if self.moving:
            self.count += 1
            T_world_objects = T_world_objects.copy()
            T_world_objects[1:, 2, 3] += 1e-5 * self.count  # the floor stays
        T_world_camera = camera.pose_at(index).matrix()
        return View(
            camera.name,
            index,
            0.0,
            camera.intrinsics,
            T_world_camera,
            T_world_objects,
            outlines=self.outlines,
        )

    def draw(self, frame: int) -> Frame:
        drawn = self.session.render(self.view(frame), lit=self.lit)
        if self.develops:
            develop(drawn, self.scene.cameras[0])
        return drawn

    def save(self, frame: int, path: Path) -> Path:
        drawn = self.session.render(self.view(frame))
        return save_buffers(path, drawn.radiance, drawn.depth_m, drawn.instance_id)

    def reopen(self) -> None:
        """Let go of the scene and upload it again, as a worker does between scenes."""
        self.session.close()
        self.session = self.renderer.open(self.scene, self.library)
        return_freed_memory()


def triangles_drawn(drawer: SimgenDrawer, frame: int) -> dict[str, Any]:
    """Return how many triangles the levels of detail picked for a frame have, and each object's level."""
    from simgen.rendering.raster.drawables import visible_items

    items = visible_items(drawer.session._drawables, drawer.view(frame))
    lods = {item.instance_id: drawer.library.load(item.drawable.body.asset).model.lods for item in items}
    uploaded = {item.instance_id: item.drawable.model._uploaded.items() for item in items}
    levels = {
        item.instance_id: next(i for i, e in uploaded[item.instance_id] if e is item.level) for item in items
    }
    counts = [sum(len(part.triangles) for part in lods[i][level]) for i, level in levels.items()]
    return {"triangles": sum(counts), "levels": levels, "objects": len(items)}


def soak(drawer: SimgenDrawer, request: dict[str, int]) -> dict[str, Any]:
    """Draw frames `first` ... `end` - 1 round the orbit, opening the scene anew every `reopen`; watch memory and bytes.

    Every frame drawn is compared with the first of its place in the orbit, drawn in whichever request. The renderer
    raises on any OpenGL error.
    """
    orbit = len(drawer.scene.cameras[0].poses)
    resident: list[int] = []
    different = 0
    for index in range(request["first"], request["end"]):
        if index and index % request["reopen"] == 0:
            drawer.reopen()
        found = digest(drawer.session.render(drawer.view(index % orbit)))
        different += found != drawer.digests.setdefault(index % orbit, found)
        if index % request["sample"] == 0:
            resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES)
    gl_error = drawer.renderer.context.gl.error if hasattr(drawer.renderer, "context") else "no OpenGL"
    digests = [drawer.digests[each] for each in sorted(drawer.digests)]
    return {"digests": digests, "different": different, "resident": resident, "gl_error": gl_error}


def digest(frame: Frame) -> str:
    """Return the SHA-256 of every buffer of a frame."""
    hasher = hashlib.sha256()
    buffers = (
        frame.radiance,
        frame.depth_m,
        frame.instance_id,
        frame.normals_camera,
    )
    for buffer in buffers:
        hasher.update(np.ascontiguousarray(buffer).tobytes())
    for instance_id, outline in sorted(frame.silhouettes.items()):
        box = (instance_id, outline.x0, outline.y0, *outline.bbox_unclipped_xyxy, outline.total_px)
        hasher.update(repr(box).encode() + np.packbits(outline.mask).tobytes())
    return hasher.hexdigest()


def light_share(drawer: SimgenDrawer, frame: int) -> dict[str, float]:
    """Return how much of a picture's light comes from the scene's lamps: 0 where they are not drawn."""
    everything = drawer.session.render(drawer.view(frame)).radiance.astype(float).mean()
    with drawer.renderer.open(replace(drawer.scene, lights=()), drawer.library) as dark:
        without = dark.render(drawer.view(frame)).radiance.astype(float).mean()
    drawer.session = drawer.renderer.open(drawer.scene, drawer.library)
    return {"share": 1.0 - without / everything}


if __name__ == "__main__":
    serve(SimgenDrawer, {"triangles": triangles_drawn, "soak": soak, "light_share": light_share})
