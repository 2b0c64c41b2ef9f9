"""Bodies that behave, bodies fixed to each other, and the lines that are followed."""

from __future__ import annotations

from collections.abc import Iterable

from simgen.errors import Problem, ScenarioError
from simgen.records.behaviour import Actor, Behaviour, Joint
from simgen.records.lane import Lane
from simgen.sampling.cast import Cast
from simgen.sampling.draws import Draws
from simgen.sampling.objects import Thing
from simgen.sampling.trees import behaviour_of
from simgen.scenario import spec
from simgen.worlds.lane_graph import LaneGraph


def actor_of(cast: Cast, thing: Thing, given: spec.ActorSpec) -> Actor:
    """Return what one actor does from time 0; without a behaviour, nothing."""
    path = f"{thing.path}.behaviour"
    if given.behaviour is None:
        behaviour = Behaviour("idle", f"{path}.idle")
    else:
        behaviour = behaviour_of(cast, given.behaviour, path, thing.name)
    return Actor(thing.name, given.role, thing.forward_rad, behaviour)


def joint_of(cast: Cast, thing: Thing, parent: str) -> Joint:
    """Return the joint that holds a body to another.

    Raises:
        ScenarioError: the other does not exist in this scene, or is the body itself.
    """
    path = f"{thing.section}.{thing.group}.attached_to"
    holder = cast.body(parent, path)
    if holder == thing.name:
        raise ScenarioError([Problem(path, f"'{thing.name}' cannot be attached to itself")])
    return Joint(thing.name, holder)


def lanes_of(draws: Draws, world: Iterable[Lane], paths: dict[str, spec.PathSpec]) -> tuple[Lane, ...]:
    """Return the lanes of the world, then the paths of the scenario, each drawn."""
    return (*world, *(_path(draws, name, path) for name, path in paths.items()))


def graph_of(lanes: tuple[Lane, ...]) -> LaneGraph:
    """Return lanes and paths, to be looked up by name.

    Raises:
        ScenarioError: a drawn path is no line, or has the name of a lane.
    """
    try:
        return LaneGraph(lanes)
    except ValueError as error:
        raise ScenarioError([Problem("paths", str(error))]) from error


def _path(draws: Draws, name: str, path: spec.PathSpec) -> Lane:
    points = (draws.vector(point, f"paths.{name}.points[{k}]") for k, point in enumerate(path.points))
    return Lane(name, tuple(points))
