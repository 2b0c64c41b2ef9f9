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

    max_attempts: int = Field(default=100, ge=1, le=100_000)  # draws of one scene, refused ones included
    place_tries: int = Field(default=200, ge=1, le=100_000)  # places looked at for one body in a draw


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
    min_visible_px: int = Field(default=1, ge=1, le=100_000_000)  # smaller objects are left out by exporters


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
    params: Named[Param] = {}  # drawn once a scene, used elsewhere as ${name}
    world: World = EmptyWorld()  # surroundings made by code, with regions to place things in
    environment: EnvironmentSpec = EnvironmentSpec()
    suns: Named[SunSpec] = {}
    lights: Named[LightSpec] = {}
    panels: Named[PanelSpec] = {}
    fog: FogSpec | None = None
    paths: Named[PathSpec] = {}  # to place things along and to drive along; lanes of a road are paths too
    objects: Named[ObjectGroup] = {}  # bodies that physics moves, or that stand still
    actors: Named[ActorSpec] = {}  # bodies that behave
    events: Named[EventSpec] = {}  # what may happen, how likely it is, and how often it is made to
    faults: Named[FaultSpec] = {}  # what may be wrong with a sensor
    counterfactual: EventName | None = None  # every scene is made twice: with this event and without
    sensors: Named[CameraSpec]
    physics: PhysicsSpec = PhysicsSpec()
    capture: CaptureSpec = CaptureSpec()
    constraints: list[Constraint] = []  # what a draw must fulfil, or it is drawn again
    # An alias, for `Scenario.sample` draws a scene
    sampling: SampleSpec = Field(default=SampleSpec(), alias="sample")  # how hard to try
    labels: LabelSpec = LabelSpec()
    path_tracing: PathTracingSpec = PathTracingSpec()

    @property
    def bodies(self) -> dict[str, ObjectGroup]:
        """Objects, then actors, each by name; they share one namespace."""
        return {**self.objects, **self.actors}
