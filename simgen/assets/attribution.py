"""Who made what a dataset shows, and under which licence: the record that must travel with the pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simgen.records.asset import AssetInfo

_URLS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC-BY-3.0-US": "https://creativecommons.org/licenses/by/3.0/us/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "Zlib": "https://opensource.org/license/zlib",
}


@dataclass(frozen=True, slots=True)
class Attribution:
    """The credit for one asset.

    Attributes:
        changes: what simgen did to it, which CC-BY asks to be said.
    """

    asset_id: str
    name: str
    author: str
    licence: str
    licence_url: str
    source: str
    content_hash: str
    changes: str


def attribution(infos: Iterable[AssetInfo]) -> tuple[Attribution, ...]:
    """Return the credits of third-party assets, one each, sorted by id; procedural assets need none."""
    unique = {info.asset_id: info for info in infos if info.pack != "procedural"}
    return tuple(
        Attribution(
            asset_id=info.asset_id,
            name=info.name,
            author=info.author,
            licence=info.licence,
            licence_url=_URLS.get(info.licence, ""),
            source=info.source,
            content_hash=info.content_hash,
            changes=_changes(info),
        )
        for _, info in sorted(unique.items())
    )


def attribution_markdown(credit: Iterable[Attribution]) -> str:
    """Return the credits as a Markdown table, with a sentence above it."""
    rows = [
        f"| `{c.asset_id}` | {_cell(c.name)} | {_cell(c.author)} | {_licence(c)} | {_cell(c.source)} | {c.changes} |"
        for c in credit
    ]
    if not rows:
        return "# Attribution\n\nNothing in this dataset is made by third parties.\n"
    head = [
        "# Attribution",
        "",
        "The pictures of this dataset show the works below. Pass this file on with them.",
        "",
        "| asset | work | author | licence | from | changes |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _changes(info: AssetInfo) -> str:
    return "none" if info.category == "environment" else "scaled, materials converted, simplified"


def _licence(credit: Attribution) -> str:
    return f"[{credit.licence}]({credit.licence_url})" if credit.licence_url else _cell(credit.licence)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
