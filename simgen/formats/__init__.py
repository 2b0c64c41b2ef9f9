"""Exporters: from the native dataset to the formats that other tools read. One file per format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simgen.dataset import Dataset
from simgen.errors import UsageError, did_you_mean
from simgen.formats.coco import export_coco
from simgen.formats.exporter import Exporter, ExportOptions, ExportReport, staged

EXPORTERS: dict[str, Exporter] = {"coco": export_coco}


def export(
    dataset: str | Path, out: str | Path, export_format: str = "coco", options: ExportOptions | None = None
) -> ExportReport:
    """Convert a dataset; `out` appears whole or not at all.

    Args:
        dataset: folder that `generate` wrote.
        out: folder to make; must not exist.
        export_format: a name in `EXPORTERS`.
        options: see `ExportOptions`.

    Raises:
        UsageError: no such format.
        DatasetError: `out` exists, or the dataset lacks what the format needs.
    """
    if export_format not in EXPORTERS:
        hint = did_you_mean(export_format, EXPORTERS)
        raise UsageError(f"no export format '{export_format}';{hint} known: {', '.join(sorted(EXPORTERS))}")
    target = Path(out)
    opened = Dataset(dataset)
    with staged(target) as folder:
        report = EXPORTERS[export_format](opened, folder, options or ExportOptions())
    return replace(report, path=target)


__all__ = ["EXPORTERS", "ExportOptions", "ExportReport", "Exporter", "export"]
