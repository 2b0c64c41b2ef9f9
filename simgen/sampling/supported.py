"""Refuses what the format can say and this version cannot draw yet, before anything is made of it.

A scenario whose event never happened would be a dataset that lies; saying so at the start costs nothing.
"""

from __future__ import annotations

from simgen.errors import UsageError
from simgen.scenario import Scenario
from simgen.scenario.distributions import Proposed
from simgen.scenario.spec import ObjectGroup

_SECTIONS = ("actors", "counterfactual", "events", "faults", "lights")


def require_supported(scenario: Scenario) -> None:
    """Check that sampling and simulation do all that a scenario asks for.

    Raises:
        UsageError: it has parts that are read and checked but not drawn by this version; the text lists them.
    """
    found = unsupported(scenario)
    if found:
        raise UsageError(
            f"'{scenario.name}' uses {', '.join(found)}: this version of simgen reads and checks them but does not "
            "simulate them; remove them, or use a version that does"
        )


def unsupported(scenario: Scenario) -> tuple[str, ...]:
    """Return the places of a scenario that are not drawn, sorted."""
    found = [name for name in _SECTIONS if getattr(scenario, name)]
    found += [f"params.{name}" for name, value in scenario.params.items() if isinstance(value, Proposed)]
    found += [
        f"capture.{name}" for name in ("duration", "dense") if getattr(scenario.capture, name) is not None
    ]
    found += [
        f"sensors.{name}.mount" for name, camera in scenario.sensors.items() if camera.mount is not None
    ]
    for name, group in scenario.objects.items():
        found += [f"objects.{name}.{part}" for part in _of_group(group)]
    return tuple(sorted(found))


def _of_group(group: ObjectGroup) -> list[str]:
    parts = {
        "attached_to": group.attached_to is not None,
        "motion": group.motion == "kinematic",
        "place.along": group.place.along is not None,
        "present": not group.present,
    }
    return [part for part, used in parts.items() if used]
