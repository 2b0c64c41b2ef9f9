"""What a dataset holds, gathered from its scene folders: the tail of `dataset.json` and `ATTRIBUTION.md`.

Read from disk in index order, so that it is the same whatever made the scenes, in whatever order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from simgen.camera import Intrinsics
from simgen.dataset.attribution import attribution
from simgen.dataset.files import read_json, to_json
from simgen.dataset.layout import (
    FAILED_FILE,
    LOG_FILE,
    SCENE_FILE,
    committed_indices,
    labelled_frames,
    scene_path,
)
from simgen.records.asset import AssetInfo, AssetRef

Describe = Callable[[AssetRef], AssetInfo]

_ref_codec = TypeAdapter(AssetRef)


@dataclass(slots=True)
class _Tally:
    """Counts while the scenes are read."""

    written: int = 0
    failed: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    samples: int = 0
    objects: int = 0
    rejections: Counter[str] = field(default_factory=Counter[str])
    refs: dict[bytes, Any] = field(default_factory=dict[bytes, Any])
    sensors: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])


def summarise(root: Path, scene_count: int, describe: Describe) -> tuple[dict[str, Any], str]:
    """Return the tail of `dataset.json` and the text of `ATTRIBUTION.md`.

    Args:
        root: dataset folder.
        scene_count: scenes asked for; `complete` says whether all of them are there.
        describe: looks up the catalogue entry of an asset.
    """
    tally = _Tally()
    for index in committed_indices(root):
        _read_scene(scene_path(root, index), index, tally)
    refs = (_ref_codec.validate_python(raw) for _, raw in sorted(tally.refs.items()))
    assets = _assets(describe(ref) for ref in refs)
    tail = {
        "complete": tally.written + len(tally.failed) == scene_count,
        "scenes_written": tally.written,
        "scenes_failed": tally.failed,
        "samples": tally.samples,
        "objects": tally.objects,
        "rejections": dict(sorted(tally.rejections.items())),
        "sensors": [_sensor(name, tally.sensors[name]) for name in sorted(tally.sensors)],
        "assets": assets,
    }
    return tail, attribution(assets)


def _read_scene(folder: Path, index: int, tally: _Tally) -> None:
    """Count one scene, and note which assets and cameras it has."""
    if (folder / FAILED_FILE).is_file():
        record = read_json(folder / FAILED_FILE)
        tally.failed.append({"index": index, "reason": record["reason"]})
        tally.rejections.update(record["rejections"])
        return
    scene = read_json(folder / SCENE_FILE)
    tally.written += 1
    tally.objects += len(scene["objects"])
    tally.samples += _sample_count(folder, scene)
    tally.rejections.update(read_json(folder / LOG_FILE)["rejections"])
    used = [body["asset"] for body in scene["objects"]] + [scene["environment"]["map"]]
    tally.refs.update({to_json(ref): ref for ref in used if ref is not None})
    for camera in scene["cameras"]:
        seen = tally.sensors.setdefault(camera["name"], [])
        if camera["intrinsics"] not in seen and len(seen) < 2:
            seen.append(camera["intrinsics"])


def _sample_count(folder: Path, scene: dict[str, Any]) -> int:
    """Return how many samples a committed scene has; only of an episode must they be counted on disk."""
    capture: dict[str, Any] = scene["capture"]
    if capture.get("duration_s", 0) > 0:
        return len(labelled_frames(folder))
    return int(capture["frame_count"]) * len(scene["cameras"])


def _sensor(name: str, seen: list[dict[str, Any]]) -> dict[str, Any]:
    fixed = len(seen) == 1
    first = Intrinsics.from_dict(seen[0])
    return {
        "name": name,
        "kind": "camera",
        "intrinsics": seen[0] if fixed else None,
        "K": first.K.tolist() if fixed else None,
        "note": "" if fixed else "drawn anew in every scene; see the labels of each frame",
    }


def _assets(infos: Iterable[AssetInfo]) -> list[dict[str, Any]]:
    """One entry per asset id; a procedural asset's variants are counted, their parameters are in the scenes."""
    entries: dict[str, dict[str, Any]] = {}
    for info in infos:
        if info.asset_id in entries:
            entries[info.asset_id]["variants"] += 1
            continue
        entries[info.asset_id] = {
            "asset_id": info.asset_id,
            "name": info.name,
            "category": info.category,
            "pack": info.pack,
            "licence": info.licence,
            "author": info.author,
            "source": info.source,
            "content_hash": "" if info.params else info.content_hash,
            "variants": 1,
        }
    return [entries[asset_id] for asset_id in sorted(entries)]
