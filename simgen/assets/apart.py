"""Prepares large models in a process of their own: the memory that takes is gone when it is done.

A worker holds some four hundred megabytes for its scenes. Reading and simplifying a tree or a car of a hundred thousand
triangles takes two hundred more, which its process would then keep in part. A fresh process costs a third of a second,
and such a model several seconds.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Final, TypeVar

from simgen.assets.catalogue import ModelEntry
from simgen.assets.packed import pack_collision, pack_model, unpack_collision, unpack_model
from simgen.assets.sources import make_collision, make_model, source_bytes
from simgen.errors import AssetError
from simgen.processes import die_with, ending
from simgen.records.asset import Collision, Model

Made = TypeVar("Made", Model, Collision)

LARGE_BYTES: Final = 2_000_000  # of the model's file: some 50,000 triangles
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from simgen.assets.apart import main; main(sys.argv[2], int(sys.argv[3]))"
)


def model_of(entry: ModelEntry, large_bytes: int = LARGE_BYTES) -> Model:
    """Return the prepared model of a catalogue entry, made here or, if its file is that large, apart.

    Raises:
        AssetError: as `sources.make_model`; or the process that prepared it was killed.
    """
    return _made(entry, "model", make_model, unpack_model, large_bytes)


def collision_of(entry: ModelEntry, large_bytes: int = LARGE_BYTES) -> Collision:
    """Return the collision shape of a catalogue entry, likewise."""
    return _made(entry, "collision", make_collision, unpack_collision, large_bytes)


def main(kind: str, parent_pid: int) -> None:
    """Be the other process: an entry comes in by standard input, what is made of it leaves by standard output."""
    die_with(parent_pid)
    answer = os.dup(1)
    os.dup2(2, 1)  # libraries may print
    entry: ModelEntry = pickle.load(sys.stdin.buffer)  # noqa: S301 (from our own parent)
    try:
        made = pack_model(make_model(entry)) if kind == "model" else pack_collision(make_collision(entry))
    except AssetError as error:
        made = str(error)
    with os.fdopen(answer, "wb") as out:
        pickle.dump(made, out)


def _made(
    entry: ModelEntry,
    kind: str,
    make: Callable[[ModelEntry], Made],
    unpack: Callable[[bytes], Made],
    large_bytes: int,
) -> Made:
    """Return what `make` gives of an entry: here, or of a large file from a process of its own, packed."""
    if source_bytes(entry) < large_bytes:
        return make(entry)
    command = [sys.executable, "-c", _BOOT, json.dumps(sys.path), kind, str(os.getpid())]
    done = subprocess.run(  # noqa: S603 (this interpreter, our own code)
        command, input=pickle.dumps(entry), capture_output=True, check=False
    )
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        why = ": ".join([ending(done.returncode), *lines[-1:]])
        raise AssetError(
            f"{entry.info.asset_id}: the process that prepared it ended with {why}; "
            "if memory ran out, use fewer workers"
        )
    made: bytes | str = pickle.loads(done.stdout)  # noqa: S301 (from our own child)
    if isinstance(made, str):
        raise AssetError(made)
    return unpack(made)
