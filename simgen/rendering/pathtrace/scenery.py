"""What ways of following light ask about a scene: what a ray meets, which lights there are, what hides them.

Light sources other than suns are chosen by Mitsuba's weights, which leave suns out. Of a map of surroundings a table
of directions is made, one for each cell of a grid over the numbers that choose them: looking one up takes a fraction of
the time that finding it among millions of texels does, and they are as well spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

LAYERS = 16  # of glass and holes that a straight ray passes at most
_SIDE = 256  # of the grid of directions: 65,536 lights of equal flux stand for a map


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """Directions of a map of surroundings, each as likely to be chosen.

    Attributes:
        places: (4 n,) of each the direction towards it, world, and the density with which the map is chosen there,
            1/sr.
        lights: (4 n,) of each the light of the map over that density, RGB, and a number of no meaning.
        share: how often the map is chosen among other lights.
        far_m: beyond all surfaces, from any of them.
    """

    places: Any
    lights: Any
    share: float = 1.0
    far_m: float = 1.0

    @staticmethod
    def of(mi: Any, dr: Any, emitter: Any) -> Around:
        """Return the directions of a map of surroundings, in the middle of each cell."""
        middle = (dr.arange(mi.Float, _SIDE) + 0.5) / _SIDE
        slow, fast = dr.meshgrid(middle, middle, indexing="ij")
        nowhere = dr.zeros(mi.SurfaceInteraction3f, _SIDE**2)
        found, light = emitter.sample_direction(nowhere, mi.Point2f(slow, fast))
        places, lights = mi.Vector4f(*found.d, found.pdf), mi.Vector4f(*light, 0.0)
        return Around(dr.ravel(places), dr.ravel(lights))

    def among(self, scene: Any) -> Around:
        """Return it with its share among the lights of a scene, of which Mitsuba chooses the others."""
        others = sum(each.sampling_weight() for each in scene.emitters() if not each.is_environment())
        return replace(
            self, share=1.0 / (1.0 + others), far_m=2.0 * float(scene.bbox().bounding_sphere().radius)
        )

    def at(self, mi: Any, dr: Any, choice: Any, active: Any) -> tuple[Any, Any, Any]:
        """Return direction, density and light by two numbers 0..1 that choose."""
        column, row = (dr.minimum(mi.UInt32(each * _SIDE), _SIDE - 1) for each in choice)
        index = column * _SIDE + row
        place = dr.gather(mi.Vector4f, self.places, index, active)
        light = dr.gather(mi.Vector4f, self.lights, index, active)
        return mi.Vector3f(place.x, place.y, place.z), place.w, mi.Color3f(light.x, light.y, light.z)


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A light to ask for, for each of many surface points.

    Attributes:
        along: unit, towards it, world.
        target: the point of it that is asked for; what is infinitely far lies beyond all surfaces.
        density: with which it is chosen there, 1/sr.
        is_delta: whether only choosing finds it.
        light: what arrives from it, over the density; zero where there is none.
    """

    along: Any
    target: Any
    density: Any
    is_delta: Any
    light: Any


@dataclass(frozen=True, slots=True, eq=False)
class Scenery:
    """A scene to follow light in.

    Attributes:
        mi: Mitsuba, its variant set.
        dr: the compiler under it.
        suns: as emitters.
        has_others: whether anything else shines.
        is_clear: whether light passes through some of its surfaces.
        one_sided: of shapes, by their numbers, whether cameras see the outer side only; those past its end are
            seen from both sides; None where all are.
        around: directions of the map of surroundings; None where there is none, and Mitsuba chooses all other lights.
        is_empty: whether it has no surfaces.
    """

    mi: Any
    dr: Any
    suns: tuple[Any, ...]
    has_others: bool
    is_clear: bool
    one_sided: Any = None
    around: Around | None = None
    is_empty: bool = False

    def is_back(self, along: Any, si: Any, active: Any) -> Any:
        """Return whether rays of a camera meet what labels leave out: the inner side of a one-sided shape.

        Args:
            along: where the rays go.
            si: what they meet.
            active: rays that count.
        """
        mi, dr = self.mi, self.dr
        if self.one_sided is None:
            return mi.Bool(False)
        number = dr.reinterpret_array(mi.UInt32, si.shape)
        turned = active & si.is_valid() & (dr.dot(si.n, along) > 0) & (number < dr.width(self.one_sided))
        return turned & dr.gather(mi.Bool, self.one_sided, number, turned)

    def seen(self, scene: Any, ray: Any, coherent: bool, active: Any) -> Any:
        """Return what rays of a camera show first, past inner sides of one-sided shapes."""
        mi, dr = self.mi, self.dr
        si = scene.ray_intersect(ray, mi.RayFlags.All, coherent, active)
        if self.one_sided is None:
            return si
        along = mi.Vector3f(ray.d)

        def cross(active: Any, si: Any) -> Any:
            si = scene.ray_intersect(si.spawn_ray(along), mi.RayFlags.All, False, active)
            return self.is_back(along, si, active), si

        # The loop hands on whole surfaces: where no ray meets a back, as is usual, nothing is looked up twice.
        start = (self.is_back(along, si, active), si)
        return dr.while_loop(start, going_on, cross, label="past backs")[1]

    def shown(self, scene: Any, start: Any, target: Any, active: Any) -> Any:
        """Return which share of light comes from a surface to a point, past what is in between."""
        mi, dr = self.mi, self.dr
        ray = start.spawn_ray_to(target)
        if not self.is_clear:
            return dr.select(scene.ray_test(ray, active), mi.Color3f(0.0), mi.Color3f(1.0))

        def cross(active: Any, share: Any, ray: Any, layers: Any) -> Any:
            si = scene.ray_intersect(ray, mi.RayFlags.All, False, active)
            active = active & si.is_valid()
            share = dr.select(active, share * si.bsdf().eval_null_transmission(si, active), share)
            active = active & (dr.max(share) > 0) & (layers + 1 < LAYERS)
            return active, share, si.spawn_ray_to(target), layers + 1

        start = (mi.Bool(active), mi.Color3f(1.0), ray, mi.UInt32(0))
        _, share, _, layers = dr.while_loop(start, going_on, cross, label="to a light")
        return dr.select(layers < LAYERS, share, mi.Color3f(0.0))

    def from_sun(self, sun: Any, si: Any, sampler: Any, active: Any) -> Chosen:
        """Return a point of a sun, each chosen as often."""
        mi, dr = self.mi, self.dr
        found, light = sun.sample_direction(si, sampler.next_2d(active), active)
        light = dr.select(found.pdf > 0, light, mi.Color3f(0.0))
        return Chosen(found.d, found.p, found.pdf, mi.Bool(True), light)

    def from_suns(self, si: Any, sampler: Any, active: Any) -> Chosen:
        """Return a point of one of the suns, each chosen as often."""
        dr = self.dr
        chosen = self.from_sun(self.suns[0], si, sampler, active)
        for index, sun in enumerate(self.suns[1:], start=2):
            other = self.from_sun(sun, si, sampler, active)
            chosen = either(dr, sampler.next_1d(active) * index < 1, other, chosen)
        return replace(chosen, light=chosen.light * len(self.suns))

    def from_others(self, scene: Any, si: Any, sampler: Any, active: Any) -> Chosen:
        """Return a point of one light that is no sun."""
        dr, choice = self.dr, sampler.next_2d(active)
        if self.around is None:
            return self._from_one(scene, si, choice, active)
        share, left = self.around.share, 1.0 - self.around.share
        if left == 0.0:
            return self._from_around(self.around, si, choice, active)
        # One number chooses twice, so that choices stay spread.
        is_around, low, high = choice.x < share, choice.x / share, (choice.x - share) / left
        around = self._from_around(self.around, si, self.mi.Point2f(low, choice.y), active & is_around)
        one = self._from_one(scene, si, self.mi.Point2f(high, choice.y), active & ~is_around)
        one = replace(one, density=one.density * left, light=one.light / left)
        return either(dr, is_around, around, one)

    def density(self, scene: Any, last: Any, si: Any, active: Any) -> Any:
        """Return how likely `from_others` chooses, at a point, what a ray from there meets; 1/sr."""
        mi, dr = self.mi, self.dr
        direction = mi.DirectionSample3f(scene, si, last)
        if self.around is None:
            return scene.pdf_emitter_direction(last, direction, active)
        share, away = self.around.share, active & ~si.is_valid()
        density = dr.select(away, scene.environment().pdf_direction(last, direction, away) * share, 0.0)
        if share < 1.0:
            one = scene.pdf_emitter_direction(last, direction, active & ~away)
            density += dr.select(active & ~away, one * (1.0 - share), 0.0)
        return density

    def arriving(self, scene: Any, si: Any, chosen: Chosen, sent: Any, active: Any) -> Any:
        """Return what comes of a chosen light by way of a surface.

        Args:
            sent: share of the light that the surface sends on, were nothing in between.
        """
        mi, dr = self.mi, self.dr
        light = sent * chosen.light
        lit = active & (dr.max(light) > 0)
        return dr.select(lit, light * self.shown(scene, si, chosen.target, lit), mi.Color3f(0.0))

    def sent(self, bsdf: Any, si: Any, suns: Sequence[Any], others: Sequence[Any], active: Any) -> Any:
        """Return what a look sends on of light from suns, and from others with the densities of scattering there.

        Args:
            suns: directions in the surface's frame.
            others: likewise.
        """
        context = self.mi.BSDFContext()
        return (
            [bsdf.eval(context, si, each, active) for each in suns],
            [bsdf.eval_pdf(context, si, each, active) for each in others],
        )

    def _from_one(self, scene: Any, si: Any, choice: Any, active: Any) -> Chosen:
        """Return a point of the light that Mitsuba chooses."""
        mi, dr = self.mi, self.dr
        found, light = scene.sample_emitter_direction(si, choice, False, active)
        light = dr.select(active & (found.pdf > 0), light, mi.Color3f(0.0))
        return Chosen(found.d, found.p, found.pdf, found.delta, light)

    def _from_around(self, around: Around, si: Any, choice: Any, active: Any) -> Chosen:
        """Return a direction of the map of surroundings."""
        along, density, light = around.at(self.mi, self.dr, choice, active)
        target = si.p + along * around.far_m
        return Chosen(along, target, density * around.share, self.mi.Bool(False), light / around.share)


def either(dr: Any, condition: Any, first: Chosen, second: Chosen) -> Chosen:
    """Return the first where a condition holds, else the second."""
    parts = ((getattr(each, field.name) for each in (first, second)) for field in fields(Chosen))
    return Chosen(*(dr.select(condition, *pair) for pair in parts))


def marked(mi: Any, dr: Any, shapes: Sequence[Any]) -> Any:
    """Return, by a shape's number, whether it is one of these; None where there are none."""
    numbers = [int(dr.reinterpret_array(mi.UInt32, mi.ShapePtr(shape))[0]) for shape in shapes]
    if not numbers:
        return None
    table = np.zeros(max(numbers) + 1, np.bool_)
    table[numbers] = True
    return mi.Bool(table)


def going_on(active: Any, *_: Any) -> Any:
    """Return which of many go through a loop once more: its state begins with that."""
    return active
