"""`market docs`: the generated pages of docs/."""

import typer

app = typer.Typer(no_args_is_help=True, help="Write the generated pages of docs/.")


@app.command("machines")
def docs_machines() -> None:
    """Draw every state machine into docs/machines.md."""
    from market import machines

    machines.PAGE.write_text(machines.document())
