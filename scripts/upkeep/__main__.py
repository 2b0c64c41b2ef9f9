"""Catalogue upkeep: `hulls` computes collision shapes, `manifests` hashes sources; all packs must be installed."""

from __future__ import annotations

import argparse
import os

from hulls import write_all_hulls
from manifests import write_all_manifests

from simgen.assets.catalogue import SHIPPED_PACKS


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/catalogue", description=__doc__)
    parser.add_argument("what", choices=("manifests", "hulls"), help="run manifests first, hulls after it")
    parser.add_argument("--pack", choices=SHIPPED_PACKS, action="append", help="only this pack; repeatable")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--fresh", action="store_true", help="hulls: compute anew what was computed or shipped before"
    )
    options = parser.parse_args()
    packs = options.pack or SHIPPED_PACKS
    if options.what == "hulls":
        write_all_hulls(packs, options.workers, options.fresh)
    else:
        write_all_manifests(packs, options.workers)


if __name__ == "__main__":
    main()
