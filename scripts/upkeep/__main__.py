"""What the repository ships that is computed: of the packs' models `manifests` (hashes) and `hulls` (collision shapes),
`goldens` of the tests, pictures of the documentation (`gallery`, `lenses`). All packs must be installed, but for the
goldens.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from gallery import RENDERERS, write_gallery
from goldens import write_goldens
from hulls import write_all_hulls
from lens_pictures import write_lens_pictures
from manifests import write_all_manifests

from simgen.assets.catalogue import SHIPPED_PACKS

_JOBS: dict[str, Callable[[argparse.Namespace], None]] = {
    "manifests": lambda given: write_all_manifests(given.pack or SHIPPED_PACKS, given.workers),
    "hulls": lambda given: write_all_hulls(given.pack or SHIPPED_PACKS, given.workers, given.fresh),
    "goldens": lambda _: write_goldens(),
    "gallery": lambda given: write_gallery(given.picture, given.renderer or RENDERERS),
    "lenses": lambda _: write_lens_pictures(),
}


def main() -> None:
    """Make what the command line names; parts that go with another job are left aside."""
    parser = argparse.ArgumentParser(prog="scripts/catalogue", description=__doc__)
    parser.add_argument("what", choices=tuple(_JOBS), help="run manifests first, hulls after it")
    parser.add_argument("--pack", choices=SHIPPED_PACKS, action="append", help="only this pack; repeatable")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--fresh", action="store_true", help="hulls: compute anew what was computed or shipped before"
    )
    parser.add_argument("--picture", action="append", default=[], help="gallery: only this; repeatable")
    parser.add_argument(
        "--renderer", choices=RENDERERS, action="append", help="gallery: only this; repeatable"
    )
    options = parser.parse_args()
    _JOBS[options.what](options)


if __name__ == "__main__":
    main()
