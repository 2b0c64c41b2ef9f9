"""`simgen validate`, `schema` and `scenes`: look at scenario files without running them."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("validate")(validate)
    app.command("schema")(schema)
    app.command("scenes")(scenes)


def validate(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO", help="Scenario files or shipped names.")
    ],
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a value before checking. Repeatable."),
    ] = None,
) -> None:
    """Check scenario files; every problem with its line."""
    from simgen import api
    from simgen.errors import ScenarioError, UsageError

    problems, missing = 0, list[UsageError]()
    for name in scenarios:
        try:
            scenario = api.load(name, overrides or ())
        except ScenarioError as error:
            problems += len(error.problems)
            typer.echo(str(error), err=True)
        except UsageError as error:  # no such file: the others are checked all the same
            missing.append(error)
        else:
            typer.echo(f"{name}: ok ({scenario.name}, hash {scenario.hash[:12]})")
    if problems:
        typer.echo(f"{problems} problem{'s' if problems > 1 else ''}", err=True)
    if missing:
        raise UsageError("\n".join(map(str, missing))) from missing[0]
    if problems:
        raise typer.Exit(2)


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from simgen.scenario import schema_text

    typer.echo(schema_text(), nl=False)


def scenes() -> None:
    """List the scenes that come with simgen."""
    from simgen import api

    shipped = api.shipped_scenes()
    width = max(len(name) for name, _ in shipped)
    for name, description in shipped:
        typer.echo(f"{name:{width}}  {description}")
