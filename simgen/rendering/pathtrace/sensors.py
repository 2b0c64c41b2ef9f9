"""Cameras as Mitsuba sensors: its own pinhole where it will do, else rays from a table of the camera's own.

The table holds the rays through the corners, edge middles and centres of all pixels; rays between them are
interpolated, which is right to well below a thousandth of a pixel and the same formula for every lens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import atan, degrees
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.lens import seen_from_beside

# Mitsuba's camera looks along +Z with +X to the left and +Y up.
_CAMERA_FROM_OURS = np.diag([-1.0, -1.0, 1.0, 1.0])
Move = Callable[[Any], Any]  # ray -> ray

NODES = 2  # of the table, for each pixel along each axis


class Sensors:
    """Makes Mitsuba's sensors.

    Args:
        mitsuba: the module, its variant set.
        drjit: the compiler under it.
    """

    def __init__(self, mitsuba: Any, drjit: Any) -> None:
        self._mi = mitsuba
        self._tables: dict[str, Any] = {}
        self._moves: list[Move] = []
        self._by_table = _register(mitsuba, drjit, self._tables, self._moves)

    def sensor(
        self, camera: Intrinsics, T_world_camera: FloatArray, samples: int, move: Move | None = None
    ) -> Any:
        """Return a camera where it stands, with its film.

        Args:
            samples: a pixel.
            move: what its rays go through before they are followed; only where nothing is compiled.
        """
        common: dict[str, Any] = {
            "near_clip": camera.near_m,
            "far_clip": camera.far_m,
            "film": {
                "type": "hdrfilm",
                "width": camera.width,
                "height": camera.height,
                # Pixels share no samples: the denoiser expects that, and sums then never depend on threads.
                "rfilter": {"type": "box"},
                "pixel_format": "rgba",
                "component_format": "float32",
            },
            # Spread evenly over lights and directions: a third less variance than independent samples (measured).
            "sampler": {"type": "multijitter", "sample_count": samples},
        }
        self._moves[:] = [] if move is None else [move]
        if camera.lens is not None or camera.fx != camera.fy or move is not None:
            return self._from_table(camera, T_world_camera, common)
        pose = self._mi.ScalarTransform4f(T_world_camera @ _CAMERA_FROM_OURS)
        return self._mi.load_dict(
            {
                "type": "perspective",
                "to_world": pose,
                "fov_axis": "x",
                "fov": degrees(2 * atan(camera.width / 2 / camera.fx)),
                "principal_point_offset_x": -(camera.cx + 0.5 - camera.width / 2) / camera.width,
                "principal_point_offset_y": -(camera.cy + 0.5 - camera.height / 2) / camera.height,
                **common,
            }
        )

    def _from_table(self, camera: Intrinsics, T_world_camera: FloatArray, common: dict[str, Any]) -> Any:
        key = repr(camera)
        if key not in self._tables:
            self._tables.clear()  # one camera at a time is enough, and tables are large
            self._tables[key] = ray_table(camera)
        pose = self._mi.ScalarTransform4f(T_world_camera)
        kind = {"flat": camera.is_orthographic, "radial": camera.radial_depth}
        return self._mi.load_dict({"type": self._by_table, "table": key, "to_world": pose, **kind, **common})


def ray_table(camera: Intrinsics) -> NDArray[np.float32]:
    """Return (rows, columns, 3) rays through nodes, from the first pixel's outer corner on; NaN where there is none.

    Of an orthographic camera: where its rays begin, as all run along +z.
    """
    rays = _rays_of_nodes(camera.centred)
    if camera.lens is not None:
        rays = seen_from_beside(camera.lens, rays)
    return rays.astype(np.float32)


@lru_cache(maxsize=1)
def _rays_of_nodes(camera: Intrinsics) -> FloatArray:
    columns, rows = NODES * camera.width + 1, NODES * camera.height + 1
    u = np.tile(np.arange(columns) / NODES - 0.5, rows)
    v = np.repeat(np.arange(rows) / NODES - 0.5, columns)
    if camera.is_orthographic:
        rays = np.column_stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones(len(u))])
    else:
        rays = camera.directions(u, v)
    return rays.reshape(rows, columns, 3)


def _register(mi: Any, dr: Any, tables: dict[str, Any], moves: Sequence[Move]) -> str:
    """Register a camera whose rays come from a table, and go through `moves`, in the current variant; return its name.

    Mitsuba keeps what a name meant first, so every renderer has a name of its own; the class that is kept holds on to
    `tables`, so that no other can have its address.
    """

    class ByTable(mi.Sensor):  # pyright: ignore[reportUntypedBaseClass] - Mitsuba is loaded at run time
        def __init__(self, properties: Any) -> None:
            super().__init__(properties)
            nodes = tables[properties["table"]]
            self._near, self._far = float(properties["near_clip"]), float(properties["far_clip"])
            self._flat, self._radial = bool(properties["flat"]), bool(properties["radial"])
            self._pose = mi.Transform4f(np.array(properties["to_world"].matrix, np.float32))
            self._moves = tuple(moves)
            self._look = _look(mi, nodes)

        def sample_ray(self, time: Any, _wavelength: Any, at: Any, _aperture: Any, active: Any = True) -> Any:
            along = self._look(at, active)
            shown = along.z == along.z  # NaN where the lens shows nothing
            along = dr.select(shown, along, mi.Vector3f(0, 0, 1))
            ahead = mi.Vector3f(0, 0, 1) if self._flat else dr.normalize(along)
            # Depth runs along z, of radial cameras along the ray.
            stretch = mi.Float(1.0) if self._radial else 1.0 / ahead.z
            start = mi.Point3f(along.x, along.y, self._near) if self._flat else ahead * (self._near * stretch)
            ray = mi.Ray3f(self._pose @ mi.Point3f(start), self._pose @ mi.Vector3f(ahead))
            ray.maxt = (self._far - self._near) * stretch
            ray.time = time
            for move in self._moves:
                ray = move(ray)
            return ray, dr.select(shown, mi.Color3f(1.0), mi.Color3f(0.0))

        def sample_ray_differential(self, *arguments: Any) -> Any:
            ray, weight = self.sample_ray(*arguments)
            return mi.RayDifferential3f(ray), weight

    name = f"simgen_by_table_{id(tables):x}"
    mi.register_sensor(name, ByTable)
    return name


def _look(mi: Any, nodes: NDArray[np.float32]) -> Callable[[Any, Any], Any]:
    """Return how a table (rows, columns, 3) is read at a point of the film, bilinear, one ray at a time."""
    rows, columns = nodes.shape[0] - 1, nodes.shape[1] - 1

    def look(at: Any, active: Any) -> Any:
        del active
        x, y = at.x * columns, at.y * rows
        left, top = min(int(x), columns - 1), min(int(y), rows - 1)
        a, b = x - left, y - top
        upper, lower = nodes[top : top + 2, left : left + 2].tolist()
        p, q, r, s = (1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b
        return mi.Vector3f(
            *(p * upper[0][k] + q * upper[1][k] + r * lower[0][k] + s * lower[1][k] for k in range(3))
        )

    return look
