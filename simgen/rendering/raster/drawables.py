"""What of a scene is drawn for one view: which objects, where, and how finely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.errors import RenderError
from simgen.geometry import FloatArray, Vec3, box_corners, invert_rigid
from simgen.records.asset import Model
from simgen.records.frame import View
from simgen.records.scene import MaterialOverride, Scene, SceneObject
from simgen.rendering.dressing import dress_of, dressed
from simgen.rendering.frustum import sphere_in_view
from simgen.rendering.raster.context import set_uniforms
from simgen.rendering.raster.lens_detail import lens_cuts, lens_px_per_m, lens_radius_px
from simgen.rendering.raster.lens_sorting import SortedTriangles, sort_triangles
from simgen.rendering.raster.lens_table import needs_rays
from simgen.rendering.raster.materials import MaterialKey
from simgen.rendering.raster.meshes import Batch, GpuLevel, GpuModel, ModelCache
from simgen.rendering.raster.skinned import SkinnedModel

_FINISH_SLOTS = 64  # as in `shade.frag` and `surface.glsl`; what is above marks glass
# Texture units, which programs are told once: the material table, then the maps in the order of a material's key.
MAP_UNITS = {"materials": 0, "base_color_map": 1, "metallic_roughness_map": 2, "normal_map": 3}


@dataclass(frozen=True, slots=True, eq=False)
class Drawable:
    """One object of a scene with its model.

    Attributes:
        radius_m: of the sphere around its box, after scaling.
        first_finish: what is added to its model's slots of finishes in the scene's table.
    """

    body: SceneObject
    model: GpuModel
    radius_m: float
    first_finish: int


@dataclass(frozen=True, slots=True, eq=False)
class DrawItem:
    """One object in one view.

    Attributes:
        T_camera_object: (4, 4).
        radius_px: projected radius of its sphere; infinite where the camera may be inside.
        is_cut: whether the camera or its near plane may be inside, so that backs can be seen.
        sorted_for: its triangles as cameras with a lens show them, known once they were asked for.
    """

    drawable: Drawable
    level: GpuLevel
    T_camera_object: FloatArray
    radius_px: float
    is_cut: bool
    sorted_for: dict[Intrinsics, SortedTriangles] = field(default_factory=dict[Intrinsics, SortedTriangles])

    def culls(self, batch: Batch) -> bool:
        """Return whether backs of triangles need not be drawn."""
        return batch.key.culled or (batch.closed and not self.is_cut)

    @property
    def is_see_through(self) -> bool:
        """Whether something of it shows what lies behind."""
        return any(batch.key.see_through for batch in self.level.batches)

    @property
    def instance_id(self) -> int:
        """The object's id."""
        return self.drawable.body.instance_id

    def corners_camera(self) -> FloatArray:
        """Return the (8, 3) corners of the object's box in the camera frame."""
        corners = box_corners(self.drawable.model.half_size_m * 2 * self.drawable.body.scale)
        return corners @ self.T_camera_object[:3, :3].T + self.T_camera_object[:3, 3]

    def vertices_camera(self) -> FloatArray:
        """Return the (n, 3) vertices of the object, camera frame."""
        return self._in_camera(self.level.positions_m)

    def see_through_camera(self) -> FloatArray:
        """Return the (k, 3) vertices of what is see-through, camera frame."""
        return self._in_camera(self.level.positions_m[self.level.see_through_vertices])

    def _in_camera(self, points_m: NDArray[np.float32]) -> FloatArray:
        R, t = self.T_camera_object[:3, :3] * self.drawable.body.scale, self.T_camera_object[:3, 3]
        # Column by column in memory: projecting them reads one coordinate after the other.
        return (R @ points_m.T + t[:, None]).T

    def sorted_triangles(self, camera: Intrinsics) -> SortedTriangles:
        """Return its triangles as a camera shows them whose lens no matrix can express."""
        if camera not in self.sorted_for:
            level = self.level
            self.sorted_for[camera] = sort_triangles(
                camera,
                self.T_camera_object,
                self.drawable.body.scale,
                level.positions_m,
                level.triangles,
                level.triangle_bounds,
            )
        return self.sorted_for[camera]

    def set_place(self, program: moderngl.Program) -> None:
        """Set the uniforms of `transform.glsl` that belong to the object."""
        matrix = self.T_camera_object.T.astype("f4").tobytes()
        set_uniforms(program, T_camera_object=matrix, scale=self.drawable.body.scale)


def make_drawables(scene: Scene, library: AssetLibrary, models: ModelCache) -> tuple[Drawable, ...]:
    """Upload the models of a scene and return its objects in id order."""
    drawables: list[Drawable] = []
    places: dict[int, int] = {}
    taken = 0
    for body in scene.objects:
        dress = dress_of(body.material, body.scale)
        model = models.get(library.describe(body.asset), partial(_worn, library, body), dress)
        if model.source is not None and model.source.skin is not None:
            model = SkinnedModel(models.context, model.source, model.source.skin, model, body.scale)
        if not model.is_empty:
            if id(model.materials) not in places:
                places[id(model.materials)] = taken
                taken += len(model.materials.finishes) - 1
            drawables.append(Drawable(body, model, model.radius_m * body.scale, places[id(model.materials)]))
    if taken >= _FINISH_SLOTS:
        raise RenderError(
            f"scene {scene.index}: {taken} materials that shine or have a clear coat, at most {_FINISH_SLOTS - 1} can"
            " be drawn; use fewer models that have them, or give them the same material"
        )
    return tuple(drawables)


def _worn(library: AssetLibrary, body: SceneObject) -> Model:
    return dressed(library.load(body.asset).model, body.material, body.scale)


def finish_tables(drawables: Sequence[Drawable]) -> tuple[bytes, bytes]:
    """Return what shading looks up by slot: luminance as 64 x 3 float32, and coat with its roughness as 64 x 2."""
    shine = np.zeros((_FINISH_SLOTS, 3), np.float32)
    coats = np.zeros((_FINISH_SLOTS, 2), np.float32)
    for drawable in drawables:
        for slot, finish in enumerate(drawable.model.materials.finishes[1:], drawable.first_finish + 1):
            shine[slot], coats[slot] = finish.emissive_rgb, (finish.coat, finish.coat_roughness)
    return shine.tobytes(), coats.tobytes()


def present_drawables(drawables: Sequence[Drawable], view: View) -> Sequence[Drawable]:
    """Return the objects that are in the world."""
    if view.present is None:
        return drawables
    return [drawable for drawable in drawables if view.present[drawable.body.instance_id - 1]]


def visible_items(drawables: Sequence[Drawable], view: View) -> list[DrawItem]:
    """Return the objects that can touch the image, nearest first.

    Flow joins a view to its neighbours: then all are drawn at their finest, because the same point of a surface must
    be in each of them, which no two levels of detail have.
    """
    joined = view.previous is not None or view.next is not None
    present = present_drawables(drawables, view)
    places = view.T_world_objects[[drawable.body.instance_id - 1 for drawable in present]]
    T_camera_objects = invert_rigid(view.T_world_camera) @ places
    depths: list[float] = view.intrinsics.depth_of(T_camera_objects[:, :3, 3]).tolist()
    items: list[tuple[bool, float, DrawItem]] = []
    for drawable, T, depth in zip(present, T_camera_objects, depths, strict=True):
        if sphere_in_view(view.intrinsics, T[:3, 3], drawable.radius_m):
            radius_px = _radius_px(view.intrinsics, T[:3, 3], drawable.radius_m)
            px_per_m = _px_per_m(view.intrinsics, T[:3, 3], drawable.radius_m) * drawable.body.scale
            level = drawable.model.level_for(np.inf if joined else px_per_m)
            is_cut = px_per_m == np.inf and _is_cut(view.intrinsics, drawable, T)
            items.append((radius_px == np.inf, depth, DrawItem(drawable, level, T, radius_px, is_cut)))
    # Near ones first hide what lies behind before it is shaded; huge ones (floor, walls) are behind nearly always.
    items.sort(key=lambda each: each[:2])
    return [item for _, _, item in items]


def _is_cut(camera: Intrinsics, drawable: Drawable, T_camera_object: FloatArray) -> bool:
    """Return whether the camera may be inside an object whose sphere it is in."""
    if not needs_rays(camera) or isinstance(drawable.model, SkinnedModel):
        return True
    return lens_cuts(camera, T_camera_object, drawable.model.half_size_m * drawable.body.scale)


def surface_uniforms(override: MaterialOverride | None) -> dict[str, object]:
    """Return the uniforms of `geometry.vert` and `.frag` that express a scene's override."""
    override = override or MaterialOverride()
    color: Vec3 = override.base_color_rgb or (0.0, 0.0, 0.0)
    roughness = -1.0 if override.roughness is None else override.roughness
    metallic = -1.0 if override.metallic is None else override.metallic
    return {
        "base_color_override": (*color, 0.0 if override.base_color_rgb is None else 1.0),
        "tint": override.tint_rgb or (1.0, 1.0, 1.0),
        "surface_override": (roughness, metallic),
        "keep_map_color": 1.0 if override.base_color_rgb is None else 0.0,
        "keep_map_surface": (float(roughness < 0), float(metallic < 0)),
    }


def bind_maps(item: DrawItem, key: MaterialKey) -> None:
    """Bind the material table and a key's maps to the units of `MAP_UNITS`."""
    materials = item.drawable.model.materials
    materials.table.use(MAP_UNITS["materials"])
    materials.bind(key, MAP_UNITS["base_color_map"])


def _radius_px(camera: Intrinsics, center: FloatArray, radius_m: float) -> float:
    if camera.lens is not None:
        return lens_radius_px(camera, center, radius_m)
    distance = float(np.linalg.norm(center))
    if distance <= radius_m:
        return float(np.inf)
    return max(camera.fx, camera.fy) * radius_m / float(np.sqrt(distance**2 - radius_m**2))


def _px_per_m(camera: Intrinsics, center: FloatArray, radius_m: float) -> float:
    """Return the most pixels that a metre within a sphere can cover, at its nearest depth and away from the axis."""
    if camera.lens is not None:
        return lens_px_per_m(camera, center, radius_m)
    depth = float(center[2]) - radius_m
    if depth <= camera.near_m:
        return float(np.inf)
    off_axis = float(np.linalg.norm(center)) / float(center[2])
    return max(camera.fx, camera.fy) * off_axis / depth
