"""A scene: one fully concrete draw of a scenario. It can be saved, diffed and replayed; nothing random is left."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from simgen.camera import Intrinsics
from simgen.geometry import Pose, Vec3
from simgen.records.asset import AssetRef
from simgen.records.behaviour import Actor, Joint
from simgen.records.event import Event, Fault, Twin, WeightFactor
from simgen.records.lane import Lane
from simgen.records.light import EnvironmentLight, Fog, PanelLight, SpotLight, SunLight


@dataclass(frozen=True, slots=True)
class SurfaceTexture:
    """A procedural surface that an object is wrapped in, see `assets.procedural.SURFACES`.

    Attributes:
        kind: for example `brick`.
        seed: picks one of its variants, and where on the object it begins.
        tile_m: length of one repeat; None: as the surface is made.
    """

    kind: str
    seed: int
    tile_m: float | None = None


@dataclass(frozen=True, slots=True)
class MaterialOverride:
    """Changes a scene makes to every material of one object; None keeps the asset's own value.

    Attributes:
        base_color_rgb: linear 0..1; replaces colour and colour map.
        tint_rgb: linear; multiplies colour and colour map.
        texture: replaces every material but glass; colour, tint, roughness and metallic then change it.
        coat: see `records.asset.Material`.
        transmission: likewise; above 0 makes every material see-through.
    """

    base_color_rgb: Vec3 | None = None
    tint_rgb: Vec3 | None = None
    roughness: float | None = None
    metallic: float | None = None
    texture: SurfaceTexture | None = None
    coat: float | None = None
    coat_roughness: float | None = None
    transmission: float | None = None


@dataclass(frozen=True, slots=True)
class SceneObject:
    """One body: what it is, where it starts and how it moves.

    Attributes:
        instance_id: from 1, constant over the scene.
        name: path in the scenario, for example `clutter[3]`.
        category_id: from 1, index into the dataset's taxonomy.
        asset: what it looks like.
        size_m: extent in its own frame after `scale`.
        scale: uniform factor on the asset.
        pose: `T_world_object` at time 0 (origin = box centre, see `records.asset`).
        motion: `static` never moves; `dynamic` is moved by physics; `kinematic` is moved by its behaviour, pushes
            dynamic bodies, and becomes dynamic when it is hit or hits (then `mass_kg` counts).
        mass_kg: 0 for static.
        linear_velocity_mps: at time 0, world frame.
        angular_velocity_radps: at time 0, world frame.
        present: whether it is there from the start; if not, an event brings it.
    """

    instance_id: int
    name: str
    category: str
    category_id: int
    is_thing: bool
    asset: AssetRef
    size_m: Vec3
    scale: float
    pose: Pose
    motion: Literal["static", "dynamic", "kinematic"]
    mass_kg: float
    friction: float
    restitution: float
    linear_velocity_mps: Vec3 = (0.0, 0.0, 0.0)
    angular_velocity_radps: Vec3 = (0.0, 0.0, 0.0)
    material: MaterialOverride | None = None
    present: bool = True


@dataclass(frozen=True, slots=True)
class Aperture:
    """A round opening in a thin lens, and where it is focused.

    Attributes:
        diameter_m: of the entrance pupil.
        focal_length_m: of the lens; it cannot be focused nearer.
        focus_m: depth of the plane that is sharp, camera frame; not counted where there is `focus_on`.
        focus_on: name of the body whose middle is sharp in every frame; empty: `focus_m`.
    """

    diameter_m: float
    focal_length_m: float
    focus_m: float = 0.0
    focus_on: str = ""


BLUR_SAMPLES = 64
"""Sharp pictures that a blurred one is the mean of, at most, unless a camera says otherwise."""


@dataclass(frozen=True, slots=True)
class CameraSensor:
    """A camera and where it stands at each capture frame.

    What a camera does not have (shutter, aperture) is left out of the scene's record.

    Attributes:
        poses: `T_world_camera` for every frame; one entry means it never moves. With a `mount`: one entry,
            `T_mount_camera`, in the object frame of the body.
        exposure_ev100: exposure at ISO 100; None meters each frame (`sensors.camera`).
        mount: name of the body it is fixed to; empty: it stands in the world.
        shutter_s: how long each picture is exposed, half of it before the frame's instant and half after; 0: of an
            instant.
        aperture: None: a pinhole, to which everything is sharp.
        blur_samples: sharp pictures that a blurred one is the mean of, at most.
    """

    name: str
    intrinsics: Intrinsics
    poses: tuple[Pose, ...]
    exposure_ev100: float | None = None
    mount: str = ""
    shutter_s: Annotated[float, Field(exclude_if=lambda seconds: seconds == 0.0)] = 0.0
    aperture: Annotated[Aperture | None, Field(exclude_if=lambda aperture: aperture is None)] = None
    blur_samples: Annotated[int, Field(exclude_if=lambda count: count == BLUR_SAMPLES)] = BLUR_SAMPLES

    def pose_at(self, frame_index: int) -> Pose:
        """Return `T_world_camera` (with a mount: `T_mount_camera`) of one frame."""
        return self.poses[min(frame_index, len(self.poses) - 1)]


@dataclass(frozen=True, slots=True)
class Physics:
    """Engine settings and the guards that refuse a scene.

    Attributes:
        engine: `bullet`, or `kinematic` (closed form, no contacts).
        step_rate_hz: physics steps a second.
        gravity_mps2: world frame.
        settle_limit_s: longest time given to come to rest before capture; 0 captures from time 0.
        settle_linear_mps: at rest when every body is below this, and for 0.1 s has gone no farther than it goes ...
        settle_angular_radps: ... and the same of its turning.
        max_speed_mps: above it the scene is refused as an explosion.
        max_penetration_m: deeper contact at rest refuses the scene.
        behaviour_rate_hz: how often behaviours choose what to do; divides `step_rate_hz`. Triggers are looked at
            after every step.
    """

    engine: Literal["bullet", "kinematic"] = "bullet"
    step_rate_hz: int = 240
    gravity_mps2: Vec3 = (0.0, 0.0, -9.81)
    solver_iterations: int = 50
    settle_limit_s: float = 4.0
    settle_linear_mps: float = 0.02
    settle_angular_radps: float = 0.2
    max_speed_mps: float = 30.0
    max_penetration_m: float = 0.01
    behaviour_rate_hz: int = 60


@dataclass(frozen=True, slots=True)
class DenseCapture:
    """More frames near an event.

    Attributes:
        event: name.
        before_s: the window begins so long before the event's trigger ...
        after_s: ... and ends so long after it, both included.
        frame_rate_hz: frames a second inside; a multiple of `Capture.frame_rate_hz` that divides the step rate.
    """

    event: str
    before_s: float
    after_s: float
    frame_rate_hz: int


@dataclass(frozen=True, slots=True)
class Capture:
    """When frames are taken.

    Attributes:
        when: `settled` starts the frames once all is at rest; `start` at time 0.
        frame_count: frames per sensor.
        frame_rate_hz: frames a second; 0 takes all frames at the same instant (only the cameras move).
            Must divide `Physics.step_rate_hz`.
        duration_s: length of the episode; 0: as long as `frame_count` frames take. If given, `frame_count` is the
            largest number of frames that the scene can have, and the trajectory says how many it has.
        dense: more frames near an event; None: none.
        phase: which of the frames on the dense grid the sparse ones are: those whose index leaves this remainder
            when divided by the ratio of both rates. Drawn uniformly, so that each grid frame is equally likely.
    """

    when: Literal["settled", "start"]
    frame_count: int
    frame_rate_hz: int = 0
    duration_s: float = 0.0
    dense: DenseCapture | None = None
    phase: int = 0


@dataclass(frozen=True, slots=True)
class PathTracing:
    """How carefully the path tracer takes pictures; nobody else looks at it.

    Attributes:
        samples: light paths through a pixel in the mean, at most: more of them go where light is uncertain.
        noise_target: stop early once a picture's standard error, relative to its luminance, is below this; 0 takes
            all samples.
    """

    samples: int = 64
    noise_target: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one draw fixed.

    Attributes:
        scenario_hash: SHA-256 (hex) of the scenario's canonical JSON.
        attempt: draws of this scene that were rejected before this one.
        params: drawn values of the scenario's `params`, SI units.
        workspace_min_m: corner of the box outside which a body counts as lost (tunnelled or fallen off).
        workspace_max_m: the opposite corner.
        actors: bodies that behave, by name.
        joints: bodies fixed to each other.
        lights: lamps, by name.
        panels: shining rectangles, by name.
        fog: None: clear air.
        lanes: lines that actors can follow.
        events: that can happen here, by name, armed or not.
        faults: of sensors, by name, armed or not.
        factors: what the scene's weight is made of, by name; see `log_weight`.
        twin: what it is in a counterfactual pair, None outside of one.
        python_code: (module, SHA-256 of its file) of the Python that behaviours and triggers call, by name.
        path_tracing: how carefully the path tracer takes pictures.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_inf_nan="strings")  # a weight can be 0

    scenario_name: str
    scenario_hash: str
    seed: int
    index: int
    attempt: int
    objects: tuple[SceneObject, ...]
    suns: tuple[SunLight, ...]
    environment: EnvironmentLight
    cameras: tuple[CameraSensor, ...]
    physics: Physics
    capture: Capture
    workspace_min_m: Vec3
    workspace_max_m: Vec3
    params: tuple[tuple[str, float | str], ...] = ()
    actors: tuple[Actor, ...] = ()
    joints: tuple[Joint, ...] = ()
    lights: tuple[SpotLight, ...] = ()
    panels: tuple[PanelLight, ...] = ()
    fog: Fog | None = None
    lanes: tuple[Lane, ...] = ()
    events: tuple[Event, ...] = ()
    faults: tuple[Fault, ...] = ()
    factors: tuple[WeightFactor, ...] = ()
    twin: Twin | None = None
    python_code: tuple[tuple[str, str], ...] = ()
    path_tracing: PathTracing = PathTracing()

    def object(self, instance_id: int) -> SceneObject:
        """Return the object with this id; ids are 1..n in order."""
        return self.objects[instance_id - 1]

    def instance_id(self, name: str) -> int:
        """Return the id of the object with this name; raises `KeyError`."""
        for body in self.objects:
            if body.name == name:
                return body.instance_id
        raise KeyError(f"no object '{name}' in scene {self.index}")

    @property
    def draw_index(self) -> int:
        """Index that names its random streams, those of its simulation and noise included.

        Both scenes of a counterfactual pair have the same, so that they differ only in what the event causes.
        """
        return self.index if self.twin is None else self.index // 2

    @property
    def light_names(self) -> tuple[str, ...]:
        """Everything that gives light, ordered as `Trajectory.light_factors`: suns, lamps, panels, `environment`."""
        lamps = (*self.lights, *self.panels)
        return (*(sun.name for sun in self.suns), *(lamp.name for lamp in lamps), "environment")

    @property
    def log_weight(self) -> float:
        """Logarithm of the weight that undoes all forcing: the sum over `factors`.

        Right up to a constant where draws were refused, see `docs/events.md`.
        """
        return fsum(factor.log_w for factor in self.factors)


_codec = TypeAdapter(Scene)


def scene_to_json(scene: Scene) -> str:
    """Return the scene as JSON, two-space indented; floats round-trip exactly."""
    return _codec.dump_json(scene, indent=2).decode() + "\n"


def scene_from_json(text: str | bytes) -> Scene:
    """Return the scene that `scene_to_json` wrote."""
    return _codec.validate_json(text)
