"""A small dataset made of closed-form pictures: two balls and a box on a floor, three views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from simgen.annotate import Completion, annotate, extra_buffers
from simgen.assets import AssetLibrary
from simgen.dataset import DatasetWriter, Manifest
from simgen.dataset.layout import OUTPUT_SUFFIXES
from simgen.records.annotation import Sample
from simgen.records.asset import Category
from simgen.records.frame import Moment, View
from simgen.records.rejections import Rejections
from simgen.records.scene import CameraSensor, Capture, Scene
from simgen.records.trajectory import Contact, Trajectory
from simgen.rendering.analytic import AnalyticRenderer
from simgen.sensors.camera import develop
from tests import builders

EYES = ((0.9, -0.7, 0.8), (-0.8, -0.9, 0.7), (0.2, -1.2, 0.9))
OUTPUTS = ("rgb", "depth", "instance", "semantic", "normals", "object_coordinates")
ALL_OUTPUTS = tuple(OUTPUT_SUFFIXES)
TAXONOMY = (
    Category(1, "box", "shape", is_thing=True, synonyms=("cuboid",)),
    Category(2, "sphere", "shape", is_thing=True, coco_name="sports ball"),
    Category(3, "cylinder", "shape", is_thing=True),
    Category(4, "floor", "surroundings", is_thing=False),
)


def ball_scene(index: int = 0, width: int = 64, height: int = 48, eyes: Sequence[tuple] = EYES) -> Scene:
    """A floor (id 1), a box partly hidden by a ball, and a ball half out of the picture."""
    shift = 0.02 * index
    return builders.make_scene(
        [
            builders.floor(category="floor", category_id=4),
            builders.box((0.2, 0.14, 0.1), at=(0.0, 0.05, 0.05)),
            builders.sphere(0.07, at=(0.1 + shift, -0.1, 0.07)),
            builders.sphere(0.1, at=(-0.45, 0.2 + shift, 0.1)),
        ],
        cameras=[
            builders.camera(eyes[0], target=(0.1, 0.0, 0.0), width=width, height=height, more_eyes=eyes[1:])
        ],
        capture=Capture("start", len(eyes)),
        index=index,
        scenario_hash="ab" * 32,
    )


def still(scene: Scene) -> Trajectory:
    """A trajectory in which nothing moves, with one contact."""
    frames, count = scene.capture.frame_count, len(scene.objects)
    positions = np.array([body.pose.position_m for body in scene.objects])
    quaternions = np.array([body.pose.quaternion_wxyz for body in scene.objects])
    zeros = np.zeros((frames, count, 3))
    return Trajectory(
        times_s=np.arange(frames) * 0.1,
        positions_m=np.tile(positions, (frames, 1, 1)),
        quaternions_wxyz=np.tile(quaternions, (frames, 1, 1)),
        linear_velocities_mps=zeros,
        angular_velocities_radps=zeros,
        contacts=(Contact(0, 1, 2, (0.0, 0.05, 0.0), (0.0, 0.0, 1.0), -1e-5, 9.81),),
        settled=True,
        settle_time_s=0.5,
    )


def samples_of(scene: Scene, trajectory: Trajectory) -> Iterator[Sample]:
    """Every view of the scene with all that a dataset can hold, in the pipeline's order."""
    completion = Completion(ALL_OUTPUTS)
    with AnalyticRenderer().open(scene, AssetLibrary()) as session:
        for frame_index in range(scene.capture.frame_count):
            for camera in scene.cameras:
                frame = session.render(view_of(camera, trajectory, frame_index))
                sample = Sample(scene.index, frame, develop(frame, camera), annotate(frame, scene))
                yield from completion.push(sample)
    yield from completion.finish()


def view_of(camera: CameraSensor, trajectory: Trajectory, frame_index: int) -> View:
    """The view of a camera, which knows the frames around it."""
    moments = [
        Moment(camera.pose_at(index).matrix(), trajectory.T_world_objects(index))
        for index in range(len(trajectory.times_s))
    ]
    here = moments[frame_index]
    return View(
        sensor=camera.name,
        frame_index=frame_index,
        time_s=float(trajectory.times_s[frame_index]),
        intrinsics=camera.intrinsics,
        T_world_camera=here.T_world_camera,
        T_world_objects=here.T_world_objects,
        extra_buffers=extra_buffers(ALL_OUTPUTS),
        previous=moments[frame_index - 1] if frame_index else None,
        next=moments[frame_index + 1] if frame_index + 1 < len(moments) else None,
    )


@lru_cache(maxsize=8)
def rendered(scene: Scene) -> tuple[Sample, ...]:
    """All samples of a still scene, drawn once a process."""
    return tuple(samples_of(scene, still(scene)))


def make_manifest(**changes: object) -> Manifest:
    """The manifest of the small dataset; `changes` are its fields."""
    manifest = Manifest(
        scenario_name="test",
        scenario_json='{"simgen":"1","name":"test"}',
        scenario_hash="ab" * 32,
        seed=0,
        scene_count=2,
        outputs=OUTPUTS,
        min_visible_px=1,
        taxonomy=TAXONOMY,
        renderer="analytic",
        simgen_version="0.1.0",
        software=(("numpy", "2"), ("python", "3")),
        licence="CC0-1.0",
        authors=("A. Author",),
    )
    return replace(manifest, **changes)


def write_scene(writer: DatasetWriter, scene: Scene, trajectory: Trajectory | None = None) -> None:
    """Write one scene with all its samples; nothing moves unless a trajectory says so."""
    samples = rendered(scene) if trajectory is None else samples_of(scene, trajectory)
    trajectory = trajectory or still(scene)
    with writer.scene(scene.index) as out:
        out.write_scene(scene, trajectory, Rejections((("clearance", scene.index),)))
        for sample in samples:
            out.write_sample(sample)
        out.write_timings({"render": 0.1 + scene.index})


def write_dataset(path: Path, indices: Sequence[int] = (0, 1), **changes: object) -> Path:
    """Write a finished dataset with these scenes, in this order."""
    with DatasetWriter.create(path, make_manifest(**changes)) as writer:
        for index in indices:
            write_scene(writer, ball_scene(index))
        writer.finalise()
    return path
