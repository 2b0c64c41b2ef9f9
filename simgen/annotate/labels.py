"""Labels of one frame: modal ones from the id buffer, amodal ones from the silhouettes.

The id buffer is read once; everything per object happens on a crop of its own size.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from simgen.annotate.rle import encode_rle
from simgen.errors import RenderError
from simgen.geometry import FloatArray, invert_rigid
from simgen.records.annotation import Annotation, BoxXyxy, ObjectLabel, Rle
from simgen.records.frame import Frame, Silhouette
from simgen.records.scene import Scene, SceneObject

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Tile:
    """A mask (h, w) whose first pixel lies at (x0, y0) of the image."""

    x0: int
    y0: int
    mask: Mask

    @property
    def box(self) -> BoxXyxy:
        rows, columns = self.mask.shape
        return (float(self.x0), float(self.y0), float(self.x0 + columns), float(self.y0 + rows))


def annotate(frame: Frame, scene: Scene) -> Annotation:
    """Return the labels of every object with a pixel of silhouette in the image, ordered by instance id.

    Raises:
        RenderError: the frame shows an object that has no silhouette or that the scene does not have.
    """
    modal = _modal_tiles(frame.instance_id)
    lost = sorted(modal.keys() - frame.silhouettes.keys())
    if lost or any(not 1 <= key <= len(scene.objects) for key in frame.silhouettes):
        raise RenderError(
            f"camera '{frame.view.sensor}', frame {frame.view.frame_index}: visible ids {sorted(modal)} and "
            f"silhouettes {sorted(frame.silhouettes)} disagree, or pass the scene's {len(scene.objects)} "
            f"objects; the '{frame.renderer}' renderer is at fault"
        )
    T_camera_world = invert_rigid(frame.view.T_world_camera)
    return Annotation(
        tuple(
            _label(frame, scene.object(key), frame.silhouettes[key], modal.get(key), T_camera_world)
            for key in sorted(frame.silhouettes)
        )
    )


def semantic_mask(frame: Frame, scene: Scene) -> NDArray[np.uint16]:
    """Return category ids (h, w); 0 = background."""
    category_ids = np.array([0, *(obj.category_id for obj in scene.objects)], np.uint16)
    return category_ids[frame.instance_id]


def _modal_tiles(instance_id: NDArray[np.uint16]) -> dict[int, _Tile]:
    """Return the visible pixels of every id, each in the tightest tile."""
    return {
        key: _Tile(x0, y0, instance_id[y0:y1, x0:x1] == key)
        for key, (x0, y0, x1, y1) in _boxes(instance_id).items()
        if key
    }


def _boxes(ids: NDArray[np.uint16]) -> dict[int, tuple[int, int, int, int]]:
    """Return the tightest half-open box (x0, y0, x1, y1) of every id, from its runs along the rows."""
    height, width = ids.shape
    starts_run = np.ones((height, width), np.bool_)
    np.not_equal(ids[:, 1:], ids[:, :-1], out=starts_run[:, 1:])
    first = np.flatnonzero(starts_run)
    keys = ids.ravel()[first]
    order = np.argsort(keys, kind="stable")  # rows stay in order within an id
    keys, first, after = keys[order], first[order], np.append(first[1:], height * width)[order]
    rows = first // width
    heads = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    tails = np.append(heads[1:], len(keys)) - 1
    x0 = np.minimum.reduceat(first - rows * width, heads)
    x1 = np.maximum.reduceat(after - rows * width, heads)
    boxes = np.column_stack([x0, rows[heads], x1, rows[tails] + 1]).tolist()
    return {key: tuple(box) for key, box in zip(keys[heads].tolist(), boxes, strict=True)}


def _label(
    frame: Frame, obj: SceneObject, silhouette: Silhouette, modal: _Tile | None, T_camera_world: FloatArray
) -> ObjectLabel:
    amodal = _trimmed(_Tile(silhouette.x0, silhouette.y0, silhouette.mask))
    if modal is not None:
        amodal = _united(amodal, modal)
    visible_px = int(np.count_nonzero(modal.mask)) if modal else 0
    amodal_px = int(np.count_nonzero(amodal.mask))
    in_frame = min(1.0, amodal_px / silhouette.total_px)
    unoccluded = visible_px / amodal_px
    modal_rle = _rle(modal or _Tile(0, 0, np.zeros((0, 0), np.bool_)), frame)
    return ObjectLabel(
        instance_id=obj.instance_id,
        category_id=obj.category_id,
        category=obj.category,
        is_thing=obj.is_thing,
        name=obj.name,
        mask_modal=modal_rle,
        # What is seen lies within the outline: as many pixels are the same pixels.
        mask_amodal=modal_rle if visible_px == amodal_px else _rle(amodal, frame),
        bbox_modal_xyxy=modal.box if modal else None,
        bbox_amodal_xyxy=amodal.box,
        bbox_unclipped_xyxy=_bounded(silhouette.bbox_unclipped_xyxy),
        visible_px=visible_px,
        amodal_px=amodal_px,
        in_frame_fraction=in_frame,
        unoccluded_fraction=unoccluded,
        visible_fraction=in_frame * unoccluded,
        T_camera_object=T_camera_world @ frame.view.T_world_objects[obj.instance_id - 1],
        size_m=obj.size_m,
    )


def _trimmed(tile: _Tile) -> _Tile:
    """Return the tile without its empty border."""
    columns, rows = np.flatnonzero(tile.mask.any(axis=0)), np.flatnonzero(tile.mask.any(axis=1))
    x, y = int(columns[0]), int(rows[0])
    return _Tile(tile.x0 + x, tile.y0 + y, tile.mask[y : int(rows[-1]) + 1, x : int(columns[-1]) + 1])


def _united(amodal: _Tile, modal: _Tile) -> _Tile:
    """Return the amodal tile with the visible pixels in it.

    Both come from the same geometry, but a renderer may draw them with different roundings; what is seen is
    never outside the outline.
    """
    x0, y0 = min(amodal.x0, modal.x0), min(amodal.y0, modal.y0)
    x1, y1 = max(amodal.box[2], modal.box[2]), max(amodal.box[3], modal.box[3])
    union = np.zeros((int(y1) - y0, int(x1) - x0), np.bool_)
    for tile in (amodal, modal):
        rows, columns = tile.mask.shape
        union[tile.y0 - y0 : tile.y0 - y0 + rows, tile.x0 - x0 : tile.x0 - x0 + columns] |= tile.mask
    return _Tile(x0, y0, union)


def _rle(tile: _Tile, frame: Frame) -> Rle:
    height, width = frame.instance_id.shape
    return encode_rle(tile.mask, tile.x0, tile.y0, width, height)


def _bounded(bbox_xyxy: BoxXyxy) -> BoxXyxy | None:
    return bbox_xyxy if all(isfinite(edge) for edge in bbox_xyxy) else None
