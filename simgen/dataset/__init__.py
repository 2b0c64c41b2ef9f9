"""The native dataset on disk: write it, read it, check it."""

from simgen.dataset.digest import dataset_digest, differences, file_hashes, scene_digest
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
    "dataset_digest",
    "differences",
    "file_hashes",
    "scene_digest",
]
