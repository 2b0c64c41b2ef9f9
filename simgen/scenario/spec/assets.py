"""Which model an object has."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from simgen.scenario.branches import by_keys, closest, keys_of
from simgen.scenario.forms import FORMS
from simgen.scenario.spec.base import Model, Named
from simgen.scenario.values import AssetParam, NonNegativeLength, PositiveLength, Text


def _names_tag(raw: Any) -> str:
    return "<list>" if isinstance(raw, list | tuple) else "<name>"


Names = Annotated[
    Annotated[str, Tag("<name>")] | Annotated[list[str], Tag("<list>")], Discriminator(_names_tag)
]


class AssetQuery(Model):
    """A set of catalogue entries; one is drawn uniformly (each object draws its own)."""

    pack: Names | None = None  # `simgen assets list --packs` lists them
    category: Names | None = None  # class of the taxonomy
    tags: list[str] = []
    ids: list[str] = []  # catalogue ids, `*` allowed
    max_size: PositiveLength | None = None  # longest side
    min_size: NonNegativeLength | None = None


class ProceduralAsset(Model):
    """A model made by code, with its parameters (numbers, texts or distributions)."""

    procedural: str  # for example `carton`, `crate`, `cylinder`, `bottle`, `bolt`
    params: Named[AssetParam] = {}


_asset_by_keys = by_keys({"<query>": AssetQuery, "<procedural>": ProceduralAsset}, other="<id>")


def _asset_tag(raw: Any) -> str:
    keys = [str(key) for key in raw] if isinstance(raw, dict) else []  # pyright: ignore[reportUnknownArgumentType]
    if (
        len(keys) == 1
        and closest(keys[0], (*FORMS, *keys_of(AssetQuery), *keys_of(ProceduralAsset))) in FORMS
    ):
        return "<id>"
    return _asset_by_keys(raw)


AssetChoice = Annotated[  # a text is a catalogue id, or a choice of ids
    Annotated[Text, Tag("<id>")]
    | Annotated[AssetQuery, Tag("<query>")]
    | Annotated[ProceduralAsset, Tag("<procedural>")],
    Discriminator(_asset_tag),
]
