"""Objects and actors: what they are, beside where they are placed."""

from __future__ import annotations

from typing import Literal

from simgen.scenario.spec.assets import AssetChoice
from simgen.scenario.spec.base import BodyName, Model
from simgen.scenario.spec.behaviours import BehaviourSpec
from simgen.scenario.spec.placement import Place
from simgen.scenario.values import (
    Angle,
    Colour,
    Count,
    Fraction,
    Mass,
    NonNegative,
    Positive,
    PositiveLength,
    Text,
    VelocityVector,
)


class TextureSpec(Model):
    """A procedural surface of real scale, laid over an object by the sides of its box."""

    kind: Text  # noise, wood, planks, brick, asphalt, fabric, checker, print, concrete, marble ...
    seed: Count | None = None  # picks one of its variants; default: drawn for each object
    tile: PositiveLength | None = None  # length of one repeat; default: as the surface is made


class MaterialSpec(Model):
    """Changes to every material of an object; what is not given stays as the asset has it."""

    color: Colour | None = None  # replaces colour and map
    tint: Colour | None = None  # multiplies them
    roughness: Fraction | None = None
    metallic: Fraction | None = None
    texture: TextureSpec | None = None  # replaces every material but glass; the others then change it
    coat: Fraction | None = None  # share under a clear coat, as car paint or lacquer
    coat_roughness: Fraction | None = None
    transmission: Fraction | None = None  # above 0: tinted glass, in the colour of the surface


Motion = Literal["dynamic", "static", "kinematic"]


class ObjectGroup(Model):
    """`count` objects drawn alike, each from its own random streams; named `group[0]`, `group[1]` ...

    A group without `count` is a single object named `group`.
    """

    asset: AssetChoice
    count: Count | None = None  # none: a single object of the group's name
    place: Place
    motion: Motion = "dynamic"  # moved by physics, not at all, or as it behaves until it crashes
    scale: Positive = 1.0
    mass: Mass | None = None  # none: as the model has it, and so with friction and restitution
    friction: NonNegative | None = None
    restitution: Fraction | None = None
    velocity: VelocityVector | None = None  # at the start
    material: MaterialSpec | None = None
    category: str | None = None  # overrides the catalogue's
    # Fixed to this body as both stand at the start, until an event releases it
    attached_to: BodyName | None = None
    present: bool = True  # false: not there until an event spawns it


class ActorSpec(ObjectGroup):
    """An object, or `count` alike, that behaves. It shares the namespace of `objects`.

    A kinematic actor goes where its behaviour takes it, pushes dynamic bodies, and becomes dynamic on impact.
    """

    motion: Motion = "kinematic"
    role: str = ""  # free word, for example `ego`
    forward: Angle = 0.0  # where the model's own front points, about its Z axis from its X axis
    behaviour: BehaviourSpec | None = None  # none: idle
