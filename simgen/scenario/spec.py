"""The scenario model: what a user writes, typed. YAML and Python both build exactly this.

Every quantity is a `Number`: a bare SI number, a string with a unit (`"35 km/h"`, converted once at load), a
`${...}` expression over `params`, or a distribution (`{uniform: ["1 m", "2 m"]}`). The field's `Dimension` says
which units are allowed. Unknown keys are errors.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from simgen.errors import did_you_mean
from simgen.scenario.branches import by_keys, closest, keys_of
from simgen.scenario.forms import FORMS
from simgen.scenario.values import (
    AccelerationVector,
    Angle,
    AngularSpeed,
    AssetParam,
    Colour,
    Count,
    Elevation,
    FieldOfView,
    Fraction,
    FrameCount,
    Illuminance,
    ImageSide,
    Mass,
    NonNegative,
    NonNegativeLength,
    Param,
    Plain,
    Positive,
    PositiveCount,
    PositiveLength,
    Speed,
    Text,
    Time,
    Vector3,
    VelocityVector,
)

T = TypeVar("T")


def _sorted(named: dict[str, T]) -> dict[str, T]:
    return dict(sorted(named.items()))


Named = Annotated[
    dict[str, T], AfterValidator(_sorted)
]  # order in the file never matters: it is sorted by name


class Model(BaseModel):
    """Base of all scenario models: frozen, strict about keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, validate_default=True)


# -- regions -----------------------------------------------------------------------------------------------------


class BoxRegion(Model):
    """An axis-aligned box in the world frame; a zero height makes it a rectangle on a surface."""

    box_min: Vector3
    box_max: Vector3


class DiscRegion(Model):
    """A horizontal disc."""

    center: Vector3
    radius: PositiveLength


Region = Annotated[  # a text: a region that the world defines, for example `table`
    Annotated[str, Tag("<name>")] | Annotated[BoxRegion, Tag("<box>")] | Annotated[DiscRegion, Tag("<disc>")],
    Discriminator(by_keys({"<box>": BoxRegion, "<disc>": DiscRegion}, other="<name>")),
]


# -- assets ------------------------------------------------------------------------------------------------------


def _names_tag(raw: Any) -> str:
    return "<list>" if isinstance(raw, list | tuple) else "<name>"


Names = Annotated[
    Annotated[str, Tag("<name>")] | Annotated[list[str], Tag("<list>")], Discriminator(_names_tag)
]


class AssetQuery(Model):
    """A set of catalogue entries; one is drawn uniformly (each object draws its own)."""

    pack: Names | None = None
    category: Names | None = None
    tags: list[str] = []
    ids: list[str] = []  # catalogue ids, `*` allowed
    max_size: PositiveLength | None = None  # longest side
    min_size: NonNegativeLength | None = None


class ProceduralAsset(Model):
    """A model made by code, with its parameters (numbers, texts or distributions)."""

    procedural: str  # for example `carton`, `crate`, `cylinder`, `bottle`, `bolt`
    params: Named[AssetParam] = {}


_asset_by_keys = by_keys({"<query>": AssetQuery, "<procedural>": ProceduralAsset}, other="<id>")


def _asset_tag(raw: Any) -> str:
    keys = [str(key) for key in raw] if isinstance(raw, dict) else []  # pyright: ignore[reportUnknownArgumentType]
    if (
        len(keys) == 1
        and closest(keys[0], (*FORMS, *keys_of(AssetQuery), *keys_of(ProceduralAsset))) in FORMS
    ):
        return "<id>"
    return _asset_by_keys(raw)


AssetChoice = Annotated[  # a text is a catalogue id, or a choice of ids
    Annotated[Text, Tag("<id>")]
    | Annotated[AssetQuery, Tag("<query>")]
    | Annotated[ProceduralAsset, Tag("<procedural>")],
    Discriminator(_asset_tag),
]


# -- targets -----------------------------------------------------------------------------------------------------


def _target_tag(raw: Any) -> str:
    return "<name>" if isinstance(raw, str) else "<point>"


Target = Annotated[  # the name of a region or object, or a point
    Annotated[str, Tag("<name>")] | Annotated[Vector3, Tag("<point>")], Discriminator(_target_tag)
]


# -- placement ---------------------------------------------------------------------------------------------------


class At(Model):
    """At a point of the world; `position` is of the object's bottom centre."""

    position: Vector3
    yaw: Angle = 0.0
    pitch: Angle = 0.0
    roll: Angle = 0.0


class On(Model):
    """Standing upright on a surface region of the world, or on top of another object."""

    target: str  # region, object or group (one member is drawn)
    yaw: Angle | None = None  # None: uniform; counts from the target's own
    offset: Vector3 | None = None  # from the middle of the target along its axes; None: anywhere on it
    facing: str | None = None  # object name, turns the object's +X towards it


class In(Model):
    """Resting inside a container object (`bin`), dropped from above its opening."""

    target: str
    height: NonNegativeLength = 0.1


class Inside(Model):
    """Anywhere inside a region, upright unless `tumble`."""

    region: Region
    yaw: Angle | None = None
    tumble: bool = False


class Scatter(Model):
    """Spread over a surface region, upright, no two nearer than `min_spacing` between their footprints."""

    region: Region
    min_spacing: NonNegativeLength = 0.0
    yaw: Angle | None = None


class Drop(Model):
    """Let go above a surface region, tumbling, without overlap; physics brings it to rest."""

    region: Region
    height: NonNegativeLength = (
        0.1  # clear height of the lowest point above the surface and above what lies below
    )
    tumble: bool = True


class Stack(Model):
    """The objects of this group piled on each other, the first on `target`."""

    target: str  # of a group, every member carries one pile; they are filled in turns, layer by layer
    offset: Vector3 | None = None
    jitter: NonNegativeLength = 0.0  # horizontal offset between neighbours, drawn uniform in +-jitter
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
    facing: Target | None = None


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
    scale: Positive = 1.0
    mass: Mass | None = None
    friction: NonNegative | None = None
    restitution: Fraction | None = None
    velocity: VelocityVector | None = None
    material: MaterialSpec | None = None
    category: str | None = None  # overrides the catalogue's


# -- surroundings ------------------------------------------------------------------------------------------------


class EmptyWorld(Model):
    """Nothing but an optional floor. Region: `floor`."""

    kind: Literal["empty"] = "empty"
    floor: bool = True
    size: PositiveLength = 20.0
    material: MaterialSpec | None = None


class TabletopWorld(Model):
    """A table on a floor. Regions: `table`, `floor`."""

    kind: Literal["tabletop"]
    width: PositiveLength = 1.4  # x
    depth: PositiveLength = 0.9  # y
    height: PositiveLength = 0.75
    table_material: MaterialSpec | None = None
    surface: Text = "wood"  # procedural surface of the top: wood, laminate, stone, metal, fabric
    floor: bool = True
    floor_surface: Text = "planks"
    room: bool = False  # walls around


class BinWorld(Model):
    """An open bin on a floor or stand. Regions: `bin` (its inside), `floor`."""

    kind: Literal["bin"]
    width: PositiveLength = 0.6
    depth: PositiveLength = 0.4
    height: PositiveLength = 0.25
    wall: PositiveLength = 0.008
    material: MaterialSpec | None = None


class WarehouseWorld(Model):
    """A hall with pallet racks. Regions: `floor`, `aisle`, and per rack and level `rack[0].level[1]` ..."""

    kind: Literal["warehouse"]
    racks: PositiveCount = 2
    bays: PositiveCount = 3
    levels: PositiveCount = 3
    bay_width: PositiveLength = 2.7
    level_height: PositiveLength = 1.6
    rack_depth: PositiveLength = 1.1
    aisle_width: PositiveLength = 3.2
    floor_surface: Text = "concrete"


_WORLDS = {"empty": EmptyWorld, "tabletop": TabletopWorld, "bin": BinWorld, "warehouse": WarehouseWorld}


def _check_world(raw: Any) -> Any:
    """Refuse a mapping without a known `kind` before any form of world is tried."""
    if not isinstance(raw, dict):
        return raw
    kind = raw.get("kind")  # pyright: ignore[reportUnknownVariableType]
    if kind is None and raw:
        typo = closest("kind", [str(key) for key in raw if str(key) not in keys_of(TabletopWorld)])  # pyright: ignore[reportUnknownArgumentType]
        if typo:
            raise ValidationError.from_exception_data(
                "world", [InitErrorDetails(type="extra_forbidden", loc=(typo,), input=None)]
            )
        raise PydanticCustomError(
            "value", "{message}", {"message": f"lacks 'kind': one of {', '.join(_WORLDS)}"}
        )
    if kind is not None and kind not in _WORLDS:
        message = (
            f"unknown kind of world '{kind}';{did_you_mean(str(kind), _WORLDS)} known: {', '.join(_WORLDS)}"
        )
        raise PydanticCustomError("value", "{message}", {"message": message})
    return raw  # pyright: ignore[reportUnknownVariableType]


def _world_tag(raw: Any) -> str:
    if isinstance(raw, dict):
        return f"<{raw.get('kind', 'empty')}>"  # pyright: ignore[reportUnknownMemberType]
    return next((f"<{kind}>" for kind, model in _WORLDS.items() if isinstance(raw, model)), "<empty>")


World = Annotated[
    Annotated[EmptyWorld, Tag("<empty>")]
    | Annotated[TabletopWorld, Tag("<tabletop>")]
    | Annotated[BinWorld, Tag("<bin>")]
    | Annotated[WarehouseWorld, Tag("<warehouse>")],
    Discriminator(_world_tag),
    BeforeValidator(_check_world),
]


class EnvironmentSpec(Model):
    """Light from all around."""

    map: Text | None = None  # catalogue id of a light map, or `procedural/softbox`, `procedural/overcast` ...
    illuminance: Illuminance = 500.0  # on an upward-facing plane
    rotation: Angle = 0.0
    background: bool = True


class SunSpec(Model):
    """A directional light; azimuth from +X towards +Y, elevation above the horizon."""

    azimuth: Angle
    elevation: Elevation
    illuminance: Illuminance
    color_temperature: Positive = 5800.0  # kelvin, black body
    angular_diameter: Angle = 0.0093


# -- sensors and capture -----------------------------------------------------------------------------------------


class Orbit(Model):
    """Views spread around a target, each from its own draw.

    `spread: even` divides the azimuth range into as many equal sectors as there are frames, one view in each.
    """

    target: Target  # region, object or point looked at
    radius: PositiveLength
    elevation: Elevation
    azimuth: Angle | None = None  # None: all around
    target_jitter: NonNegativeLength = 0.0
    spread: Literal["even", "independent"] = "even"


class Fixed(Model):
    """A camera that stands still, or one pose drawn per frame where a value is a distribution."""

    position: Vector3
    look_at: Target
    roll: Angle = 0.0
    per_frame: bool = False


def _exposure_tag(raw: Any) -> str:
    return "<auto>" if isinstance(raw, str) and "${" not in raw else "<ev100>"


Exposure = Annotated[
    Annotated[Plain, Tag("<ev100>")] | Annotated[Literal["auto"], Tag("<auto>")], Discriminator(_exposure_tag)
]


class CameraSpec(Model):
    """A pinhole camera: exactly one of `orbit` and `fixed`."""

    kind: Literal["camera"] = "camera"
    width: ImageSide = 640
    height: ImageSide = 480
    fov: FieldOfView = 1.0472  # horizontal
    near: PositiveLength = 0.05
    far: PositiveLength = 200.0
    exposure: Exposure = "auto"  # EV100
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
    step_rate: PositiveCount = 240
    gravity: AccelerationVector = (0.0, 0.0, -9.81)  # m/s^2
    solver_iterations: PositiveCount = 50
    settle: SettleSpec = SettleSpec()
    max_speed: Speed = 30.0
    max_penetration: PositiveLength = 0.01


class CaptureSpec(Model):
    """When frames are taken."""

    when: Literal["settled", "start"] = "settled"
    frames: FrameCount = 1
    rate: Count = 0  # Hz; 0: all frames at one instant


# -- constraints -------------------------------------------------------------------------------------------------


class Require(Model):
    """An expression over params that must be true, for example `${width} > ${height}`."""

    require: str


class Clearance(Model):
    """Objects of two groups keep at least `distance` between their boxes."""

    clearance: list[str]  # two names; a group name means each of its members
    distance: NonNegativeLength


class NonOverlap(Model):
    """No two of the named objects (or groups; `all`) overlap at placement."""

    non_overlap: list[str]


class InRegion(Model):
    """The named objects lie with their centres in a region at placement."""

    in_region: list[str]
    region: Region


def _frame_tag(raw: Any) -> str:
    return "<word>" if isinstance(raw, str) else "<index>"


Frame = Annotated[
    Annotated[int, Field(ge=0, strict=True), Tag("<index>")]
    | Annotated[Literal["any", "all"], Tag("<word>")],
    Discriminator(_frame_tag),
]


class VisibleFrom(Model):
    """The sensor sees the object: a fraction of its box sample points is in frame and unoccluded by boxes."""

    visible_from: str  # sensor
    object: str
    min_fraction: Fraction = 0.2
    frame: Frame = "any"


_CONSTRAINTS = {
    "<require>": Require,
    "<clearance>": Clearance,
    "<non_overlap>": NonOverlap,
    "<in_region>": InRegion,
    "<visible_from>": VisibleFrom,
}
Constraint = Annotated[
    Annotated[Require, Tag("<require>")]
    | Annotated[Clearance, Tag("<clearance>")]
    | Annotated[NonOverlap, Tag("<non_overlap>")]
    | Annotated[InRegion, Tag("<in_region>")]
    | Annotated[VisibleFrom, Tag("<visible_from>")],
    Discriminator(by_keys(_CONSTRAINTS)),
]


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
    objects: Named[ObjectGroup] = {}
    sensors: Named[CameraSpec]
    physics: PhysicsSpec = PhysicsSpec()
    capture: CaptureSpec = CaptureSpec()
    constraints: list[Constraint] = []
    sample: SampleSpec = SampleSpec()
    labels: LabelSpec = LabelSpec()
