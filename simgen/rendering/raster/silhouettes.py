"""The silhouette pass: the whole outline of every object, as if nothing stood in front of it.

Each object is drawn alone, without depth, into its own tile of one atlas, shifted by whole pixels, so that the
same pixel centres are sampled as in the geometry pass. An object cut off by the image's border gets a second
tile that shows all of it, at a coarser step where it is larger than that tile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.records.frame import Silhouette, View
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import MAP_UNITS, DrawItem, bind_maps
from simgen.rendering.raster.lens_outlines import canvases_of, lens_box, lens_extent
from simgen.rendering.raster.lens_table import needs_rays
from simgen.rendering.raster.rays import Lenses, draw_batch, drop_backs, projection_uniforms, ray_defines

_ATLAS_SIDE_PX = 2048  # at least; a larger image gets a larger atlas
_MARGIN_PX = 2
# An object that passes the camera plane has no finite outline: it is counted on a canvas of three times the image,
# as the BOP benchmark does.
_CANVAS = 3.0
_WHOLE_TILE_PX = 320

Box = tuple[int, int, int, int]
Extent = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A rectangle of the image plane to draw one object in.

    Attributes:
        extent_xyxy: the rectangle, half-open pixels of the image plane.
        size_px: width and height in the atlas; equal to the rectangle's for a step of 1.
        whole: whether it exists to count the object beyond the image's border.
    """

    item: DrawItem
    extent_xyxy: Extent
    size_px: tuple[int, int]
    whole: bool

    @property
    def step_px(self) -> tuple[float, float]:
        """Image pixels for each pixel of the tile, in x and y."""
        x0, y0, x1, y1 = self.extent_xyxy
        return (x1 - x0) / self.size_px[0], (y1 - y0) / self.size_px[1]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Where an object's outline lies on the unbounded image plane.

    Attributes:
        extent_xyxy: half-open, continuous; of its part on the canvas where the object passes the camera plane.
        behind: whether part of the object lies behind the near plane.
    """

    extent_xyxy: Extent
    behind: bool


class SilhouettePass:
    """Draws tiles and turns them into silhouettes."""

    def __init__(self, context: GlContext, lenses: Lenses) -> None:
        self._context, self._lenses = context, lenses
        self._side = 0
        self._allocate(_ATLAS_SIDE_PX)

    def _allocate(self, side_px: int) -> None:
        """Make the atlas at least this wide and high."""
        if side_px > self._side:
            if self._side:
                self._context.unbind()
                self._atlas.release()
                self._texture.release()
            self._side = side_px
            self._texture = self._context.gl.texture((side_px, side_px), 1, dtype="f1")
            self._atlas = self._context.gl.framebuffer([self._texture])

    def draw(
        self, view: View, items: Sequence[DrawItem], instance_id: NDArray[np.uint16]
    ) -> dict[int, Silhouette]:
        """Return the silhouettes of all items that have a pixel in the image, by instance id.

        Args:
            view: what the geometry pass drew.
            items: what it drew of it.
            instance_id: (h, w) its ids; a visible pixel belongs to the silhouette by definition.
        """
        camera = view.intrinsics
        self._allocate(max(camera.width, camera.height))
        outlines = {item.instance_id: outline_of(camera, item) for item in items}
        tiles = [tile for item in items for tile in _tiles(camera, item, outlines[item.instance_id])]
        masks = self._draw_tiles(camera, tiles)
        beyond = {
            tile.item.instance_id: _pixels_beyond(camera, tile, mask)
            for tile, mask in zip(tiles, masks, strict=True)
            if tile.whole
        }
        if needs_rays(camera):
            beyond = self._beyond_lens(camera, items, outlines)
        found: dict[int, Silhouette] = {}
        for tile, mask in zip(tiles, masks, strict=True):
            key = tile.item.instance_id
            if not tile.whole:
                silhouette = _silhouette(tile, mask, instance_id, outlines[key], beyond.get(key, 0.0))
                found |= {} if silhouette is None else {key: silhouette}
        return dict(sorted(found.items()))

    def _beyond_lens(
        self, camera: Intrinsics, items: Sequence[DrawItem], outlines: Mapping[int, Outline]
    ) -> dict[int, float]:
        """Return how many pixels of objects lie outside an image that has no plane beyond its border."""
        cut = [item for item in items if _is_cut(camera, outlines[item.instance_id])]
        beyond: dict[int, float] = {}
        for canvas, boxes in canvases_of(camera, cut):
            if not boxes:
                continue
            self._lenses.bind(canvas.camera)
            tiles = [Tile(item, box, (box[2] - box[0], box[3] - box[1]), False) for item, box in boxes]
            masks = self._draw_tiles(canvas.camera, tiles)
            for (item, box), mask in zip(boxes, masks, strict=True):
                beyond[item.instance_id] = canvas.pixels_beyond(box, mask)
        self._lenses.bind(camera)
        return beyond

    def _draw_tiles(self, camera: Intrinsics, tiles: Sequence[Tile]) -> list[NDArray[np.bool_]]:
        """Return one (h, w) array a tile, true where the object is, in the order of the tiles."""
        masks: list[NDArray[np.bool_]] = [np.empty((0, 0), np.bool_)] * len(tiles)
        for page in pack([tile.size_px for tile in tiles], self._side, self._side):
            rows = max(y + tiles[index].size_px[1] for index, _, y in page)
            self._context.draw_into(self._atlas)
            self._atlas.scissor = (0, 0, *self._atlas.size)
            self._atlas.clear(viewport=(0, 0, self._side, rows))
            constant = projection_uniforms(camera)
            if needs_rays(camera):
                self._context.gl.enable(moderngl.BLEND)
                self._context.gl.blend_equation = (moderngl.MAX, moderngl.MAX)
            self._context.gl.front_face = "cw"
            ready: set[moderngl.Program] = set()
            for index, x, y in page:
                self._draw_tile(camera, tiles[index], (x, y), constant, ready)
            self._atlas.scissor = (0, 0, *self._atlas.size)
            self._context.gl.disable(moderngl.CULL_FACE | moderngl.BLEND)
            self._context.gl.blend_equation = (moderngl.FUNC_ADD, moderngl.FUNC_ADD)
            atlas = np.empty((rows, self._side), np.uint8)
            self._context.fences.hold()
            self._atlas.read_into(atlas, (0, 0, self._side, rows), components=1, dtype="f1")
            for index, x, y in page:
                width, height = tiles[index].size_px
                masks[index] = atlas[y : y + height, x : x + width].view(np.bool_)
        return masks

    def _draw_tile(
        self,
        camera: Intrinsics,
        tile: Tile,
        at: tuple[int, int],
        constant: Mapping[str, object],
        ready: set[moderngl.Program],
    ) -> None:
        """Draw a tile at a place of the atlas; `ready` holds the programs that know the camera."""
        (x, y), item = at, tile.item
        if tile.whole:
            self._atlas.viewport = (x, y, *tile.size_px)
            window = _window(camera, tile.extent_xyxy)
        else:
            left, top = int(tile.extent_xyxy[0]), int(tile.extent_xyxy[1])
            self._atlas.viewport = (x - left, y - top, camera.width, camera.height)
            window = (1.0, 1.0, 0.0, 0.0)
        self._atlas.scissor = (x, y, *tile.size_px)
        shift = (float(self._atlas.viewport[0]), float(self._atlas.viewport[1]))
        defines = (*ray_defines(camera), "NUMBERED", "OUTLINE") if needs_rays(camera) else ray_defines(camera)
        for batch in item.level.outline_batches:
            program = self._context.program(
                "silhouette.vert", "silhouette.frag", (*batch.key.outline_defines, *defines)
            )
            if program not in ready:
                set_uniforms(program, **constant, **MAP_UNITS)
                ready.add(program)
            item.set_place(program)
            set_uniforms(program, window=window, lens_shift=shift)
            if batch.key.masked:
                bind_maps(item, batch.key)
            drop_backs(self._context.gl, program, camera, item.culls(batch))
            draw_batch(program, camera, item, batch)


def outline_of(camera: Intrinsics, item: DrawItem) -> Outline:
    """Return the extent of an object's outline, from its vertices."""
    if needs_rays(camera):
        extent = lens_extent(camera, item)
        return Outline(extent or _canvas(camera), extent is None)
    points = item.vertices_camera()
    behind = bool(points[:, 2].min() < camera.near_m)
    if behind:
        return Outline(_canvas(camera), True)
    projected = camera.project(points)
    low, high = projected.min(axis=0), projected.max(axis=0)
    return Outline((float(low[0]), float(low[1]), float(high[0]), float(high[1])), False)


def _canvas(camera: Intrinsics) -> Extent:
    w, h = camera.width, camera.height
    margin_x, margin_y = (_CANVAS - 1) / 2 * w, (_CANVAS - 1) / 2 * h
    return (-margin_x - 0.5, -margin_y - 0.5, w + margin_x - 0.5, h + margin_y - 0.5)


def _is_cut(camera: Intrinsics, outline: Outline) -> bool:
    x0, y0, x1, y1 = outline.extent_xyxy
    beyond = x0 < -0.5 or y0 < -0.5 or x1 > camera.width - 0.5 or y1 > camera.height - 0.5
    return outline.behind or beyond


def pack(sizes: Sequence[tuple[int, int]], width: int, height: int) -> list[list[tuple[int, int, int]]]:
    """Return pages of (index, x, y): rectangles laid on shelves, tallest first, each page at most width x height."""
    order = sorted(range(len(sizes)), key=lambda index: (-sizes[index][1], -sizes[index][0], index))
    pages: list[list[tuple[int, int, int]]] = []
    x, y, shelf = width, height, 0
    for index in order:
        w, h = sizes[index]
        if x + w > width:
            x, y, shelf = 0, y + shelf, h
        if not pages or y + h > height:
            pages.append([])
            x, y, shelf = 0, 0, h
        pages[-1].append((index, x, y))
        x += w
    return pages


def _tiles(camera: Intrinsics, item: DrawItem, outline: Outline) -> list[Tile]:
    if needs_rays(camera):
        box = lens_box(camera, item)
        return [] if box is None else [Tile(item, box, (box[2] - box[0], box[3] - box[1]), False)]
    x0, y0, x1, y1 = outline.extent_xyxy
    left, top = max(int(np.floor(x0)) - _MARGIN_PX, 0), max(int(np.floor(y0)) - _MARGIN_PX, 0)
    right = min(int(np.ceil(x1)) + _MARGIN_PX + 1, camera.width)
    bottom = min(int(np.ceil(y1)) + _MARGIN_PX + 1, camera.height)
    if right <= left or bottom <= top:
        return []
    tiles = [Tile(item, (left, top, right, bottom), (right - left, bottom - top), False)]
    if _is_cut(camera, outline):
        tiles.append(_whole_tile(item, outline))
    return tiles


def _whole_tile(item: DrawItem, outline: Outline) -> Tile:
    """Return the tile of a whole outline: a step of one pixel where it fits, else the size that fits."""
    x0, y0, x1, y1 = outline.extent_xyxy
    margin = 0 if outline.behind else _MARGIN_PX  # the canvas itself is exact
    left, top = np.floor(x0 + 0.5) - margin, np.floor(y0 + 0.5) - margin
    wide, high = np.ceil(x1 + 0.5) + margin - left, np.ceil(y1 + 0.5) + margin - top
    extent = (float(left), float(top), float(left + wide), float(top + high))
    return Tile(item, extent, (int(min(wide, _WHOLE_TILE_PX)), int(min(high, _WHOLE_TILE_PX))), True)


def _window(camera: Intrinsics, extent_xyxy: Extent) -> tuple[float, float, float, float]:
    """Return scale and shift that take the image's clip x, y to those of a rectangle; pixel i covers [i, i + 1)."""
    x0, y0, x1, y1 = extent_xyxy
    scale_x, scale_y = camera.width / (x1 - x0), camera.height / (y1 - y0)
    return (
        scale_x,
        scale_y,
        scale_x * (1 - 2 * x0 / camera.width) - 1,
        scale_y * (1 - 2 * y0 / camera.height) - 1,
    )


def _pixels_beyond(camera: Intrinsics, tile: Tile, covered: NDArray[np.bool_]) -> float:
    """Return how many image pixels of the object lie outside the image, each tile pixel standing for its area."""
    step_x, step_y = tile.step_px
    columns = tile.extent_xyxy[0] + (np.arange(tile.size_px[0]) + 0.5) * step_x
    rows = tile.extent_xyxy[1] + (np.arange(tile.size_px[1]) + 0.5) * step_y
    inside_x = (columns >= 0) & (columns < camera.width)
    inside_y = (rows >= 0) & (rows < camera.height)
    # The image is a rectangle, so that the rows and columns inside it are one run each.
    x, y = np.flatnonzero(inside_x), np.flatnonzero(inside_y)
    shown = covered[y[0] : y[-1] + 1, x[0] : x[-1] + 1] if len(x) and len(y) else covered[:0]
    outside = int(np.count_nonzero(covered)) - int(np.count_nonzero(shown))
    return outside * step_x * step_y


def _silhouette(
    tile: Tile, mask: NDArray[np.bool_], instance_id: NDArray[np.uint16], outline: Outline, beyond_px: float
) -> Silhouette | None:
    left, top, right, bottom = (int(v) for v in tile.extent_xyxy)
    covered = (instance_id[top:bottom, left:right] == tile.item.instance_id) | mask
    x0, y0, width, height = (int(v) for v in cv2.boundingRect(covered.view(np.uint8)))
    if width == 0:
        return None
    x1, y1 = x0 + width, y0 + height
    inside = (left + x0, top + y0, left + x1, top + y1)
    tight = np.ascontiguousarray(covered[y0:y1, x0:x1])
    return Silhouette(
        x0=left + x0,
        y0=top + y0,
        mask=tight,
        bbox_unclipped_xyxy=_unclipped(inside, outline, beyond_px > 0),
        total_px=float(np.count_nonzero(tight)) + beyond_px,
    )


def _unclipped(inside: Box, outline: Outline, cut: bool) -> Extent:
    """Return the box on the unbounded plane: of the mask where it is whole, of the outline where it is cut."""
    if outline.behind:
        return (np.nan, np.nan, np.nan, np.nan)
    if not cut:
        return (float(inside[0]), float(inside[1]), float(inside[2]), float(inside[3]))
    # Half-open box of the pixel centres that the outline encloses.
    x0, y0, x1, y1 = outline.extent_xyxy
    low_x, low_y, high_x, high_y = np.ceil(x0), np.ceil(y0), np.floor(x1) + 1, np.floor(y1) + 1
    return (
        float(min(low_x, inside[0])),
        float(min(low_y, inside[1])),
        float(max(high_x, inside[2])),
        float(max(high_y, inside[3])),
    )
