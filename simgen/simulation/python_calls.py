"""Python that a scenario brings along: found by name, called with care, named in every error."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from simgen.errors import SimgenError, SimulationError
from simgen.records.behaviour import Behaviour, Trigger
from simgen.records.settings import Value
from simgen.simulation.watchdog import NeverEndsError, watched

T = TypeVar("T")
_PARAMS = "params."


def imported(node: Behaviour | Trigger) -> Any:
    """Return the object that a node calls, `module:name`.

    Raises:
        SimulationError: it cannot be imported, or has no such name.
    """
    call = node.text("call")
    module, _, name = call.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise SimulationError(
            f"{node.path}: cannot find '{call}' ({error}); "
            "put the file where Python finds it, for example with PYTHONPATH"
        ) from error


def params_of(node: Behaviour | Trigger) -> dict[str, Value]:
    """Return the params that a node gives to what it calls."""
    return {key.removeprefix(_PARAMS): value for key, value in node.settings if key.startswith(_PARAMS)}


def guarded(node: Behaviour | Trigger, call: Callable[[], T]) -> T:
    """Return what a call returns; StopIteration passes.

    Raises:
        SimulationError: it raised, or did not come back; names the place in the scenario.
    """
    try:
        return watched(call)
    except (StopIteration, SimgenError):
        raise
    except NeverEndsError as error:
        what = "yields" if isinstance(node, Behaviour) else "returns"
        raise SimulationError(
            f"{node.path}: '{node.text('call')}' never {what}: stopped after {error.seconds:g} s of computing; "
            "check its loops"
        ) from None
    except Exception as error:
        raise SimulationError(
            f"{node.path}: '{node.text('call')}' raised {type(error).__name__}: {error}"
        ) from error
