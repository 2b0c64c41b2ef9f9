"""One labelled picture on disk: what is asked for is opened, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.dataset import encode
from simgen.dataset.files import damaged, read_bytes
from simgen.dataset.labels import FrameLabels, decode_labels
from simgen.dataset.layout import CLEAN_SUFFIX, LABELS_SUFFIX, OUTPUT_SUFFIXES, frame_file, scene_name
from simgen.errors import DatasetError
from simgen.geometry import FloatArray
from simgen.records.annotation import Annotation, Circumstances, FrameFault
from simgen.records.occurrence import ActiveEvent
from simgen.records.scene import Scene

if TYPE_CHECKING:
    from simgen.dataset.reader import SceneView

T = TypeVar("T")


class SampleView:
    """One labelled picture on disk; each property is read when first asked for.

    Attributes:
        sensor: name of the camera.
        frame_index: capture frame.
    """

    def __init__(self, parent: SceneView, sensor: str, frame_index: int) -> None:
        self._parent, self.sensor, self.frame_index = parent, sensor, frame_index

    def __repr__(self) -> str:
        return f"<sample {self.key}>"

    @property
    def key(self) -> str:
        """`<scene>/<sensor>/<frame>`, unique in the dataset."""
        return f"{scene_name(self._parent.index)}/{self.sensor}/{self.frame_index:04d}"

    @property
    def scene_index(self) -> int:
        """Index of its scene."""
        return self._parent.index

    @property
    def scene(self) -> Scene:
        """The draw it was made from."""
        return self._parent.scene

    @property
    def scene_view(self) -> SceneView:
        """Its scene's folder."""
        return self._parent

    @cached_property
    def labels(self) -> FrameLabels:
        """Camera, time and objects."""
        return decoded(self.path(None), partial(decode_labels, scene_index=self.scene_index))

    @property
    def annotation(self) -> Annotation:
        """Labels of its objects."""
        return self.labels.annotation

    @property
    def intrinsics(self) -> Intrinsics:
        """The camera's image size, focal lengths, principal point and lens."""
        return self.labels.intrinsics

    @property
    def T_world_camera(self) -> FloatArray:
        """Camera -> world, (4, 4)."""
        return self.labels.T_world_camera

    @property
    def time_s(self) -> float:
        """Time from scene start."""
        return self.labels.time_s

    @property
    def circumstances(self) -> Circumstances:
        """Events, faults and inclusion of this picture; of a scene that can have none, that nothing is the matter."""
        return self.labels.circumstances or Circumstances(shows_frame=self.frame_index)

    @property
    def events(self) -> tuple[ActiveEvent, ...]:
        """Events that are triggered or active, each with its label and phase."""
        return self.circumstances.events

    @property
    def faults(self) -> tuple[FrameFault, ...]:
        """Faults that the sensor has."""
        return self.circumstances.faults

    @property
    def dropped(self) -> bool:
        """Whether the sensor put out no picture: there is no `rgb`, all other labels are there."""
        return self.circumstances.dropped

    @property
    def log_weight(self) -> float:
        """Logarithm of the weight that undoes all forcing and dense capture: the scene's, less that of inclusion."""
        return self._parent.log_weight - log(self.circumstances.inclusion)

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """(h, w, 3) sRGB, as the sensor put it out; a picture that was dropped raises DatasetError."""
        if self.dropped:
            raise DatasetError(f"{self.key} was dropped by its sensor: it has labels, but no picture")
        return decoded(self.path("rgb"), encode.decode_rgb)

    @cached_property
    def rgb_clean(self) -> NDArray[np.uint8]:
        """(h, w, 3) sRGB, without the sensor's faults: `rgb` itself where it has none.

        Where a fault keeps no clean twin, raises DatasetError.
        """
        if not self.faults:
            return self.rgb
        if not self.circumstances.clean_twin:
            names = ", ".join(fault.fault for fault in self.faults)
            raise DatasetError(
                f"{self.key} keeps no clean picture; set clean_twin of {names} in the scenario"
            )
        folder = self.path("rgb").parent.parent
        return decoded(folder / frame_file(self.sensor, self.frame_index, CLEAN_SUFFIX), encode.decode_rgb)

    @cached_property
    def depth_m(self) -> NDArray[np.float32]:
        """(h, w) distance to the image plane, of wide lenses to the camera's centre; NaN where nothing was hit."""
        return decoded(self.path("depth"), encode.decode_depth)

    @cached_property
    def instance_id(self) -> NDArray[np.uint16]:
        """(h, w), 0 = background."""
        return decoded(self.path("instance"), encode.decode_ids)

    @cached_property
    def semantic(self) -> NDArray[np.uint16]:
        """(h, w) category ids, 0 = background."""
        return decoded(self.path("semantic"), encode.decode_ids)

    @cached_property
    def normals_camera(self) -> NDArray[np.float32]:
        """(h, w, 3) unit vectors, camera frame, NaN where nothing was hit; rounded to float16 on disk."""
        return decoded(self.path("normals"), encode.decode_normals)

    @cached_property
    def object_coordinates_m(self) -> NDArray[np.float32]:
        """(h, w, 3) surface points in their object's frame, NaN where nothing was hit."""
        return decoded(self.path("object_coordinates"), encode.decode_vectors)

    @cached_property
    def distance_m(self) -> NDArray[np.float32]:
        """(h, w) distance to the camera centre, NaN where nothing was hit."""
        return decoded(self.path("distance"), encode.decode_depth)

    @cached_property
    def part_id(self) -> NDArray[np.uint16]:
        """(h, w) 1 + index of the material in the object's model, 0 = background."""
        return decoded(self.path("part"), encode.decode_ids)

    @cached_property
    def normals_world(self) -> NDArray[np.float32]:
        """(h, w, 3) unit vectors, world frame, NaN where nothing was hit; rounded to float16 on disk."""
        return decoded(self.path("normals_world"), encode.decode_normals)

    @cached_property
    def albedo(self) -> NDArray[np.float32]:
        """(h, w, 3) base colour, linear RGB, NaN where nothing was hit; rounded to float16 on disk."""
        return decoded(self.path("albedo"), encode.decode_vectors)

    @cached_property
    def flow_forward(self) -> NDArray[np.float32]:
        """(h, w, 2) pixels (x, y) to where the surface point projects in the next frame; NaN where undefined."""
        return decoded(self.path("flow_forward"), encode.decode_flow)

    @cached_property
    def flow_backward(self) -> NDArray[np.float32]:
        """(h, w, 2) the same to the previous frame."""
        return decoded(self.path("flow_backward"), encode.decode_flow)

    @cached_property
    def flow_occlusion_forward(self) -> NDArray[np.bool_]:
        """(h, w) True where that point is not visible in the next frame."""
        return decoded(self.path("flow_occlusion_forward"), encode.decode_mask)

    @cached_property
    def flow_occlusion_backward(self) -> NDArray[np.bool_]:
        """(h, w) True where that point is not visible in the previous frame."""
        return decoded(self.path("flow_occlusion_backward"), encode.decode_mask)

    @cached_property
    def scene_flow_m(self) -> NDArray[np.float32]:
        """(h, w, 3) position in the next frame's camera minus position in this one's; NaN where undefined."""
        return decoded(self.path("scene_flow"), encode.decode_vectors)

    def path(self, output: str | None) -> Path:
        """Return the file of one output (`rgb`, `depth` ...), or of the labels for None.

        Raises:
            DatasetError: the dataset was made without that output.
        """
        outputs = self._parent.outputs
        if output is not None and output not in outputs:
            raise DatasetError(
                f"this dataset has no '{output}', only {', '.join(outputs)}; "
                "add it to labels.outputs of the scenario and generate again"
            )
        suffix = LABELS_SUFFIX if output is None else OUTPUT_SUFFIXES[output]
        return self._parent.path / frame_file(self.sensor, self.frame_index, suffix)


def decoded(path: Path, decode: Callable[[bytes], T]) -> T:
    """Return what a decoder makes of a file.

    Raises:
        DatasetError: it is missing or damaged; the text names it.
    """
    data = read_bytes(path)
    try:
        return decode(data)
    except DatasetError as error:
        raise damaged(path, error) from error
