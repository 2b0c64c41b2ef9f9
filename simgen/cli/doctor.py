"""`simgen doctor`: what this machine has, what is missing and how to get it."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("doctor")(doctor)


def doctor() -> None:
    """Say what this machine lacks, and how to get it.

    Looks at Python, physics, OpenGL, the path tracer, asset packs and the disk.
    """
    from simgen.diagnose import diagnose

    findings = diagnose()
    for finding in findings:
        mark = "ok" if finding.ok else "MISSING" if finding.required else "could be"
        typer.echo(f"{mark:8} {finding.subject:18} {finding.detail}")
        if finding.remedy and not finding.ok:
            typer.echo(f"{'':8} {'':18} -> {finding.remedy}")
    if any(not finding.ok and finding.required for finding in findings):
        raise typer.Exit(1)
