"""How light is followed where Mitsuba is compiled for the scene: in two parts, each with as many samples as it needs.

Sharp light is what surfaces seen first send of suns they see, and what shines itself. A sample of it costs one ray to
each sun and has no noise but at edges, so it gets many and no denoiser: shadows and textures in the sun stay as they
are. Soft light is all the rest: of lamps, surroundings, and other surfaces. It varies slowly, has noise, and goes
through the denoiser. What lamps and surroundings send to surfaces seen first is sampled with the sharp light, as one
ray more costs little there; the rest needs light paths, which are what costs, so it gets few of them.

Light sources other than suns are chosen by Mitsuba's weights, which leave suns out. What a scattered ray meets is
weighed against what would have been chosen (multiple importance sampling with the balance heuristic: Veach and Guibas,
"Optimally combining sampling techniques for Monte Carlo rendering", 1995); suns are too small to be met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_ROULETTE_DEPTH = 2  # surfaces after which a path goes on only as often as it would matter
_MOST_LIKELY = 0.95  # to go on
_AT_LEAST = 0.25  # share of shadow rays to suns, and to other lights, after the surface seen first: assumed
_LAYERS = 16  # of glass and holes that a straight ray passes at most


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
    """

    mi: Any
    dr: Any
    suns: tuple[Any, ...]
    has_others: bool
    is_clear: bool
    one_sided: Any = None

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
        return dr.while_loop(start, _going_on, cross, label="past backs")[1]

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
            active = active & (dr.max(share) > 0) & (layers + 1 < _LAYERS)
            return active, share, si.spawn_ray_to(target), layers + 1

        start = (mi.Bool(active), mi.Color3f(1.0), ray, mi.UInt32(0))
        _, share, _, layers = dr.while_loop(start, _going_on, cross, label="to a light")
        return dr.select(layers < _LAYERS, share, mi.Color3f(0.0))

    def one_sun(self, si: Any, sampler: Any, active: Any) -> tuple[Any, Any]:
        """Return a sample of one of the suns, each chosen as often, and its weight."""
        dr = self.dr
        chosen, weight = self.suns[0].sample_direction(si, sampler.next_2d(active), active)
        for index, sun in enumerate(self.suns[1:], start=2):
            other, other_weight = sun.sample_direction(si, sampler.next_2d(active), active)
            taken = sampler.next_1d(active) * index < 1
            chosen, weight = dr.select(taken, other, chosen), dr.select(taken, other_weight, weight)
        return chosen, weight * len(self.suns)


@dataclass(frozen=True, slots=True, eq=False)
class SharpWay:
    """Follows sharp light; besides it tells albedo and normal of what is seen, glass and what lies behind mixed.

    Attributes:
        background: whether what shines is seen where no surface is.
        per_path: how many of its samples there are for each light path.
    """

    scenery: Scenery
    background: bool
    per_path: float

    def sample(self, scene: Any, sampler: Any, ray: Any, active: Any) -> list[Any]:
        """Return RGB of the light of rays from the camera, of other lights at the first surface, albedo and normal."""
        mi = self.scenery.mi
        si = self.scenery.seen(scene, ray, True, active)
        found, left = self._layer(scene, sampler, si, mi.Color3f(1.0), active)
        if self.scenery.is_clear:
            found = self._with_what_lies_behind(scene, sampler, ray, si, found, left)
        return [part for channel in found for part in channel]

    def _layer(self, scene: Any, sampler: Any, si: Any, share: Any, active: Any) -> tuple[Any, Any]:
        """Return light, albedo and normal that one surface shows, and how much of what lies behind."""
        mi, dr = self.scenery.mi, self.scenery.dr
        met = active & si.is_valid()
        seen = active if self.background else met
        light = dr.select(seen, share * si.emitter(scene).eval(si, seen), mi.Color3f(0.0))
        bsdf, through = si.bsdf(), mi.Color3f(0.0)
        if self.scenery.is_clear:
            through = dr.select(met, bsdf.eval_null_transmission(si, met), mi.Color3f(0.0))
        cover = dr.select(met, share * (1.0 - through), mi.Color3f(0.0))
        albedo = dr.select(met, cover * bsdf.eval_diffuse_reflectance(si, met), mi.Color3f(0.0))
        normal = dr.select(met, dr.mean(cover) * mi.Vector3f(si.sh_frame.n), mi.Vector3f(0.0))
        for sun in self.scenery.suns:
            light += self._from_sun(scene, sampler, sun, si, share, met)
        direct = self._from_others(scene, sampler, si, share, met)
        return (light, direct, albedo, normal), share * through

    def _from_others(self, scene: Any, sampler: Any, si: Any, share: Any, met: Any) -> Any:
        """Return what a surface sends of one other light, weighed against meeting it by chance."""
        mi, dr = self.scenery.mi, self.scenery.dr
        if not self.scenery.has_others:
            return mi.Color3f(0.0)
        towards, weight = scene.sample_emitter_direction(si, sampler.next_2d(met), False, met)
        usable = met & (towards.pdf > 0) & (dr.max(weight) > 0)
        sent, pdf = si.bsdf().eval_pdf(mi.BSDFContext(), si, si.to_local(towards.d), usable)
        chosen = towards.pdf * self.per_path
        sent = share * sent * weight * dr.select(towards.delta, 1.0, chosen / (chosen + pdf))
        usable = usable & (dr.max(sent) > 0)
        return dr.select(usable, sent * self.scenery.shown(scene, si, towards.p, usable), mi.Color3f(0.0))

    def _from_sun(self, scene: Any, sampler: Any, sun: Any, si: Any, share: Any, met: Any) -> Any:
        mi, dr = self.scenery.mi, self.scenery.dr
        towards, weight = sun.sample_direction(si, sampler.next_2d(met), met)
        lit = met & (towards.pdf > 0)
        sent = share * weight * si.bsdf().eval(mi.BSDFContext(), si, si.to_local(towards.d), lit)
        lit = lit & (dr.max(sent) > 0)
        return dr.select(lit, sent * self.scenery.shown(scene, si, towards.p, lit), mi.Color3f(0.0))

    def _with_what_lies_behind(
        self, scene: Any, sampler: Any, ray: Any, si: Any, found: tuple[Any, ...], left: Any
    ) -> tuple[Any, ...]:
        mi, dr = self.scenery.mi, self.scenery.dr
        along = mi.Vector3f(ray.d)

        def cross(active: Any, left: Any, ray: Any, layers: Any, found: Any, sampler: Any) -> Any:
            si = self.scenery.seen(scene, ray, False, active)
            here, beyond = self._layer(scene, sampler, si, left, active)
            found = tuple(whole + part for whole, part in zip(found, here, strict=True))
            active = active & (dr.max(beyond) > 0) & (layers + 1 < _LAYERS)
            return active, beyond, si.spawn_ray(along), layers + 1, found, sampler

        start = (dr.max(left) > 0, left, si.spawn_ray(along), mi.UInt32(0), found, sampler)
        return dr.while_loop(start, _going_on, cross, label="behind glass")[4]


@dataclass(frozen=True, slots=True, eq=False)
class SoftWay:
    """Follows soft light.

    Attributes:
        depth: longest path, in surfaces and the light at its end.
        per_path: how many samples of sharp light there are for each path.
    """

    scenery: Scenery
    depth: int
    per_path: float

    def sample(self, scene: Any, sampler: Any, ray: Any, active: Any) -> list[Any]:
        """Return RGB of the light of rays from the camera, and its square."""
        mi, dr = self.scenery.mi, self.scenery.dr

        def follow(
            active: Any,
            ray: Any,
            light: Any,
            share: Any,
            depth: Any,
            scattered: tuple[Any, Any, Any],
            sampler: Any,
        ) -> Any:
            si = scene.ray_intersect(ray, mi.RayFlags.All, depth == 0, active)
            back = self.scenery.is_back(ray.d, si, active & (depth == 0))
            light = light + share * self._met(scene, si, scattered, depth, active & (depth > 0))
            active = active & si.is_valid() & (depth + 1 < self.depth)
            light = light + share * self._lit(scene, sampler, si, active & (depth > 0))
            turn, weight = si.bsdf().sample(
                mi.BSDFContext(), si, sampler.next_1d(active), sampler.next_2d(active), active & ~back
            )
            straight = mi.has_flag(turn.sampled_type, mi.BSDFFlags.Null) | back
            here = (mi.Interaction3f(si), turn.pdf, mi.has_flag(turn.sampled_type, mi.BSDFFlags.Delta))
            scattered = tuple(dr.select(straight, was, now) for was, now in zip(scattered, here, strict=True))
            depth = dr.select(straight, depth, depth + 1)
            active, share = self._roulette(sampler, active, share * dr.select(back, 1.0, weight), depth)
            onward = dr.select(back, ray.d, si.to_world(turn.wo))
            return active, si.spawn_ray(onward), light, share, depth, scattered, sampler

        nowhere = (dr.zeros(mi.Interaction3f), mi.Float(1.0), mi.Bool(True))
        start = (active, ray, mi.Color3f(0.0), mi.Color3f(1.0), mi.UInt32(0), nowhere, sampler)
        light = dr.while_loop(start, _going_on, follow, label="light paths")[2]
        return [*light, dr.squared_norm(mi.Vector3f(light))]

    def _roulette(self, sampler: Any, active: Any, share: Any, depth: Any) -> tuple[Any, Any]:
        """Return which paths go on, and their shares, greater by those that do not."""
        dr = self.scenery.dr
        active = active & (dr.max(share) > 0)
        likely = dr.minimum(dr.max(share), _MOST_LIKELY)
        tried = active & (depth >= _ROULETTE_DEPTH)
        active = active & (~tried | (sampler.next_1d(active) < likely))
        return active, dr.select(tried, share / likely, share)

    def _met(self, scene: Any, si: Any, scattered: tuple[Any, Any, Any], depth: Any, active: Any) -> Any:
        """Return what a scattered ray meets that shines, weighed against choosing it."""
        mi, dr = self.scenery.mi, self.scenery.dr
        last, pdf, is_mirrored = scattered
        chosen = mi.Float(0.0)
        if self.scenery.has_others:
            direction = mi.DirectionSample3f(scene, si, last)
            chosen = scene.pdf_emitter_direction(last, direction, active & ~is_mirrored)
            chosen = chosen * dr.select(depth == 1, self.per_path, 1.0)
        counts = active & (is_mirrored | (chosen > 0))
        weight = dr.select(is_mirrored, 1.0, pdf / (pdf + chosen))
        return dr.select(counts, weight * si.emitter(scene).eval(si, counts), mi.Color3f(0.0))

    def _lit(self, scene: Any, sampler: Any, si: Any, active: Any) -> Any:
        """Return what a surface sends of one light.

        Of a sun and another light that of which it would send more, were nothing in between, is taken more often. The
        other has its share all the same: where something hides the brighter light, a rare sample of the dimmer one
        would stand for all that was never seen.
        """
        mi, dr = self.scenery.mi, self.scenery.dr
        found = [
            *([self._of_a_sun(sampler, si, active)] if self.scenery.suns else []),
            *([self._of_another(scene, sampler, si, active)] if self.scenery.has_others else []),
        ]
        if not found:
            return mi.Color3f(0.0)
        sent, target = found[0]
        if len(found) > 1:
            other, elsewhere = found[1]
            levels = dr.max(sent), dr.max(other)
            likely = _AT_LEAST + (1.0 - 2.0 * _AT_LEAST) * levels[0] / (levels[0] + levels[1])
            first = sampler.next_1d(active) < likely
            sent = dr.select(first, sent / likely, other / (1.0 - likely))
            target = dr.select(first, target, elsewhere)
        usable = active & (dr.max(sent) > 0)
        return dr.select(usable, sent * self.scenery.shown(scene, si, target, usable), mi.Color3f(0.0))

    def _of_a_sun(self, sampler: Any, si: Any, active: Any) -> tuple[Any, Any]:
        """Return what a surface sends of one of the suns that nothing hides, and where this is."""
        mi, dr = self.scenery.mi, self.scenery.dr
        towards, weight = self.scenery.one_sun(si, sampler, active)
        usable = active & (towards.pdf > 0) & (dr.max(weight) > 0)
        sent = weight * si.bsdf().eval(mi.BSDFContext(), si, si.to_local(towards.d), usable)
        return dr.select(usable, sent, mi.Color3f(0.0)), towards.p

    def _of_another(self, scene: Any, sampler: Any, si: Any, active: Any) -> tuple[Any, Any]:
        """Return what a surface sends of another light that nothing hides, weighed against meeting it; and where."""
        mi, dr = self.scenery.mi, self.scenery.dr
        towards, weight = scene.sample_emitter_direction(si, sampler.next_2d(active), False, active)
        usable = active & (towards.pdf > 0) & (dr.max(weight) > 0)
        sent, pdf = si.bsdf().eval_pdf(mi.BSDFContext(), si, si.to_local(towards.d), usable)
        sent = sent * weight * dr.select(towards.delta, 1.0, towards.pdf / (towards.pdf + pdf))
        return dr.select(usable, sent, mi.Color3f(0.0)), towards.p


def marked(mi: Any, dr: Any, shapes: Sequence[Any]) -> Any:
    """Return, by a shape's number, whether it is one of these; None where there are none."""
    numbers = [int(dr.reinterpret_array(mi.UInt32, mi.ShapePtr(shape))[0]) for shape in shapes]
    if not numbers:
        return None
    table = np.zeros(max(numbers) + 1, np.bool_)
    table[numbers] = True
    return mi.Bool(table)


def _going_on(active: Any, *_: Any) -> Any:
    return active
