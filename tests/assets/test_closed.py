from __future__ import annotations

from dataclasses import replace

import numpy as np
import trimesh
from numpy.typing import ArrayLike, NDArray

from simgen.assets.closed import closed_first, turned_outwards
from simgen.assets.importers.polygons import face_vectors
from simgen.assets.importers.raw import RawPart
from simgen.records.asset import Submesh


def submesh(places: ArrayLike, triangles: ArrayLike, material: int = 0) -> Submesh:
    points = np.asarray(places, np.float32)
    return Submesh(
        positions_m=points,
        normals=np.zeros_like(points),
        uvs=np.zeros((len(points), 2), np.float32),
        triangles=np.asarray(triangles, np.uint32),
        material=material,
    )


def box() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    made = trimesh.creation.box()
    return np.asarray(made.vertices, float), np.asarray(made.faces, np.int64)


def test_a_box_is_closed_and_an_open_one_is_not() -> None:
    points, faces = box()
    assert closed_first([submesh(points, faces)])[0].closed_count == 12
    assert closed_first([submesh(points, faces[1:])])[0].closed_count == 0


def test_a_surface_is_closed_through_all_materials_and_split_vertices() -> None:
    points, faces = box()
    own = np.arange(18).reshape(6, 3)
    halves = [submesh(points[half].reshape(-1, 3), own, k) for k, half in enumerate((faces[:6], faces[6:]))]
    assert [part.closed_count for part in closed_first(halves)] == [6, 6]


def test_what_can_be_seen_through_closes_nothing() -> None:
    points, faces = box()
    halves = [submesh(points, faces[:6], 0), submesh(points, faces[6:], 1)]
    assert [part.closed_count for part in closed_first(halves, see_through=[1])] == [0, 0]


def test_a_triangle_turned_against_its_neighbours_opens_the_surface() -> None:
    points, faces = box()
    turned = np.concatenate([faces[:1, ::-1], faces[1:]])
    assert closed_first([submesh(points, turned)])[0].closed_count == 0


def test_a_surface_inside_out_is_turned_and_stands_before_open_ones() -> None:
    points, faces = box()
    panel = np.array([[5, 0, 0], [6, 0, 0], [5, 1, 0]])
    both = submesh(np.concatenate([panel, points + 9]), np.concatenate([[[0, 1, 2]], faces[:, ::-1] + 3]))
    (part,) = closed_first([both])
    assert part.closed_count == 12
    corners = part.positions_m.astype(float)
    first = part.triangles[:12].astype(int)
    outward = np.einsum("ij,ij->i", face_vectors(corners, first), corners[first].mean(axis=1) - 9)
    assert np.all(outward > 0)
    assert part.triangles[12:].tolist() == [[0, 1, 2]]


def test_closed_pieces_inside_out_are_turned_and_open_ones_are_not() -> None:
    points, faces = box()
    whole = RawPart(
        points, np.zeros_like(points, np.float32), np.zeros((8, 2), np.float32), faces[:, ::-1], material=0
    )
    opened = replace(whole, triangles=whole.triangles[1:])
    np.testing.assert_array_equal(turned_outwards([whole])[0].triangles, faces)
    assert turned_outwards([opened])[0] is opened
    assert turned_outwards([whole], see_through=[0])[0] is whole


def test_nothing_stays_nothing() -> None:
    assert closed_first([]) == ()
