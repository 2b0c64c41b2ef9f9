"""Lanes as curves: where `s` along and `lateral` across a lane lie in the world, and back.

The middle line is a polyline. To the side of it lie parallel polylines: at a corner the offset runs along the mitre, so
that (s, lateral) names every point near the line once, without gaps or overlaps, and `lateral` is the true
horizontal distance from the line. Headings and slopes are smooth: they turn within a few metres of a corner.
Before its first and after its last point a lane goes straight on.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, pi, sin, sqrt

from simgen.errors import did_you_mean
from simgen.geometry import Vec3
from simgen.records.lane import Lane

_BLEND_M = 3.0  # how far from a corner headings begin to turn, at most
_MITRE_COS = 0.25  # cosine of half the sharpest turn whose mitre is exact: about 150 degrees
# Lanes that one look ahead may go through, should a ring be shorter than what is asked
_MAX_FOLLOWED = 10_000


@dataclass(frozen=True, slots=True)
class LanePoint:
    """A place on a lane.

    Attributes:
        position_m: world.
        heading_rad: of the direction of travel, about world +Z from +X, in (-pi, pi].
        slope: rise over run in that direction.
    """

    position_m: Vec3
    heading_rad: float
    slope: float


@dataclass(frozen=True, slots=True)
class _Segment:
    """Between two points of the middle line.

    Attributes:
        start_m: its first point.
        run_m: horizontal length.
        heading_rad: of the segment.
        slope: of the segment.
        mitres: horizontal offset of the parallel line at unit lateral, at its start and at its end.
        turns: (heading, slope) changes towards the corner at its start and at its end, from the segment's own.
    """

    start_m: Vec3
    end_m: Vec3
    run_m: float
    length_m: float
    heading_rad: float
    slope: float
    mitres: tuple[tuple[float, float], tuple[float, float]]
    turns: tuple[tuple[float, float], tuple[float, float]]


class LaneCurve:
    """One lane, prepared for many look-ups.

    Raises:
        ValueError: fewer than two points, or two neighbouring points above each other.
    """

    def __init__(self, lane: Lane) -> None:
        """Prepare a lane."""
        self.lane = lane
        self._segments = _segments(lane)
        self._starts = [0.0]
        for segment in self._segments:
            self._starts.append(self._starts[-1] + segment.length_m)
        self.length_m = self._starts.pop()

    def point_at(self, s_m: float, lateral_m: float = 0.0) -> LanePoint:
        """Return the place `s_m` along the lane and `lateral_m` to the left of it."""
        index = max(bisect_right(self._starts, s_m) - 1, 0)
        segment = self._segments[index]
        along = s_m - self._starts[index]
        t = along / segment.length_m
        (ax, ay), (bx, by) = segment.mitres
        f = min(max(t, 0.0), 1.0)  # past the ends the offset stays what it is at the end
        (x0, y0, z0), (x1, y1, z1) = segment.start_m, segment.end_m
        position = (
            x0 + t * (x1 - x0) + lateral_m * (ax + f * (bx - ax)),
            y0 + t * (y1 - y0) + lateral_m * (ay + f * (by - ay)),
            z0 + t * (z1 - z0),
        )
        turn, tilt = _blend(segment, along)
        return LanePoint(position, _wrapped(segment.heading_rad + turn), segment.slope + tilt)

    def border(self, lateral_m: float) -> tuple[Vec3, ...]:
        """Return the corners of the line that runs `lateral_m` to the left, from end to end."""
        return tuple(self.point_at(s, lateral_m).position_m for s in (*self._starts, self.length_m))

    def s_of(self, point_m: Vec3) -> tuple[float, float]:
        """Return (s, lateral) of the point of the lane's surroundings below or above a world point.

        Of several (a lane that comes back to itself) the one nearest to the middle line.
        """
        last = len(self._segments) - 1
        best: tuple[float, float, float] | None = None
        for index, segment in enumerate(self._segments):
            t, lateral = _local(segment, point_m)
            inside = (t >= 0.0 or index == 0) and (t <= 1.0 or index == last)
            off = 0.0 if inside else segment.run_m * max(-t, t - 1.0)
            if best is None or (off, abs(lateral)) < (best[0], abs(best[2])):
                best = (off, self._starts[index] + t * segment.length_m, lateral)
        assert best is not None  # noqa: S101 - a lane has at least one segment
        return best[1], best[2]


class LaneGraph(Mapping[str, LaneCurve]):
    """All lanes of a scene by name.

    Raises:
        ValueError: two lanes share a name, a lane names a neighbour that does not exist, or as `LaneCurve`.
    """

    def __init__(self, lanes: Iterable[Lane]) -> None:
        """Prepare the lanes."""
        self._curves: dict[str, LaneCurve] = {}
        for lane in lanes:
            if lane.name in self._curves:
                raise ValueError(f"two lanes are called '{lane.name}'; rename one")
            self._curves[lane.name] = LaneCurve(lane)
        for name, curve in self._curves.items():
            neighbours = (curve.lane.left, curve.lane.right, *curve.lane.next)
            missing = next((other for other in neighbours if other and other not in self._curves), None)
            if missing is not None:
                raise ValueError(f"lane '{name}' leads to '{missing}', which does not exist")

    def __getitem__(self, name: str) -> LaneCurve:
        """Return a lane; raises `KeyError` naming the lanes there are."""
        if name not in self._curves:
            hint, known = did_you_mean(name, self._curves), ", ".join(self._curves) or "none"
            raise KeyError(f"no lane '{name}';{hint} known: {known}")
        return self._curves[name]

    def __iter__(self):
        """Iterate over the names."""
        return iter(self._curves)

    def __len__(self) -> int:
        """Return how many lanes there are."""
        return len(self._curves)

    def advance(self, name: str, s_m: float) -> tuple[str, float]:
        """Return (lane, s) of a place that may lie past the end of a lane, going into the first of `next` each time.

        Where nothing follows it stays on the last lane, past its end.
        """
        for _ in range(_MAX_FOLLOWED):
            curve = self[name]
            if s_m <= curve.length_m or not curve.lane.next:
                break
            s_m -= curve.length_m
            name = curve.lane.next[0]
        return name, s_m

    def point_at(self, name: str, s_m: float, lateral_m: float = 0.0) -> LanePoint:
        """Return the place `s_m` along a lane and on along those that follow it."""
        lane, rest_m = self.advance(name, s_m)
        return self[lane].point_at(rest_m, lateral_m)

    def left_to_go_m(self, name: str, s_m: float) -> float:
        """Return the way from `s_m` to the end of the last lane that follows; infinite on a ring."""
        seen: set[str] = set()
        total = -s_m
        while name not in seen:
            seen.add(name)
            curve = self[name]
            total += curve.length_m
            if not curve.lane.next:
                return total
            name = curve.lane.next[0]
        return float("inf")


@lru_cache(maxsize=64)
def _curve(lane: Lane) -> LaneCurve:
    return LaneCurve(lane)


def length_m(lane: Lane) -> float:
    """Return the length of a lane's middle line."""
    return _curve(lane).length_m


def point_at(lane: Lane, s_m: float, lateral_m: float = 0.0) -> LanePoint:
    """Return the place `s_m` along a lane and `lateral_m` to its left; for many look-ups use `LaneGraph`."""
    return _curve(lane).point_at(s_m, lateral_m)


def s_of(lane: Lane, point_m: Vec3) -> tuple[float, float]:
    """Return (s, lateral) of a world point; the inverse of `point_at`."""
    return _curve(lane).s_of(point_m)


def _steps(lane: Lane) -> tuple[list[Vec3], list[float]]:
    """Return the way from each point of a lane to the next, and its horizontal length, metres."""
    points = lane.points_m
    if len(points) < 2:
        raise ValueError(f"lane '{lane.name}' needs at least two points, has {len(points)}")
    steps = [(b[0] - a[0], b[1] - a[1], b[2] - a[2]) for a, b in itertools.pairwise(points)]
    runs = [hypot(x, y) for x, y, _ in steps]
    if min(runs) == 0.0:
        place = points[runs.index(0.0)]
        raise ValueError(f"lane '{lane.name}' has two points above each other at {place}; remove one")
    return steps, runs


def _segments(lane: Lane) -> list[_Segment]:
    """Return a lane's straight pieces; at each corner both neighbours share half of the turn and one mitre."""
    points = lane.points_m
    steps, runs = _steps(lane)
    headings = [atan2(y, x) for x, y, _ in steps]
    slopes = [step[2] / run for step, run in zip(steps, runs, strict=True)]
    turns = [_wrapped(b - a) for a, b in itertools.pairwise(headings)]
    tilts = [b - a for a, b in itertools.pairwise(slopes)]
    mitres = [
        _mitre(headings[0], 0.0),
        *(_mitre(h, t) for h, t in zip(headings, turns, strict=False)),
        _mitre(headings[-1], 0.0),
    ]
    before = [(0.0, 0.0), *((-turn / 2, -tilt / 2) for turn, tilt in zip(turns, tilts, strict=True))]
    after = [*((turn / 2, tilt / 2) for turn, tilt in zip(turns, tilts, strict=True)), (0.0, 0.0)]
    return [
        _Segment(
            points[k], points[k + 1], runs[k], sqrt(runs[k] ** 2 + steps[k][2] ** 2), headings[k], slopes[k],
            (mitres[k], mitres[k + 1]), (before[k], after[k]),
        )
        for k in range(len(steps))
    ]  # fmt: skip


def _mitre(heading_rad: float, turn_rad: float) -> tuple[float, float]:
    """Return the offset to the left, at unit lateral, where a line of this heading turns by `turn_rad`."""
    middle = heading_rad + turn_rad / 2
    stretch = 1.0 / max(cos(turn_rad / 2), _MITRE_COS)
    return (-sin(middle) * stretch, cos(middle) * stretch)


def _blend(segment: _Segment, along_m: float) -> tuple[float, float]:
    """Return by how much heading and slope differ from the segment's own, so that they pass corners smoothly."""
    reach = min(segment.length_m / 2, _BLEND_M)
    (turn_a, tilt_a), (turn_b, tilt_b) = segment.turns
    near_a = max(1.0 - max(along_m, 0.0) / reach, 0.0)
    near_b = max(1.0 - max(segment.length_m - along_m, 0.0) / reach, 0.0)
    return near_a * turn_a + near_b * turn_b, near_a * tilt_a + near_b * tilt_b


def _local(segment: _Segment, point_m: Vec3) -> tuple[float, float]:
    """Return (share of the segment, lateral) of a point, by the segment's own parallel line through it."""
    c, s = cos(segment.heading_rad), sin(segment.heading_rad)
    dx, dy = point_m[0] - segment.start_m[0], point_m[1] - segment.start_m[1]
    ahead, lateral = dx * c + dy * s, dy * c - dx * s
    (ax, ay), (bx, by) = segment.mitres
    from_a = lateral * (ax * c + ay * s)  # how far the mitres lean ahead at this lateral
    from_b = lateral * (bx * c + by * s)
    run = segment.run_m + from_b - from_a
    t = (ahead - from_a) / run if run > 0.0 else 0.5
    if t < 0.0:
        t = (ahead - from_a) / segment.run_m
    elif t > 1.0:
        t = 1.0 + (ahead - segment.run_m - from_b) / segment.run_m
    return t, lateral


def _wrapped(angle_rad: float) -> float:
    """Return the same angle in (-pi, pi]."""
    return pi - (pi - angle_rad) % (2 * pi)
