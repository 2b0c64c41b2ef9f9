"""More light paths go where light is uncertain, and the mean of all is that of plain sampling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.records.light import EnvironmentLight, Fog
from simgen.records.scene import Scene
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.pathtrace.adaptive import (
    Seen,
    around,
    in_two_rounds,
    times_more,
    uncertainty,
    with_edges,
)
from simgen.rendering.pathtrace.engine import Engine
from simgen.rendering.pathtrace.traced import Pixels
from tests.builders import make_scene
from tests.rendering.pathtrace.test_integrators import LIGHTS, still_life
from tests.rendering.pathtrace.test_lamps import carried
from tests.rendering.pathtrace.test_light import OVERHEAD
from tests.views import still_view

HEIGHT, WIDTH = 24, 32
WHOLE = np.ones((1, 1, 3))
EDGE_AT = 13
SEEN = Seen(np.full((HEIGHT, WIDTH, 3), 10.0), WHOLE)


class Rare:
    """Paths of which few find a bright light: the hardest to be fair to. The right half finds none."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.asked: list[Pixels] = []

    def __call__(self, pixels: Pixels, again: bool) -> np.ndarray:
        self.asked.append(pixels)
        chance = np.where(pixels % WIDTH < WIDTH // 2, 0.1, 0.0)
        found = 100.0 * (self.rng.random((4, len(pixels))) < chance)
        light = found.mean(axis=0)
        return np.stack([light, light, light, 3 * (found**2).mean(axis=0)]).astype(np.float32)


def test_the_mean_of_many_pictures_is_the_light_there_is() -> None:
    pictures = np.stack([in_two_rounds(Rare(seed), SEEN)[..., 0] for seed in range(300)])
    error = pictures.mean() - 5.0  # half of the picture has a mean of ten
    assert abs(error) < 4 * pictures.mean(axis=(1, 2)).std() / np.sqrt(len(pictures))


def test_a_pixel_whose_own_paths_decided_would_be_too_dark() -> None:
    """What the neighbours are asked for: the obvious way fails the test above by far."""
    pictures: list[float] = []
    for seed in range(300):
        rare = Rare(seed)
        first = rare(np.arange(HEIGHT * WIDTH, dtype=np.uint32), False)
        more = np.where(first[0] > 0, 4.0, 0.0)
        again = rare(np.arange(HEIGHT * WIDTH, dtype=np.uint32), True)
        pictures.append(float(((first[0] + more * again[0]) / (1 + more)).mean()))
    assert np.mean(pictures) < 4.5


def test_pixels_without_doubt_get_no_second_round() -> None:
    rare = Rare(3)
    in_two_rounds(rare, SEEN)
    everywhere, again = rare.asked
    assert len(everywhere) == len(again) == HEIGHT * WIDTH
    assert (again % WIDTH).max() < WIDTH // 2 + 2


def test_a_picture_without_doubt_gets_none_at_all() -> None:
    rounds: list[bool] = []

    def dark(pixels: Pixels, again: bool) -> np.ndarray:
        rounds.append(again)
        return np.zeros((4, len(pixels)), np.float32)

    assert not in_two_rounds(dark, SEEN).any()
    assert rounds == [False]


def test_light_that_does_not_vary_has_no_doubt_whatever_sums_are_off_by() -> None:
    light = np.full((HEIGHT, WIDTH, 3), 1234.5, np.float32)
    square = np.square(light).sum(axis=-1) * np.float32(1.000001)
    assert not uncertainty(light, square, SEEN).any()


def test_what_is_dim_or_seen_through_thick_air_counts_by_how_it_is_seen() -> None:
    light = np.full((HEIGHT, WIDTH, 3), 2.0)
    square = np.full((HEIGHT, WIDTH), 3 * 2.0**2 + 9.0)
    bright = SEEN.besides.copy()
    bright[:, WIDTH // 2 :] = 1000.0
    doubt = uncertainty(light, square, replace(SEEN, besides=bright))
    assert doubt[12, 4] > 10 * doubt[12, 28]
    thick = uncertainty(light, square, replace(SEEN, left=0.1 * WHOLE))
    assert thick[12, 4] < 0.2 * uncertainty(light, square, SEEN)[12, 4]


@pytest.mark.parametrize("doubtful", [1.0, 0.3, 0.01])
def test_goes_add_up_to_the_pixels_or_a_half_of_a_half_of_them(doubtful: float) -> None:
    rng = np.random.default_rng(1)
    weight = np.where(rng.random((HEIGHT, WIDTH)) < doubtful, rng.random((HEIGHT, WIDTH)) + 0.1, 0.0)
    more = times_more(weight)
    assert HEIGHT * WIDTH / more.sum() in (1, 2, 4, 8, 16)
    assert not more[weight == 0].any()


def test_what_weighs_twice_as_much_gets_twice_as_many() -> None:
    weight = np.full((HEIGHT, WIDTH), 2.0)
    weight[:, : WIDTH // 2] = 1.0
    more = times_more(weight)
    assert more[:, WIDTH // 2 :].sum() == pytest.approx(2 * more[:, : WIDTH // 2].sum(), rel=0.05)


def test_a_pixel_is_left_out_of_what_surrounds_it() -> None:
    values = np.zeros((HEIGHT, WIDTH))
    values[10, 10] = 24.0
    found = around(values)
    assert found[10, 10] == 0.0
    assert found[8, 12] == pytest.approx(1.0)
    assert found[10, 13] == 0.0
    np.testing.assert_allclose(around(np.ones((HEIGHT, WIDTH))), 1.0)


class Edge:
    """Sharp light of few samples: a bright and a dark half, and a column that an edge runs through, in one third lit.

    On the right of it are the surfaces' other albedo and normal.
    """

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.asked: list[Pixels] = []

    def __call__(self, pixels: Pixels, again: bool) -> np.ndarray:
        self.asked.append(pixels)
        chance = np.select([pixels % WIDTH < EDGE_AT, pixels % WIDTH > EDGE_AT], [1.0, 0.0], 1 / 3)
        lit = self.rng.random((4, len(pixels))) < chance
        share, none = lit.mean(axis=0), np.zeros(len(pixels))
        means = [*([1000.0 * share] * 3), *([0.5 * share] * 3), share, 1 - share, none]
        if again:
            return np.stack(means).astype(np.float32)
        squares = [3 * 1000.0**2 * share, 3 * 0.5**2 * share + 1.0]
        return np.stack([*means, none, none, none, *squares]).astype(np.float32)


def edge_picture(edge: Edge) -> np.ndarray:
    first = edge(np.arange(HEIGHT * WIDTH, dtype=np.uint32), False)
    return with_edges(first, (HEIGHT, WIDTH), lambda pixels: edge(pixels, True)).reshape(9, HEIGHT, WIDTH)


def test_more_sharp_light_goes_to_edges_and_nowhere_else() -> None:
    edge = Edge(3)
    edge_picture(edge)
    _, again = edge.asked
    assert len(again) <= HEIGHT * WIDTH // 2
    assert set(again % WIDTH) <= set(range(EDGE_AT - 2, EDGE_AT + 3))


def test_edges_have_less_error_then_and_the_mean_of_many_is_how_far_they_cover() -> None:
    pictures = np.stack([edge_picture(Edge(seed)) for seed in range(200)])[:, :, :, EDGE_AT]
    light, albedo, normal = pictures[:, 0], pictures[:, 3], pictures[:, 6]
    for found, whole in ((light, 1000.0), (albedo, 0.5), (normal, 1.0)):
        error = found.mean() - whole / 3
        assert abs(error) < 4 * found.std() / np.sqrt(found.size)
        four_samples = whole * np.sqrt(2 / 9 / 4)
        assert found.std() < 0.7 * four_samples


def test_edges_that_only_guides_know_count_too() -> None:
    def dark(pixels: Pixels, again: bool) -> np.ndarray:
        told = Edge(5)(pixels, again)
        told[:3] = 0.0
        if not again:
            told[12] = 0.0
        return told

    asked: list[Pixels] = []

    def follow(pixels: Pixels) -> np.ndarray:
        asked.append(pixels)
        return dark(pixels, True)

    with_edges(dark(np.arange(HEIGHT * WIDTH, dtype=np.uint32), False), (HEIGHT, WIDTH), follow)
    assert set(asked[0] % WIDTH) <= set(range(EDGE_AT - 2, EDGE_AT + 3))


def mean_picture(tracer: PathtraceRenderer, scene: Scene, library: AssetLibrary, frames: int) -> np.ndarray:
    """Return means over blocks of 8 by 8 pixels, of many frames with few samples each."""
    view = still_view(scene)
    with tracer.open(scene, library) as session:
        pictures = [session.light([replace(view, frame_index=k)]).astype(float) for k in range(frames)]
    return np.mean(pictures, axis=0).reshape(3, 8, 4, 8, 3).mean(axis=(1, 3))


@pytest.mark.parametrize("fog", [None, Fog(8.0)])
def test_many_adaptive_pictures_have_the_mean_of_many_plain_ones(
    tracer: PathtraceRenderer, library: AssetLibrary, monkeypatch: pytest.MonkeyPatch, fog: Fog | None
) -> None:
    scene = replace(still_life(False, **LIGHTS["suns and sky"]), fog=fog)
    monkeypatch.setattr(tracer, "samples", 16)
    adaptive = mean_picture(tracer, scene, library, 16)
    monkeypatch.setattr(Engine, "rounds", lambda _engine, _samples: 1)
    plain = mean_picture(tracer, scene, library, 16)
    np.testing.assert_allclose(adaptive, plain, rtol=0.03, atol=0.003 * plain.mean())


def test_a_scene_whose_lamp_is_away_with_what_carries_it_can_be_seen_again(
    tracer: PathtraceRenderer, library: AssetLibrary
) -> None:
    """Programs that ask for what is only elsewhere in the process cannot be kept."""
    ground, cart, light = carried(0.0)
    sky = EnvironmentLight(map=None, illuminance_lux=100.0)
    scene = make_scene([ground, cart], [OVERHEAD], suns=[], environment=sky, lights=(light,))
    view = replace(still_view(scene), present=np.array([True, False]))
    with tracer.open(scene, library) as session:
        pictures = [session.light([view]) for _ in range(3)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    np.testing.assert_array_equal(pictures[0], pictures[2])
