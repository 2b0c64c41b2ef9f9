"""A small episode, made by hand: a ball rolls past a camera on a car, an event happens, sensors fail.

scene = episode(faults=[fault("cable", "freeze", 0.2, 0.3)])
trajectory = rolled(scene)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from simgen.dataset import DatasetWriter
from simgen.errors import ExpectationError
from simgen.geometry import Pose
from simgen.pipeline import SettledScene, Stopwatch, Studio, write_scene
from simgen.records.event import Event, Expected, Fault, WeightFactor
from simgen.records.occurrence import Occurrence
from simgen.records.rejections import Rejections
from simgen.records.scene import CameraSensor, Capture, Scene
from simgen.records.trajectory import Trajectory
from tests import builders
from tests.dataset.samples import make_manifest

FRAMES, RATE_HZ = 8, 10
CAR, BALL = "car", "ball"
NOTHING_REFUSED = Rejections()


def event(name: str = "leap", **fields: Any) -> Event:
    """An event that is armed, tilted from 0.01 to 0.5."""
    defaults: dict[str, Any] = {
        "label": "crossing",
        "label_expected": True,
        "source": "assumed",
        "mode": "tilted",
        "probability": 0.01,
        "sampled_probability": 0.5,
        "armed": True,
        "actions": (),
        "actors": (BALL, CAR),
    }
    return Event(name, **(defaults | fields))


def fault(name: str, kind: str, start_s: float, duration_s: float, **fields: Any) -> Fault:
    """An armed fault of the camera `front`."""
    defaults: dict[str, Any] = {
        "sensor": "front",
        "settings": (),
        "source": "assumed",
        "mode": "forced",
        "probability": 0.1,
        "sampled_probability": 1.0,
        "armed": True,
    }
    return Fault(name=name, kind=kind, start_s=start_s, duration_s=duration_s, **(defaults | fields))


def expected(min_px: int = 10, objects: tuple[str, ...] = (BALL,), sensor: str = "front") -> Expected:
    """The camera on the car must see the ball."""
    return Expected(sensor, objects, min_px)


def factors_of(events: Sequence[Event], faults: Sequence[Fault]) -> tuple[WeightFactor, ...]:
    """The weight factor of each draw, as sampling makes it."""
    draws = [(f"events.{e.name}", e) for e in events] + [(f"faults.{f.name}", f) for f in faults]
    return tuple(
        WeightFactor(name, *(_log(d.probability, d.armed), _log(d.sampled_probability, d.armed)))
        for name, d in draws
    )


def _log(probability: float, armed: bool) -> float:
    return float(np.log(probability if armed else 1 - probability))


def episode(events: Sequence[Event] = (), faults: Sequence[Fault] = (), **fields: Any) -> Scene:
    """A floor, a car that carries the camera `front`, and a ball ahead of it; 8 frames in 0.7 s."""
    ahead = Pose.from_matrix([[0, 0, 1, 0.3], [-1, 0, 0, 0], [0, -1, 0, 0.3], [0, 0, 0, 1]])
    small = builders.camera(width=48, height=32, exposure_ev100=9.0)
    front = CameraSensor("front", small.intrinsics, (ahead,), 9.0, mount=CAR)
    defaults: dict[str, Any] = {
        "cameras": (front,),
        "capture": Capture("start", FRAMES, RATE_HZ, duration_s=0.7),
        "events": tuple(events),
        "faults": tuple(faults),
        "factors": factors_of(events, faults),
    }
    bodies = [
        builders.floor(size_m=20.0, category="floor", category_id=4),
        builders.box((0.4, 0.2, 0.2), at=(0, 0, 0.1), name=CAR, motion="kinematic"),
        builders.sphere(0.15, at=(2.0, -0.4, 0.15), name=BALL),
    ]
    return builders.make_scene(bodies, **(defaults | fields))


def rolled(scene: Scene, **fields: Any) -> Trajectory:
    """The car goes ahead at 1 m/s, the ball to the left at 1 m/s; armed events go the way of `leap`."""
    times_s = np.arange(FRAMES) / RATE_HZ
    positions = np.tile([body.pose.position_m for body in scene.objects], (FRAMES, 1, 1))
    quaternions = np.tile([body.pose.quaternion_wxyz for body in scene.objects], (FRAMES, 1, 1))
    velocities = np.zeros_like(positions)
    velocities[:, 1, 0] = velocities[:, 2, 1] = 1.0
    trajectory = Trajectory(
        times_s=times_s,
        positions_m=positions + velocities * times_s[:, None, None],
        quaternions_wxyz=quaternions,
        linear_velocities_mps=velocities,
        angular_velocities_radps=np.zeros_like(positions),
        contacts=(),
        settled=False,
        settle_time_s=0.0,
        occurrences=tuple(happened(each, scene) for each in scene.events),
    )
    return replace(trajectory, **fields)


def happened(event: Event, scene: Scene, **fields: Any) -> Occurrence:
    """What became of an event: armed at 0, triggered at 0.2 s, active from 0.3 s, over at 0.6 s."""
    factor = next(f for f in scene.factors if f.name == f"events.{event.name}")
    times = {"armed_s": 0.0, "triggered_s": 0.2, "active_s": 0.3, "over_s": 0.6} if event.armed else {}
    defaults: dict[str, Any] = {
        "count": 0,
        "armed": event.armed,
        "actors": event.actors,
        "log_p": factor.log_p,
        "log_q": factor.log_q,
        **times,
    }
    return Occurrence(event.name, event.label, **(defaults | fields))


def write_episodes(path: Path, made: Sequence[tuple[Scene, Trajectory]], **changes: Any) -> Path:
    """A finished dataset of these scenes, drawn by the oracle; scenes that fail are recorded as failed."""
    studio = Studio("analytic")
    with DatasetWriter.create(path, make_manifest(scene_count=len(made), **changes)) as writer:
        for scene, trajectory in made:
            settled = SettledScene(scene, trajectory, NOTHING_REFUSED)
            try:
                with writer.scene(scene.index) as out:
                    write_scene(settled, out, studio, Stopwatch())
            except ExpectationError as error:
                writer.write_failed(scene.index, str(error), NOTHING_REFUSED, (scene, trajectory))
        writer.finalise()
    return path
