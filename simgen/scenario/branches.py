"""Fields of several forms: the form is chosen by the keys present, so that errors speak of one form only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, cast

from pydantic import BaseModel


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the keys that a model has in files."""
    return [field.alias or name for name, field in model.model_fields.items()]


def by_keys(tags: Mapping[str, type[BaseModel]], other: str | None = None) -> Callable[[Any], str]:
    """Return a function that gives the tag of the model whose keys fit best.

    Args:
        tags: models by tag, the most common first.
        other: tag of what is no mapping and no model; None: the first tag.
    """

    def choose(raw: Any) -> str:
        for tag, model in tags.items():
            if isinstance(raw, model):
                return tag
        if not isinstance(raw, Mapping):
            return other or next(iter(tags))
        keys = [str(key) for key in cast("Mapping[object, object]", raw)]
        return max(tags, key=lambda tag: _fit(keys, keys_of(tags[tag]), _required(tags[tag])))

    return choose


def closest(key: str, known: Iterable[str]) -> str | None:
    """Return the known key that is most like a key, or None if none is like it."""
    return next(iter(get_close_matches(key, list(known), n=1, cutoff=0.6)), None)


def _required(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items() if field.is_required()]


def _fit(keys: list[str], known: list[str], required: list[str]) -> tuple[float, float]:
    """Keys that are required weigh most, then exact keys, then near misses."""
    exact = sum(key in known for key in keys) + sum(key in required for key in keys)
    near = sum(closest(key, known) is not None for key in keys)
    near_required = sum(closest(key, keys) is not None for key in required)
    return (exact + 0.5 * near + 0.75 * near_required, -len(known))
