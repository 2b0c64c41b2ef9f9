"""The scenario model: what a user writes, typed. YAML and Python both build exactly this.

Every quantity is a `Number`: a bare SI number, a string with a unit (`"35 km/h"`, converted once at load), a
`${...}` expression over `params`, or a distribution (`{uniform: ["1 m", "2 m"]}`). The field's `Dimension` says
which units are allowed. Unknown keys are errors.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from simgen.scenario.values import (
    Angle,
    AngularSpeed,
    Colour,
    Count,
    Fraction,
    Illuminance,
    Length,
    Mass,
    Plain,
    Speed,
    Text,
    Time,
    Vector3,
    VelocityVector,
)


class Model(BaseModel):
    """Base of all scenario models: frozen, strict about keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


# -- regions -----------------------------------------------------------------------------------------------------


class BoxRegion(Model):
    """An axis-aligned box in the world frame; a zero height makes it a rectangle on a surface."""

    box_min: Vector3
    box_max: Vector3


class DiscRegion(Model):
    """A horizontal disc."""

    center: Vector3
    radius: Length


Region = str | BoxRegion | DiscRegion  # str: a region that the world defines, for example `table`


# -- assets ------------------------------------------------------------------------------------------------------


class AssetQuery(Model):
    """A set of catalogue entries; one is drawn uniformly (each object draws its own)."""

    pack: str | list[str] | None = None
    category: str | list[str] | None = None
    tags: list[str] = []
    ids: list[str] = []  # catalogue ids, `*` allowed
    max_size: Length | None = None  # longest side
    min_size: Length | None = None


class ProceduralAsset(Model):
    """A model made by code, with its parameters (numbers, texts or distributions)."""

    procedural: str  # for example `carton`, `crate`, `cylinder`, `bottle`, `bolt`
    params: dict[str, Plain | Length | Text | list[Length]] = {}


AssetChoice = Text | AssetQuery | ProceduralAsset  # a text is a catalogue id, or a choice of ids


# -- placement ---------------------------------------------------------------------------------------------------


class At(Model):
    """At a point of the world; `position` is of the object's bottom centre."""

    position: Vector3
    yaw: Angle = 0.0
    pitch: Angle = 0.0
    roll: Angle = 0.0


class On(Model):
    """Standing upright on a surface region of the world, or on top of another object."""

    target: str  # region or object name
    yaw: Angle | None = None  # None: uniform
    offset: Vector3 | None = None  # from the middle of the target; None: anywhere on it
    facing: str | None = None  # object name, turns the object's +X towards it


class In(Model):
    """Resting inside a container object (`bin`), dropped from above its opening."""

    target: str
    height: Length = 0.1


class Inside(Model):
    """Anywhere inside a region, upright unless `tumble`."""

    region: Region
    yaw: Angle | None = None
    tumble: bool = False


class Scatter(Model):
    """Spread over a surface region, upright, no two nearer than `min_spacing` between their footprints."""

    region: Region
    min_spacing: Length = 0.0
    yaw: Angle | None = None


class Drop(Model):
    """Let go above a surface region, tumbling, without overlap; physics brings it to rest."""

    region: Region
    height: Length = 0.1  # clear height of the lowest point above the surface and above what lies below
    tumble: bool = True


class Stack(Model):
    """The objects of this group piled on each other, the first on `target`."""

    target: str
    offset: Vector3 | None = None
    jitter: Length = 0.0  # horizontal offset between neighbours, drawn uniform in +-jitter
    yaw: Angle | None = None


class Place(Model):
    """How an object is placed: exactly one of the relations; `facing` combines with upright ones."""

    at: At | None = None
    on: On | None = None
    inside_of: In | None = Field(default=None, alias="in")
    inside: Inside | None = None
    scatter: Scatter | None = None
    drop: Drop | None = None
    stack: Stack | None = None
    facing: str | Vector3 | None = None


class MaterialSpec(Model):
    """Changes to every material of an object; what is not given stays as the asset has it."""

    color: Colour | None = None  # replaces colour and map
    tint: Colour | None = None  # multiplies them
    roughness: Fraction | None = None
    metallic: Fraction | None = None


class ObjectGroup(Model):
    """`count` objects drawn alike, each from its own random streams; named `group[0]`, `group[1]` ...

    A group without `count` is a single object named `group`.
    """

    asset: AssetChoice
    count: Count | None = None
    place: Place
    motion: Literal["dynamic", "static"] = "dynamic"
    scale: Plain = 1.0
    mass: Mass | None = None
    friction: Plain | None = None
    restitution: Fraction | None = None
    velocity: VelocityVector | None = None
    material: MaterialSpec | None = None
    category: str | None = None  # overrides the catalogue's


# -- surroundings ------------------------------------------------------------------------------------------------


class EmptyWorld(Model):
    """Nothing but an optional floor. Region: `floor`."""

    kind: Literal["empty"] = "empty"
    floor: bool = True
    size: Length = 20.0
    material: MaterialSpec | None = None


class TabletopWorld(Model):
    """A table on a floor. Regions: `table`, `floor`."""

    kind: Literal["tabletop"]
    width: Length = 1.4  # x
    depth: Length = 0.9  # y
    height: Length = 0.75
    table_material: MaterialSpec | None = None
    surface: Text = "wood"  # procedural surface of the top: wood, laminate, stone, metal, fabric
    floor: bool = True
    floor_surface: Text = "planks"
    room: bool = False  # walls around


class BinWorld(Model):
    """An open bin on a floor or stand. Regions: `bin` (its inside), `floor`."""

    kind: Literal["bin"]
    width: Length = 0.6
    depth: Length = 0.4
    height: Length = 0.25
    wall: Length = 0.008
    material: MaterialSpec | None = None


class WarehouseWorld(Model):
    """A hall with pallet racks. Regions: `floor`, `aisle`, and per rack and level `rack[0].level[1]` ..."""

    kind: Literal["warehouse"]
    racks: Count = 2
    bays: Count = 3
    levels: Count = 3
    bay_width: Length = 2.7
    level_height: Length = 1.6
    rack_depth: Length = 1.1
    aisle_width: Length = 3.2
    floor_surface: Text = "concrete"


World = Annotated[EmptyWorld | TabletopWorld | BinWorld | WarehouseWorld, Field(discriminator="kind")]


class EnvironmentSpec(Model):
    """Light from all around."""

    map: Text | None = None  # catalogue id of a light map, or `procedural/softbox`, `procedural/overcast` ...
    illuminance: Illuminance = 500.0  # on an upward-facing plane
    rotation: Angle = 0.0
    background: bool = True


class SunSpec(Model):
    """A directional light; azimuth from +X towards +Y, elevation above the horizon."""

    azimuth: Angle
    elevation: Angle
    illuminance: Illuminance
    color_temperature: Plain = 5800.0  # kelvin, black body
    angular_diameter: Angle = 0.0093


# -- sensors and capture -----------------------------------------------------------------------------------------


class Orbit(Model):
    """Views spread around a target, each from its own draw.

    `spread: even` divides the azimuth range into as many equal sectors as there are frames, one view in each.
    """

    target: str | Vector3  # region, object or point looked at
    radius: Length
    elevation: Angle
    azimuth: Angle | None = None  # None: all around
    target_jitter: Length = 0.0
    spread: Literal["even", "independent"] = "even"


class Fixed(Model):
    """A camera that stands still, or one pose drawn per frame where a value is a distribution."""

    position: Vector3
    look_at: str | Vector3
    roll: Angle = 0.0
    per_frame: bool = False


class CameraSpec(Model):
    """A pinhole camera: exactly one of `orbit` and `fixed`."""

    kind: Literal["camera"] = "camera"
    width: Count = 640
    height: Count = 480
    fov: Angle = 1.0472  # horizontal
    near: Length = 0.05
    far: Length = 200.0
    exposure: Plain | Literal["auto"] = "auto"  # EV100
    orbit: Orbit | None = None
    fixed: Fixed | None = None


class SettleSpec(Model):
    """Waiting for rest before the first frame."""

    limit: Time = 4.0
    linear: Speed = 0.02
    angular: AngularSpeed = 0.2


class PhysicsSpec(Model):
    """Engine settings and guards."""

    engine: Literal["bullet", "kinematic"] = "bullet"
    step_rate: Count = 240
    gravity: Vector3 = (0.0, 0.0, -9.81)  # m/s^2
    solver_iterations: Count = 50
    settle: SettleSpec = SettleSpec()
    max_speed: Speed = 30.0
    max_penetration: Length = 0.01


class CaptureSpec(Model):
    """When frames are taken."""

    when: Literal["settled", "start"] = "settled"
    frames: Count = 1
    rate: Count = 0  # Hz; 0: all frames at one instant


# -- constraints -------------------------------------------------------------------------------------------------


class Require(Model):
    """An expression over params that must be true, for example `${width} > ${height}`."""

    require: str


class Clearance(Model):
    """Objects of two groups keep at least `distance` between their boxes."""

    clearance: list[str]  # two names; a group name means each of its members
    distance: Length


class NonOverlap(Model):
    """No two of the named objects (or groups; `all`) overlap at placement."""

    non_overlap: list[str]


class InRegion(Model):
    """The named objects lie with their centres in a region at placement."""

    in_region: list[str]
    region: Region


class VisibleFrom(Model):
    """The named object is seen by the sensor: a fraction of its box sample points is in frame and unoccluded by boxes."""

    visible_from: str  # sensor
    object: str
    min_fraction: Fraction = 0.2
    frame: int | Literal["any", "all"] = "any"


Constraint = Require | Clearance | NonOverlap | InRegion | VisibleFrom


class SampleSpec(Model):
    """Bounds of drawing."""

    max_attempts: int = Field(default=100, ge=1, le=100_000)
    place_tries: int = Field(default=200, ge=1, le=100_000)


class LabelSpec(Model):
    """What is written beside the colour picture."""

    outputs: list[Literal["rgb", "depth", "instance", "semantic", "normals", "object_coordinates"]] = [
        "rgb",
        "depth",
        "instance",
        "semantic",
    ]
    min_visible_px: int = Field(default=1, ge=1)


class Scenario(Model):
    """A distribution over scenes."""

    simgen: Literal["1"]
    name: str = Field(pattern=r"^[A-Za-z0-9_\-]+$")
    description: str = ""
    tags: list[str] = []
    licence: str = ""
    authors: list[str] = []
    references: list[str] = []
    params: dict[str, Plain | Text] = {}
    world: World = EmptyWorld()
    environment: EnvironmentSpec = EnvironmentSpec()
    suns: dict[str, SunSpec] = {}
    objects: dict[str, ObjectGroup] = {}
    sensors: dict[str, CameraSpec]
    physics: PhysicsSpec = PhysicsSpec()
    capture: CaptureSpec = CaptureSpec()
    constraints: list[Constraint] = []
    sample: SampleSpec = SampleSpec()
    labels: LabelSpec = LabelSpec()
