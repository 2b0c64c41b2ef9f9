"""COCO instances: `images/SPLIT/*.png` and `annotations/instances_SPLIT.json`.

- Ids of images and annotations start at 1: the official evaluator takes annotation id 0 for "no match".
- `bbox` is [x, y, width, height], 0-based; `area` counts visible pixels; `segmentation` is compressed RLE of them;
  `iscrowd` is 0.
- `categories` are the taxonomy's things; surroundings such as floors are no instances.
- Extra keys, which COCO readers keep: `amodal_bbox`, `amodal_segmentation`, `unclipped_bbox`, the three fractions,
  `instance_id`, `T_camera_object` and `size_m` on annotations; scene, sensor, frame, `K` and `T_world_camera` on
  images; where something can happen, `events`, `faults` and `log_weight` too (null for a weight of 0).
- Pictures that a sensor's fault dropped are left out.
- Nothing in the file depends on the day: the same dataset gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import IO, Any

from simgen.dataset import Dataset, SampleView
from simgen.formats.exporter import ExportOptions, ExportReport, place_file
from simgen.geometry import xywh_from_xyxy
from simgen.records.annotation import BoxXyxy, ObjectLabel, Rle

_LICENCE_ID = 1  # the only one: that of the dataset
_DROPPED = "pictures dropped by a fault"


def _too_small(least_px: int) -> str:
    return "not visible" if least_px <= 1 else f"fewer than {least_px} visible pixels"


def export_coco(dataset: Dataset, folder: Path, options: ExportOptions) -> ExportReport:
    """Write the dataset as COCO instances into `folder`; see `formats.exporter.Exporter`."""
    images_folder = folder / "images" / options.split
    images_folder.mkdir(parents=True)
    (folder / "annotations").mkdir()
    asked_px = dataset.manifest.min_visible_px if options.min_visible_px is None else options.min_visible_px
    least_px = max(1, asked_px)
    images: list[dict[str, Any]] = []
    counts = {"annotations": 0, "surroundings": 0, _too_small(least_px): 0, _DROPPED: 0}
    with (folder / "annotations" / f"instances_{options.split}.json").open("w", encoding="utf-8") as file:
        file.write('{"annotations": [')
        for sample in dataset:
            if sample.dropped:
                counts[_DROPPED] += 1
                continue
            image_id = len(images) + 1
            image = _image(image_id, sample)
            place_file(sample.path("rgb"), images_folder / image["file_name"], options.link)
            images.append(image)
            _write_annotations(file, image_id, sample, least_px, counts)
        file.write("\n],\n" + _members(_head(dataset) | {"images": images}) + "}\n")
    (folder / "ATTRIBUTION.md").write_text(dataset.attribution, encoding="utf-8")
    written = counts.pop("annotations")
    return ExportReport(folder, len(images), written, tuple(counts.items()))


def _write_annotations(
    file: IO[str], image_id: int, sample: SampleView, least_px: int, counts: dict[str, int]
) -> None:
    """Append this image's objects to the open list; count what is written and what is left out."""
    for label in sample.annotation.objects:
        if not label.is_thing:
            counts["surroundings"] += 1
        elif label.visible_px < least_px or label.bbox_modal_xyxy is None:
            counts[_too_small(least_px)] += 1
        else:
            counts["annotations"] += 1
            file.write("\n" if counts["annotations"] == 1 else ",\n")
            file.write(json.dumps(_annotation(counts["annotations"], image_id, label, label.bbox_modal_xyxy)))


def _image(image_id: int, sample: SampleView) -> dict[str, Any]:
    """Return COCO's entry of a picture, and what COCO has no place for under names of our own."""
    return {
        "id": image_id,
        "file_name": sample.key.replace("/", "_") + ".png",
        "width": sample.intrinsics.width,
        "height": sample.intrinsics.height,
        "license": _LICENCE_ID,
        "scene_index": sample.scene_index,
        "sensor": sample.sensor,
        "frame_index": sample.frame_index,
        "time_s": sample.time_s,
        "K": sample.intrinsics.K.tolist(),
        "T_world_camera": sample.T_world_camera.tolist(),
        **_happening(sample),
    }


def _happening(sample: SampleView) -> dict[str, Any]:
    """Return events, faults and weight of an image; nothing where nothing can happen."""
    if sample.labels.circumstances is None:
        return {}
    return {
        "events": [asdict(event) for event in sample.events],
        "faults": [asdict(fault) for fault in sample.faults],
        "log_weight": sample.log_weight if isfinite(sample.log_weight) else None,
    }


def _annotation(annotation_id: int, image_id: int, label: ObjectLabel, box: BoxXyxy) -> dict[str, Any]:
    """Return COCO's entry of an object: boxes (x, y, width, height), masks run-length encoded; amodal ones beside."""
    return {
        "id": annotation_id,
        "image_id": image_id,
        "category_id": label.category_id,
        "bbox": _xywh(box),
        "area": float(label.visible_px),
        "iscrowd": 0,
        "segmentation": _rle(label.mask_modal),
        "amodal_bbox": _xywh(label.bbox_amodal_xyxy),
        "amodal_segmentation": _rle(label.mask_amodal),
        "unclipped_bbox": _xywh(label.bbox_unclipped_xyxy),
        "in_frame_fraction": label.in_frame_fraction,
        "unoccluded_fraction": label.unoccluded_fraction,
        "visible_fraction": label.visible_fraction,
        "instance_id": label.instance_id,
        "T_camera_object": label.T_camera_object.tolist(),
        "size_m": list(label.size_m),
    }


def _head(dataset: Dataset) -> dict[str, Any]:
    """Return what COCO says of the whole dataset: origin, licence and the categories of things."""
    manifest = dataset.manifest
    return {
        "info": {
            "description": manifest.description or manifest.scenario_name,
            "version": manifest.scenario_hash,
            "contributor": ", ".join(manifest.authors),
            "generator": f"simgen {manifest.simgen_version}",
            "seed": manifest.seed,
        },
        "licenses": [{"id": _LICENCE_ID, "name": manifest.licence or "not stated", "url": ""}],
        "categories": [
            {
                "id": category.category_id,
                "name": category.name,
                "supercategory": category.supercategory,
                "coco_name": category.coco_name,
                "openimages_name": category.openimages_name,
            }
            for category in manifest.taxonomy
            if category.is_thing
        ],
    }


def _members(values: dict[str, Any]) -> str:
    return ",\n".join(f'"{key}": {_value(value)}' for key, value in values.items())


def _value(value: object) -> str:
    return "[\n" + ",\n".join(_lines(value)) + "\n]" if isinstance(value, list) else json.dumps(value)


def _lines(items: list[Any]) -> Iterator[str]:
    return (json.dumps(item) for item in items)


def _xywh(box: BoxXyxy | None) -> list[float] | None:
    return None if box is None else [float(v) for v in xywh_from_xyxy(box)]


def _rle(rle: Rle) -> dict[str, Any]:
    return {"size": list(rle.size), "counts": rle.counts}
