"""`ATTRIBUTION.md`: whose works a dataset shows, under which licences, and what became of them.

Creative Commons licences that ask for attribution ask for the author, a link to the licence and a word on changes
(CC BY 3.0 section 4b, CC BY 4.0 section 3a).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-(?:NC|ND|SA))*)-(\d\.\d)(?:-([A-Z]+))?")
_DEDICATION = re.compile(r"CC0-(\d\.\d)")
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*\d[A-Za-z0-9.+-]*|MIT|ISC|Zlib|Unlicense|curl")

_CHANGES = (
    "Models are shown at their real size, simplified where they are far away; scenes may give them other colours and "
    "surfaces. Light maps are turned and dimmed. Each scene's `scene.json` says what it did."
)


def attribution(assets: Sequence[dict[str, Any]]) -> str:
    """Return authors and sources by licence, Markdown.

    Args:
        assets: entries with `asset_id`, `name`, `licence`, `author` and `source`, as `dataset.json` has them.
    """
    lines = ["# Attribution", "", "This dataset was made with simgen from these works.", "", _CHANGES, ""]
    groups: dict[tuple[str, str, str], list[str]] = {}
    for asset in assets:
        key = (asset["licence"], asset["author"], asset["source"])
        groups.setdefault(key, []).append(asset["name"] or asset["asset_id"])
    for licence in sorted({key[0] for key in groups}):
        url = licence_url(licence)
        lines += [f"## {licence or 'Licence unknown'}", "", *([f"<{url}>", ""] if url else [])]
        for (_, author, source), names in sorted(item for item in groups.items() if item[0][0] == licence):
            origin = f" ({source})" if source and source != author else ""
            lines.append(f"- {author or 'author unknown'}{origin}: {', '.join(sorted(set(names)))}")
        lines.append("")
    return "\n".join(lines)


def licence_url(licence: str) -> str:
    """Return where the text of a licence is, by its SPDX identifier; empty where that cannot be told."""
    if made := _CREATIVE_COMMONS.fullmatch(licence):
        kind, version, country = made.groups()
        place = f"{kind.lower()}/{version}/" + (f"{country.lower()}/" if country else "")
        return f"https://creativecommons.org/licenses/{place}"
    if made := _DEDICATION.fullmatch(licence):
        return f"https://creativecommons.org/publicdomain/zero/{made[1]}/"
    return f"https://spdx.org/licenses/{licence}.html" if _SPDX.fullmatch(licence) else ""
