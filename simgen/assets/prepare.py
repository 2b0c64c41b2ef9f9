"""From a file's triangles to a model in the asset frame: upright, to size, centred, with collision and levels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simgen.assets.closed import turned_outwards
from simgen.assets.collision import collision_of, convex_parts, few_vertices, hull_points
from simgen.assets.importers.raw import RawModel, RawPart
from simgen.assets.lod import as_it_is, levels_of_detail
from simgen.assets.normals import with_fitting_normals
from simgen.assets.recipe import Recipe
from simgen.errors import AssetError
from simgen.geometry import Vec3, matrix_from_quaternion, unit_rows
from simgen.records.asset import Collision, Model, Skin
from simgen.skinning import check_skin, deformed, skinning_matrices

_Z_FROM_Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # x stays, y -> z, z -> -y

_POSES = 64  # of a gait, that the box is taken around
_MOST_UNITS = 1e9  # a thousand kilometres in millimetres


def prepare(raw: RawModel, recipe: Recipe) -> tuple[Model, Collision]:
    """Return the visual model and the collision shape of an imported model.

    Raises:
        AssetError: the model has no extent at all.
    """
    return prepare_model(raw, recipe), prepare_collision(raw, recipe)


def prepare_model(raw: RawModel, recipe: Recipe) -> Model:
    """Return the visual model of an imported model, its box centred at the origin.

    Raises:
        AssetError: the model has no extent at all.
    """
    placing = _Placing.of(raw, recipe)
    if raw.skin is not None:
        return _skinned(raw, raw.skin, placing, recipe)
    parts = with_fitting_normals(turned_outwards(placing.parts(raw), _see_through(raw)))
    levels = levels_of_detail(parts, _textured(raw), _see_through(raw))
    low, high = _bounds([submesh.positions_m for submesh in levels[0].submeshes])
    return Model(
        lods=tuple(level.submeshes for level in levels),
        materials=raw.materials,
        size_m=_size(high - low, recipe),
        lod_errors_m=tuple(level.error_m for level in levels),
    )


def _skinned(raw: RawModel, skin: Skin, placing: _Placing, recipe: Recipe) -> Model:
    """Return a model with a skeleton: its box holds all poses."""
    low, high = _bounds(_all_poses(raw, placing.R_asset_file))
    model = Model(
        lods=(as_it_is(with_fitting_normals(placing.parts(raw))).submeshes,),
        materials=raw.materials,
        size_m=_size((high - low) * placing.scale, recipe),
        skin=placing.skin(skin, recipe.stride_m),
    )
    check_skin(model, "the model")
    return model


def prepare_collision(raw: RawModel, recipe: Recipe) -> Collision:
    """Return the collision shape of an imported model: the file's own if it has one and is to keep it.

    Raises:
        AssetError: the model has no extent at all.
    """
    placing = _Placing.of(raw, recipe)
    if raw.collision and recipe.collision == "auto":
        return collision_of([few_vertices(hull_points(placing.points(points))) for points in raw.collision])
    return collision_of(convex_parts(placing.parts(raw), recipe.collision))


@dataclass(frozen=True, slots=True, eq=False)
class _Placing:
    """From the file's coordinates to the asset's: turned, then centred, then scaled.

    Attributes:
        R_asset_file: (3, 3).
        scale: per axis (3,).
        centre: box centre before scaling (3,), in the asset's axes.
    """

    R_asset_file: NDArray[np.float64]
    scale: NDArray[np.float64]
    centre: NDArray[np.float64]

    @staticmethod
    def of(raw: RawModel, recipe: Recipe) -> _Placing:
        R_asset_file = (
            matrix_from_quaternion(recipe.up) @ _upright(raw) @ np.reshape(recipe.file_rotation, (3, 3))
        )
        scale, centre = _fit(raw, recipe, R_asset_file)
        return _Placing(R_asset_file, scale, centre)

    def points(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        return (points @ self.R_asset_file.T - self.centre) * self.scale

    def skin(self, skin: Skin, stride_m: float | None) -> Skin:
        """Return a skeleton of the file's frame and units in the asset's."""
        if np.ptp(self.scale) > 1e-3 * self.scale.max():
            raise AssetError("a model with a skeleton is scaled alike along all axes")
        scale = float(self.scale.mean())
        rest = skin.T_object_joints.copy()
        rest[:, :3, :3] = self.R_asset_file @ rest[:, :3, :3]
        rest[:, :3, 3] = self.points(rest[:, :3, 3])
        shifts = skin.gait.shifts_m * scale
        roots = [k for k, parent in enumerate(skin.parents) if parent < 0]
        shifts[:, roots] = shifts[:, roots] @ self.R_asset_file.T
        stride, pace = skin.gait.stride_m * scale, skin.gait.full_speed_mps * scale
        if stride_m is not None:
            stride, pace = stride_m, pace * stride_m / stride
        gait = replace(skin.gait, stride_m=stride, full_speed_mps=pace, shifts_m=shifts)
        return replace(skin, T_object_joints=rest, gait=gait)

    def parts(self, raw: RawModel) -> list[RawPart]:
        return [self._part(part) for part in raw.parts]

    def _part(self, part: RawPart) -> RawPart:
        normals = (part.normals @ self.R_asset_file.T) / self.scale
        triangles = part.triangles
        if np.linalg.det(self.R_asset_file) * float(np.prod(self.scale)) < 0:
            triangles = triangles[:, ::-1]
        return replace(
            part,
            positions=self.points(part.positions),
            normals=unit_rows(normals).astype(np.float32),
            triangles=triangles,
        )


def _textured(raw: RawModel) -> list[int]:
    """Return the materials whose texture coordinates matter."""
    return [
        index
        for index, m in enumerate(raw.materials)
        if m.base_color_map or m.metallic_roughness_map or m.normal_map
    ]


def _see_through(raw: RawModel) -> list[int]:
    return [index for index, material in enumerate(raw.materials) if material.alpha_mode != "opaque"]


def _size(extent: NDArray[np.float64], recipe: Recipe) -> Vec3:
    """Return the model's extent; where it is the wanted one up to rounding to float32, exactly that one."""
    wanted = extent if recipe.size_m is None else np.asarray(recipe.size_m)
    x, y, z = np.where(np.abs(extent - wanted) <= 1e-5 * extent.max(), wanted, extent)
    return (float(x), float(y), float(z))


def _upright(raw: RawModel) -> NDArray[np.float64]:
    return _Z_FROM_Y_UP if raw.up_axis == "y" else np.eye(3)


def _fit(
    raw: RawModel, recipe: Recipe, R_asset_file: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (scale per axis, box centre before scaling), both (3,) in the asset's axes."""
    low, high = _bounds(_all_poses(raw, R_asset_file))
    extent = high - low
    longest = float(extent.max())
    if not longest > 0:
        raise AssetError("the model has no extent: all its points are the same")
    if not longest < _MOST_UNITS:
        raise AssetError(f"the model is {longest:g} units long; at most {_MOST_UNITS:g} are read")
    if recipe.size_m is None:
        return np.full(3, recipe.unit_m), (low + high) / 2
    flat = extent < 1e-6 * longest
    scale = np.asarray(recipe.size_m) / np.where(flat, 1.0, extent)
    scale[flat] = scale[int(np.argmax(extent))]
    return scale, (low + high) / 2


def _all_poses(raw: RawModel, R_asset_file: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the corners (n, 3) of each part, of one with a skeleton in its rest pose and all through its gait."""
    clouds = [part.positions @ R_asset_file.T for part in raw.parts]
    if raw.skin is None:
        return clouds
    gait = raw.skin.gait
    for k in range(_POSES):
        matrices = skinning_matrices(raw.skin, np.array([k / _POSES * gait.stride_m, gait.full_speed_mps]))
        clouds += [
            deformed(part.positions, part.joints, part.weights, matrices) @ R_asset_file.T
            for part in raw.parts
            if part.joints is not None and part.weights is not None
        ]
    return clouds


def _bounds(clouds: list[NDArray[np.float64]] | list[NDArray[np.float32]]) -> tuple[NDArray[np.float64], ...]:
    low = np.min([cloud.min(axis=0) for cloud in clouds], axis=0).astype(float)
    high = np.max([cloud.max(axis=0) for cloud in clouds], axis=0).astype(float)
    return low, high
