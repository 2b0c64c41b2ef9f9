"""The raster renderer: scenes in, frames out, on one OpenGL context."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.assets.library import PROCEDURAL
from simgen.closing import Closable
from simgen.errors import RenderError
from simgen.records.frame import Frame, View
from simgen.records.scene import Scene
from simgen.rendering.exposure import mean_light
from simgen.rendering.gate import check_frame, check_light, place_of
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.drawables import Drawable, DrawItem, make_drawables, visible_items
from simgen.rendering.raster.environment import uniform_map
from simgen.rendering.raster.gate import check_nonce, nonce_of
from simgen.rendering.raster.geometry import GeometryPass
from simgen.rendering.raster.lighting import LightPass
from simgen.rendering.raster.meshes import ModelCache
from simgen.rendering.raster.mirrors import find_mirror
from simgen.rendering.raster.others import Others
from simgen.rendering.raster.overlays import OverlayPass
from simgen.rendering.raster.paint import PaintPass
from simgen.rendering.raster.prefilter import GpuMap, MapCache
from simgen.rendering.raster.rays import Lenses
from simgen.rendering.raster.regions import regions_of
from simgen.rendering.raster.silhouettes import SilhouettePass
from simgen.rendering.raster.skin_pass import SkinPass
from simgen.rendering.raster.skinned import SkinnedModel, pose_models
from simgen.rendering.raster.targets import Targets, read_rows
from simgen.rendering.raster.visibility import LightTargets

_NAME = "raster"
_KEPT_SIZES = 6


class RasterRenderer:
    """Opens scenes; keeps models, maps, programs and framebuffers from one scene to the next.

    One scene is open at a time: opening another closes the one before.
    """

    def __init__(self) -> None:
        self.name = _NAME
        self.context = GlContext()
        self.models = ModelCache(self.context)
        self.maps = MapCache(self.context)
        self.geometry = GeometryPass(self.context)
        self.lenses = Lenses(self.context)
        self.silhouettes = SilhouettePass(self.context, self.lenses)
        self.skins = SkinPass(self.context)
        self.light = LightPass(self.context)
        self.overlays = OverlayPass(self.context)
        self.paint = PaintPass(self.context)
        self.frame_count = 0
        self._targets: dict[tuple[int, int, str], tuple[Targets, LightTargets]] = {}
        self._open: RasterScene | None = None

    @property
    def device(self) -> str:
        """What draws: the GL renderer and version, as the driver states them."""
        return self.context.description

    def open(self, scene: Scene, library: AssetLibrary, *, lit: bool = True) -> RasterScene:
        """Upload what the scene shows and is not there yet.

        Args:
            lit: False: for labels alone; nothing is prepared for light, and no view can be lit.

        Raises:
            RenderError: more lights or lamps than can be drawn, or an OpenGL error.
            AssetError: a model or map is missing.
        """
        self.context.take_turn()
        if self._open is not None:
            self._open.close()
        self.models.trim()
        self.maps.trim()
        drawables = make_drawables(scene, library, self.models)
        if lit:
            self.light.set_scene(scene, self._map(scene, library), drawables)
        self.context.check(f"scene {scene.index}")
        self._open = RasterScene(self, drawables, lit)
        return self._open

    def draw_others(
        self, view: View, drawables: Sequence[Drawable], items: Sequence[DrawItem], nonce: float
    ) -> Others:
        """Draw what the view shows in glass and mirrors; nothing where there are none.

        The view's labels hold all that is not see-through.
        """
        size = (view.intrinsics.width, view.intrinsics.height)
        targets, halves = self.targets(*size)
        behind = mirrored = None
        glass = [item for item in items if item.is_see_through]
        regions = regions_of(view.intrinsics, glass)
        for region in regions:
            behind, behind_halves = targets.behind, halves.behind
            behind.limit(region)
            self.light.draw(behind, behind_halves, view, nonce)
        if behind is not None:
            self.overlays.glaze(behind, regions, view, glass)
        mirror = find_mirror(items, view)
        if mirror is not None:
            mirrored, halves = self.targets(*size, "mirrored")
            seen = mirror.view(view)
            rest = [drawable for drawable in drawables if drawable.body.instance_id not in mirror.members]
            shown = visible_items(rest, seen)
            self.geometry.draw(mirrored, seen, shown, nonce, mirror)
            self.geometry.draw_glass(mirrored, seen, shown, mirror)
            # Its coarser levels mix the row below the image in: no mark that changes from frame to frame may be there.
            self.light.draw(mirrored, halves, seen, 0.0, mirrored=True)
        return Others(behind, regions, mirror, mirrored)

    def targets(self, width: int, height: int, use: str = "") -> tuple[Targets, LightTargets]:
        """Return the framebuffers of an image size, keeping the few that were used last.

        Args:
            use: what they are for, where that is not the frame itself.
        """
        size = (width, height, use)
        if size not in self._targets:
            while len(self._targets) >= _KEPT_SIZES:
                self._targets.pop(next(iter(self._targets)))[0].release()
            targets = Targets(self.context, width, height)
            self._targets[size] = (targets, LightTargets(targets))
        self._targets[size] = self._targets.pop(size)  # the last to go now
        return self._targets[size]

    def close(self) -> None:
        """Release the context."""
        if self._open is not None:
            self._open.close()
        self._open = None
        self.context.close()

    def _map(self, scene: Scene, library: AssetLibrary) -> GpuMap:
        ref = scene.environment.map
        if ref is None:
            return self.maps.get("", uniform_map)
        info = library.describe(ref)
        # Procedural maps come in any number: kept, they would fill the disk.
        stored = info.pack != PROCEDURAL
        return self.maps.get(info.content_hash, lambda: library.load_environment(ref).radiance, stored=stored)


class RasterScene(Closable):
    """One scene, ready to be seen from anywhere."""

    def __init__(self, renderer: RasterRenderer, drawables: tuple[Drawable, ...], can_be_lit: bool) -> None:
        self._renderer: RasterRenderer | None = renderer
        self._drawables, self._can_be_lit = drawables, can_be_lit
        self._skinned = [
            (d.body.instance_id, d.model) for d in drawables if isinstance(d.model, SkinnedModel)
        ]

    def render(self, view: View, *, lit: bool = True) -> Frame:
        """Return the buffers of one view; unless it is `lit`, its radiance is zero.

        Raises:
            RenderError: the scene is closed, OpenGL reported an error, or the frame is empty, stale or not finite.
        """
        place, renderer = place_of(view), self._opened(view)
        targets, items, nonce = self._draw(renderer, view, lit)
        if lit:
            radiance = _read_light(targets, place, nonce)
        else:
            radiance = np.zeros((view.intrinsics.height, view.intrinsics.width, 3), np.float16)
        labels = renderer.geometry.read(targets, view, place, nonce)
        labels = renderer.skins.complete(targets, view, items, labels)
        silhouettes = renderer.silhouettes.draw(view, items, labels.instance_id) if view.outlines else {}
        renderer.context.check(place)
        frame = Frame(
            view=view,
            radiance=radiance,
            depth_m=labels.depth_m,
            instance_id=labels.instance_id,
            normals_camera=labels.normals_camera,
            object_coordinates_m=labels.object_coordinates_m,
            silhouettes=silhouettes,
            renderer=_NAME,
            albedo=labels.albedo,
            part_id=labels.part_id,
            surface_next_m=labels.surface_next_m,
            surface_previous_m=labels.surface_previous_m,
        )
        check_frame(frame, items)
        return frame

    def light(self, views: Sequence[View]) -> NDArray[np.float16]:
        """Return the mean radiance of views, without any labels.

        Raises:
            RenderError: the scene is closed, OpenGL reported an error, or the picture is stale or not finite.
        """
        place, renderer = place_of(views[0]), self._opened(views[0])
        mean = mean_light(self._light(renderer, view, place) for view in views)
        renderer.context.check(place)
        check_light(place, mean)
        return mean

    def _light(self, renderer: RasterRenderer, view: View, place: str) -> NDArray[np.float16]:
        targets, _, nonce = self._draw(renderer, view, lit=True)
        return _read_light(targets, place, nonce)

    def _opened(self, view: View) -> RasterRenderer:
        """Return the renderer, whose turn it then is."""
        if self._renderer is None:
            raise RenderError(f"{place_of(view)}: the scene is closed; open it again before rendering it")
        self._renderer.context.take_turn()
        return self._renderer

    def _draw(self, renderer: RasterRenderer, view: View, lit: bool) -> tuple[Targets, list[DrawItem], float]:
        """Draw surfaces and, where it is lit, their light; return where, what, and the nonce of this drawing."""
        if lit and not self._can_be_lit:
            raise RenderError(
                f"{place_of(view)}: the scene was opened for labels alone; open it with lit=True"
            )
        renderer.frame_count += 1
        nonce = nonce_of(renderer.frame_count)
        renderer.lenses.bind(view.intrinsics)
        targets, halves = renderer.targets(view.intrinsics.width, view.intrinsics.height)
        pose_models(self._skinned, view)
        items = visible_items(self._drawables, view)
        renderer.geometry.draw(targets, view, items, nonce)
        others = Others()
        if lit:
            renderer.paint.draw(targets, view, items)
            renderer.light.set_view(view)
            others = renderer.draw_others(view, self._drawables, items, nonce)
        renderer.geometry.draw_glass(targets, view, items)
        if lit:
            renderer.light.draw(targets, halves, view, nonce, others)
        return targets, items, nonce

    def close(self) -> None:
        """Let go of the scene; models and maps stay with the renderer."""
        if self._renderer is not None:
            self._renderer.context.take_turn()
        self._renderer = None
        for _, model in self._skinned:
            model.release()
        self._skinned = []


def _read_light(targets: Targets, place: str, nonce: float) -> NDArray[np.float16]:
    """Return the radiance (h, w, 3) of the view that was drawn last.

    Raises:
        RenderError: what came back is not of this drawing.
    """
    radiance = read_rows(targets, targets.smoothed, 0, np.float16)
    check_nonce(place, "radiance", radiance[-1, 0], nonce)
    # By its bits: leaving the fourth channel out takes NumPy eight times as long.
    return cv2.cvtColor(radiance[:-1].view(np.uint16), cv2.COLOR_RGBA2RGB).view(np.float16)
