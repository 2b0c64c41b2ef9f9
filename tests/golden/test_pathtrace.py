"""The path tracer's pictures stay what they are on average; `scripts/catalogue goldens` measures them anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simgen.rendering import Renderer, make_renderer
from tests.golden.scenes import SCENES, TRACED
from tests.golden.statistics import SAMPLES, blocks, read, small


@pytest.fixture(scope="module")
def tracer() -> Iterator[Renderer]:
    renderer = make_renderer("pathtrace", samples=SAMPLES, denoise=False)
    yield renderer
    renderer.close()


@pytest.mark.parametrize("name", TRACED)
def test_a_scene_is_as_bright_as_it_was_block_by_block(name: str, tracer: Renderer) -> None:
    what = read()[name].disagreement(blocks(tracer, small(SCENES[name]())))
    assert not what, f"{name}: {what}. If it is meant, run scripts/catalogue goldens"


def test_every_golden_belongs_to_a_scene() -> None:
    assert set(read()) == set(TRACED)


@pytest.mark.parametrize("factor", [0.9, 1.1])
@pytest.mark.parametrize("name", TRACED)
def test_a_tenth_more_or_less_light_is_a_difference(name: str, factor: float) -> None:
    golden = read()[name]
    assert golden.disagreement(golden.mean * factor)
    assert not golden.disagreement(golden.mean)
