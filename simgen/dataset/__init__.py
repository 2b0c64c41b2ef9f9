"""The native dataset on disk: write it, read it; `dataset.verify` checks it."""

from simgen.dataset.contents import category_table, failed_files, frame_files, scene_files
from simgen.dataset.digest import dataset_digest, differences, differs_from, file_digests, scene_digest
from simgen.dataset.manifest import Manifest
from simgen.dataset.reader import Dataset, SampleView, SceneView
from simgen.dataset.scene_writer import SceneWriter
from simgen.dataset.writer import DatasetWriter

__all__ = [
    "Dataset",
    "DatasetWriter",
    "Manifest",
    "SampleView",
    "SceneView",
    "SceneWriter",
    "category_table",
    "dataset_digest",
    "differences",
    "differs_from",
    "failed_files",
    "file_digests",
    "frame_files",
    "scene_digest",
    "scene_files",
]
