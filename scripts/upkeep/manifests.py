"""Hashes the sources of all catalogued assets and writes `assets/manifests/<pack>.json`.

Versions of a pack that were known before stay known; the installed one is added. A model keeps the share of its
box that its collision shape fills, which is measured where it is new.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from simgen.assets.catalogue import ModelEntry, manifest, model_key, shipped_catalogue
from simgen.assets.install import digest
from simgen.assets.packs import pack_record, require
from simgen.assets.prepare import prepare_collision
from simgen.assets.sources import hash_in, open_raw
from simgen.resources import shipped


def write_all_manifests(packs: Sequence[str], workers: int) -> None:
    with ProcessPoolExecutor(workers) as pool:
        for pack in packs:
            _write_manifest(pack, pool)


def _write_manifest(pack: str, pool: ProcessPoolExecutor) -> None:
    catalogue = shipped_catalogue()
    known = manifest(pack)
    models = [entry for entry in catalogue.models.values() if entry.info.pack == pack]
    rows = dict(pool.map(_measured, [entry.info.asset_id for entry in models]))
    for entry in catalogue.maps.values():
        if entry.info.pack == pack:
            rows[entry.file] = [digest(require(pack) / entry.file)[1], 0.0]
    changed = sum(known.get("models", {}).get(name) != row for name, row in rows.items())
    file = shipped("assets") / "manifests" / f"{pack}.json"
    file.write_text(_as_json(pack, _versions(pack, known.get("versions", [])), rows), "utf-8")
    print(f"{file}: {len(rows)} assets, {changed} of them new or changed")


def _measured(asset_id: str) -> tuple[str, list[Any]]:
    entry = shipped_catalogue().models[asset_id]
    name = model_key(entry.library, entry.key)
    before = manifest(entry.info.pack).get("models", {}).get(name)
    content_hash = hash_in(require(entry.info.pack), entry.library, entry.key)
    if not content_hash:
        raise SystemExit(f"{asset_id}: '{name}' cannot be read in the installed pack")
    fill = before[1] if before and before[0] == content_hash else _fill(entry)
    return name, [content_hash, fill]


def _fill(entry: ModelEntry) -> float:
    raw, recipe, _ = open_raw(entry)
    return round(prepare_collision(raw, recipe).volume_m3 / float(np.prod(entry.info.size_m)), 4)


def _versions(pack: str, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    record = pack_record(pack)
    if not record:
        return known
    files = {name: [entry["bytes"], entry["sha256"]] for name, entry in record["files"].items()}
    others = [entry for entry in known if entry["version"] != record["version"]]
    return sorted([*others, {"version": record["version"], "files": files}], key=lambda e: e["version"])


def _as_json(pack: str, versions: list[dict[str, Any]], rows: dict[str, list[Any]]) -> str:
    version_lines = ",\n".join(json.dumps(entry) for entry in versions)
    model_lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(rows.items()))
    return f'{{"pack": {json.dumps(pack)}, "versions": [\n{version_lines}\n], "models": {{\n{model_lines}\n}}}}\n'
