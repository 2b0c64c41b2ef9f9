"""Computes the collision shapes of all catalogued models and writes `assets/hulls/<pack>.npz`.

A shape that is computed stays in the user's cache folder, so a run that was interrupted goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from simgen.assets.cache import cached_collision
from simgen.assets.catalogue import ModelEntry, shipped_catalogue
from simgen.assets.hulls import hull_file, hulls_as_bytes, shipped_hulls
from simgen.assets.sources import make_collision
from simgen.records.asset import Collision
from simgen.resources import shipped


def write_all_hulls(packs: Sequence[str], workers: int, fresh: bool) -> None:
    for pack in packs:
        models = [e for e in shipped_catalogue().models.values() if e.info.pack == pack]
        if models:
            _write_hulls(pack, models, workers, fresh)


def _write_hulls(pack: str, models: Sequence[ModelEntry], workers: int, fresh: bool) -> None:
    shapes: dict[str, Collision] = {}
    table = None if fresh else shipped_hulls(pack)
    with ProcessPoolExecutor(workers) as pool:
        jobs = {}
        for entry in models:
            known = table.get(key_of(entry)) if table else None
            if known is not None:
                shapes[key_of(entry)] = known
            else:
                jobs[pool.submit(_shape, entry.info.asset_id, fresh)] = entry
        for done, job in enumerate(as_completed(jobs), start=1):
            entry, shape = jobs[job], job.result()
            shapes[key_of(entry)] = shape
            print(f"{done}/{len(jobs)} {entry.info.asset_id}: {len(shape.hulls_m)} parts", flush=True)
    file = hull_file(shipped("assets"), pack)
    file.parent.mkdir(exist_ok=True)
    data = hulls_as_bytes(shapes)
    file.write_bytes(data)
    parts = sum(len(shape.hulls_m) for shape in shapes.values())
    print(f"{file}: {len(shapes)} shapes, {parts} parts, {len(data) / 1e6:.2f} MB")


def key_of(entry: ModelEntry) -> str:
    return entry.recipe.collision_key(entry.info.content_hash)


def _shape(asset_id: str, fresh: bool) -> Collision:
    entry = shipped_catalogue().models[asset_id]
    if fresh:
        return make_collision(entry)
    return cached_collision(key_of(entry), lambda: make_collision(entry))
