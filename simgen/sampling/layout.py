"""What stands where while a scene is being placed: boxes by name, and whether there is room for one more."""

from __future__ import annotations

import numpy as np

from simgen.geometry import FloatArray, Pose
from simgen.worlds.boxes import BoxSet, OrientedBox, overlapping
from simgen.worlds.footprints import footprint, footprint_distance_m
from simgen.worlds.upright_boxes import UprightBox, upright, uprights_overlap
from simgen.worlds.world import World


class Layout:
    """Boxes placed so far: the solids of the world, then one box for each object.

    It only grows, in placement order, so that what is placed later can never move what was placed before.
    """

    def __init__(self, world: World) -> None:
        self._solids = [solid for part in world.parts for solid in part.solids]
        self._surrounding = len(self._solids)
        self._set = BoxSet.of(self._solids)
        self._uprights: list[UprightBox] = []
        self._tilted: list[OrientedBox] = []
        for solid in self._solids:
            self._sort(solid)
        self._objects: dict[str, OrientedBox] = {}

    def add(self, name: str, pose: Pose, size_m: tuple[float, float, float]) -> OrientedBox:
        """Take the place of one object and return its box."""
        box = OrientedBox.from_pose(pose, size_m)
        self._objects[name] = box
        self._solids.append(box)
        self._set = BoxSet.of(self._solids)
        self._sort(box)
        return box

    def _sort(self, box: OrientedBox) -> None:
        standing = UprightBox.of(box)
        if standing is None:
            self._tilted.append(box)
        else:
            self._uprights.append(standing)

    def box(self, name: str) -> OrientedBox:
        """Return the box of an object that was placed."""
        return self._objects[name]

    def has(self, name: str) -> bool:
        """Return whether an object of that name was placed."""
        return name in self._objects

    @property
    def solids(self) -> BoxSet:
        """Everything that fills space, surroundings first."""
        return self._set

    def solids_without(self, names: set[str]) -> BoxSet:
        """Return everything that fills space except these objects."""
        kept = [i for i, name in enumerate(self._objects) if name not in names]
        indices = np.concatenate(
            [np.arange(self._surrounding), self._surrounding + np.array(kept, dtype=int)]
        )
        return self._set.subset(indices.astype(np.intp))

    def is_free(self, pose: Pose, size_m: tuple[float, float, float]) -> bool:
        """Return whether the box of an object shares space with nothing placed so far; touching is allowed."""
        standing = upright(pose, size_m)
        if standing is None:
            return len(overlapping(OrientedBox.from_pose(pose, size_m), self._set)) == 0
        if any(uprights_overlap(standing, other) for other in self._uprights):
            return False
        tilted = self._tilted
        return not tilted or len(overlapping(OrientedBox.from_pose(pose, size_m), BoxSet.of(tilted))) == 0

    def is_free_of_objects(self, box: OrientedBox) -> bool:
        """Return whether a box shares space with no object placed so far; surroundings do not count."""
        return not bool(np.any(overlapping(box, self._set) >= self._surrounding))

    def keeps_spacing(self, box: OrientedBox, spacing_m: float) -> bool:
        """Return whether every object at the same height keeps that distance between footprints.

        Surroundings do not count: a thing may stand against a wall.
        """
        if spacing_m <= 0 or not self._objects:
            return True
        reach = box.reach_m
        centers, reaches = self._set.centers_m[self._surrounding :], self._set.reaches_m[self._surrounding :]
        gaps = np.abs(centers - box.center_m) - reaches - reach
        near = np.flatnonzero((gaps[:, 2] < 0) & np.all(gaps[:, :2] < spacing_m, axis=1))
        outline = footprint(box)
        objects = self._solids[self._surrounding :]
        return all(footprint_distance_m(outline, footprint(objects[i])) >= spacing_m for i in near)

    def lowest_free_z(self, xy_m: FloatArray, reach_m: FloatArray, floor_z_m: float, gap_m: float) -> float:
        """Return the lowest height for the centre of an axis-aligned box above a surface.

        Args:
            xy_m: (2,) where the centre is, world.
            reach_m: (3,) half extents.
            floor_z_m: the surface.
            gap_m: clear height kept above the surface and above whatever lies below.
        """
        beside = np.abs(self._set.centers_m[:, :2] - xy_m) < self._set.reaches_m[:, :2] + reach_m[:2]
        column = np.flatnonzero(np.all(beside, axis=1))
        bottoms = self._set.centers_m[column, 2] - self._set.reaches_m[column, 2]
        tops = self._set.centers_m[column, 2] + self._set.reaches_m[column, 2]
        low = floor_z_m + gap_m
        for i in np.argsort(bottoms, kind="stable"):
            if bottoms[i] < low + 2 * reach_m[2] and tops[i] + gap_m > low:
                low = float(tops[i] + gap_m)
        return low + float(reach_m[2])
