"""What a scenario points at by name: regions of the world, objects, groups and parts, as surfaces and points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from simgen.errors import Problem, ScenarioError, did_you_mean
from simgen.geometry import FloatArray, rotation_about_z
from simgen.sampling.draws import Draws
from simgen.sampling.layout import Layout
from simgen.scenario import spec
from simgen.worlds.boxes import OrientedBox
from simgen.worlds.regions import BoxRegion, DiscRegion, Region
from simgen.worlds.world import World


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Level areas that things stand on or fall onto, in a frame turned about world Z.

    Attributes:
        areas: in the surface's own frame.
        origin_m: (3,) world position of that frame.
        yaw_rad: its turn about world Z.
        is_object: whether it is the top of an object (or part) rather than a region.
    """

    areas: tuple[Region, ...]
    origin_m: FloatArray
    yaw_rad: float = 0.0
    is_object: bool = False

    @property
    def R_world_surface(self) -> FloatArray:
        """(3, 3) rotation surface -> world."""
        return rotation_about_z(self.yaw_rad)

    @property
    def middle_m(self) -> FloatArray:
        """World point (3,) in the middle of the (first) area, on the surface."""
        x, y, _ = self.areas[0].center_m
        return self.to_world((x, y, self.areas[0].surface_m))

    def to_world(self, p_surface: ArrayLike) -> FloatArray:
        """Return a point (3,) of the surface's frame in the world."""
        return self.origin_m + self.R_world_surface @ np.asarray(p_surface, dtype=float)

    def at_offset(self, offset_m: ArrayLike) -> FloatArray:
        """Return the world point (3,) at an offset from the middle, along the surface's own axes."""
        return self.middle_m + self.R_world_surface @ np.asarray(offset_m, dtype=float)

    def draw_area(self, rng: np.random.Generator) -> Region:
        """Return one of the areas, each as likely as it is large."""
        u = float(rng.random())
        if len(self.areas) == 1:
            return self.areas[0]
        shares = np.cumsum([area.area_m2 for area in self.areas])
        return self.areas[min(int(np.searchsorted(shares, u * shares[-1])), len(self.areas) - 1)]


class Targets:
    """Looks names up while a scene is being placed.

    A name means, in this order: a region of the world, an object or one member of a group (`cups[2]`), a group
    (a member is drawn), a part of the world.
    """

    def __init__(
        self, world: World, layout: Layout, draws: Draws, members: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._world = world
        self._layout = layout
        self._draws = draws
        self._members = members
        self._parts = {part.name: part for part in world.parts}

    def regions(self, region: spec.Region, path: str) -> tuple[Region, ...]:
        """Return the areas of a region given by name or by numbers.

        Raises:
            ScenarioError: the world has no such region, or its corners are the wrong way round.
        """
        if isinstance(region, str):
            if region not in self._world.regions:
                known = self._world.regions
                raise _unknown(path, region, f"region;{did_you_mean(region, known)} this world has", known)
            return self._world.regions[region]
        try:
            if isinstance(region, spec.BoxRegion):
                low = self._draws.vector(region.box_min, f"{path}.box_min")
                return (BoxRegion(low, self._draws.vector(region.box_max, f"{path}.box_max")),)
            center = self._draws.vector(region.center, f"{path}.center")
            return (DiscRegion(center, self._draws.number(region.radius, f"{path}.radius")),)
        except ValueError as error:
            raise ScenarioError([Problem(path, str(error))]) from error

    def region_surface(self, region: spec.Region, path: str) -> Surface:
        """Return a region as a surface."""
        return Surface(self.regions(region, path), np.zeros(3))

    def surface(self, name: str, path: str) -> Surface:
        """Return what `name` offers to stand on: a region, or the top of an object."""
        if name in self._world.regions:
            return Surface(self._world.regions[name], np.zeros(3))
        return _top_of(self._box(name, path), 1.0)

    def opening(self, name: str, path: str, span: float) -> Surface:
        """Return the level opening on top of a container; `span` is the part of an object's box that it covers."""
        if name in self._world.regions:
            return Surface(tuple(_lid(area) for area in self._world.regions[name]), np.zeros(3))
        return _top_of(self._box(name, path), span)

    def middle(self, name: str, path: str) -> FloatArray:
        """Return the middle (3,) of a region or object."""
        if name in self._world.regions:
            return np.array(self._world.regions[name][0].center_m)
        return self._box(name, path).center_m

    def point(self, target: spec.Target, path: str) -> FloatArray:
        """Return the point (3,) that is looked at or faced: a point as it is drawn, of what has a name its middle."""
        if isinstance(target, str):
            return self.middle(target, path)
        return np.array(self._draws.vector(target, path))

    def members(self, name: str, path: str) -> tuple[str, ...]:
        """Return the names that `name` stands for: all members of a group, else itself alone.

        Raises:
            ScenarioError: nothing is called so.
        """
        if name in self._world.regions:
            return (name,)
        if name in self._members:
            return self._members[name]
        self._box(name, path)
        return (name,)

    def solids(self, name: str, path: str) -> list[tuple[str, OrientedBox]]:
        """Return the boxes of what `name` stands for, each with its owner's name; `all` is every object.

        A part of the world gives its solid pieces.

        Raises:
            ScenarioError: nothing is called so.
        """
        if name == "all":
            return [
                (member, self._layout.box(member)) for names in self._members.values() for member in names
            ]
        if name in self._members:
            return [(member, self._layout.box(member)) for member in self._members[name]]
        if name in self._parts and not self._layout.has(name):
            return [(name, solid) for solid in self._parts[name].solids]
        return [(name, self._box(name, path))]

    def _box(self, name: str, path: str) -> OrientedBox:
        if name in self._members:
            members = self._members[name]
            if not members:
                raise ScenarioError(
                    [Problem(path, f"'{name}' has no members in this scene; its count drew 0")]
                )
            return self._layout.box(self._draws.one_of(members, f"{path}.target"))
        if self._layout.has(name):
            return self._layout.box(name)
        if name in self._parts:
            return self._parts[name].box
        known = (*self._world.regions, *self._members, *self._parts)
        raise _unknown(path, name, f"region, object or part;{did_you_mean(name, known)} known are", known)


def _top_of(box: OrientedBox, span: float) -> Surface:
    """The top of an object; of a tilted one, the top of the upright box around it."""
    half = (box.half_m if box.is_upright else box.reach_m) * span
    yaw = float(np.arctan2(box.R_world_box[1, 0], box.R_world_box[0, 0])) if box.is_upright else 0.0
    x, y = (float(v) for v in half[:2])
    origin = np.array([*box.center_m[:2], box.max_m[2]])
    return Surface((BoxRegion((-x, -y, 0.0), (x, y, 0.0)),), origin, yaw, is_object=True)


def _lid(area: Region) -> Region:
    if not isinstance(area, BoxRegion):
        return area
    return BoxRegion((*area.min_m[:2], area.max_m[2]), area.max_m)


def _unknown(path: str, name: str, what: str, known: Mapping[str, object] | tuple[str, ...]) -> ScenarioError:
    return ScenarioError([Problem(path, f"'{name}' is no {what}: {', '.join(sorted(set(known)))}")])
