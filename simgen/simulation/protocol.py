"""What every physics engine offers: open a scene as a world, step it, read it.

The driver in `run.py` settles, guards and records; an engine only moves bodies. `kinematic` is the reference
and the test double, `bullet` the engine for real scenes. Scenes in which something behaves or happens need more of
an engine, an `ActiveWorld`; `episode.py` runs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from simgen.assets import AssetLibrary
from simgen.closing import Closable
from simgen.geometry import FloatArray, Quat, Vec3
from simgen.records.scene import Scene
from simgen.records.trajectory import Contact


@dataclass(frozen=True, slots=True, eq=False)
class BodyStates:
    """State of all n bodies at one instant, in order of instance id.

    Attributes:
        positions_m: (n, 3) world, of the object-frame origin.
        quaternions_wxyz: (n, 4) object -> world, unit.
        linear_velocities_mps: (n, 3) world, of the object-frame origin.
        angular_velocities_radps: (n, 3) world.
    """

    positions_m: FloatArray
    quaternions_wxyz: FloatArray
    linear_velocities_mps: FloatArray
    angular_velocities_radps: FloatArray


@dataclass(frozen=True, slots=True)
class Speeds:
    """How fast the dynamic bodies move, in order of instance id (as long as none begins or ends to be one).

    Attributes:
        linear_mps: speed of each centre of mass.
        angular_radps: rate of turn of each body.
    """

    linear_mps: list[float]
    angular_radps: list[float]


class Motion(NamedTuple):
    """Pose and velocities of the object frame of one body, world."""

    position_m: Vec3
    quaternion_wxyz: Quat
    velocity_mps: Vec3
    angular_radps: Vec3


class Touch(NamedTuple):
    """Two bodies that touched during the last step.

    Attributes:
        a: lower instance id.
        b: higher instance id.
        impulse_ns: of the normal force in that step.
        closing_mps: of both centres of mass along the normal, before the step; 0 if they touched before it too.
        point_m: of the deepest contact, world.
    """

    a: int
    b: int
    impulse_ns: float
    closing_mps: float
    point_m: Vec3


class Gap(NamedTuple):
    """The space between two collision shapes at one of its narrowest places.

    Attributes:
        distance_m: negative where they overlap.
        normal: unit, world, from the second shape to the first.
        point_m: on the second, world.
    """

    distance_m: float
    normal: Vec3
    point_m: Vec3


class World(Closable, Protocol):
    """One scene inside an engine.

    Attributes:
        can_rest: whether bodies can come to rest here; without contacts they cannot, so nothing is waited for.
    """

    can_rest: bool

    def step(self) -> None:
        """Advance by one step of `1 / step_rate_hz` seconds."""
        ...

    def speeds(self) -> Speeds:
        """Return the speeds of the dynamic bodies, as last read: at most 1/60 s ago. Cheap, asked after every step."""
        ...

    def still_steps(self) -> int:
        """Return for how many steps every dynamic body has been near where it is; see `stillness`."""
        ...

    def states(self) -> BodyStates:
        """Return the state of every body."""
        ...

    def contacts(self, frame_index: int) -> tuple[Contact, ...]:
        """Return what touches now, one contact a pair, sorted by ids; static pairs are left out."""
        ...

    def close(self) -> None:
        """Release the engine; calling it twice does no harm."""
        ...


class ActiveWorld(World, Protocol):
    """A world in which bodies come, go, and are moved by behaviours; bodies are named by their instance id.

    A *driven* body is moved by its caller: it pushes dynamic bodies as if its mass were infinite, and meets neither
    static nor other driven ones. Bodies that the scene calls kinematic, and those that a joint holds to a body that is
    not dynamic, begin driven; those that are not present begin outside of the world.
    """

    def busy(self) -> bool:
        """Whether there is a dynamic body: if not, nothing moves but what is driven."""
        ...

    def movers(self) -> list[int]:
        """Return the dynamic bodies, in the order of `speeds`."""
        ...

    def motion(self, body: int) -> Motion:
        """Return pose and velocities of a body in the world."""
        ...

    def drive(self, body: int, motion: Motion) -> None:
        """Put a driven body somewhere, with a velocity that holds for the next step."""
        ...

    def set_velocity(self, body: int, velocity_mps: Vec3, angular_radps: Vec3) -> None:
        """Change the velocity of a dynamic body: of its object frame's origin."""
        ...

    def set_friction(self, body: int, friction: float | None) -> None:
        """Change the friction coefficient of a body; None: back to its own."""
        ...

    def make_dynamic(self, body: int) -> None:
        """Give a driven body its own mass, and the pose and velocity it was last driven with."""
        ...

    def join(self, child: int, parent: int) -> None:
        """Fix two dynamic bodies to each other as they stand."""
        ...

    def release(self, child: int) -> None:
        """Undo `join`; nothing happens where there is no joint."""
        ...

    def apply_impulse(self, body: int, impulse_ns: Vec3, at_object_m: Vec3 | None) -> None:
        """Push a dynamic body at a point of its object frame, or at its centre of mass."""
        ...

    def spawn(self, body: int, motion: Motion, *, driven: bool) -> None:
        """Bring a body into the world."""
        ...

    def remove(self, body: int) -> None:
        """Take a body out of the world."""
        ...

    def gaps(self, a: int, b: int, reach_m: float) -> list[Gap]:
        """Return the gaps between two bodies' collision shapes that are at most `reach_m` wide."""
        ...

    def touches(self) -> list[Touch]:
        """Return what touched during the last step, ordered by ids; static and driven pairs never do."""
        ...


class ActiveEngine(Protocol):
    """Opens scenes as active worlds."""

    def __call__(self, scene: Scene, library: AssetLibrary) -> ActiveWorld:
        """Build the scene at time 0; see `Engine`."""
        ...


class Engine(Protocol):
    """Opens scenes as worlds."""

    def __call__(self, scene: Scene, library: AssetLibrary) -> World:
        """Build the scene at time 0.

        Raises:
            AssetError: a collision shape cannot be used.
        """
        ...
