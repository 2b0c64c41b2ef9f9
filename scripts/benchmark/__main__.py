"""Runs a benchmark and prints it: `render` measures rendering, without it everything else is measured."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).parents[2]))  # what renderers are measured by belongs to the tests

if __name__ == "__main__":
    if sys.argv[1:2] == ["render"]:
        from render.command import main

        main(sys.argv[2:])
    else:
        from command import main

        main(sys.argv[1:])
