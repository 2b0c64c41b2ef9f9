"""The labels of one picture as JSON and back: camera, time and every object, one object a line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from simgen.camera import Intrinsics
from simgen.errors import DatasetError
from simgen.geometry import FloatArray
from simgen.records.annotation import Annotation, BoxXyxy, Circumstances, FrameFault, ObjectLabel, Rle, Sample
from simgen.records.occurrence import ActiveEvent
from simgen.records.sensing import nanoseconds


@dataclass(frozen=True, slots=True, eq=False)
class FrameLabels:
    """Everything known of one picture except its pixels.

    Attributes:
        time_s: from scene start.
        ev100: exposure at ISO 100 the picture was developed at.
        T_world_camera: (4, 4), where the camera truly is.
        circumstances: events, faults and inclusion; None in a scene that can have none.
    """

    scene_index: int
    sensor: str
    frame_index: int
    time_s: float
    intrinsics: Intrinsics
    T_world_camera: FloatArray
    ev100: float
    renderer: str
    annotation: Annotation
    circumstances: Circumstances | None = None


def labels_of(sample: Sample) -> FrameLabels:
    """Return the labels of a sample, without its buffers."""
    view = sample.frame.view
    return FrameLabels(
        scene_index=sample.scene_index,
        sensor=view.sensor,
        frame_index=view.frame_index,
        time_s=view.time_s,
        intrinsics=view.intrinsics,
        T_world_camera=view.T_world_camera,
        ev100=sample.reading.ev100,
        renderer=sample.frame.renderer,
        annotation=sample.annotation,
        circumstances=sample.circumstances,
    )


def encode_labels(labels: FrameLabels) -> bytes:
    """Return JSON bytes; floats round-trip exactly.

    A scene of a counterfactual pair names its draw, which both twins share, in place of its own index: so a frame
    that the event does not change has the same bytes in both.
    """
    around = labels.circumstances
    paired = around is not None and around.draw_index is not None
    head = {
        **({"draw_index": around.draw_index} if around and paired else {"scene_index": labels.scene_index}),
        "sensor": labels.sensor,
        "frame_index": labels.frame_index,
        "time_s": float(labels.time_s),
        "time_ns": nanoseconds(labels.time_s),
        "ev100": float(labels.ev100),
        "renderer": labels.renderer,
        "intrinsics": labels.intrinsics.to_dict(),
        "K": labels.intrinsics.K.tolist(),
        "T_world_camera": _matrix(labels.T_world_camera),
        **(_circumstances(around) if around else {}),
    }
    lines = ",\n".join(f"  {_dumps(_object(label))}" for label in labels.annotation.objects)
    objects = f"[\n{lines}\n ]" if lines else "[]"
    fields = ",\n".join(f' "{key}": {_dumps(value)}' for key, value in head.items())
    return f'{{\n{fields},\n "objects": {objects}\n}}\n'.encode()


def decode_labels(data: bytes, scene_index: int = -1) -> FrameLabels:
    """Return what `encode_labels` wrote.

    Args:
        scene_index: of the scene that the file belongs to, for labels that do not name it.

    Raises:
        DatasetError: the text is no such JSON.
    """
    try:
        raw = json.loads(data)
        return FrameLabels(
            scene_index=_known(raw, "scene_index", int) if "scene_index" in raw else scene_index,
            sensor=_known(raw, "sensor", str),
            frame_index=_known(raw, "frame_index", int),
            time_s=_known(raw, "time_s", float),
            intrinsics=Intrinsics.from_dict(raw["intrinsics"]),
            T_world_camera=np.array(raw["T_world_camera"], dtype=float),
            ev100=_known(raw, "ev100", float),
            renderer=_known(raw, "renderer", str),
            annotation=Annotation(tuple(_label(entry) for entry in raw["objects"])),
            circumstances=_circumstances_of(raw) if "events" in raw else None,
        )
    except (
        *(ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError),
        RecursionError,
    ) as error:
        raise DatasetError(f"not readable labels ({type(error).__name__}: {error})") from error


def _circumstances(around: Circumstances) -> dict[str, Any]:
    nominal = around.T_world_camera_nominal
    return {
        "events": [asdict(each) for each in around.events],
        "faults": [asdict(each) for each in around.faults],
        "dropped": around.dropped,
        "shows_frame": around.shows_frame,
        "clean_twin": around.clean_twin,
        "inclusion": float(around.inclusion),
        **({} if nominal is None else {"T_world_camera_nominal": _matrix(nominal)}),
    }


def _circumstances_of(raw: dict[str, Any]) -> Circumstances:
    nominal = raw.get("T_world_camera_nominal")
    return Circumstances(
        events=tuple(ActiveEvent(**each) for each in raw["events"]),
        faults=tuple(FrameFault(**each) for each in raw["faults"]),
        dropped=_known(raw, "dropped", bool),
        shows_frame=None if raw["shows_frame"] is None else _known(raw, "shows_frame", int),
        clean_twin=_known(raw, "clean_twin", bool),
        inclusion=_known(raw, "inclusion", float),
        T_world_camera_nominal=None if nominal is None else np.array(nominal, dtype=float),
        draw_index=_known(raw, "draw_index", int) if "draw_index" in raw else None,
    )


def _object(label: ObjectLabel) -> dict[str, Any]:
    """Return a label as JSON; `_label` reads it back."""
    return {
        "instance_id": label.instance_id,
        "category_id": label.category_id,
        "category": label.category,
        "is_thing": label.is_thing,
        "name": label.name,
        "bbox_modal_xyxy": _box(label.bbox_modal_xyxy),
        "bbox_amodal_xyxy": _box(label.bbox_amodal_xyxy),
        "bbox_unclipped_xyxy": _box(label.bbox_unclipped_xyxy),
        "visible_px": label.visible_px,
        "amodal_px": label.amodal_px,
        "in_frame_fraction": float(label.in_frame_fraction),
        "unoccluded_fraction": float(label.unoccluded_fraction),
        "visible_fraction": float(label.visible_fraction),
        "T_camera_object": _matrix(label.T_camera_object),
        "size_m": [float(v) for v in label.size_m],
        "mask_modal": {"size": list(label.mask_modal.size), "counts": label.mask_modal.counts},
        "mask_amodal": {"size": list(label.mask_amodal.size), "counts": label.mask_amodal.counts},
    }


def _label(raw: dict[str, Any]) -> ObjectLabel:
    boxes: dict[str, Any] = {key: _tuple(raw[key]) for key in raw if key.startswith("bbox_")}
    masks = {key: _rle(raw[key]) for key in _MASKS}
    arrays: dict[str, Any] = {"T_camera_object": np.array(raw["T_camera_object"], dtype=float)}
    plain = {key: _known(raw, key, kind) for key, kind in _KINDS.items()}
    size_m = tuple(float(side) for side in raw["size_m"])
    fields: dict[str, Any] = raw | plain | boxes | masks | arrays | {"size_m": size_m}
    return ObjectLabel(**fields)


_MASKS = ("mask_modal", "mask_amodal")
_KINDS: dict[str, type] = {
    "instance_id": int,
    "category_id": int,
    "category": str,
    "is_thing": bool,
    "name": str,
    "visible_px": int,
    "amodal_px": int,
    "in_frame_fraction": float,
    "unoccluded_fraction": float,
    "visible_fraction": float,
}


def _known(raw: dict[str, Any], key: str, kind: type) -> Any:
    """Return a value that is of its kind; whole numbers are numbers too, but true and false are none."""
    value = raw[key]
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise TypeError(f"{key} is {value!r}, not of type {kind.__name__}")
    return value


def _rle(raw: dict[str, Any]) -> Rle:
    height, width = raw["size"]
    return Rle((int(height), int(width)), _known(raw, "counts", str))


def _tuple(box: list[float] | None) -> BoxXyxy | None:
    if box is None:
        return None
    x0, y0, x1, y1 = (float(edge) for edge in box)
    return (x0, y0, x1, y1)


def _box(box: BoxXyxy | None) -> list[float] | None:
    return None if box is None else [float(v) for v in box]


def _matrix(T: FloatArray) -> list[list[float]]:
    return np.asarray(T, dtype=float).tolist()


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
