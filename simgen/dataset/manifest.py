"""What a dataset is made from, fixed before the first scene: the head of `dataset.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from simgen.dataset.conventions import conventions_of
from simgen.dataset.files import read_bytes
from simgen.dataset.layout import DATASET_FILE, FORMAT_VERSION, OUTPUT_SUFFIXES
from simgen.errors import DatasetError
from simgen.records.asset import Category


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that decides a dataset's bytes.

    Attributes:
        scenario_json: canonical JSON of the scenario.
        scenario_hash: SHA-256 (hex) of it.
        seed: dataset seed.
        scene_count: scenes asked for; indices 0 ... scene_count - 1.
        outputs: which pictures are written, see `layout.OUTPUT_SUFFIXES`.
        min_visible_px: objects with fewer visible pixels are left out by exporters.
        taxonomy: all categories in id order.
        renderer: name of the back end.
        simgen_version: version of this program.
        software: what else decides bytes, for example `python`, `numpy`, `pybullet`, `gl_renderer`.
        licence: of the dataset, as the scenario says; empty if it does not.
        authors: likewise.
        description: likewise.
    """

    scenario_name: str
    scenario_json: str
    scenario_hash: str
    seed: int
    scene_count: int
    outputs: tuple[str, ...]
    min_visible_px: int
    taxonomy: tuple[Category, ...]
    renderer: str
    simgen_version: str
    software: tuple[tuple[str, str], ...]
    licence: str = ""
    authors: tuple[str, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.outputs) - set(OUTPUT_SUFFIXES))
        if unknown or not self.outputs:
            allowed = ", ".join(OUTPUT_SUFFIXES)
            raise DatasetError(f"labels.outputs: {unknown or 'nothing is listed'}; allowed are {allowed}")


_codec = TypeAdapter(Manifest)
_MOST_SHOWN = 80  # characters of a value in a message


def manifest_to_json(manifest: Manifest) -> dict[str, Any]:
    """Return the head of `dataset.json`."""
    scenario = json.loads(manifest.scenario_json)
    return {
        "format_version": FORMAT_VERSION,
        "generator": {"name": "simgen", "version": manifest.simgen_version},
        "description": manifest.description,
        "licence": manifest.licence,
        "authors": list(manifest.authors),
        "scenario": {
            "name": manifest.scenario_name,
            "hash": manifest.scenario_hash,
            "canonical": scenario,
        },
        "seed": manifest.seed,
        "scene_count": manifest.scene_count,
        "renderer": manifest.renderer,
        "outputs": list(manifest.outputs),
        "min_visible_px": manifest.min_visible_px,
        "software": dict(manifest.software),
        "conventions": conventions_of(scenario),
        "taxonomy": [asdict(category) for category in manifest.taxonomy],
    }


def manifest_from_json(raw: Any) -> Manifest:
    """Return the manifest of a `dataset.json`.

    Raises:
        DatasetError: another format version, or keys are missing.
    """
    if not isinstance(raw, dict):
        raise DatasetError(f"{DATASET_FILE} holds a {type(raw).__name__}, no object; make the dataset again")
    if raw.get("format_version") != FORMAT_VERSION:
        raise DatasetError(
            f"format version {raw.get('format_version')!r}; this simgen reads {FORMAT_VERSION!r}: "
            "use the version of simgen that wrote it"
        )
    try:
        return _codec.validate_python(_fields(raw))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise DatasetError(f"dataset.json garbles {where}; make the dataset again") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"dataset.json lacks or garbles {error}; make the dataset again") from error


def _fields(raw: Any) -> dict[str, Any]:
    """Return the fields of a `Manifest`, not yet checked, of what `dataset.json` holds."""
    return {
        "scenario_name": raw["scenario"]["name"],
        "scenario_json": json.dumps(raw["scenario"]["canonical"]),
        "scenario_hash": raw["scenario"]["hash"],
        "seed": raw["seed"],
        "scene_count": raw["scene_count"],
        "outputs": tuple(raw["outputs"]),
        "min_visible_px": raw["min_visible_px"],
        "taxonomy": tuple(_category(entry) for entry in raw["taxonomy"]),
        "renderer": raw["renderer"],
        "simgen_version": raw["generator"]["version"],
        "software": tuple(raw["software"].items()),
        "licence": raw["licence"],
        "authors": tuple(raw["authors"]),
        "description": raw["description"],
    }


def read_manifest(root: Path) -> Manifest:
    """Return the manifest of the dataset at `root`."""
    if not (root / DATASET_FILE).is_file():
        raise DatasetError(
            f"{root} is no dataset: it has no {DATASET_FILE}; give the folder `generate` wrote"
        )
    try:
        raw = json.loads(read_bytes(root / DATASET_FILE))
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{root / DATASET_FILE} is damaged ({error}); make the dataset again") from error
    try:
        return manifest_from_json(raw)
    except DatasetError as error:
        raise DatasetError(f"{root / DATASET_FILE}: {error}") from error


def difference(old: Manifest, new: Manifest) -> str:
    """Return in words what keeps `new` from continuing `old`; empty when nothing does."""
    facts = ("scenario_name", "seed", "renderer", "scenario_hash", "outputs", "simgen_version")
    for fact in facts:
        was, now = getattr(old, fact), getattr(new, fact)
        if was != now and fact == "scenario_hash":
            return _changed_value(json.loads(old.scenario_json), json.loads(new.scenario_json)) or _was(
                fact, was, now
            )
        if was != now:
            return _was(fact, was, now)
    if old.taxonomy != new.taxonomy:
        return "the taxonomy had other categories"
    before, after = dict(old.software), dict(new.software)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            return _was(name, before.get(name), after.get(name))
    return ""


def _changed_value(old: Any, new: Any, place: str = "") -> str:
    """Return in words the first value of a scenario that is another one; empty where none is."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted({*old, *new})
        inner = (_changed_value(old.get(key), new.get(key), f"{place}.{key}".lstrip(".")) for key in keys)
        return next(filter(None, inner), "")
    return "" if old == new else _was(f"the scenario's {place}", old, new)


def _was(fact: str, was: object, now: object) -> str:
    return f"{fact} was {_short(was)}, now {_short(now)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _category(entry: dict[str, Any]) -> Category:
    fields: dict[str, Any] = entry | {"synonyms": tuple(entry["synonyms"])}
    return Category(**fields)
