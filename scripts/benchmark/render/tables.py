"""Results as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_COLUMNS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "raster": (
        ("wall_ms", "ms wall", ".1f"),
        ("cpu_ms", "ms cpu", ".1f"),
        ("wall_ratio", "x wall", ".2f"),
        ("cpu_ratio", "x cpu", ".2f"),
        ("target", "target", "g"),
        ("holds", "holds (wall, cpu)", "s"),
        ("ids", "same ids", ".4f"),
        ("depth", "depth off", ".1e"),
        ("missing", "missing", "d"),
        ("threads", "threads", "d"),
    ),
    "curve": (
        ("objects", "objects", "d"),
        ("triangles", "triangles", "d"),
        ("triangles drawn", "drawn", "d"),
        ("wall_ms", "ms wall", ".1f"),
        ("cpu_ms", "ms cpu", ".1f"),
        ("exponent", "k", ".2f"),
        ("open_s", "open s", ".1f"),
    ),
    "agree": (
        ("ids", "same ids", ".5f"),
        ("depth", "depth off", ".1e"),
        ("compared", "of picture", ".3f"),
        ("masks", "masks off", ".4f"),
        ("boxes", "boxes off px", ".0f"),
        ("sun", "sun", ".3f"),
        ("surroundings", "around", ".3f"),
        ("lamps", "lamps", ".3f"),
        ("all", "all light", ".3f"),
        ("holds all", "holds", ""),
        ("seconds", "s", ".0f"),
    ),
    "paths": (
        ("wall_ms", "ms wall", ".0f"),
        ("cpu_ms", "ms cpu", ".0f"),
        ("wall_ratio", "Cycles/x wall", ".2f"),
        ("cpu_ratio", "Cycles/x cpu", ".2f"),
        ("relMSE", "relMSE", ".5f"),
        ("FLIP", "FLIP", ".4f"),
        ("SSIM", "SSIM", ".4f"),
        ("threads", "threads", "d"),
    ),
}
_COLUMNS["a"] = _COLUMNS["b"] = _COLUMNS["raster"]


def print_facts(title: str, facts: dict[str, Any]) -> None:
    """Print names and values."""
    print(f"\n{title}")
    for name, value in facts.items():
        if name == "resident_bytes":
            continue
        text = f"{value:.4g}" if isinstance(value, float) else value
        print(f"  {name:<45} {text}", flush=True)


def print_rows(part: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print a table; a renderer that was not measured says why in its line."""
    if not rows:
        return
    columns = _COLUMNS[part]
    print(f"\n  {'':<34}" + "".join(f"{title:>{_width(title)}}" for _, title, _ in columns))
    for row in rows:
        if "not measured" in row:
            print(f"  {row['name']:<34}  not measured: {row['not measured']}")
            continue
        shown = row | {"holds": holds_text(row)}
        cells = "".join(f"{_cell(shown, key, form):>{_width(title)}}" for key, title, form in columns)
        print(f"  {row.get('name', ''):<34}{cells}", flush=True)


def holds_text(row: dict[str, Any]) -> str:
    """Return whether a peer's time by ours reaches the target, by the wall and by the processor."""
    if not row.get("target") or "wall_ratio" not in row:
        return ""
    return ", ".join("yes" if row[f"{kind}_ratio"] >= row["target"] else "NO" for kind in ("wall", "cpu"))


def _cell(row: dict[str, Any], key: str, form: str) -> str:
    value = row.get(key, "")
    return "" if value == "" or (key == "target" and not value) else format(value, form)


def _width(title: str) -> int:
    return max(len(title), 8) + 2
