"""Whether a scenario can be made on this machine: names, assets and packs, told before anything is drawn."""

from __future__ import annotations

from functools import partial

from simgen.assets import AssetLibrary
from simgen.assets.packs import missing
from simgen.errors import AssetError, Problem, ScenarioError
from simgen.records.asset import AssetRef
from simgen.scenario import Scenario
from simgen.scenario.checks import check as check_whole
from simgen.scenario.load import AssetCheck
from simgen.scenario.lookups import unknown_names
from simgen.scenario.messages import place_of
from simgen.scenario.spec import AssetQuery
from simgen.scenario.walk import asset_ids


def check(scenario: Scenario, library: AssetLibrary | None = None) -> None:
    """Check what only the whole scenario can tell: names that must exist, relations that exclude each other, assets.

    A file was checked when it was loaded; a scenario built in Python is checked here, before anything is made.

    Raises:
        ScenarioError: all problems found.
    """
    findings = [*check_whole(scenario), *unknown_names(scenario, library or AssetLibrary())]
    if findings:
        raise ScenarioError([Problem(place_of(location), message) for location, message in findings])


def require_ready(scenario: Scenario, library: AssetLibrary) -> None:
    """Check that a scenario holds together and that this machine has what it draws from.

    Raises:
        ScenarioError: see `check`.
        AssetError: see `require_packs`.
    """
    check(scenario, library)
    require_packs(scenario, library)


def asset_check(library: AssetLibrary) -> AssetCheck:
    """Return what tells a loader which of the names in a scenario exist nowhere."""
    return partial(unknown_names, library=library)


def missing_packs(scenario: Scenario, library: AssetLibrary | None = None) -> tuple[str, ...]:
    """Return the packs that a scenario draws from and this machine lacks, sorted.

    Raises:
        AssetError: a query names a pack or category that does not exist.
    """
    library = library or AssetLibrary()
    packs: set[str] = set()
    for _, asset_id in asset_ids(scenario):
        packs |= _packs_named(library, asset_id)
    for group in scenario.bodies.values():
        query = group.asset
        if isinstance(query, AssetQuery) and not query.ids:
            found = library.find(pack=query.pack, category=query.category, tags=query.tags)
            packs |= {info.pack for info in found}
    return missing(packs - {"procedural"})


def _packs_named(library: AssetLibrary, asset_id: str) -> set[str]:
    if "*" in asset_id:
        return {info.pack for info in library.find(ids=[asset_id])}
    return {library.describe(AssetRef(asset_id)).pack}


def require_packs(scenario: Scenario, library: AssetLibrary | None = None) -> None:
    """Check that this machine has every pack a scenario draws from.

    Raises:
        AssetError: some are missing; the text says how to install them.
    """
    lacking = missing_packs(scenario, library)
    if lacking:
        names = " ".join(lacking)
        raise AssetError(
            f"'{scenario.name}' needs packs that are not installed; run: simgen assets install {names}"
        )
