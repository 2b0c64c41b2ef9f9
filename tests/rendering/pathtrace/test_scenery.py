"""Lights chosen from a table bring the light that quadrature finds in the map, as often as weights say."""

from __future__ import annotations

from collections.abc import Iterator
from math import pi
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.rendering.light_map import sphere_grid
from simgen.rendering.pathtrace.engine import Engine
from simgen.rendering.pathtrace.lights import Surroundings
from simgen.rendering.pathtrace.scenery import Around
from simgen.rendering.pathtrace.traced import TracedState
from simgen.rendering.pathtrace.variant import VARIANTS, Variant, available, best_variant

COMPILED = [name for name in VARIANTS if not name.startswith("scalar") and available(name)]


@pytest.fixture(params=COMPILED)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = Engine(best_variant(request.param), depth=4)
    made.take_over()
    yield made


def bright_spot() -> NDArray[np.float32]:
    """A dim map with a bright, coloured patch: most of its light comes from a thousandth of the sphere."""
    radiance = np.full((64, 128, 3), (0.2, 0.3, 0.5), np.float32)
    radiance[20:23, 30:34] = (900.0, 700.0, 400.0)
    return radiance


def scene_of(engine: Engine, radiance: NDArray[np.float32], *others: Any) -> TracedState:
    around = engine.emitters.around(Surroundings(2.0, radiance, 0.4))
    return engine.scene([], [], [around, *others], engine.around(around))


def table_of(around: Around) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    places, lights = (np.array(each, float).reshape(-1, 4) for each in (around.places, around.lights))
    return places, lights[:, :3]


def test_the_directions_of_a_table_bring_the_light_of_the_map_to_any_plane(engine: Engine) -> None:
    around = scene_of(engine, bright_spot()).around
    assert around is not None
    places, lights = table_of(around)
    np.testing.assert_allclose(np.linalg.norm(places[:, :3], axis=1), 1.0, atol=1e-5)
    fine = np.repeat(np.repeat(bright_spot(), 8, axis=0), 8, axis=1)
    directions, solid_angles = sphere_grid(fine.shape[1], fine.shape[0])
    c, s = np.cos(0.4), np.sin(0.4)
    turned = directions @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    for normal in np.vstack([np.eye(3), -np.eye(3)]):
        found = (lights * np.maximum(places[:, :3] @ normal, 0.0)[:, None]).mean(axis=0)
        cosine = np.maximum(turned @ normal, 0.0) * solid_angles
        due = 2.0 * np.einsum("hw,hwc->c", cosine, fine.astype(float))
        np.testing.assert_allclose(found, due, rtol=0.02, atol=0.02 * due.max())


def test_densities_of_a_table_are_those_of_meeting_the_map_by_chance(engine: Engine) -> None:
    """The mean of 1 / density over what is chosen is the solid angle of all that can be."""
    around = scene_of(engine, bright_spot()).around
    assert around is not None
    places, _ = table_of(around)
    assert (1.0 / places[:, 3]).mean() == pytest.approx(4 * pi, rel=0.01)


def test_a_map_alone_is_all_that_is_chosen(engine: Engine) -> None:
    around = scene_of(engine, bright_spot()).around
    assert around is not None and around.share == 1.0


def test_among_lamps_a_map_is_chosen_as_often_as_mitsuba_would(engine: Engine) -> None:
    lamps = [engine._mi.load_dict({"type": "point", "sampling_weight": weight}) for weight in (1.0, 2.0)]
    state = scene_of(engine, bright_spot(), *lamps)
    assert state.around is not None and state.around.share == 0.25
    weights = [each.sampling_weight() for each in state.scene.emitters() if each.is_environment()]
    assert weights == [0.0]


def test_uniform_surroundings_need_no_table(engine: Engine) -> None:
    assert engine.around(engine.emitters.around(Surroundings(2.0, None, 0.0))) is None


def test_where_nothing_is_compiled_mitsuba_chooses() -> None:
    plain = Engine(Variant("scalar_rgb"), depth=4)
    plain.take_over()
    assert scene_of(plain, bright_spot()).around is None
