"""Triggers, behaviours and actions: from trees that a user wrote to trees of records, every value drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simgen.errors import Problem, ScenarioError
from simgen.records.behaviour import Behaviour, Trigger
from simgen.records.event import Action
from simgen.records.settings import Settings
from simgen.sampling.cast import Cast
from simgen.sampling.settings import settings_of
from simgen.scenario import spec
from simgen.scenario.expressions import holds

_ONCE = 1  # how often the root of an event's trigger fires where the scenario does not say


def trigger_of(cast: Cast, given: spec.TriggerSpec, path: str, *, root: bool = False) -> Trigger:
    """Return one drawn condition.

    Args:
        cast: what names stand for, and the random numbers.
        given: as written.
        path: where it stands, for example `events.leap.trigger`; the record's path ends in its kind.
        root: it is the whole trigger of an event, which fires once unless told otherwise.
    """
    kind, form = given.form
    place = f"{path}.{kind}"
    if isinstance(form, list):
        children = tuple(trigger_of(cast, child, f"{place}[{k}]") for k, child in enumerate(form))
    elif isinstance(form, spec.TriggerSpec):
        children = (trigger_of(cast, form, place),)
    else:
        children = ()
    draws = cast.draws
    often = _ONCE if root else 0
    return Trigger(
        kind=kind,
        path=place,
        settings=() if children else _condition(cast, form, place),
        children=children,
        edge=given.edge,
        delay_s=draws.number(given.delay, f"{path}.delay"),
        hold_s=draws.number(given.hold, f"{path}.hold"),
        max_count=often if given.max_count is None else draws.count(given.max_count, f"{path}.max_count"),
    )


def _condition(cast: Cast, form: object, path: str) -> Settings:
    if isinstance(form, spec.Model):
        return settings_of(cast, form, path)
    return (("holds", holds(str(form), cast.draws.params)),)


def behaviour_of(cast: Cast, given: spec.BehaviourSpec, path: str, actor: str) -> Behaviour:
    """Return one drawn behaviour; of `one_of` the branch that was drawn.

    Args:
        cast: what names stand for, and the random numbers.
        given: as written.
        path: where it stands, for example `actors.deer.behaviour`; the record's path ends in its kind.
        actor: name of the body that behaves.

    Raises:
        ScenarioError: it follows no path by name and the actor was not placed along one.
    """
    kind, form = given.form
    place = f"{path}.{kind}"
    if kind == "one_of":
        k = _branch(cast, form, place)
        return behaviour_of(cast, form[k].behaviour, f"{place}[{k}].behaviour", actor)
    if isinstance(form, list):
        steps = (behaviour_of(cast, child, f"{place}[{k}]", actor) for k, child in enumerate(form))
        return Behaviour(kind, place, children=tuple(steps))
    settings = settings_of(cast, form, place)
    if isinstance(form, spec.FollowPath | spec.FollowLead) and form.path is None:
        settings = (*settings, ("path", cast.home(actor, f"{place}.path")))
    if isinstance(form, spec.Until | spec.For | spec.Repeat):
        child = behaviour_of(cast, form.behaviour, f"{place}.behaviour", actor)
        condition = trigger_of(cast, form.when, f"{place}.when") if isinstance(form, spec.Until) else None
        return Behaviour(kind, place, settings, (child,), condition)
    return Behaviour(kind, place, settings)


def _branch(cast: Cast, options: Sequence[spec.Option], path: str) -> int:
    """Return which branch of `one_of` is taken, each as likely as its weight says."""
    weights = [cast.draws.number(option.weight, f"{path}[{k}].weight") for k, option in enumerate(options)]
    sums = np.cumsum(weights)
    if sums[-1] <= 0:
        raise ScenarioError([Problem(path, "all weights are 0; at least one must be above 0")])
    u = float(cast.draws.rng(path).random())
    return int(np.searchsorted(sums, u * sums[-1], side="right"))


def action_of(cast: Cast, given: spec.ActionSpec, path: str) -> Action:
    """Return one drawn action.

    Args:
        cast: what names stand for, and the random numbers.
        given: as written.
        path: where it stands, for example `events.leap.actions[0]`; the record's path ends in its kind.
    """
    kind, form = given.form
    place = f"{path}.{kind}"
    behaviour = None
    if isinstance(form, spec.Do):
        behaviour = behaviour_of(cast, form.behaviour, f"{place}.behaviour", form.actor)
    delay = cast.draws.number(given.delay, f"{path}.delay")
    return Action(kind, place, settings_of(cast, form, place), behaviour, delay)
