"""One canonical text for a scenario, however it was written: the thing that is hashed, stored and compared."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

from simgen.scenario.spec import Scenario


def to_plain(scenario: Scenario, *, defaults: bool = True) -> dict[str, Any]:
    """Return a scenario as plain dicts, lists, numbers and texts, quantities in SI.

    Args:
        scenario: the model.
        defaults: also what has its default value.
    """
    return scenario.model_dump(mode="python", by_alias=True, exclude_defaults=not defaults)


def canonical_json(scenario: Scenario) -> str:
    """Return the canonical JSON: keys sorted, no white space, defaults filled in, floats at full precision."""
    return json.dumps(
        to_plain(scenario), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 (hex) of the canonical JSON."""
    return hashlib.sha256(canonical_json(scenario).encode()).hexdigest()


def to_yaml(scenario: Scenario) -> str:
    """Return a scenario file that loads to the same canonical JSON; what has its default is left out."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.width = 110
    yaml.representer.sort_base_mapping_type_on_output = False
    stream = io.StringIO()
    yaml.dump(to_plain(scenario, defaults=False), stream)
    return stream.getvalue()
