"""Depth maps that share a texture, each in two layers: what rests is kept, what moves is drawn over a copy of it.

A depth map has at each place what is nearest of all that was drawn there, in whatever order. So it is the same, bit by
bit, whether all is drawn or some of it was drawn for an earlier frame: what a frame shows never depends on the frames
before, only what it costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.rendering.raster.casters import Casters, Part, Runs
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.gl_calls import Box

_WORTH_KEEPING = (
    0.3  # share of a map's triangles that must rest for them to be kept apart: below it a copy costs more
)

Stamps = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DepthMaps:
    """The maps that an atlas is to hold.

    Attributes:
        boxes: (m, 4) first column and row, width and height of each.
        clips: (m, 4, 4) world -> clip space.
        stamps: (m, n) of what each shows, by instance id - 1, from `stamps_of`; 0: not in the map.
    """

    boxes: NDArray[np.int64]
    clips: FloatArray
    stamps: Stamps

    @staticmethod
    def joined(some: Sequence[DepthMaps]) -> DepthMaps:
        """Return all maps of several."""
        boxes, clips, stamps = zip(*((each.boxes, each.clips, each.stamps) for each in some), strict=True)
        return DepthMaps(*map(np.concatenate, (boxes, clips, stamps)))


def stamps_of(casters: Casters, rough: NDArray[np.bool_]) -> Stamps:
    """Return (n,) numbers for what objects block suns with, and soft light where they are `rough` (n,)."""
    return 2 * casters.stamps + (rough & (casters.stamps > 0))


@dataclass(slots=True, eq=False)
class _Shown:
    """What a texture shows in each place of an atlas; `clips` of a place that shows nothing are not numbers."""

    boxes: NDArray[np.int64]
    clips: FloatArray
    stamps: Stamps

    @staticmethod
    def nothing(places: int, objects: int) -> _Shown:
        stamps = np.zeros((places, objects), np.int64)
        return _Shown(np.zeros((places, 4), np.int64), np.full((places, 4, 4), np.nan), stamps)

    def at(self, maps: DepthMaps) -> NDArray[np.bool_]:
        """Return (m,) which maps lie where these do, in the texture and in the world."""
        return (self.clips == maps.clips).all(axis=(1, 2)) & (self.boxes == maps.boxes).all(axis=1)

    def under(self, maps: DepthMaps) -> Stamps:
        """Return the stamps (m, n) of what is where these maps lie, 0 elsewhere."""
        return np.where(self.at(maps)[:, None], self.stamps, 0)

    def forget(self, places: NDArray[np.intp]) -> None:
        self.clips[places] = np.nan

    def put(self, places: NDArray[np.intp], maps: DepthMaps, stamps: Stamps) -> None:
        self.boxes[places], self.clips[places] = maps.boxes[places], maps.clips[places]
        self.stamps[places] = stamps[places]


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """How the maps of a frame come about; all (m,) which ones, or (m, n) which objects.

    Attributes:
        stale: maps that are not there yet.
        rebuilt: whose resting layer is drawn anew.
        copied: that begin as a copy of their resting layer.
        resting: objects of resting layers that are drawn anew.
        over: objects that are drawn into the map itself.
    """

    stale: NDArray[np.bool_]
    rebuilt: NDArray[np.bool_]
    copied: NDArray[np.bool_]
    resting: NDArray[np.bool_]
    over: NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class _Texture:
    depths: moderngl.Texture
    framebuffer: moderngl.Framebuffer
    shown: _Shown = field(default_factory=lambda: _Shown.nothing(0, 0))

    def release(self) -> None:
        self.framebuffer.release()
        self.depths.release()


class LayeredAtlas:
    """Depth maps in one texture.

    Args:
        context: where it is.
        casters: what the maps show.
        size: width and height of the texture.
        of_lamps: whether glass lets light through and backs count, as something may lie behind the light.
    """

    def __init__(
        self, context: GlContext, casters: Casters, size: tuple[int, int], *, of_lamps: bool = False
    ) -> None:
        self._context, self._casters, self._of_lamps = context, casters, of_lamps
        self._front = self._texture(size)
        self._kept: _Texture | None = None
        self._lasted = np.zeros(0, np.int64)  # times that each map was drawn where it is
        self._spent = np.zeros(0, np.int64)  # indices drawn again for each map, though they could be kept

    @property
    def depths(self) -> moderngl.Texture:
        """The maps."""
        return self._front.depths

    @property
    def _sharp(self) -> dict[int, Part]:
        return self._casters.solid if self._of_lamps else self._casters.sharp

    def resize(self, size: tuple[int, int]) -> None:
        """Make the texture another size; nothing is in it then."""
        if size == self.depths.size:
            return
        self._context.unbind()
        for texture in (self._front, self._kept):
            if texture is not None:
                texture.release()
        self._front, self._kept = self._texture(size), None

    def draw(self, maps: DepthMaps) -> None:
        """Bring the texture to hold these maps, at the cost of what is not there yet."""
        self._fit(maps.stamps.shape)
        plan = self._plan(maps)
        stale = np.flatnonzero(plan.stale)
        if not len(stale):
            return
        self._casters.begin()
        self._front.shown.forget(stale)  # if this is interrupted, they are not there
        if plan.rebuilt.any():
            self._rebuild(maps, plan)
        self._begin(maps, plan)
        self._draw_into(self._front, maps, plan.stale, plan.over)
        self._front.shown.put(stale, maps, maps.stamps)

    def _plan(self, maps: DepthMaps) -> _Plan:
        """Decide which maps are drawn how."""
        wanted = maps.stamps
        is_in = wanted > 0
        same_place = self._front.shown.at(maps)
        stale = ~same_place | (self._front.shown.stamps != wanted).any(axis=1)
        # A place that stayed where it was for a while will do so again.
        lasts = same_place | (self._lasted > 1)
        self._lasted = np.where(stale, np.where(same_place, self._lasted, 0) + 1, self._lasted)
        resting = is_in & self._casters.at_rest
        kept = np.zeros_like(wanted) if self._kept is None else self._kept.shown.under(maps)
        is_kept = kept > 0
        holds = is_kept.any(axis=1) & (~is_kept | (kept == wanted)).all(axis=1)
        sizes = self._sizes(wanted)
        whole, at_rest = ((sizes * which).sum(axis=1) for which in (is_in, resting))
        self._spent += (sizes * (resting & ~is_kept)).sum(axis=1) * (stale & holds)
        pays = lasts & (at_rest >= _WORTH_KEEPING * whole) & (at_rest < whole) & (at_rest > 0)
        rebuilt = stale & pays & (~holds | (self._spent >= at_rest))
        self._spent[rebuilt | ~holds] = 0
        copied = stale & (holds | rebuilt)
        below = np.where(rebuilt[:, None], resting, is_kept & holds[:, None])
        return _Plan(stale, rebuilt, copied, resting, is_in & ~below)

    def _sizes(self, stamps: Stamps) -> NDArray[np.int64]:
        """Return (m, n) how many indices each object has in each map."""
        sharp, soft = np.zeros((2, stamps.shape[1]), np.int64)
        for sizes, parts in ((sharp, self._sharp), (soft, self._casters.soft)):
            for i, part in parts.items():
                sizes[i - 1] = part.closed[1] + part.open[1]
        return np.where(stamps % 2 > 0, soft, sharp)

    def _rebuild(self, maps: DepthMaps, plan: _Plan) -> None:
        """Draw the resting layers that are worth it."""
        if self._kept is None:
            self._kept = self._texture(self.depths.size)
            self._kept.shown = _Shown.nothing(*maps.stamps.shape)
            self._clear(self._kept, maps, np.ones_like(plan.stale))  # between the maps too
        places = np.flatnonzero(plan.rebuilt)
        self._kept.shown.forget(places)
        self._clear(self._kept, maps, plan.rebuilt)
        self._draw_into(self._kept, maps, plan.rebuilt, plan.resting)
        self._kept.shown.put(places, maps, np.where(plan.resting, maps.stamps, 0))

    def _begin(self, maps: DepthMaps, plan: _Plan) -> None:
        """Fill each map that is drawn with its resting layer, or with nothing."""
        self._clear(self._front, maps, plan.stale & ~plan.copied)
        if self._kept is None or not plan.copied.any():
            return
        front = self._front.framebuffer
        front.scissor = (0, 0, *front.size)
        self._context.draw_into(front)
        self._context.fences.hold()
        boxes = [_hull(maps.boxes)] if plan.copied.all() else _used(maps.boxes[plan.copied])
        self._context.calls.copy_depths(self._kept.framebuffer, front, boxes)

    def _clear(self, texture: _Texture, maps: DepthMaps, which: NDArray[np.bool_]) -> None:
        """Empty some places; if those are all, what lies between them too."""
        if not which.any():
            return
        self._context.draw_into(texture.framebuffer)
        for box in [(0, 0, *self.depths.size)] if which.all() else _used(maps.boxes[which]):
            texture.framebuffer.scissor = box
            texture.framebuffer.clear(depth=1.0)

    def _draw_into(
        self, texture: _Texture, maps: DepthMaps, which: NDArray[np.bool_], shown: NDArray[np.bool_]
    ) -> None:
        """Draw the objects that are `shown` (m, n) in some maps."""
        self._context.draw_into(texture.framebuffer)
        known: dict[bytes, Runs] = {}
        for place in np.flatnonzero(which & shown.any(axis=1)):
            key = maps.stamps[place].tobytes() + shown[place].tobytes()
            if key not in known:
                known[key] = Runs.of(self._parts(maps.stamps[place], shown[place]))
            box: Box = tuple(maps.boxes[place].tolist())
            texture.framebuffer.viewport = texture.framebuffer.scissor = box
            self._casters.draw(maps.clips[place], known[key], culled=not self._of_lamps)

    def _parts(self, stamps: Stamps, shown: NDArray[np.bool_]) -> list[Part]:
        """Return the indices of what is shown in one map, as they follow each other in the buffer."""
        rough = stamps % 2 > 0
        found: list[Part] = []
        for parts, which in ((self._sharp, shown & ~rough), (self._casters.soft, shown & rough)):
            drawn = which.tolist()
            found += [part for i, part in parts.items() if drawn[i - 1]]
        return found

    def _fit(self, shape: tuple[int, ...]) -> None:
        """Forget what is there if it was of another number of maps or objects."""
        if self._front.shown.stamps.shape == shape:
            return
        self._lasted, self._spent = np.zeros((2, shape[0]), np.int64)
        for texture in (self._front, self._kept):
            if texture is not None:
                texture.shown = _Shown.nothing(*shape)

    def _texture(self, size: tuple[int, int]) -> _Texture:
        depths = self._context.gl.depth_texture(size)
        depths.compare_func = ""
        return _Texture(depths, self._context.gl.framebuffer([], depths))


def _used(boxes: NDArray[np.int64]) -> list[Box]:
    """Return those boxes (m, 4) that are not empty."""
    return [(x, y, width, height) for x, y, width, height in boxes.tolist() if width]


def _hull(boxes: NDArray[np.int64]) -> Box:
    """Return the box around all of some boxes (m, 4)."""
    used = boxes[boxes[:, 2] > 0]
    x, y = used[:, :2].min(axis=0).tolist()
    right, top = (used[:, :2] + used[:, 2:]).max(axis=0).tolist()
    return x, y, right - x, top - y
