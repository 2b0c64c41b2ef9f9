"""Shapes of bodies that never move are the same forms that movable ones have."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.records.asset import Collision
from simgen.simulation.fixed_shapes import fixed_shape
from simgen.simulation.shapes import Ball, Box, Hull, body_shape, vertices_of
from tests.simulation.bodies import UNIT_CUBE, ellipsoid, moved, prism

SQUARE = np.array([[x, y, 0.0] for x in (0, 1) for y in (0, 1)])
TURNED_CUBE = UNIT_CUBE @ np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1.0]])
BALL = ellipsoid((1.0, 1.0, 1.0), rings=9, sectors=16)


def shape_of(*hulls: np.ndarray) -> Collision:
    return Collision(hulls, (0.0, 0.0, 0.0), 1.0)


@pytest.mark.parametrize(
    ("hull", "kind"),
    [
        (UNIT_CUBE, Box),
        (moved(UNIT_CUBE * [1, 2, 3], (4, 5, 6)), Box),
        (TURNED_CUBE, Hull),
        (prism(6), Hull),
        (SQUARE, Box),
        (BALL, Ball),
    ],
)
def test_each_form_is_recognised_as_for_bodies_that_move(hull: np.ndarray, kind: type) -> None:
    (fixed,), (movable,) = fixed_shape(shape_of(hull)).parts, body_shape(shape_of(hull)).parts
    assert isinstance(fixed, kind)
    assert type(fixed) is type(movable)
    assert np.sort(vertices_of(fixed), axis=0) == pytest.approx(np.sort(vertices_of(movable), axis=0))


def test_parts_keep_their_order() -> None:
    hulls = [UNIT_CUBE, prism(5), moved(UNIT_CUBE, (9, 0, 0)), prism(6), TURNED_CUBE]
    middles = [vertices_of(part).mean(axis=0) for part in fixed_shape(shape_of(*hulls)).parts]
    assert np.array(middles) == pytest.approx(np.array([hull.mean(axis=0) for hull in hulls]))
