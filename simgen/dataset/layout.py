"""Names of everything in a dataset folder.

```
DIR/dataset.json                     what the dataset is, how it was made, what it used
DIR/ATTRIBUTION.md                   authors and licences of the assets used
DIR/preview.png                      a few samples with their labels drawn; in no checksum
DIR/weights.csv                      weight of every frame, by `simgen weights`; in no checksum
DIR/crashes/scene_000004_attempt_1.log   what a worker printed that died, its stack; only then, and in no checksum
DIR/scenes/000000/scene.json         the concrete draw: all that is needed to make the scene again
                  trajectory.npz     poses, velocities and contacts at the capture frames
                  states.npz         which bodies are there, lights, inclusion; only where any of them changes
                  events.json        weight, events, faults and impacts; only where there can be any
                  scene_log.json     draws refused before this one, by reason
                  CAMERA/0000_rgb.png, 0000_depth.exr, ..., 0000_labels.json
                  CAMERA/0000_rgb_clean.png  without the sensor's faults, where one asks for it; a dropped frame has
                                     no 0000_rgb.png
                  checksums.json     SHA-256 and size of every file above
                  timings.json       wall time; the only file that differs between runs, in no checksum
DIR/scenes/000007/failed.json        a scene that could not be made, with the reason
DIR/scenes/.000008.12345.part/       a scene being written; renamed when all of it is on disk
```
"""

from __future__ import annotations

import re
from pathlib import Path

from simgen.errors import DatasetError

FORMAT_VERSION = "1"
DATASET_FILE = "dataset.json"
ATTRIBUTION_FILE = "ATTRIBUTION.md"
PREVIEW_FILE = "preview.png"
WEIGHTS_FILE = "weights.csv"
SCENES_FOLDER = "scenes"
CRASHES_FOLDER = "crashes"
SCENE_FILE = "scene.json"
TRAJECTORY_FILE = "trajectory.npz"
STATES_FILE = "states.npz"
EVENTS_FILE = "events.json"
LOG_FILE = "scene_log.json"
FAILED_FILE = "failed.json"
CHECKSUMS_FILE = "checksums.json"
TIMINGS_FILE = "timings.json"
LABELS_SUFFIX = "labels.json"
CLEAN_SUFFIX = "rgb_clean.png"

OUTPUT_SUFFIXES: dict[str, str] = {
    "rgb": "rgb.png",
    "depth": "depth.exr",
    "instance": "instance.png",
    "semantic": "semantic.png",
    "normals": "normals.exr",
    "object_coordinates": "object_coordinates.exr",
    "distance": "distance.exr",
    "part": "part.png",
    "normals_world": "normals_world.exr",
    "albedo": "albedo.exr",
    "flow_forward": "flow_forward.exr",
    "flow_backward": "flow_backward.exr",
    "flow_occlusion_forward": "flow_occlusion_forward.png",
    "flow_occlusion_backward": "flow_occlusion_backward.png",
    "scene_flow": "scene_flow.exr",
}

_SENSOR_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]*")
_SCENE_NAME = re.compile(r"\d{6,}")
_PART_NAME = re.compile(r"\.(\d{6,})\.(\d+)\.part")
_BESIDE_SCENES = (DATASET_FILE, ATTRIBUTION_FILE, PREVIEW_FILE, WEIGHTS_FILE)
_PART_FILE = re.compile(r"\.(" + "|".join(map(re.escape, _BESIDE_SCENES)) + r")\.(\d+)\.part")
_FRAME_FILE = re.compile(rf"(\d{{4,}})_{re.escape(LABELS_SUFFIX)}")


def scene_name(index: int) -> str:
    """Return the folder name of a scene: its index, six digits or more."""
    return f"{index:06d}"


def scene_path(root: Path, index: int) -> Path:
    """Return the folder of a scene."""
    return root / SCENES_FOLDER / scene_name(index)


def frame_file(sensor: str, frame_index: int, suffix: str) -> str:
    """Return the path of one file of one frame, relative to its scene folder, `/` separated.

    Raises:
        DatasetError: the sensor's name cannot be a folder name.
    """
    if not _SENSOR_NAME.fullmatch(sensor):
        raise DatasetError(
            f"sensor name '{sensor}' cannot be a folder name; use letters, digits, '_' and '-', and rename it"
        )
    return f"{sensor}/{frame_index:04d}_{suffix}"


def committed_indices(root: Path) -> list[int]:
    """Return the indices of all scene folders that were committed, failed ones included, in order."""
    return sorted(int(name) for name in _folder_names(root) if _SCENE_NAME.fullmatch(name))


def part_folders(root: Path) -> list[Path]:
    """Return the folders of scenes that are being written, or were when their process died."""
    scenes = root / SCENES_FOLDER
    return sorted(scenes / name for name in _folder_names(root) if _PART_NAME.fullmatch(name))


def part_files(root: Path) -> list[Path]:
    """Return what a process that was killed left of the files beside the scenes."""
    return sorted(path for path in root.iterdir() if _PART_FILE.fullmatch(path.name))


def labelled_frames(scene: Path) -> list[tuple[int, str]]:
    """Return (frame index, sensor) of every labels file in a scene folder, in order."""
    found = (
        (_FRAME_FILE.fullmatch(path.name), path.parent.name) for path in scene.glob(f"*/*_{LABELS_SUFFIX}")
    )
    return sorted((int(name[1]), sensor) for name, sensor in found if name)


def part_path(root: Path, index: int, process_id: int) -> Path:
    """Return the folder a process writes a scene to until it is complete."""
    return root / SCENES_FOLDER / f".{scene_name(index)}.{process_id}.part"


def stray_names(root: Path) -> list[str]:
    """Return what lies in the scenes folder and is neither a scene nor one being written."""
    return sorted(
        name
        for name in _folder_names(root)
        if not _SCENE_NAME.fullmatch(name) and not _PART_NAME.fullmatch(name)
    )


def _folder_names(root: Path) -> list[str]:
    scenes = root / SCENES_FOLDER
    return [entry.name for entry in scenes.iterdir()] if scenes.is_dir() else []
