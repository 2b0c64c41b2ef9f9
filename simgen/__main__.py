"""`python -m simgen` and the `simgen` command."""

from __future__ import annotations

import gc
import sys

from simgen.loading import loading


def run() -> None:
    """Run the command line; Ctrl-C is one line even while it is being loaded."""
    try:
        with loading():
            from simgen.cli import main
        main()
    except KeyboardInterrupt:
        sys.stderr.write("simgen: interrupted\n")
        sys.exit(1)
    finally:
        gc.freeze()  # the process ends: looking for garbage among all that is there takes a seventh of a second


if __name__ == "__main__":
    run()
