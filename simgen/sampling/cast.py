"""What the names in triggers, behaviours and actions stand for in one scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from simgen.errors import Problem, ScenarioError, did_you_mean
from simgen.geometry import Vec3, vec3
from simgen.sampling.draws import Draws
from simgen.worlds.regions import Region


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is there, and where things are.

    Attributes:
        draws: the random numbers of the attempt.
        members: names of the bodies that a name stands for: of a group all members, of a single body itself.
        regions: areas of the world, by name.
        homes: the path along which a body was placed, by the body's name.
    """

    draws: Draws
    members: Mapping[str, tuple[str, ...]]
    regions: Mapping[str, tuple[Region, ...]] = field(default_factory=dict[str, tuple[Region, ...]])
    homes: Mapping[str, str] = field(default_factory=dict[str, str])

    def bodies(self, name: str, path: str) -> tuple[str, ...]:
        """Return the names of all bodies that `name` stands for; of a group whose count drew 0, none.

        Raises:
            ScenarioError: this scene has nothing of that name.
        """
        if name in self.members:
            return self.members[name]
        group = name.split("[", maxsplit=1)[0]
        if name in self.members.get(group, ()):
            return (name,)
        raise ScenarioError([Problem(path, self._complaint(name, group))])

    def body(self, name: str, path: str) -> str:
        """Return the name of the one body that `name` stands for.

        Raises:
            ScenarioError: there is none, or it is a group.
        """
        found = self.bodies(name, path)
        if found != (name,):
            message = f"'{name}' is a group; name one member, for example '{name}[0]'"
            raise ScenarioError([Problem(path, message)])
        return name

    def middle(self, region: str) -> Vec3:
        """Return the middle of a region: of its first area."""
        return self.regions[region][0].center_m

    def extent(self, region: str) -> tuple[Vec3, Vec3]:
        """Return the corners of the box around all areas of a region."""
        boxes = [area.bounds_m for area in self.regions[region]]
        low = np.min([corner for corner, _ in boxes], axis=0)
        high = np.max([corner for _, corner in boxes], axis=0)
        return vec3(low), vec3(high)

    def home(self, actor: str, path: str) -> str:
        """Return the path along which an actor was placed.

        Raises:
            ScenarioError: it was placed otherwise.
        """
        if actor in self.homes:
            return self.homes[actor]
        message = f"needs a path, for '{actor}' was not placed along one; name it, or place it by 'along'"
        raise ScenarioError([Problem(path, message)])

    def _complaint(self, name: str, group: str) -> str:
        if group in self.members:
            count = len(self.members[group])
            return f"'{name}' does not exist in this scene: '{group}' has {count} members, from [0]"
        known = sorted(self.members)
        return f"'{name}' is no object or actor;{did_you_mean(name, known)} known are: {', '.join(known)}"
