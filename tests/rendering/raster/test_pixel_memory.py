"""Memory for what is read back."""

from __future__ import annotations

import numpy as np

from simgen.rendering.raster.pixel_memory import PixelMemory


def test_an_array_is_writable_whole_and_of_the_kind_asked_for() -> None:
    array = PixelMemory().empty((3, 5, 4), np.float32)
    assert (array.shape, array.dtype) == ((3, 5, 4), np.float32)
    assert array.flags.writeable
    assert array.flags.c_contiguous


def test_what_nobody_holds_is_used_again() -> None:
    memory = PixelMemory()
    first = memory.empty((4, 4), np.uint32)
    place = first.ctypes.data
    del first
    assert memory.empty((4, 4), np.uint32).ctypes.data == place


def test_a_view_of_a_part_keeps_its_memory() -> None:
    memory = PixelMemory()
    part = memory.empty((6, 4, 4), np.float32)[:-1, :, :3]
    part[:] = 7.0
    for _ in range(3):
        memory.empty((6, 4, 4), np.float32)[:] = 0.0
    assert (part == 7.0).all()


def test_no_two_arrays_share_memory() -> None:
    memory = PixelMemory()
    arrays = [memory.empty((8,), np.uint16) for _ in range(6)]
    places = {array.ctypes.data for array in arrays}
    assert len(places) == len(arrays)
    del arrays
    again = [memory.empty((8,), np.uint16) for _ in range(6)]
    assert len({array.ctypes.data for array in again}) == len(again)


def test_sizes_do_not_mix() -> None:
    memory = PixelMemory()
    memory.empty((4,), np.uint8)[:] = 1
    assert memory.empty((5,), np.uint8).shape == (5,)
