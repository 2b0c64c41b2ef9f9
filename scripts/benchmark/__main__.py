"""Runs a benchmark and prints it: `render` measures rendering, without it everything else is measured."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["render"]:
        from render.command import main

        main(sys.argv[2:])
    else:
        from command import main

        main(sys.argv[1:])
