"""How light is followed where Mitsuba is compiled for the scene: in two parts, each with as many samples as it needs.

Sharp light is what surfaces seen first send of suns they see, and what shines itself. A sample of it costs one ray to
each sun and has no noise but at edges, so it gets many and no denoiser: shadows and textures in the sun stay as they
are. Soft light is all the rest: of lamps, surroundings, and other surfaces. It varies slowly, has noise, and goes
through the denoiser. What lamps and surroundings send to surfaces seen first is sampled with the sharp light, as one
ray more costs little there; the rest needs light paths, which are what costs, so it gets few of them.

What a scattered ray meets is weighed against what would have been chosen (multiple importance sampling with the
balance heuristic: Veach and Guibas, "Optimally combining sampling techniques for Monte Carlo rendering", 1995); suns
are too small to be met. All that a surface is asked for is asked at once: each asking looks its textures up anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simgen.rendering.pathtrace.scenery import LAYERS, Chosen, Scenery, either, going_on

# Surfaces after which a path goes on only as often as it would matter: four paths then have the error that six have
# where this is 2, in less time.
_ROULETTE_DEPTH = 3
_MOST_LIKELY = 0.95  # to go on
# Share of shadow rays to suns, and to other lights, after the surface seen first: 0.25 leaves more error under a sun.
_AT_LEAST = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class SharpWay:
    """Follows sharp light; besides it tells albedo and normal of what is seen, glass and what lies behind mixed.

    Attributes:
        background: whether what shines is seen where no surface is.
        per_path: how many of its samples there are for each light path.
        again: whether in a second round, without other lights than suns: edges alone are still uncertain.
    """

    scenery: Scenery
    background: bool
    per_path: float
    again: bool = False

    def sample(self, scene: Any, sampler: Any, ray: Any, active: Any) -> list[Any]:
        """Return RGB of the light of rays from the camera, albedo and normal, and what else is told in a first round.

        That is RGB of other lights at the first surface, and the squares of the light, and of albedo and normal.
        """
        mi, dr = self.scenery.mi, self.scenery.dr
        si = self.scenery.seen(scene, ray, True, active)
        found, left = self._layer(scene, sampler, si, mi.Color3f(1.0), active)
        if self.scenery.is_clear:
            found = self._with_what_lies_behind(scene, sampler, ray, si, found, left)
        light, albedo, normal, direct = found
        means = [*light, *albedo, *normal]
        if self.again:
            return means
        guides = dr.squared_norm(mi.Vector3f(albedo)) + dr.squared_norm(normal)
        return [*means, *direct, dr.squared_norm(mi.Vector3f(light)), guides]

    def _layer(self, scene: Any, sampler: Any, si: Any, share: Any, active: Any) -> tuple[Any, Any]:
        """Return light, albedo, normal, light of others that one surface shows, and how much of what lies behind."""
        scenery, mi, dr = self.scenery, self.scenery.mi, self.scenery.dr
        met = active & si.is_valid()
        seen = active if self.background else met
        light, direct = dr.select(seen, share * si.emitter(scene).eval(si, seen), 0.0), mi.Color3f(0.0)
        if scenery.is_empty:
            return (light, mi.Color3f(0.0), mi.Vector3f(0.0), direct), mi.Color3f(0.0)
        with_others = scenery.has_others and not self.again
        suns = [scenery.from_sun(sun, si, sampler, met) for sun in scenery.suns]
        others = [scenery.from_others(scene, si, sampler, met)] if with_others else []
        through, albedo, by_suns, by_others = self._asked(si, suns, others, met)
        cover = dr.select(met, share * (1.0 - through), 0.0)
        albedo = dr.select(met, cover * albedo, 0.0)
        normal = dr.select(met, dr.mean(cover) * mi.Vector3f(si.sh_frame.n), 0.0)
        for chosen, sent in zip(suns, by_suns, strict=True):
            light += scenery.arriving(scene, si, chosen, share * sent, met)
        for chosen, (sent, pdf) in zip(others, by_others, strict=True):
            weight = _weight(dr, chosen, self.per_path, pdf)
            direct += scenery.arriving(scene, si, chosen, share * sent * weight, met)
        return (light, albedo, normal, direct), share * through

    def _asked(self, si: Any, suns: Sequence[Chosen], others: Sequence[Chosen], met: Any) -> Any:
        """Return what looks let through, their albedo, and what they send of chosen lights."""
        scenery = self.scenery

        def ask(bsdf: Any, si: Any, suns: Any, others: Any, active: Any) -> Any:
            through = scenery.mi.Color3f(0.0)
            if scenery.is_clear:
                through = bsdf.eval_null_transmission(si, active)
            albedo = bsdf.eval_diffuse_reflectance(si, active)
            return through, albedo, *scenery.sent(bsdf, si, suns, others, active)

        towards = [[si.to_local(each.along) for each in lights] for lights in (suns, others)]
        return scenery.dr.dispatch(si.bsdf(), ask, si, *towards, met)

    def _with_what_lies_behind(
        self, scene: Any, sampler: Any, ray: Any, si: Any, found: tuple[Any, ...], left: Any
    ) -> tuple[Any, ...]:
        mi, dr = self.scenery.mi, self.scenery.dr
        along = mi.Vector3f(ray.d)

        def cross(active: Any, left: Any, ray: Any, layers: Any, found: Any, sampler: Any) -> Any:
            si = self.scenery.seen(scene, ray, False, active)
            here, beyond = self._layer(scene, sampler, si, left, active)
            found = tuple(whole + part for whole, part in zip(found, here, strict=True))
            active = active & (dr.max(beyond) > 0) & (layers + 1 < LAYERS)
            return active, beyond, si.spawn_ray(along), layers + 1, found, sampler

        start = (dr.max(left) > 0, left, si.spawn_ray(along), mi.UInt32(0), found, sampler)
        return dr.while_loop(start, going_on, cross, label="behind glass")[4]


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
        if self.scenery.is_empty:
            return [mi.Float(0.0)] * 4

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
        light = dr.while_loop(start, going_on, follow, label="light paths")[2]
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
            chosen = self.scenery.density(scene, last, si, active & ~is_mirrored)
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
        scenery, dr = self.scenery, self.scenery.dr
        suns = [scenery.from_suns(si, sampler, active)] if scenery.suns else []
        others = [scenery.from_others(scene, si, sampler, active)] if scenery.has_others else []
        if not suns and not others:
            return scenery.mi.Color3f(0.0)
        towards = [[si.to_local(each.along) for each in lights] for lights in (suns, others)]
        sent, weighed = dr.dispatch(si.bsdf(), scenery.sent, si, *towards, active)
        sent += [
            value * _weight(dr, each, 1.0, pdf) for each, (value, pdf) in zip(others, weighed, strict=True)
        ]
        chosen, share = (suns + others)[0], sent[0]
        if len(sent) > 1:
            levels = [dr.max(each.light * part) for each, part in zip(suns + others, sent, strict=True)]
            likely = _AT_LEAST + (1.0 - 2.0 * _AT_LEAST) * levels[0] / (levels[0] + levels[1])
            first = sampler.next_1d(active) < likely
            chosen = either(dr, first, chosen, others[0])
            share = dr.select(first, share / likely, sent[1] / (1.0 - likely))
        return scenery.arriving(scene, si, chosen, share, active)


def _weight(dr: Any, chosen: Chosen, times: float, pdf: Any) -> Any:
    """Return how much a chosen light counts against being met.

    Args:
        times: as often as this is tried.
        pdf: with which scattering goes there, 1/sr.
    """
    density = chosen.density * times
    return dr.select(chosen.is_delta, 1.0, dr.select(density > 0, density / (density + pdf), 0.0))
