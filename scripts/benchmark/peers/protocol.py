"""How the bench talks to what draws: every renderer is one process that opens a scene and then answers requests.

Runs in the environment of each peer, so it needs Python and NumPy alone. A request is one line of JSON on standard
input, an answer one line on standard output: `time` draws frames and says how long each took, `save` draws one and
writes its buffers, anything else is an extra of that renderer. Whatever libraries print goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

GL_FROM_CAMERA = np.diag([1.0, -1.0, -1.0, 1.0])  # camera axes right-down-forward to OpenGL's right-up-back
REFUSED = 3  # exit status of a renderer that has said why it cannot run


class Drawer(Protocol):
    """One scene in one renderer."""

    name: str

    def draw(self, frame: int) -> Any:
        """Return colour, depth and ids of one frame of the orbit as the renderer gives them, in arrays: timed."""
        ...

    def save(self, frame: int, path: Path) -> Path:
        """Draw a frame and write its buffers, ids as instance ids and depth in metres: not timed."""
        ...


def save_buffers(path: Path, color: Any, depth_m: Any, instance_id: Any) -> Path:
    """Write colour (h, w, 3) (8-bit, or linear as floats), depth (NaN: nothing) and ids (0: nothing)."""
    np.savez(path, color=color, depth_m=depth_m, instance_id=instance_id)
    return path


def read_scene(folder: Path) -> dict[str, Any]:
    """Return the description that `render.export` wrote."""
    return json.loads((folder / "scene.json").read_text())


def serve(
    open_scene: Callable[[Path, dict[str, Any]], Drawer],
    extras: dict[str, Callable[[Any, Any], Any]] | None = None,
) -> None:
    """Open the scene in the folder named first, with the options (JSON) named second, and answer until the end."""
    answers = _claim_stdout()
    folder, options = Path(sys.argv[1]), json.loads(sys.argv[2])
    start = time.perf_counter()
    drawer = open_scene(folder, options)
    _say(answers, {"name": drawer.name, "open_s": time.perf_counter() - start})
    for line in sys.stdin:
        request = json.loads(line)
        _say(answers, _answer(drawer, request, extras or {}))
    sys.stdout.flush()
    os._exit(
        0
    )  # graphics libraries may crash while they take themselves apart; nothing is left to be written


def _answer(drawer: Drawer, request: dict[str, Any], extras: dict[str, Callable[[Any, Any], Any]]) -> Any:
    if "time" in request:
        return _timed(drawer, request["time"])
    if "save" in request:
        return {"path": str(drawer.save(request["save"], Path(request["path"])))}
    [(name, argument)] = request.items()
    return extras[name](drawer, argument)


def _timed(drawer: Drawer, frames: list[int]) -> dict[str, Any]:
    wall_s: list[float] = []
    cpu_s: list[float] = []
    for frame in frames:
        wall, cpu = time.perf_counter(), time.process_time()
        drawer.draw(frame)
        cpu_s.append(time.process_time() - cpu)
        wall_s.append(time.perf_counter() - wall)
    return {"wall_s": wall_s, "cpu_s": cpu_s, "threads": sum(1 for _ in Path("/proc/self/task").iterdir())}


def _claim_stdout() -> Any:
    """Return the bench's end of standard output and send all that is printed from here on to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _say(answers: Any, message: Any) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()
