"""Rays of cameras on the graphics card: which variant of the shaders a camera needs, and what they are told of it.

A pinhole's rays are affine in the pixel, an orthographic camera's are parallel; those of all other lenses are made once
by the camera's own formulas and read from a texture.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import DrawItem
from simgen.rendering.raster.lens_table import LensTable, is_panorama, lens_table, needs_rays, skew_of
from simgen.rendering.raster.meshes import Batch
from simgen.rendering.raster.pyramids import picture_pyramid, tile_edges, tile_pyramids
from simgen.rendering.raster.targets import projection

# Texture units that no pass uses otherwise.
TILE_UNIT, TABLE_UNIT, RAY_UNIT = 13, 14, 15
TILES_ACROSS, TILES_DOWN = 16, 12
_KEPT = 12  # cameras: a few lenses, each with what is counted beyond its picture
_PANORAMA_MARGIN_PX, _PANORAMA_MARGIN_RAD = 0.02, 2e-6

Ray = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class _GpuLens:
    rays: moderngl.Texture
    table: moderngl.Texture
    tiles: moderngl.Texture

    def release(self) -> None:
        for texture in (self.rays, self.table, self.tiles):
            texture.release()


class Lenses:
    """Textures of the cameras used last."""

    def __init__(self, context: GlContext) -> None:
        self._gl = context.gl
        self._kept: OrderedDict[Intrinsics, _GpuLens] = OrderedDict()

    def bind(self, camera: Intrinsics) -> None:
        """Bind what a camera's variant of the shaders reads; a pinhole's reads nothing."""
        if not needs_rays(camera):
            return
        if camera not in self._kept:
            while len(self._kept) >= _KEPT:
                self._kept.popitem(last=False)[1].release()
            self._kept[camera] = self._made(camera)
        self._kept.move_to_end(camera)
        self._kept[camera].rays.use(RAY_UNIT)
        self._kept[camera].table.use(TABLE_UNIT)
        self._kept[camera].tiles.use(TILE_UNIT)

    def _made(self, camera: Intrinsics) -> _GpuLens:
        table = np.zeros((1, 2)) if is_panorama(camera) else _rows(lens_table(camera))
        textures = (
            self._gl.texture((len(values[0]), len(values)), values.shape[2], values.tobytes(), dtype="f4")
            for values in (_known_rays(camera), table.astype(np.float32)[None], _tile_rows(camera))
        )
        made = _GpuLens(*textures)
        for texture in (made.rays, made.table, made.tiles):
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return made


def ray_defines(camera: Intrinsics) -> tuple[str, ...]:
    """Return the names that every shader which knows rays is compiled with."""
    if camera.is_orthographic:
        return ("PARALLEL",)
    if needs_rays(camera):
        return ("LENS", "PANORAMA") if is_panorama(camera) else ("LENS",)
    return ()


def ray_of_pixel(camera: Intrinsics) -> Ray:
    """Return scale x, y and shift x, y that take a pixel to its ray's point at z = 1."""
    return (1 / camera.fx, 1 / camera.fy, -camera.cx / camera.fx, -camera.cy / camera.fy)


def ray_uniforms(camera: Intrinsics) -> dict[str, object]:
    """Return the uniforms of `ray.glsl`."""
    values: dict[str, object] = {"ray_of_pixel": ray_of_pixel(camera)}
    return values | {"lens_rays": RAY_UNIT} if needs_rays(camera) else values


def projection_uniforms(camera: Intrinsics) -> dict[str, object]:
    """Return the uniforms by which shaders place vertices, or triangles, in the image."""
    if not needs_rays(camera) or camera.lens is None:
        return {"projection": projection(camera).T.astype("f4").tobytes()}
    p1, p2 = skew_of(camera.lens)
    if is_panorama(camera):
        seen, margin = 0.0, _PANORAMA_MARGIN_PX + _PANORAMA_MARGIN_RAD * max(camera.fx, camera.fy)
    else:
        table = lens_table(camera)
        seen, margin = table.seen_rad, table.margin_px
    return {
        "lens_rays": RAY_UNIT,
        "lens_table": TABLE_UNIT,
        "lens_tiles": TILE_UNIT,
        "lens_image": (camera.fx, camera.fy, camera.cx, camera.cy),
        "lens_size": (float(camera.width), float(camera.height)),
        "lens_focal": (camera.fx, camera.fy, margin),
        "lens_widest": seen,
        "lens_skew": (p1, p2, min(seen, 1.5) if p1 or p2 else 0.0),
        "lens_range": (camera.near_m, 1 / camera.near_m, 1 / camera.far_m),
        "lens_shift": (0.0, 0.0),
        "lens_tiled": 0.0,
        "lens_sides": _sides(camera),
        "lens_beside": camera.lens.beside,
        "lens_sphere": float(camera.lens.radial),
    }


def drop_backs(
    gl: moderngl.Context, program: moderngl.Program, camera: Intrinsics, wanted: bool, mirrored: bool = False
) -> None:
    """Drop or keep triangles seen from behind, of which a mirror shows the other side."""
    if needs_rays(camera):
        set_uniforms(program, lens_dropped=(-1.0 if mirrored else 1.0) if wanted else 0.0)
    elif wanted:
        gl.enable(moderngl.CULL_FACE)
        return
    gl.disable(moderngl.CULL_FACE)


def draw_batch(
    program: moderngl.Program, camera: Intrinsics, item: DrawItem, batch: Batch, number: int = 0
) -> None:
    """Draw what of a batch a camera may see, with a program whose uniforms are set.

    The bounds of triangles that a lens shows under wide angles are loose: each is drawn in the tiles that it may touch.

    Args:
        number: of the first triangle, for programs that tell triangles apart.
    """
    level = item.level
    if not needs_rays(camera):
        level.draw(program, batch.first, batch.count)
        return
    order = item.sorted_triangles(camera)
    for run in order.runs(batch.first, batch.count):
        set_uniforms(program, lens_tiled=float(run.wide), lens_first=float(number))
        tiles = TILES_ACROSS * TILES_DOWN if run.wide else 1
        level.draw(program, run.first, run.count, tiles, order)
        number += run.count // 3


def _tile_rows(camera: Intrinsics) -> NDArray[np.float32]:
    """Return (tiles, 4, 4): inward normals of the sides of each tile's pyramid; its first and last pixels."""
    sides, _ = tile_pyramids(camera, TILES_ACROSS, TILES_DOWN)
    rows = np.zeros((len(sides), 4, 4), np.float32)
    rows[..., :3] = sides
    columns, lines = tile_edges(camera.width, TILES_ACROSS), tile_edges(camera.height, TILES_DOWN)
    for tile in range(len(sides)):
        x, y = tile % TILES_ACROSS, tile // TILES_ACROSS
        rows[tile, :, 3] = columns[x], lines[y], columns[x + 1] - 1, lines[y + 1] - 1
    return rows


def _sides(camera: Intrinsics) -> bytes:
    """Return inward normals (4, 3) of a pyramid around the picture; zero where it sees too much for one."""
    found = picture_pyramid(camera)
    return (np.zeros((4, 3)) if found is None else found).astype(np.float32).tobytes()


def _rows(table: LensTable) -> NDArray[np.float64]:
    return np.column_stack([table.radius, table.bend])


def _known_rays(camera: Intrinsics) -> NDArray[np.float32]:
    """Return (h, w, 4) rays and whether the lens shows them; where it shows nothing, the nearest that it shows.

    Differences between pixels then stay finite on the rim of what is shown.
    """
    rays = camera.rays()
    known = np.isfinite(rays[..., 0])
    if not known.all():
        rays = rays[_nearest_known(camera.centred)]
    return np.concatenate([rays, known[..., None]], axis=-1).astype(np.float32)


@lru_cache(maxsize=2)
def _nearest_known(camera: Intrinsics) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the row and column of each pixel's nearest that the lens shows something at."""
    from scipy import ndimage  # here: most scenes start without SciPy

    unknown = np.isnan(camera.rays()[..., 0])
    nearest: Any = ndimage.distance_transform_edt(unknown, return_distances=False, return_indices=True)
    return nearest[0], nearest[1]
