"""What a draw must fulfil, or it is drawn again."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from simgen.scenario.branches import by_keys
from simgen.scenario.spec.base import Model
from simgen.scenario.spec.regions import Region
from simgen.scenario.values import Fraction, NonNegativeLength


class Require(Model):
    """An expression over params that must be true, for example `${width} > ${height}`."""

    require: str


class Clearance(Model):
    """Objects of two groups keep at least `distance` between their boxes."""

    clearance: list[str]  # two names; a group name means each of its members
    distance: NonNegativeLength


class NonOverlap(Model):
    """No two of the named objects (or groups; `all`) overlap at placement."""

    non_overlap: list[str]


class InRegion(Model):
    """The named objects lie with their centres in a region at placement."""

    in_region: list[str]
    region: Region


def _frame_tag(raw: Any) -> str:
    return "<word>" if isinstance(raw, str) else "<index>"


Frame = Annotated[
    Annotated[int, Field(ge=0, strict=True), Tag("<index>")]
    | Annotated[Literal["any", "all"], Tag("<word>")],
    Discriminator(_frame_tag),
]


class VisibleFrom(Model):
    """The sensor sees the object: a fraction of its box sample points is in frame and unoccluded by boxes."""

    visible_from: str  # sensor
    object: str
    min_fraction: Fraction = 0.2
    frame: Frame = "any"


_CONSTRAINTS = {
    "<require>": Require,
    "<clearance>": Clearance,
    "<non_overlap>": NonOverlap,
    "<in_region>": InRegion,
    "<visible_from>": VisibleFrom,
}
Constraint = Annotated[
    Annotated[Require, Tag("<require>")]
    | Annotated[Clearance, Tag("<clearance>")]
    | Annotated[NonOverlap, Tag("<non_overlap>")]
    | Annotated[InRegion, Tag("<in_region>")]
    | Annotated[VisibleFrom, Tag("<visible_from>")],
    Discriminator(by_keys(_CONSTRAINTS)),
]
