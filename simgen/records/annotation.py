"""Labels of one reading, and the sample that is committed to disk."""

from __future__ import annotations

from dataclasses import dataclass

from simgen.geometry import FloatArray, Vec3
from simgen.records.frame import Frame
from simgen.records.occurrence import ActiveEvent
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


@dataclass(frozen=True, slots=True)
class FrameFault:
    """A fault that a sensor has at the instant of one image.

    Attributes:
        fault: its name.
        kind: `drop`, `freeze`, `black` or `shift`.
    """

    fault: str
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Circumstances:
    """What a scene with events, faults, dense capture or a twin says of one image.

    Attributes:
        events: those that are triggered or active at this instant.
        faults: those that the sensor has at this instant, by name.
        dropped: the sensor put out no picture.
        shows_frame: the capture frame whose picture was put out: the image's own, but for a frozen one. None where
            the picture is black or dropped.
        clean_twin: the picture without any fault is kept too.
        inclusion: probability that the frame was taken, given the motion; the image's weight is its scene's divided
            by it.
        T_world_camera_nominal: (4, 4), where the camera's calibration places it; None: where it truly is.
        draw_index: of the scene's counterfactual pair, the same for both twins; None outside of one.
    """

    events: tuple[ActiveEvent, ...] = ()
    faults: tuple[FrameFault, ...] = ()
    dropped: bool = False
    shows_frame: int | None = None
    clean_twin: bool = False
    inclusion: float = 1.0
    T_world_camera_nominal: FloatArray | None = None
    draw_index: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One labelled image: clean frame, sensor reading and labels.

    Attributes:
        circumstances: None in a scene where nothing of the kind can happen.
        clean: what the sensor would have put out without its faults, where a fault asks for it.
    """

    scene_index: int
    frame: Frame
    reading: Reading
    annotation: Annotation
    circumstances: Circumstances | None = None
    clean: Reading | None = None
