"""The whole scenario."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from simgen.scenario.spec.base import EventName, Model, Named
from simgen.scenario.spec.capture import CaptureSpec, PathTracingSpec, PhysicsSpec
from simgen.scenario.spec.constraints import Constraint
from simgen.scenario.spec.events import EventSpec
from simgen.scenario.spec.faults import FaultSpec
from simgen.scenario.spec.lights import EnvironmentSpec, FogSpec, LightSpec, PanelSpec, SunSpec
from simgen.scenario.spec.objects import ActorSpec, ObjectGroup
from simgen.scenario.spec.regions import PathSpec
from simgen.scenario.spec.sensors import CameraSpec
from simgen.scenario.spec.worlds import EmptyWorld, World
from simgen.scenario.values import Param


class SampleSpec(Model):
    """Bounds of drawing."""

    max_attempts: int = Field(default=100, ge=1, le=100_000)
    place_tries: int = Field(default=200, ge=1, le=100_000)


Output = Literal[
    "rgb",
    "depth",
    "instance",
    "semantic",
    "normals",
    "object_coordinates",
    "distance",
    "part",
    "normals_world",
    "albedo",
    "flow_forward",
    "flow_backward",
    "flow_occlusion_forward",
    "flow_occlusion_backward",
    "scene_flow",
]


class LabelSpec(Model):
    """What is written beside the colour picture."""

    outputs: list[Output] = [
        "rgb",
        "depth",
        "instance",
        "semantic",
    ]
    min_visible_px: int = Field(default=1, ge=1, le=100_000_000)


def _check_version(raw: Any) -> Any:
    if raw is not True and raw in ("1", 1):
        return "1"
    message = f'this simgen reads version "1" of the format, got {raw!r}; a newer file needs a newer simgen'
    raise PydanticCustomError("value", "{message}", {"message": message})


Version = Annotated[Literal["1"], BeforeValidator(_check_version)]


class Scenario(Model):
    """A distribution over scenes."""

    simgen: Version
    name: str = Field(pattern=r"^[A-Za-z0-9_\-]+$")
    description: str = ""
    tags: list[str] = []
    licence: str = ""
    authors: list[str] = []
    references: list[str] = []
    params: Named[Param] = {}
    world: World = EmptyWorld()
    environment: EnvironmentSpec = EnvironmentSpec()
    suns: Named[SunSpec] = {}
    lights: Named[LightSpec] = {}
    panels: Named[PanelSpec] = {}
    fog: FogSpec | None = None
    paths: Named[PathSpec] = {}
    objects: Named[ObjectGroup] = {}
    actors: Named[ActorSpec] = {}
    events: Named[EventSpec] = {}
    faults: Named[FaultSpec] = {}
    counterfactual: EventName | None = None  # every scene is made twice: with this event and without
    sensors: Named[CameraSpec]
    physics: PhysicsSpec = PhysicsSpec()
    capture: CaptureSpec = CaptureSpec()
    constraints: list[Constraint] = []
    sampling: SampleSpec = Field(default=SampleSpec(), alias="sample")  # `Scenario.sample` draws a scene
    labels: LabelSpec = LabelSpec()
    path_tracing: PathTracingSpec = PathTracingSpec()

    @property
    def bodies(self) -> dict[str, ObjectGroup]:
        """Objects, then actors, each by name; they share one namespace."""
        return {**self.objects, **self.actors}
