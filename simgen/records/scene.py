"""A scene: one fully concrete draw of a scenario. It can be saved, diffed and replayed; nothing random is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from simgen.camera import Intrinsics
from simgen.geometry import Pose, Vec3
from simgen.records.asset import AssetRef


@dataclass(frozen=True, slots=True)
class MaterialOverride:
    """Changes a scene makes to every material of one object; None keeps the asset's own value.

    Attributes:
        base_color_rgb: linear 0..1; replaces colour and colour map.
        tint_rgb: linear; multiplies colour and colour map.
    """

    base_color_rgb: Vec3 | None = None
    tint_rgb: Vec3 | None = None
    roughness: float | None = None
    metallic: float | None = None


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
        motion: `static` never moves; `dynamic` is moved by physics.
        mass_kg: 0 for static.
        linear_velocity_mps: at time 0, world frame.
        angular_velocity_radps: at time 0, world frame.
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
    motion: Literal["static", "dynamic"]
    mass_kg: float
    friction: float
    restitution: float
    linear_velocity_mps: Vec3 = (0.0, 0.0, 0.0)
    angular_velocity_radps: Vec3 = (0.0, 0.0, 0.0)
    material: MaterialOverride | None = None


@dataclass(frozen=True, slots=True)
class SunLight:
    """A directional light with a small disc, casting shadows.

    Attributes:
        direction_world: unit vector from the scene towards the sun.
        illuminance_lux: on a plane facing it.
        color_rgb: linear, scaled so that its luminance (Rec. 709 weights) is 1.
        angular_diameter_rad: 0.0093 for the sun; larger is softer.
    """

    name: str
    direction_world: Vec3
    illuminance_lux: float
    color_rgb: Vec3 = (1.0, 1.0, 1.0)
    angular_diameter_rad: float = 0.0093


@dataclass(frozen=True, slots=True)
class EnvironmentLight:
    """Light from all around, by a latitude-longitude map.

    Attributes:
        map: the map, or None for a uniform grey one.
        illuminance_lux: that the whole map gives on an upward-facing plane; the map is scaled to it.
        rotation_rad: about world +Z, right-handed.
        background_visible: whether cameras see the map behind the scene (black otherwise).
    """

    map: AssetRef | None
    illuminance_lux: float
    rotation_rad: float = 0.0
    background_visible: bool = True


@dataclass(frozen=True, slots=True)
class CameraSensor:
    """A camera and where it stands at each capture frame.

    Attributes:
        poses: `T_world_camera` for every frame; one entry means it never moves.
        exposure_ev100: exposure at ISO 100; None meters each frame (`sensors.camera`).
    """

    name: str
    intrinsics: Intrinsics
    poses: tuple[Pose, ...]
    exposure_ev100: float | None = None

    def pose_at(self, frame_index: int) -> Pose:
        """Return `T_world_camera` of one frame."""
        return self.poses[min(frame_index, len(self.poses) - 1)]


@dataclass(frozen=True, slots=True)
class Physics:
    """Engine settings and the guards that refuse a scene.

    Attributes:
        engine: `bullet`, or `kinematic` (closed form, no contacts).
        step_rate_hz: physics steps a second.
        gravity_mps2: world frame.
        settle_limit_s: longest time given to come to rest before capture; 0 captures from time 0.
        settle_linear_mps: at rest when every body stays below this ...
        settle_angular_radps: ... and this, for 0.1 s.
        max_speed_mps: above it the scene is refused as an explosion.
        max_penetration_m: deeper contact at rest refuses the scene.
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


@dataclass(frozen=True, slots=True)
class Capture:
    """When frames are taken.

    Attributes:
        when: `settled` starts the frames once all is at rest; `start` at time 0.
        frame_count: frames per sensor.
        frame_rate_hz: frames a second; 0 takes all frames at the same instant (only the cameras move).
            Must divide `Physics.step_rate_hz`.
    """

    when: Literal["settled", "start"]
    frame_count: int
    frame_rate_hz: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one draw fixed.

    Attributes:
        scenario_hash: SHA-256 (hex) of the scenario's canonical JSON.
        attempt: draws of this scene that were rejected before this one.
        params: drawn values of the scenario's `params`, SI units.
        workspace_min_m: corner of the box outside which a body counts as lost (tunnelled or fallen off).
        workspace_max_m: the opposite corner.
    """

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

    def object(self, instance_id: int) -> SceneObject:
        """Return the object with this id; ids are 1..n in order."""
        return self.objects[instance_id - 1]


_codec = TypeAdapter(Scene)


def scene_to_json(scene: Scene) -> str:
    """Return the scene as JSON, two-space indented; floats round-trip exactly."""
    return _codec.dump_json(scene, indent=2).decode() + "\n"


def scene_from_json(text: str | bytes) -> Scene:
    """Return the scene that `scene_to_json` wrote."""
    return _codec.validate_json(text)
