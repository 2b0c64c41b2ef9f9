"""Memory for what is read back: used again as soon as nobody holds the array that was in it.

The system hands out fresh memory page by page as it is touched. For the 10 MB of a frame's labels that takes two to
three times as long as to read them.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)

_MOST_FREE = 3  # kept for later: what one frame needs at a time, of one size


class PixelMemory:
    """Hands out arrays and takes their memory back when they and all views of them are gone."""

    def __init__(self) -> None:
        self._free: dict[int, list[bytearray]] = {}

    def empty(self, shape: Sequence[int], dtype: type[Number]) -> NDArray[Number]:
        """Return an array whose values are whatever its memory held."""
        size = prod(shape) * np.dtype(dtype).itemsize
        free = self._free.setdefault(size, [])
        memory = free.pop() if free else bytearray(size)
        # All views of an array refer to the one that took the memory over; `memory` itself is no array.
        holder = np.frombuffer(memory, dtype)
        weakref.finalize(holder, _give_back, free, memory).atexit = False
        return holder.reshape(shape)


def _give_back(free: list[bytearray], memory: bytearray) -> None:
    if len(free) < _MOST_FREE:
        free.append(memory)
