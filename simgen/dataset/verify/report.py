"""What a verification found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing in a dataset that is not what it says it is.

    Attributes:
        check: short name of the check, for example `masks`.
        message: what is wrong, with the values found.
        scene_index: -1 for the dataset as a whole.
        sensor: empty for a scene as a whole.
        frame_index: -1 for a scene as a whole.
        file: path in the dataset folder, empty where it is about no single file.
    """

    check: str
    message: str
    scene_index: int = -1
    sensor: str = ""
    frame_index: int = -1
    file: str = ""

    def __str__(self) -> str:
        scene = f"scene {self.scene_index}" if self.scene_index >= 0 else "dataset"
        frame = f" {self.sensor} frame {self.frame_index}" if self.sensor else ""
        file = f" {self.file}" if self.file else ""
        return f"{scene}{frame}{file}: {self.message} [{self.check}]"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Result of `verify`.

    Attributes:
        problems: all that is wrong, in order of scene and frame.
        scenes: scenes read.
        failed_scenes: scenes recorded as failed; they are no problem.
        frames: pictures checked.
        objects: object labels checked.
        surface_pixels: pixels whose depth was held against the models.
        complete: whether every scene asked for is there.
    """

    problems: tuple[Flaw, ...]
    scenes: int
    failed_scenes: int
    frames: int
    objects: int
    surface_pixels: int
    complete: bool

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        state = "no problems" if self.ok else f"{len(self.problems)} problems"
        failed = f", {self.failed_scenes} recorded as failed" if self.failed_scenes else ""
        part = "" if self.complete else " (not complete yet; generate --resume continues it)"
        return (
            f"{state} in {self.scenes} scenes{failed}, {self.frames} frames, {self.objects} object labels, "
            f"{self.surface_pixels} depths held against the models{part}"
        )
