"""What the supervisor and a worker say to each other; plain records, so that a worker starts quickly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Start:
    """What a worker is told first.

    Attributes:
        environment: variables to set before anything else is loaded.
        path: where modules are looked for; it may have changed since the fork server was started.
        job: the job function, pickled.
    """

    environment: dict[str, str]
    path: tuple[str, ...]
    job: bytes


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker unpickled the job function and waits."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What the worker does now, so that it can be told if it dies of it: ` at frame 3 of camera 'front'`."""

    index: int
    place: str


@dataclass(frozen=True, slots=True)
class Begun:
    """All of a job is done but its end, which waits for the disk: the worker can take the next one.

    Attributes:
        rss_bytes: resident memory of the worker now.
    """

    index: int
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class Returned:
    """A job returned.

    Attributes:
        rss_bytes: resident memory of the worker now.
    """

    index: int
    result: Any
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class Raised:
    """A job, or the start of the worker (index -1), raised.

    Attributes:
        kind: class name of the exception.
        message: its text.
        traceback: for people who debug.
        dooms_all: whether the next job would meet the same: a full disk, no memory, a missing pack.
    """

    index: int
    kind: str
    message: str
    traceback: str
    rss_bytes: int
    dooms_all: bool = False


Message = Ready | Doing | Begun | Returned | Raised
