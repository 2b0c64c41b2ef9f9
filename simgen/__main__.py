"""`python -m simgen` and the `simgen` command."""

from __future__ import annotations

import sys

from simgen.interrupts import interrupts_held


def run() -> None:
    """Run the command line; Ctrl-C is one line even while it is being loaded."""
    try:
        with interrupts_held():
            from simgen.cli import main
        main()
    except KeyboardInterrupt:
        sys.stderr.write("simgen: interrupted\n")
        sys.exit(1)


if __name__ == "__main__":
    run()
