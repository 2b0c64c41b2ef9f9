"""Every draw has its own stream: same key, same numbers, in any order and any process; other key, other numbers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from simgen.rng import keyed_generator, noise_stream, stream

keys = st.lists(st.one_of(st.integers(-(2**70), 2**70), st.text(max_size=8)), min_size=1, max_size=4).map(
    tuple
)

GOLDEN_DRAW = [8677232059678711809, 2224866839645184033, 6207377044821222792, 1303414111211888409]
GOLDEN_NOISE = [5278352706642599206, 6378140327569462965, 5253882615563894468, 1504974603484190178]


def first(generator: np.random.Generator, count: int = 4) -> list[int]:
    return generator.integers(0, 2**63, count).tolist()


def test_the_numbers_of_a_stream_are_fixed_for_good() -> None:
    """Written down once: a change here changes every dataset that was ever made."""
    assert first(stream(7, 3, 0, "objects.clutter[3].drop.yaw")) == GOLDEN_DRAW
    assert first(noise_stream(7, 3, "front", 5)) == GOLDEN_NOISE


def test_another_process_draws_the_same() -> None:
    program = "from simgen.rng import stream; print(stream(7, 3, 0, 'x').integers(0, 2**63, 4).tolist())"
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out.strip() == str(first(stream(7, 3, 0, "x")))


def test_reading_one_stream_moves_no_other() -> None:
    alone = first(stream(1, 2, 0, "b"))
    stream(1, 2, 0, "a").random(1000)
    assert first(stream(1, 2, 0, "b")) == alone


@given(keys, keys)
def test_different_keys_give_different_streams(a: tuple[str | int, ...], b: tuple[str | int, ...]) -> None:
    assume(a != b)
    assert first(keyed_generator(*a)) != first(keyed_generator(*b))


def test_a_separator_inside_a_name_joins_no_keys() -> None:
    assert first(keyed_generator("a\x1fstr:b")) != first(keyed_generator("a", "b"))


def test_a_number_and_its_text_are_different_keys() -> None:
    assert first(keyed_generator("draw", 1)) != first(keyed_generator("draw", "1"))


def test_seed_scene_attempt_and_path_all_count() -> None:
    variants = [(0, 0, 0, "x"), (1, 0, 0, "x"), (0, 1, 0, "x"), (0, 0, 1, "x"), (0, 0, 0, "y")]
    assert len({tuple(first(stream(*key))) for key in variants}) == len(variants)


def test_noise_never_shares_a_stream_with_a_draw() -> None:
    assert first(stream(1, 2, 3, "4")) != first(noise_stream(1, 2, "3", 4))


def test_neighbouring_streams_are_uncorrelated() -> None:
    """100 neighbouring scenes: correlations scatter as 1 / sqrt(n); 5 sigma over all pairs with one scene."""
    n = 10_000
    rows = np.array([stream(0, index, 0, "light").standard_normal(n) for index in range(100)])
    correlations = rows[1:] @ rows[0] / n
    assert np.abs(correlations).max() < 5 / np.sqrt(n)
