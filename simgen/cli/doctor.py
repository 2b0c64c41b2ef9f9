"""`simgen doctor`: what this machine has, what is missing and how to get it."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("doctor")(doctor)


def doctor() -> None:
    """Check Python, physics, GL, the path tracer and asset packs; say what is missing and how to get it."""
    from simgen.diagnose import diagnose

    findings = diagnose()
    for finding in findings:
        mark = "ok     " if finding.ok else "MISSING"
        typer.echo(f"{mark} {finding.subject:16} {finding.detail}")
        if finding.remedy and not finding.ok:
            typer.echo(f"        {'':16} -> {finding.remedy}")
    if any(not finding.ok and finding.required for finding in findings):
        raise typer.Exit(1)
