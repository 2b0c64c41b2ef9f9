"""Freed memory goes back to the system once there is much of it."""

from __future__ import annotations

import pytest

from simgen import memory
from simgen.memory import FreedMemory, resident_bytes

MIB = 1 << 20


@pytest.fixture
def returned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes, in MiB, at which memory was handed back; each time half of it goes."""
    sizes = iter([300, 150, 200, 240, 260, 130, 220])
    handed_back: list[int] = []
    size = 0

    def resident() -> int:
        nonlocal size
        size = next(sizes)
        return size * MIB

    monkeypatch.setattr(memory, "resident_bytes", resident)
    monkeypatch.setattr(memory, "return_freed_memory", lambda: handed_back.append(size))
    return handed_back


def test_memory_is_handed_back_when_a_process_has_grown_by_more_than_it_may_keep(returned: list[int]):
    freed = FreedMemory(slack_bytes=100 * MIB)
    for _ in range(5):
        freed.tidy()
    assert returned == [300, 260]  # 200 and 240 are no more than 100 above the 150 left, 220 than above 130


def test_a_process_knows_how_much_it_holds():
    before = resident_bytes()
    block = bytearray(b"x") * (64 * MIB)
    assert 60 * MIB < resident_bytes() - before < 80 * MIB
    del block
