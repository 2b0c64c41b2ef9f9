"""Named random streams: every draw has its own, so that adding a thing moves no other thing.

A stream is keyed by what it is for, never by the order of calls: the same key gives the same numbers in any
process, on any worker, whether or not other streams were read before.
"""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, scene_index: int, attempt: int, path: str) -> np.random.Generator:
    """Return the generator for one named draw of one attempt at one scene.

    Args:
        seed: dataset seed; 0 is a seed like any other.
        scene_index: `Scene.draw_index`: index of the scene in its dataset, the same for both of a pair.
        attempt: how many draws of this scene were rejected before.
        path: path of the thing drawn, for example `objects.clutter[3].drop.yaw`.
    """
    return keyed_generator("draw", seed, scene_index, attempt, path)


def noise_stream(seed: int, scene_index: int, sensor: str, frame_index: int) -> np.random.Generator:
    """Return the generator for the noise of one frame, so that any frame can be made again alone.

    `scene_index` is `Scene.draw_index`, as in `stream`.
    """
    return keyed_generator("noise", seed, scene_index, sensor, frame_index)


def keyed_generator(*key: str | int) -> np.random.Generator:
    """Return a counter-based generator (Philox 4x64-10) whose key is a BLAKE2b digest of `key`.

    Philox: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    # The separator is doubled inside a part, so that no two keys make the same text.
    text = "\x1f".join(f"{type(part).__name__}:{part}".replace("\x1f", "\x1f\x1f") for part in key)
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    words = np.frombuffer(digest, dtype="<u8")
    return np.random.Generator(np.random.Philox(key=words))
