from __future__ import annotations

import subprocess
import sys


def test_a_worker_starts_without_the_heavy_libraries():
    """A worker sets its thread limits before it imports anything that reads them, and starts in a blink."""
    code = "import sys, simgen.batch.worker; print({m.split('.')[0] for m in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for library in ("numpy", "scipy", "pydantic", "moderngl", "pybullet", "rich", "trimesh"):
        assert f"'{library}'" not in loaded
