"""What an episode is about, for those who draw it: when its events were in which phase, and who takes part."""

from __future__ import annotations

from dataclasses import dataclass

from simgen.geometry import apply, invert_rigid
from simgen.records.annotation import ObjectLabel
from simgen.records.occurrence import Occurrence
from simgen.records.scene import Scene
from simgen.records.sensing import true_pose
from simgen.records.trajectory import Trajectory
from simgen.report.colours import Rgb

PHASE_COLOURS: dict[str, Rgb] = {
    "armed": (110, 118, 130),
    "triggered": (245, 190, 70),
    "active": (255, 92, 80),
    "over": (110, 118, 130),
}
_BEFORE_S = 1.0  # so long before the trigger lies the first picture of a strip; assumed


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """One scene as something that happens.

    Attributes:
        scene: the draw.
        trajectory: what became of it.
    """

    scene: Scene
    trajectory: Trajectory

    @property
    def happened(self) -> tuple[Occurrence, ...]:
        """Events that were triggered, in order of time."""
        triggered = [o for o in self.trajectory.occurrences if o.triggered_s is not None]
        return tuple(sorted(triggered, key=lambda o: (o.triggered_s, o.event)))

    @property
    def cast(self) -> frozenset[str]:
        """Names of the bodies to point at: those that the events are about, but not what carries a camera."""
        mounts = {camera.mount for camera in self.scene.cameras}
        concerned = {name for event in self.scene.events for name in event.actors}
        seen = {name for e in self.scene.events for each in e.visible_expected for name in each.objects}
        return frozenset((concerned | seen) - mounts)

    @property
    def sensor(self) -> str:
        """The camera that shows it best: one that must see it, else the first."""
        asked = [each.sensor for event in self.scene.events for each in event.visible_expected]
        return asked[0] if asked else self.scene.cameras[0].name

    @property
    def rate_hz(self) -> float:
        """Pictures a second that show every frame at its time; frames all of one instant are shown two a second."""
        capture = self.scene.capture
        dense = capture.dense.frame_rate_hz if capture.dense else 0
        return float(max(capture.frame_rate_hz, dense) or 2)

    def in_view(self, frame_index: int) -> bool:
        """Return whether the middle of one of the cast lies in the picture of `sensor`, hidden or not."""
        scene, trajectory = self.scene, self.trajectory
        camera = next(each for each in scene.cameras if each.name == self.sensor)
        ids = [k for k, body in enumerate(scene.objects) if body.name in self.cast]
        there = [k for k in ids if trajectory.present_at(frame_index)[k]]
        T_camera_world = invert_rigid(true_pose(scene, trajectory, camera, frame_index))
        pixels = camera.intrinsics.project(apply(T_camera_world, trajectory.positions_m[frame_index, there]))
        size = (camera.intrinsics.width, camera.intrinsics.height)
        return bool(((pixels >= 0) & (pixels < size)).all(axis=1).any())

    def repeats(self, frame_index: int) -> int:
        """Return for how many pictures of a film a frame stands still until the next one comes."""
        times_s = self.trajectory.times_s
        if frame_index + 1 >= len(times_s):
            return 1
        return max(1, round(float(times_s[frame_index + 1] - times_s[frame_index]) * self.rate_hz))

    def points_at(self, label: ObjectLabel) -> bool:
        """Return whether a visible object is one of the cast."""
        return label.name in self.cast and label.bbox_modal_xyxy is not None


def strip_frames(story: Story, count: int = 5) -> tuple[int, ...]:
    """Return capture frames that tell a story: before its first event, at the trigger, while active, after.

    While it is active those count in which one of the cast is in view, if there are any. Without an event that was
    triggered: spread evenly.
    """
    last = story.trajectory.frame_count - 1
    if not story.happened:
        return tuple(sorted({round(k * last / max(1, count - 1)) for k in range(count)}))
    first = story.happened[0]
    triggered_s = first.triggered_s or 0.0
    ends = {_at(story, triggered_s - _BEFORE_S, late=True), _at(story, triggered_s)}
    ends.add(last if first.over_s is None else _at(story, first.over_s))
    times_s = [float(time_s) for time_s in story.trajectory.times_s]
    active = [k for k in range(last + 1) if first.phase_at(times_s[k]) == "active" and k not in ends]
    active = [k for k in active if story.in_view(k)] or active
    during = count - len(ends)
    inside = {active[round((k + 0.5) * len(active) / during - 0.5)] for k in range(during) if active}
    return tuple(sorted(ends | inside))


def _at(story: Story, time_s: float, *, late: bool = False) -> int:
    """Return the first frame at or after an instant (`late`: the last one at or before it), else the nearest end."""
    times_s = [float(t) for t in story.trajectory.times_s]
    if late:
        return max((k for k, t in enumerate(times_s) if t <= time_s), default=0)
    return min((k for k, t in enumerate(times_s) if t >= time_s), default=len(times_s) - 1)
