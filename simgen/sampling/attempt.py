"""One attempt at one scene: everything drawn, placed and checked, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simgen.assets.library import AssetLibrary
from simgen.geometry import Pose
from simgen.records.behaviour import Actor, Joint
from simgen.records.event import Event, Fault
from simgen.records.lane import Lane
from simgen.records.scene import CameraSensor, Capture, PathTracing, Physics, Scene, SceneObject
from simgen.sampling.actors import actor_of, graph_of, joint_of, lanes_of
from simgen.sampling.cameras import Staging, draw_camera
from simgen.sampling.cast import Cast
from simgen.sampling.chances import Chances, draw_chances_of
from simgen.sampling.constraints import Checking, check_placement, check_visibility
from simgen.sampling.draws import Draws, Refused
from simgen.sampling.episode import draw_capture
from simgen.sampling.events import event_of, fault_of
from simgen.sampling.lamps import Fittings, draw_lamp, draw_panel
from simgen.sampling.layout import Layout
from simgen.sampling.lights import draw_environment, draw_fog, draw_sun
from simgen.sampling.objects import Thing, draw_group, scene_object, section_of
from simgen.sampling.order import placement_order
from simgen.sampling.placing import Item, Placing
from simgen.sampling.python_code import python_code
from simgen.sampling.relations import advice_for, place, relation_of
from simgen.sampling.surroundings import draw_world, part_object
from simgen.sampling.targets import Targets
from simgen.scenario import scenario_hash, spec
from simgen.worlds.world import World


@dataclass(frozen=True, slots=True)
class Stage:
    """A scene whose bodies are drawn, while the rest is added to it.

    Attributes:
        chances: params, and what of all that may happen is armed.
        draws: the random numbers, with the params.
        world: the surroundings.
        lanes: those of the world, and the paths of the scenario.
        groups: bodies by group.
        things: the same bodies by their own names, in the order of their instance ids.
        layout: what takes up room; grows as bodies are placed.
        targets: what may be pointed at.
        cast: what names of bodies, lamps and places stand for in behaviours and events.
    """

    scenario: spec.Scenario
    chances: Chances
    draws: Draws
    library: AssetLibrary
    world: World
    lanes: tuple[Lane, ...]
    groups: dict[str, tuple[Thing, ...]]
    things: dict[str, Thing]
    layout: Layout
    targets: Targets
    cast: Cast


def draw_scene(
    scenario: spec.Scenario, bare: Draws, index: int, library: AssetLibrary, redrawn: dict[str, int]
) -> Scene:
    """Return one drawn scene.

    Args:
        scenario: a distribution over scenes.
        bare: the random numbers of the attempt, without params.
        index: of the scene in its dataset.
        library: where assets are looked up.
        redrawn: counts views of cameras that were drawn again, by reason; added to.

    Raises:
        Refused: a constraint is not met, or something has no room.
        ScenarioError: the scenario names something that does not exist, or its numbers contradict each other.
    """
    chances = draw_chances_of(scenario, bare, index)
    stage = _stage(scenario, bare.with_params(dict(chances.params)), chances, library)
    poses = _place_all(stage)
    checking = Checking(stage.draws, stage.layout, stage.targets)
    check_placement(scenario.constraints, checking)
    capture = draw_capture(stage.draws, scenario.capture)
    cameras = _cameras(stage, capture, redrawn)
    absent = frozenset(thing.name for thing in stage.things.values() if not thing.present)
    check_visibility(
        scenario.constraints, Checking(stage.draws, stage.layout, stage.targets, cameras, absent)
    )
    return _scene(stage, index, poses, cameras, capture)


def _stage(scenario: spec.Scenario, draws: Draws, chances: Chances, library: AssetLibrary) -> Stage:
    world = draw_world(draws, scenario.world)
    groups = {name: draw_group(draws, library, name, group) for name, group in scenario.bodies.items()}
    members = {name: tuple(thing.name for thing in group) for name, group in groups.items()}
    layout = Layout(world)
    return Stage(
        scenario=scenario,
        chances=chances,
        draws=draws,
        library=library,
        world=world,
        lanes=lanes_of(draws, world.lanes, scenario.paths),
        groups=groups,
        things={thing.name: thing for group in groups.values() for thing in group},
        layout=layout,
        targets=Targets(world, layout, draws, members),
        cast=Cast(draws, members, world.regions, _home_paths(scenario, members)),
    )


def _home_paths(scenario: spec.Scenario, members: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the path that each body is placed along, of those that are."""
    return {
        member: along.path
        for name, group in scenario.bodies.items()
        if (along := group.place.along) is not None
        for member in members[name]
    }


def _place_all(stage: Stage) -> dict[str, Pose]:
    scenario, layout = stage.scenario, stage.layout
    ctx = Placing(stage.draws, layout, stage.targets, scenario.sampling.place_tries, graph_of(stage.lanes))
    poses: dict[str, Pose] = {}
    for name in placement_order(scenario.bodies):
        group = scenario.bodies[name]
        for thing in stage.groups[name]:
            pose = place(ctx, _item(thing, group.place))
            if pose is None:
                reason = f"{section_of(group)}.{name} {relation_of(group.place)}"
                raise Refused(reason, advice_for(group.place))
            layout.add(thing.name, pose, thing.size_m)
            poses[thing.name] = pose
    return poses


def _item(thing: Thing, asked: spec.Place) -> Item:
    return Item(thing.name, thing.group, thing.member, thing.size_m, asked, thing.section, thing.forward_rad)


def _cameras(stage: Stage, capture: Capture, redrawn: dict[str, int]) -> tuple[CameraSensor, ...]:
    scenario = stage.scenario
    staging = Staging(
        draws=stage.draws,
        layout=stage.layout,
        targets=stage.targets,
        cast=stage.cast,
        things=stage.things,
        room=stage.world.room,
        tries=scenario.sampling.place_tries,
        redrawn=redrawn,
    )
    sensors = scenario.sensors.items()
    return tuple(draw_camera(staging, name, camera, capture) for name, camera in sensors)


def _scene(
    stage: Stage, index: int, poses: dict[str, Pose], cameras: tuple[CameraSensor, ...], capture: Capture
) -> Scene:
    """Return the scene of what was placed; whatever is not drawn yet is drawn here, from streams of its own."""
    scenario, draws = stage.scenario, stage.draws
    fittings = Fittings(stage.cast, stage.targets, stage.things)
    actors, events = tuple(_actors(stage)), tuple(_events(stage))
    return Scene(
        scenario_name=scenario.name,
        scenario_hash=scenario_hash(scenario),
        seed=draws.seed,
        index=index,
        attempt=draws.attempt,
        objects=_objects(stage, poses),
        suns=tuple(draw_sun(draws, name, sun) for name, sun in scenario.suns.items()),
        environment=draw_environment(draws, scenario.environment),
        cameras=cameras,
        physics=_physics(draws, scenario.physics),
        capture=capture,
        workspace_min_m=stage.world.workspace_min_m,
        workspace_max_m=stage.world.workspace_max_m,
        params=tuple(sorted(draws.params.items())),
        actors=actors,
        joints=tuple(_joints(stage)),
        lights=tuple(draw_lamp(fittings, name, lamp) for name, lamp in scenario.lights.items()),
        panels=tuple(draw_panel(fittings, name, panel) for name, panel in scenario.panels.items()),
        fog=draw_fog(draws, scenario.fog),
        lanes=stage.lanes,
        events=events,
        faults=tuple(_faults(stage)),
        factors=stage.chances.factors,
        twin=stage.chances.twin,
        python_code=python_code(actors, events),
        path_tracing=PathTracing(scenario.path_tracing.samples, scenario.path_tracing.noise_target),
    )


def _objects(stage: Stage, poses: dict[str, Pose]) -> tuple[SceneObject, ...]:
    parts = [part_object(part, k + 1, stage.library) for k, part in enumerate(stage.world.parts)]
    bodies = (
        scene_object(thing, len(parts) + k + 1, poses[thing.name], stage.library)
        for k, thing in enumerate(stage.things.values())
    )
    return (*parts, *bodies)


def _actors(stage: Stage) -> Iterator[Actor]:
    for name, actor in stage.scenario.actors.items():
        for thing in stage.groups[name]:
            yield actor_of(stage.cast, thing, actor)


def _joints(stage: Stage) -> Iterator[Joint]:
    for name, group in stage.scenario.bodies.items():
        if group.attached_to is not None:
            for thing in stage.groups[name]:
                yield joint_of(stage.cast, thing, group.attached_to)


def _events(stage: Stage) -> Iterator[Event]:
    for (name, event), arming in zip(stage.scenario.events.items(), stage.chances.events, strict=True):
        yield event_of(stage.cast, name, event, arming)


def _faults(stage: Stage) -> Iterator[Fault]:
    for (name, fault), arming in zip(stage.scenario.faults.items(), stage.chances.faults, strict=True):
        yield fault_of(stage.cast, name, fault, arming)


def _physics(draws: Draws, physics: spec.PhysicsSpec) -> Physics:
    return Physics(
        engine=physics.engine,
        step_rate_hz=draws.count(physics.step_rate, "physics.step_rate"),
        gravity_mps2=draws.vector(physics.gravity, "physics.gravity"),
        solver_iterations=draws.count(physics.solver_iterations, "physics.solver_iterations"),
        settle_limit_s=draws.number(physics.settle.limit, "physics.settle.limit"),
        settle_linear_mps=draws.number(physics.settle.linear, "physics.settle.linear"),
        settle_angular_radps=draws.number(physics.settle.angular, "physics.settle.angular"),
        max_speed_mps=draws.number(physics.max_speed, "physics.max_speed"),
        max_penetration_m=draws.number(physics.max_penetration, "physics.max_penetration"),
        behaviour_rate_hz=draws.count(physics.behaviour_rate, "physics.behaviour_rate"),
    )
