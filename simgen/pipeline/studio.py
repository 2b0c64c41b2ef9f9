"""The asset library and the renderer of one process, and the samples they make of a settled scene."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from simgen.annotate import Completion, annotate, circumstances, needs_neighbours
from simgen.assets import AssetLibrary
from simgen.pipeline.exposure import Exposure
from simgen.pipeline.settle import SettledScene
from simgen.pipeline.stopwatch import Stopwatch
from simgen.pipeline.views import views
from simgen.records.annotation import Circumstances, Sample
from simgen.records.frame import View
from simgen.records.reading import Reading
from simgen.records.scene import CameraSensor
from simgen.rendering import make_renderer
from simgen.rendering.protocol import Renderer, SceneRenderer
from simgen.sensors.camera import develop
from simgen.sensors.faults import FaultySensors, frames_shown


class Studio:
    """The asset library and the renderer of one process, opened when first needed."""

    def __init__(self, renderer_name: str = "raster") -> None:
        self.renderer_name = renderer_name
        self._library: AssetLibrary | None = None
        self._renderer: Renderer | None = None

    @property
    def library(self) -> AssetLibrary:
        """The asset library."""
        self._library = self._library or AssetLibrary()
        return self._library

    @property
    def renderer(self) -> Renderer:
        """The renderer; raises RenderError where no context can be made."""
        self._renderer = self._renderer or make_renderer(self.renderer_name)
        return self._renderer

    def samples(
        self,
        settled: SettledScene,
        watch: Stopwatch | None = None,
        frame_indices: Collection[int] | None = None,
        outputs: Collection[str] = (),
    ) -> Iterator[Sample]:
        """Yield the samples of a settled scene, or of some of its capture frames, in order.

        Args:
            outputs: names of `labels.outputs`; frames hold what every frame holds and what these add.
        """
        watch, scene = watch or Stopwatch(), settled.scene
        watch.tell(" while it was handed to the renderer")
        with watch.stage("upload"):
            session = self.renderer.open(scene, self.library)
        completion = Completion(outputs)
        with session:
            frames = _frames_needed(settled, frame_indices, outputs)
            camera_room = CameraRoom(settled, session, frames, watch)
            for camera, view in views(scene, settled.trajectory, frames, outputs):
                watch.tell(f" at frame {view.frame_index} of camera '{view.sensor}'")
                made = camera_room.sample(camera, view)
                with watch.stage("annotate"):
                    complete = completion.push(made)
                yield from _of_frames(complete, frame_indices)
            with watch.stage("annotate"):
                complete = completion.finish()
            yield from _of_frames(complete, frame_indices)

    def close(self) -> None:
        """Release the graphics context."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None


class CameraRoom:
    """Makes the samples of one scene, view by view: renders, develops, applies faults and annotates."""

    def __init__(
        self, settled: SettledScene, session: SceneRenderer, frames: list[int], watch: Stopwatch
    ) -> None:
        self._settled, self._session, self._watch = settled, session, watch
        self._sensors = FaultySensors(settled.scene, settled.trajectory, frames)
        self._exposure = Exposure(settled.scene, settled.trajectory)

    def sample(self, camera: CameraSensor, view: View) -> Sample:
        """Return the sample of one view."""
        scene, trajectory = self._settled.scene, self._settled.trajectory
        with self._watch.stage("render"):
            frame = self._exposure.take(self._session, camera, view)
        with self._watch.stage("develop"):
            sound = develop(frame, camera)
            reading = self._sensors.put_out(sound, view.sensor, view.frame_index)
        with self._watch.stage("annotate"):
            annotation = annotate(frame, scene)
            around = circumstances(scene, trajectory, camera, view.frame_index)
        clean = self._clean(sound, camera, view, around) if around and around.clean_twin else None
        return Sample(scene.index, frame, reading, annotation, around, clean)

    def _clean(self, sound: Reading, camera: CameraSensor, view: View, around: Circumstances) -> Reading:
        """Return the picture without any fault; where the camera is shifted, from where it should be."""
        if around.T_world_camera_nominal is None:
            return sound
        nominal = replace(view, T_world_camera=around.T_world_camera_nominal)
        with self._watch.stage("render"):
            frame = self._exposure.take(self._session, camera, nominal)
        with self._watch.stage("develop"):
            return develop(frame, camera)


def _frames_needed(
    settled: SettledScene, wanted: Collection[int] | None, outputs: Collection[str]
) -> list[int]:
    """Return the capture frames to render for some frames (None: for all), in order."""
    count = settled.trajectory.frame_count
    if wanted is None:
        return list(range(count))
    around = 1 if needs_neighbours(outputs) else 0
    near = {k for at in wanted for k in range(max(at - around, 0), min(at + around + 1, count))}
    return frames_shown(settled.scene, settled.trajectory, sorted(near))


def _of_frames(samples: list[Sample], wanted: Collection[int] | None) -> Iterator[Sample]:
    return (s for s in samples if wanted is None or s.frame.view.frame_index in wanted)
