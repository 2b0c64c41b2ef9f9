"""What an actor does over time, as data: a tree of behaviours, and the conditions that end or start them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simgen.records.settings import HasSettings, Settings

Edge = Literal["level", "rising", "falling"]


@dataclass(frozen=True, slots=True)
class Trigger(HasSettings):
    """A condition on the simulated world; the kinds and their exact meaning are in `docs/events.md`.

    Attributes:
        kind: `time`, `ttc`, ..., or a combinator: `all`, `any`, `not`, `then`.
        path: where it stands in the scenario; names its random stream.
        settings: of the kind, SI.
        children: what a combinator combines, in order.
        edge: which change of the condition counts.
        delay_s: the signal comes that much later.
        hold_s: the condition must have been true without a break for that long.
        max_count: how often it may fire; 0: without bound.
    """

    kind: str
    path: str
    settings: Settings = ()
    children: tuple[Trigger, ...] = ()
    edge: Edge = "level"
    delay_s: float = 0.0
    hold_s: float = 0.0
    max_count: int = 0


@dataclass(frozen=True, slots=True)
class Behaviour(HasSettings):
    """A behaviour; the kinds and their exact meaning are in `docs/events.md`.

    Attributes:
        kind: a leaf (`idle`, `follow_path`, ..., `python`) or `serial`, `parallel`, `until`, `for`, `repeat`.
            `one_of` is gone: sampling kept the branch it drew.
        path: where it stands in the scenario; names its random stream.
        settings: of the kind, SI.
        children: the steps of `serial`, the branches of `parallel`, else the one behaviour below.
        condition: what ends `until`.
    """

    kind: str
    path: str
    settings: Settings = ()
    children: tuple[Behaviour, ...] = ()
    condition: Trigger | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A body of the scene that behaves.

    Attributes:
        name: of its `SceneObject`.
        role: free word of the scenario, for example `ego`.
        forward_rad: where the model's own front points, about its Z axis from its X axis. The actor frame is the
            object frame turned by it, with the origin in the middle of the underside: x ahead, y left, z up.
        behaviour: what it does from time 0.
    """

    name: str
    role: str
    forward_rad: float
    behaviour: Behaviour


@dataclass(frozen=True, slots=True)
class Joint:
    """Holds one body fixed to another, as they stand at time 0, until an event releases it.

    Attributes:
        child: name of the body that is held.
        parent: name of the body that it is fixed to.
    """

    child: str
    parent: str
