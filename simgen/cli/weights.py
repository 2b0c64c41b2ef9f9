"""`simgen weights`: what forcing did to a dataset, and the column that undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from simgen.report.estimates import Estimate
    from simgen.report.weights import ClassWeights, EventWeights, FaultWeights, WeightReport


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("weights")(weights)


def weights(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A dataset folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Say how events were sampled and what holds in nature.

    Writes DIR/weights.csv, a weight per frame, too.
    """
    import json
    from dataclasses import asdict

    from simgen.report.weights import write_weights

    report = write_weights(dataset)
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2))
        return
    for line in _lines(report, dataset):
        typer.echo(line)
    for warning in report.warnings:
        typer.echo(f"warning: {warning}", err=True)


def _lines(report: WeightReport, dataset: Path) -> Iterator[str]:
    yield f"scenes    {report.drawn}{_besides(report)}"
    yield f"accepted  {report.accepted_share:.1%} of draws"
    yield f"weights   mean {report.mean_weight:.4g}; the largest is {report.largest_weight:.3g} times the mean"
    yield f"effective {report.ess:.1f} scenes: the weighted ones tell as much as so many from nature itself"
    yield ""
    if report.events:
        counts = f"{'armed':>6} {'trig.':>6} {'active':>6}"
        yield f"{'event':24} {counts}  {'sampled rate':>19}  {'natural rate':>19}  {'ESS':>8}"
        yield from (_event_line(event) for event in report.events)
        yield ""
    if report.faults:
        counts = f"{'sensor':>13} {'armed':>6}"
        yield f"{'fault':24} {counts}  {'sampled rate':>19}  {'natural rate':>19}  {'ESS':>8}"
        yield from (_fault_line(fault) for fault in report.faults)
        yield ""
    if report.classes:
        yield f"{'class':24} {'scenes':>6}  {'sampled share':>19}  {'natural share':>19}  {'ESS':>8}"
        yield from (_class_line(kind) for kind in report.classes)
        yield ""
    yield f"{report.frames} frames in {dataset / 'weights.csv'}"


def _event_line(event: EventWeights) -> str:
    counts = f"{event.armed:6d} {event.triggered:6d} {event.active:6d}"
    sampled, natural = _with_error(event.sampled_rate), _natural(event)
    return f"{event.name:24} {counts}  {sampled:>19}  {natural:>19}  {event.ess:8.1f}"


def _fault_line(fault: FaultWeights) -> str:
    counts = f"{fault.sensor:>13} {fault.armed:6d}"
    sampled, natural = _with_error(fault.sampled_rate), _natural(fault)
    return f"{fault.name:24} {counts}  {sampled:>19}  {natural:>19}  {fault.ess:8.1f}"


def _class_line(kind: ClassWeights) -> str:
    shares = f"{_with_error(kind.sampled_share):>19}  {_with_error(kind.natural_share):>19}"
    return f"{kind.name:24} {kind.scenes:6d}  {shares}  {kind.ess:8.1f}"


def _besides(report: WeightReport) -> str:
    told: list[str] = []
    if report.failed:
        told.append(f"{report.failed} of them failed after they were made; their weight counts")
    if report.undrawn:
        told.append(f"{report.undrawn} more could not be drawn")
    return f" ({'; '.join(told)})" if told else ""


def _natural(event: EventWeights | FaultWeights) -> str:
    """The natural rate; where it was always or never made, what it declares, marked as such."""
    if event.natural_rate is None:
        return f"{event.declared:.4g} declared"
    return _with_error(event.natural_rate)


def _with_error(estimate: Estimate) -> str:
    return f"{estimate.value:.4g} ± {estimate.standard_error:.2g}"
