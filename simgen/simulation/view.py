"""What Python behaviours and triggers see of the running scene: everything to read, nothing to change."""

from __future__ import annotations

from collections.abc import Callable

from simgen.geometry import Vec3
from simgen.simulation import measures
from simgen.simulation.bodies import Body
from simgen.simulation.stage import PHASES, Stage
from simgen.worlds.lane_graph import LanePoint


class WorldView:
    """The world at the present instant; bodies are named as in the scenario.

    Attributes:
        me: name of the actor that behaves; empty for a trigger.
    """

    def __init__(self, stage: Stage, me: str = "") -> None:
        self._body: Callable[[str], Body] = stage.bodies.named
        self._stage = stage
        self.me = me

    @property
    def time_s(self) -> float:
        """The present instant."""
        return self._stage.clock.time_s

    @property
    def names(self) -> tuple[str, ...]:
        """All bodies, in order of instance id."""
        return tuple(body.name for body in self._stage.bodies)

    @property
    def params(self) -> dict[str, float | str]:
        """Drawn params of the scenario."""
        return dict(self._stage.scene.params)

    def present(self, name: str) -> bool:
        """Whether a body is in the world."""
        return self._body(name).present

    def position_m(self, name: str) -> Vec3:
        """Middle of a body's box, world."""
        return self._body(name).position_m

    def velocity_mps(self, name: str) -> Vec3:
        """Velocity of the middle, world."""
        return self._body(name).velocity_mps

    def speed_mps(self, name: str) -> float:
        """Length of the velocity."""
        return self._body(name).speed_mps

    def heading_rad(self, name: str) -> float:
        """Of the front, about world +Z from +X."""
        return self._body(name).heading_rad

    def size_m(self, name: str) -> Vec3:
        """Extent in the body's own frame."""
        x, y, z = self._body(name).half_m
        return (2 * x, 2 * y, 2 * z)

    def distance_m(self, a: str, b: str) -> float:
        """Free distance: gap between the boxes."""
        return measures.free_distance_m(self._body(a), self._body(b))

    def ahead_m(self, a: str, b: str) -> float:
        """How far the middle of `b` lies before that of `a`; negative behind."""
        return measures.ahead_m(self._body(a), self._body(b))

    def closing_speed_mps(self, a: str, b: str) -> float:
        """How fast the two middles come nearer."""
        return measures.closing_speed_mps(self._body(a), self._body(b))

    def ttc_s(self, a: str, b: str) -> float:
        """Time to collision; infinite while not closing."""
        return measures.ttc_s(self._body(a), self._body(b))

    def headway_s(self, a: str, b: str) -> float:
        """Time until the front of `a` is where the rear of `b` is; infinite behind or at rest."""
        return measures.headway_s(self._body(a), self._body(b))

    def touching(self, name: str) -> tuple[str, ...]:
        """Bodies that a body touches."""
        body, numbered = self._body(name).instance_id, self._stage.bodies.numbered
        return tuple(sorted(numbered(other).name for other, _ in self._stage.impacts.of(body)))

    def phase(self, event: str) -> str:
        """The last phase that an event has come to; empty before it is armed."""
        reached = self._stage.reached.get(event, 0)
        return PHASES[reached - 1] if reached else ""

    def visible_share(self, sensor: str, name: str) -> float:
        """Share of a body's sample points that a camera could see."""
        return self._stage.sight(self._stage.camera(sensor), self._body(name)).visible_share

    def lane_point(self, lane: str, s_m: float, lateral_m: float = 0.0) -> LanePoint:
        """A place on a lane or path."""
        return self._stage.lanes.point_at(lane, s_m, lateral_m)

    def lane_place(self, lane: str, name: str) -> tuple[float, float]:
        """Return (s, lateral) of a body on a lane or path."""
        return self._stage.lanes[lane].s_of(self._body(name).position_m)
