"""Every failure simgen reports on purpose.

```
SimgenError                      one readable line; the command line prints it without a traceback
├── UsageError                   the call itself is wrong (exit code 2)
├── ScenarioError                a scenario file is wrong; carries every problem found (exit code 2)
├── AssetError                   a model, map or pack is missing, damaged or not understood
├── SamplingError                no scene could be drawn within the bound; names the worst constraint
├── SceneRejected                a physics guard refused this draw; the only error that is retried
├── ExpectationError             an event was armed and did not lead to what must be seen; the scene counts as failed
├── SimulationError              a behaviour or trigger cannot go on: it raises, never yields, or names nothing
├── RenderError                  no GL context, or a frame that failed its gate
└── DatasetError                 a dataset on disk is damaged or not what it says it is
```
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class SimgenError(Exception):
    """Base of all errors that simgen raises on purpose; its text is one message for the user."""


class UsageError(SimgenError):
    """The call is wrong: an option, a path or a combination of them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a scenario file.

    Attributes:
        place: dotted path of the value, for example `objects.clutter.count`.
        message: what is wrong, what is allowed and what to try.
        file: path as the user gave it; empty for a scenario built in Python.
        line: 1-based line, 0 where unknown.
        column: 1-based column, 0 where unknown.
    """

    place: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column} " if self.file and self.line else ""
        return f"{where}{self.place}: {self.message}" if self.place else f"{where}{self.message}"


class ScenarioError(SimgenError):
    """A scenario is wrong; `problems` holds all that was found, not the first only."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class AssetError(SimgenError):
    """A model, map or pack is missing, damaged or not understood."""


class SamplingError(SimgenError):
    """No scene could be drawn within the bound; the text names the worst constraint and its count.

    Attributes:
        by_reason: (reason, count) pairs of every refused draw, sorted by reason.
    """

    def __init__(self, message: str, by_reason: Sequence[tuple[str, int]] = ()) -> None:
        self.by_reason = tuple(by_reason)
        super().__init__(message)


class SceneRejected(SimgenError):
    """A physics guard refused the scene (explosion, tunnelling, deep penetration).

    Attributes:
        reason: short machine-readable key, for example `explosion`; counted in the dataset.
    """

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class ExpectationError(SimgenError):
    """An event was armed, and its label never appears or its objects are never seen: the scene has failed."""


class SimulationError(SimgenError):
    """A behaviour or trigger cannot go on: it raises, never yields, or names what is not there; the text names it."""


class RenderError(SimgenError):
    """No GL context can be made, or a frame failed its gate (empty, stale, not finite)."""


class DatasetError(SimgenError):
    """A dataset on disk is damaged, incomplete or not what it says it is."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` did you mean 'x'?` for the closest known word, or an empty string."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" did you mean '{close[0]}'?" if close else ""
