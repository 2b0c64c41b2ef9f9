"""One client a scene: nothing leaks, nothing is left open, nothing is printed, any process gives the same bytes."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from simgen.errors import AssetError, SceneRejected
from simgen.records.scene import Capture, Scene
from simgen.simulation import simulate
from simgen.simulation.bullet import BulletWorld
from tests.builders import box, cylinder, floor, make_scene, sphere
from tests.simulation.bodies import HullLibrary, body_of

HIGHEST_CLIENTS = 1024  # PyBullet's own limit: one more client left open would be refused


def small_scene() -> Scene:
    return make_scene(
        [floor(), box(at=(0, 0, 0.06)), cylinder(at=(0.1, 0, 0.3))], capture=Capture("start", 1)
    )


def digest(scene: Scene, library: HullLibrary) -> str:
    run = simulate(scene, library)
    return hashlib.sha256(run.positions_m.tobytes() + run.quaternions_wxyz.tobytes()).hexdigest()


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def open_clients() -> int:
    import pybullet

    return sum(pybullet.isConnected(client) for client in range(HIGHEST_CLIENTS))


def test_no_client_stays_open_after_success_rejection_or_error(library: HullLibrary):
    simulate(small_scene(), library)
    with pytest.raises(SceneRejected):
        simulate(make_scene([sphere(linear_velocity_mps=(99, 0, 0))]), library)
    with pytest.raises(AssetError):
        simulate(make_scene([floor(), body_of(library.add("none", []), (1, 1, 1), (0, 0, 0))]), library)
    assert open_clients() == 0


def test_closing_twice_does_no_harm(library: HullLibrary):
    with BulletWorld(small_scene(), library) as world:
        world.close()
    assert open_clients() == 0


def test_many_scenes_do_not_fill_the_memory(library: HullLibrary):
    scene = small_scene()
    for _ in range(40):
        simulate(scene, library)
    before = resident_bytes()
    for _ in range(160):
        simulate(scene, library)
    assert resident_bytes() - before < 4 * 2**20


def test_one_scene_does_not_change_the_next(library: HullLibrary):
    scene = make_scene([floor(), box(at=(0, 0, 0.3)), sphere(at=(0.02, 0, 0.5))])
    alone = digest(scene, library)
    digest(make_scene([floor(friction=0.9), *(sphere(at=(0, 0, 0.2 * i)) for i in range(1, 6))]), library)
    assert digest(scene, library) == alone


def test_a_fresh_process_gives_the_same_bytes_and_prints_nothing_else(library: HullLibrary):
    code = (
        "from tests.simulation.test_isolation import *\n"
        "print(digest(make_scene([floor(), box(at=(0, 0, 0.3)), sphere(at=(0.02, 0, 0.5))]), HullLibrary()))"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    here = digest(make_scene([floor(), box(at=(0, 0, 0.3)), sphere(at=(0.02, 0, 0.5))]), library)
    assert (fresh.stdout, fresh.stderr) == (here + "\n", "")


@pytest.mark.parametrize("redirection", ["", ">&-", "2>&-"])
def test_importing_the_engine_prints_nothing_even_with_closed_streams(redirection: str):
    command = f"'{sys.executable}' -c 'import simgen.simulation.bullet' {redirection}"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("", "")
