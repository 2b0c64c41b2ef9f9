"""Labels of one reading, and the sample that is committed to disk."""

from __future__ import annotations

from dataclasses import dataclass

from simgen.geometry import FloatArray, Vec3
from simgen.records.frame import Frame
from simgen.records.reading import Reading

BoxXyxy = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Rle:
    """A mask as COCO's compressed run lengths: column-major, `size` = (height, width)."""

    size: tuple[int, int]
    counts: str


@dataclass(frozen=True, slots=True, eq=False)
class ObjectLabel:
    """Labels of one object in one image.

    Boxes are 0-based, half-open pixels. Modal = visible pixels; amodal = whole silhouette as if nothing were in
    front, clipped to the image.

    Attributes:
        bbox_modal_xyxy: box of the visible pixels; None when none is visible.
        bbox_amodal_xyxy: box of the whole silhouette inside the image.
        bbox_unclipped_xyxy: the same on the unbounded image plane; None where part lies before the near plane.
        in_frame_fraction: silhouette pixels inside the image / all silhouette pixels.
        unoccluded_fraction: visible pixels / silhouette pixels inside the image.
        visible_fraction: product of both.
        T_camera_object: (4, 4) object frame -> camera frame.
        size_m: extent of the 3D box centred at the object's origin.
    """

    instance_id: int
    category_id: int
    category: str
    is_thing: bool
    name: str
    mask_modal: Rle
    mask_amodal: Rle
    bbox_modal_xyxy: BoxXyxy | None
    bbox_amodal_xyxy: BoxXyxy
    bbox_unclipped_xyxy: BoxXyxy | None
    visible_px: int
    amodal_px: int
    in_frame_fraction: float
    unoccluded_fraction: float
    visible_fraction: float
    T_camera_object: FloatArray
    size_m: Vec3


@dataclass(frozen=True, slots=True, eq=False)
class Annotation:
    """All labels of one image, ordered by instance id."""

    objects: tuple[ObjectLabel, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One labelled image: clean frame, sensor reading and labels."""

    scene_index: int
    frame: Frame
    reading: Reading
    annotation: Annotation
