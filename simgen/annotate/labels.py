"""Labels of one frame: modal ones from the id buffer, amodal ones from the silhouettes.

The id buffer is read once for all objects; outlines are crops of their own size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import starmap
from math import isfinite

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.annotate.rle import encode_rles, encode_runs
from simgen.annotate.runs import Tile, runs_of_ids
from simgen.errors import RenderError, UsageError
from simgen.geometry import FloatArray, invert_rigid
from simgen.records.annotation import Annotation, BoxXyxy, ObjectLabel, Rle
from simgen.records.frame import Frame, Silhouette
from simgen.records.scene import Scene, SceneObject


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The visible pixels of an object; no box where there are none."""

    bbox_xyxy: tuple[int, int, int, int] | None
    area_px: int
    mask: Rle


@dataclass(frozen=True, slots=True, eq=False)
class _Outline:
    """What would be seen of an object if nothing stood in front of it."""

    tile: Tile
    area_px: int


def annotate(frame: Frame, scene: Scene) -> Annotation:
    """Return the labels of every object with a pixel of silhouette in the image, ordered by instance id.

    Raises:
        RenderError: the frame shows an object that has no silhouette, outside of it, or that the scene does not have.
        UsageError: its view asked for no outlines.
    """
    if not frame.view.outlines:
        raise UsageError(
            f"{_named(frame)}: the view asked for no outlines, which labels of whole objects are made from; "
            "render it with outlines=True"
        )
    seen = _seen(frame.instance_id)
    _check_ids(frame, scene, seen)
    unseen = frame.silhouettes.keys() - seen.keys()
    if unseen:
        seen |= dict.fromkeys(unseen, _nothing(frame.instance_id))
    T_camera_world = invert_rigid(frame.view.T_world_camera)
    pairs: dict[int, tuple[_Seen, _Outline]] = {}
    for key, silhouette in sorted(frame.silhouettes.items()):
        pairs[key] = seen[key], _outline(silhouette)
        _check_whole(frame, key, *pairs[key])
    masks = _amodal_masks(pairs, frame.instance_id.shape)
    return Annotation(
        tuple(
            _label(frame, scene.object(key), modal, outline, masks[key], T_camera_world)
            for key, (modal, outline) in pairs.items()
        )
    )


def _named(frame: Frame) -> str:
    """Return the words that errors name a frame by."""
    return f"camera '{frame.view.sensor}', frame {frame.view.frame_index}"


def _check_ids(frame: Frame, scene: Scene, seen: Mapping[int, _Seen]) -> None:
    lost = sorted(seen.keys() - frame.silhouettes.keys())
    if lost or any(not 1 <= key <= len(scene.objects) for key in frame.silhouettes):
        raise RenderError(
            f"{_named(frame)}: visible ids {sorted(seen)} and silhouettes {sorted(frame.silhouettes)} disagree, or "
            f"pass the scene's {len(scene.objects)} objects; the '{frame.renderer}' renderer is at fault"
        )


def _seen(instance_id: NDArray[np.uint16]) -> dict[int, _Seen]:
    """Return the visible pixels of every id."""
    keys, runs = runs_of_ids(instance_id)
    if not keys:
        return {}
    masks = encode_runs(runs, instance_id.shape[1])
    each = zip(runs.boxes_xyxy(), runs.areas_px(), masks, strict=True)
    return dict(zip(keys, starmap(_Seen, each), strict=True))


def _nothing(instance_id: NDArray[np.uint16]) -> _Seen:
    height, width = instance_id.shape
    (mask,) = encode_rles([Tile(0, 0, np.zeros((0, 0), np.bool_))], width, height)
    return _Seen(None, 0, mask)


def _outline(silhouette: Silhouette) -> _Outline:
    """Return an object's outline, in the tightest tile."""
    x, y, wide, high = cv2.boundingRect(silhouette.mask.view(np.uint8))
    tight = Tile(silhouette.x0 + x, silhouette.y0 + y, silhouette.mask[y : y + high, x : x + wide])
    return _Outline(tight, int(np.count_nonzero(tight.mask)))


def _check_whole(frame: Frame, key: int, seen: _Seen, outline: _Outline) -> None:
    """Hold a silhouette to its promise that all that is seen of an object lies in it, by count and by box."""
    if seen.bbox_xyxy is None:
        return
    (left, top, right, bottom), (x0, y0, x1, y1) = seen.bbox_xyxy, outline.tile.box
    boxed = x0 <= left and y0 <= top and right <= x1 and bottom <= y1
    if not boxed or outline.area_px < seen.area_px:
        raise RenderError(
            f"{_named(frame)}: object {key} is seen in {seen.area_px} pixels within {seen.bbox_xyxy}, outside its "
            f"silhouette of {outline.area_px} within "
            f"{tuple(int(edge) for edge in outline.tile.box)}; the '{frame.renderer}' renderer is at fault"
        )


def _amodal_masks(pairs: Mapping[int, tuple[_Seen, _Outline]], shape: tuple[int, int]) -> dict[int, Rle]:
    """Return the mask of every outline; where as many pixels are seen, they are the same pixels."""
    height, width = shape
    hidden = {key: outline.tile for key, (seen, outline) in pairs.items() if seen.area_px < outline.area_px}
    masks = dict(zip(hidden, encode_rles(list(hidden.values()), width, height), strict=True))
    return {key: masks.get(key, seen.mask) for key, (seen, _) in pairs.items()}


def _label(
    frame: Frame,
    obj: SceneObject,
    seen: _Seen,
    outline: _Outline,
    mask_amodal: Rle,
    T_camera_world: FloatArray,
) -> ObjectLabel:
    silhouette = frame.silhouettes[obj.instance_id]
    in_frame = min(1.0, outline.area_px / silhouette.total_px)
    unoccluded = seen.area_px / outline.area_px
    return ObjectLabel(
        instance_id=obj.instance_id,
        category_id=obj.category_id,
        category=obj.category,
        is_thing=obj.is_thing,
        name=obj.name,
        mask_modal=seen.mask,
        mask_amodal=mask_amodal,
        bbox_modal_xyxy=_as_floats(seen.bbox_xyxy),
        bbox_amodal_xyxy=outline.tile.box,
        bbox_unclipped_xyxy=_bounded(silhouette.bbox_unclipped_xyxy),
        visible_px=seen.area_px,
        amodal_px=outline.area_px,
        in_frame_fraction=in_frame,
        unoccluded_fraction=unoccluded,
        visible_fraction=in_frame * unoccluded,
        T_camera_object=T_camera_world @ frame.view.T_world_objects[obj.instance_id - 1],
        size_m=obj.size_m,
    )


def _bounded(bbox_xyxy: BoxXyxy) -> BoxXyxy | None:
    return bbox_xyxy if all(isfinite(edge) for edge in bbox_xyxy) else None


def _as_floats(bbox_xyxy: tuple[int, int, int, int] | None) -> BoxXyxy | None:
    if bbox_xyxy is None:
        return None
    x0, y0, x1, y1 = bbox_xyxy
    return (float(x0), float(y0), float(x1), float(y1))
