"""Named draws of one attempt at one scene: every value has its own random stream, keyed by its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from simgen.errors import SamplingError
from simgen.geometry import Vec3, vec3
from simgen.records.asset import ParamValue
from simgen.rng import stream
from simgen.scenario import values

T = TypeVar("T")


class Refused(Exception):
    """This attempt cannot become a scene; an ordinary outcome that the sampler counts, never an error to a user.

    Attributes:
        reason: what refused it, as counted in the rejections, for example `objects.clutter scatter`.
        advice: what to change when it refuses too often.
    """

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Draws:
    """The random numbers of one attempt.

    Attributes:
        index: of the draw; both scenes of a counterfactual pair have the same.
        params: drawn values of the scenario's `params`.
    """

    seed: int
    index: int
    attempt: int
    params: Mapping[str, float | str] = field(default_factory=dict[str, float | str])

    def with_params(self, params: Mapping[str, float | str]) -> Draws:
        """Return the same random numbers, with params."""
        return Draws(self.seed, self.index, self.attempt, params)

    def rng(self, path: str) -> np.random.Generator:
        """Return the stream of one named value."""
        return stream(self.seed, self.index, self.attempt, path)

    def number(self, value: object, path: str) -> float:
        """Return a drawn number, SI units."""
        if isinstance(value, int | float):
            return float(value)
        return self._draw(values.draw_number, value, path)

    def optional(self, value: object | None, path: str) -> float | None:
        """Return a drawn number, or None where the scenario gives none."""
        return None if value is None else self.number(value, path)

    def count(self, value: object, path: str) -> int:
        """Return a drawn whole number."""
        if isinstance(value, int):
            return value
        return self._draw(values.draw_int, value, path)

    def scalar(self, value: object, path: str) -> float | int | str:
        """Return a drawn number or text."""
        return self._draw(values.draw, value, path)

    def text(self, value: object, path: str) -> str:
        """Return a drawn text."""
        return self._draw(values.draw_text, value, path)

    def vector(self, value: object, path: str) -> Vec3:
        """Return a drawn vector; its three numbers share one stream."""
        if isinstance(value, list | tuple) and all(isinstance(part, int | float) for part in value):
            return vec3(value)
        return self._draw(values.draw_vector, value, path)

    def colour(self, value: object, path: str) -> Vec3:
        """Return a drawn colour, linear RGB."""
        return self._draw(values.draw_colour, value, path)

    def asset_param(self, value: object, path: str) -> ParamValue:
        """Return a drawn parameter of a procedural asset: a truth value, number, text, or several numbers."""
        if isinstance(value, bool):
            return value
        if isinstance(value, list | tuple):
            parts: Sequence[object] = value
            return tuple(self.number(part, f"{path}[{k}]") for k, part in enumerate(parts))
        return self.scalar(value, path)

    def one_of(self, things: Sequence[T], path: str) -> T:
        """Return one of the things, each as likely."""
        return things[int(self.rng(path).integers(len(things)))]

    def _draw(
        self,
        draw: Callable[[object, np.random.Generator, Mapping[str, float | str]], T],
        value: object,
        path: str,
    ) -> T:
        try:
            return draw(value, self.rng(path), self.params)
        except SamplingError as error:
            raise SamplingError(f"{path}: {error}") from error
