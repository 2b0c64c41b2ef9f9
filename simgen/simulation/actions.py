"""What events do: one function a kind, in `KINDS`; `docs/events.md` defines them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simgen.errors import SimulationError, did_you_mean
from simgen.records.event import Action
from simgen.simulation.cast import Cast
from simgen.simulation.lamps import Lamps
from simgen.simulation.phases import Happening
from simgen.simulation.stage import Stage


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """What actions act on."""

    stage: Stage
    cast: Cast
    lamps: Lamps


def _do(action: Action, means: Means, happening: Happening) -> None:
    happening.waiting -= 1
    if action.behaviour is None:
        raise SimulationError(f"{action.path}: 'do' has no behaviour")
    over = means.cast.do(action.text("actor"), action.behaviour)
    if over is not None:
        happening.doing.append(over)


def _impulse(action: Action, means: Means, happening: Happening) -> None:
    del happening
    at = action.vector("at_m") if action.has("at_m") else None
    for name in action.texts("on"):
        means.cast.push(name, action.vector("impulse_ns"), at)


def _release(action: Action, means: Means, happening: Happening) -> None:
    del happening
    for name in action.texts("object"):
        means.cast.release(means.stage.bodies.named(name))


def _spawn(action: Action, means: Means, happening: Happening) -> None:
    del happening
    velocity = action.vector("velocity_mps") if action.has("velocity_mps") else None
    for name in action.texts("object"):
        means.cast.spawn(name, velocity)


def _remove(action: Action, means: Means, happening: Happening) -> None:
    del happening
    for name in action.texts("object"):
        means.cast.remove(name)


def _light(action: Action, means: Means, happening: Happening) -> None:
    del happening
    means.lamps.switch(
        action.text("name"),
        action.text("state"),
        means.stage.clock.time_s,
        factor=action.optional("factor") or 0.0,
        frequency_hz=action.optional("frequency_hz") or 0.0,
        for_s=action.optional("time_s"),
    )


def _environment(action: Action, means: Means, happening: Happening) -> None:
    del happening
    over_s = action.optional("over_s") or 0.0
    means.lamps.dim("environment", means.stage.clock.time_s, action.number("factor"), over_s)


KINDS: dict[str, Callable[[Action, Means, Happening], None]] = {
    "do": _do,
    "impulse": _impulse,
    "release": _release,
    "spawn": _spawn,
    "remove": _remove,
    "light": _light,
    "environment": _environment,
}


def act(action: Action, means: Means, happening: Happening) -> None:
    """Do what an action says, now.

    Raises:
        SimulationError: no such kind, or it speaks of something that is not in the scene.
    """
    if action.kind not in KINDS:
        hint, known = did_you_mean(action.kind, KINDS), ", ".join(sorted(KINDS))
        raise SimulationError(f"{action.path}: no action '{action.kind}';{hint} known: {known}")
    try:
        KINDS[action.kind](action, means, happening)
    except KeyError as error:
        raise SimulationError(f"{action.path}: {error.args[0]}") from error
