"""From a scenario and a seed to one concrete scene, by bounded rejection."""

from __future__ import annotations

from dataclasses import dataclass

from simgen.assets.library import AssetLibrary
from simgen.errors import SamplingError
from simgen.geometry import Pose
from simgen.records.rejections import Rejections
from simgen.records.scene import CameraSensor, Capture, Physics, Scene, SceneObject
from simgen.sampling.cameras import Staging, draw_camera
from simgen.sampling.constraints import Checking, check_params, check_placement, check_visibility
from simgen.sampling.draws import Draws, Refused
from simgen.sampling.layout import Layout
from simgen.sampling.lights import draw_environment, draw_sun
from simgen.sampling.objects import Thing, draw_group, scene_object
from simgen.sampling.order import placement_order
from simgen.sampling.placing import Item, Placing
from simgen.sampling.relations import advice_for, place, relation_of
from simgen.sampling.supported import require_supported
from simgen.sampling.surroundings import draw_world, part_object
from simgen.sampling.targets import Targets
from simgen.scenario import scenario_hash, spec
from simgen.scenario.values import draw_params
from simgen.worlds.world import World


@dataclass(frozen=True, slots=True)
class Draw:
    """An accepted scene and what was refused on the way to it.

    Attributes:
        scene: its `attempt` is the accepted one.
        rejections: refused attempts by constraint or relation, and views of cameras that were drawn again, all of
            this call only.
    """

    scene: Scene
    rejections: Rejections


def sample(
    scenario: spec.Scenario, seed: int, index: int, library: AssetLibrary, *, first_attempt: int = 0
) -> Draw:
    """Draw scene `index` of the dataset with that seed.

    Every attempt has its own random streams, so that the accepted scene depends on nothing but the arguments.

    Args:
        scenario: a distribution over scenes.
        seed: of the dataset.
        index: of the scene in its dataset.
        library: where assets are looked up; no mesh is opened.
        first_attempt: where to begin, one past the attempt that a physics guard refused.

    Raises:
        SamplingError: no attempt below `scenario.sampling.max_attempts` was accepted; the text names what refused
            most, how often, and what to try.
        ScenarioError: the scenario names something that does not exist.
        AssetError: an asset is unknown.
        UsageError: the scenario asks for what this version does not draw, see `supported`.
    """
    require_supported(scenario)
    rejections, advice = Rejections(), dict[str, str]()
    for attempt in range(first_attempt, scenario.sampling.max_attempts):
        redrawn: dict[str, int] = {}
        try:
            scene = _draw_scene(scenario, Draws(seed, index, attempt), library, redrawn)
        except Refused as refused:
            scene = None
            rejections = rejections.plus(refused.reason)
            advice[refused.reason] = refused.advice
        for reason, count in redrawn.items():
            rejections = rejections.plus(reason, count)
        if scene is not None:
            return Draw(scene, rejections)
    raise SamplingError(
        _failure(scenario, seed, index, first_attempt, rejections, advice), rejections.by_reason
    )


def _failure(
    scenario: spec.Scenario,
    seed: int,
    index: int,
    first_attempt: int,
    rejections: Rejections,
    advice: dict[str, str],
) -> str:
    bound = scenario.sampling.max_attempts
    head = f"scene {index} of '{scenario.name}' (seed {seed}): "
    if not advice:
        return f"{head}all {bound} draws are used up; raise sample.max_attempts"
    counts = dict(rejections.by_reason)
    worst = max(sorted(advice), key=lambda reason: counts[reason])
    others = ", ".join(f"'{reason}' {count}" for reason, count in rejections.by_reason if reason != worst)
    return (
        f"{head}all {bound - first_attempt} draws were refused. '{worst}' refused most: {counts[worst]}"
        f"{f' (besides: {others})' if others else ''}. Try: {advice[worst]}; or raise sample.max_attempts ({bound})"
    )


def _draw_scene(
    scenario: spec.Scenario, bare: Draws, library: AssetLibrary, redrawn: dict[str, int]
) -> Scene:
    params = draw_params(scenario, bare.rng)
    draws = Draws(bare.seed, bare.index, bare.attempt, params)
    check_params(scenario.constraints, draws)
    world = draw_world(draws, scenario.world)
    things = {name: draw_group(draws, library, name, group) for name, group in scenario.objects.items()}
    layout = Layout(world)
    targets = Targets(
        world, layout, draws, {name: tuple(t.name for t in group) for name, group in things.items()}
    )
    poses = _place_all(scenario, things, Placing(draws, layout, targets, scenario.sampling.place_tries))
    checking = Checking(draws, layout, targets)
    check_placement(scenario.constraints, checking)
    capture = _capture(draws, scenario.capture)
    staging = Staging(draws, layout, targets, world.room, scenario.sampling.place_tries, redrawn)
    cameras = tuple(
        draw_camera(staging, name, camera, capture.frame_count) for name, camera in scenario.sensors.items()
    )
    check_visibility(scenario.constraints, Checking(draws, layout, targets, cameras))
    return _scene(scenario, draws, library, world, things, poses, cameras, capture)


def _place_all(
    scenario: spec.Scenario, things: dict[str, tuple[Thing, ...]], ctx: Placing
) -> dict[str, Pose]:
    poses: dict[str, Pose] = {}
    for name in placement_order(scenario.objects):
        asked = scenario.objects[name].place
        for thing in things[name]:
            pose = place(ctx, Item(thing.name, name, thing.member, thing.size_m, asked))
            if pose is None:
                raise Refused(f"objects.{name} {relation_of(asked)}", advice_for(asked))
            ctx.layout.add(thing.name, pose, thing.size_m)
            poses[thing.name] = pose
    return poses


def _scene(
    scenario: spec.Scenario,
    draws: Draws,
    library: AssetLibrary,
    world: World,
    things: dict[str, tuple[Thing, ...]],
    poses: dict[str, Pose],
    cameras: tuple[CameraSensor, ...],
    capture: Capture,
) -> Scene:
    parts = [part_object(part, k + 1, library) for k, part in enumerate(world.parts)]
    placed = [thing for group in things.values() for thing in group]
    bodies: list[SceneObject] = [
        scene_object(thing, len(parts) + k + 1, poses[thing.name], library) for k, thing in enumerate(placed)
    ]
    return Scene(
        scenario_name=scenario.name,
        scenario_hash=scenario_hash(scenario),
        seed=draws.seed,
        index=draws.index,
        attempt=draws.attempt,
        objects=(*parts, *bodies),
        suns=tuple(draw_sun(draws, name, sun) for name, sun in scenario.suns.items()),
        environment=draw_environment(draws, scenario.environment),
        cameras=cameras,
        physics=_physics(draws, scenario.physics),
        capture=capture,
        workspace_min_m=world.workspace_min_m,
        workspace_max_m=world.workspace_max_m,
        params=tuple(sorted(draws.params.items())),
    )


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
    )


def _capture(draws: Draws, capture: spec.CaptureSpec) -> Capture:
    return Capture(
        when=capture.when,
        frame_count=draws.count(capture.frames, "capture.frames"),
        frame_rate_hz=draws.count(capture.rate, "capture.rate"),
    )
