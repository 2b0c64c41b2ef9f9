"""Regions of space, and paths through it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from simgen.scenario.branches import by_keys
from simgen.scenario.spec.base import Model
from simgen.scenario.values import PositiveLength, Vector3


class BoxRegion(Model):
    """An axis-aligned box in the world frame; a zero height makes it a rectangle on a surface."""

    box_min: Vector3
    box_max: Vector3


class DiscRegion(Model):
    """A horizontal disc."""

    center: Vector3
    radius: PositiveLength


Region = Annotated[  # a text: a region that the world defines, for example `table`
    Annotated[str, Tag("<name>")] | Annotated[BoxRegion, Tag("<box>")] | Annotated[DiscRegion, Tag("<disc>")],
    Discriminator(by_keys({"<box>": BoxRegion, "<disc>": DiscRegion}, other="<name>")),
]


class PathSpec(Model):
    """A line on the ground that actors can be placed along and follow; lanes of a world are paths too."""

    points: list[Vector3] = Field(min_length=2)
