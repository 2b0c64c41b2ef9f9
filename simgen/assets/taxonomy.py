"""The one list of classes: ids, supercategories and what COCO and Open Images call them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simgen.errors import AssetError, did_you_mean
from simgen.records.asset import Category
from simgen.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All classes in id order.

    Attributes:
        categories: ids 1, 2, 3 ... without gaps.
        by_id: the same, by `category_id`.
    """

    categories: tuple[Category, ...]
    by_id: Mapping[int, Category]
    _by_word: Mapping[str, Category]

    def by_name(self, name: str) -> Category:
        """Return the class of that name, or of that synonym.

        Raises:
            AssetError: no class is called so; the message names the closest one.
        """
        if name not in self._by_word:
            hint = did_you_mean(name, self._by_word) or " see assets/taxonomy.json for the list."
            raise AssetError(f"no category '{name}' among the {len(self.categories)} of the taxonomy;{hint}")
        return self._by_word[name]


@lru_cache(maxsize=1)
def load_taxonomy() -> Taxonomy:
    """Return the shipped taxonomy, read once a process from `assets/taxonomy.json`."""
    text = (shipped("assets") / "taxonomy.json").read_text(encoding="utf-8")
    categories = tuple(_category(entry) for entry in json.loads(text)["categories"])
    by_word = {word: category for category in categories for word in category.synonyms}
    by_word |= {category.name: category for category in categories}
    by_id = {category.category_id: category for category in categories}
    return Taxonomy(categories, MappingProxyType(by_id), MappingProxyType(by_word))


def _category(entry: dict[str, Any]) -> Category:
    return Category(
        category_id=entry["id"],
        name=entry["name"],
        supercategory=entry["supercategory"],
        is_thing=entry["is_thing"],
        coco_name=entry.get("coco_name", ""),
        openimages_name=entry.get("openimages_name", ""),
        synonyms=tuple(entry.get("synonyms", ())),
    )
