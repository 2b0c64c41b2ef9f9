"""What every physics engine offers: open a scene as a world, step it, read it.

The driver in `run.py` settles, guards and records; an engine only moves bodies. `kinematic` is the reference
and the test double, `bullet` the engine for real scenes.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray
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
    """How fast the dynamic bodies move, in order of instance id.

    Attributes:
        linear_mps: speed of each centre of mass.
        angular_radps: rate of turn of each body.
    """

    linear_mps: list[float]
    angular_radps: list[float]


class World(Protocol):
    """One scene inside an engine.

    Attributes:
        can_rest: whether bodies can come to rest here; without contacts they cannot, so nothing is waited for.
    """

    can_rest: bool

    def step(self) -> None:
        """Advance by one step of `1 / step_rate_hz` seconds."""
        ...

    def speeds(self) -> Speeds:
        """Return the speeds of the dynamic bodies; cheap, asked after every step."""
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

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """Opens scenes as worlds."""

    def __call__(self, scene: Scene, library: AssetLibrary) -> World:
        """Build the scene at time 0.

        Raises:
            AssetError: a collision shape cannot be used.
        """
        ...
