"""`market voucher`: programmes looked at before they bind anybody."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from market.commands.common import Json, R, console, show

app = typer.Typer(no_args_is_help=True, help="Check voucher programmes and compare their versions.")
RuleFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


@app.command("lint")
def lint_programmes(
    files: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="Default: all shipped.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Contradictions, unreachable rates, windows, exploits by splitting, missing figures; exit 1 on an error."""
    from billing.vouchers.linter import lint
    from billing.vouchers.programmes import load_programmes, read_programme

    rules = [_read(read_programme, file) for file in files or ()]
    rules = rules or list(load_programmes().values())
    found = {rule.reference: lint(rule) for rule in rules}
    if as_json:
        show({name: [one.as_row() for one in findings] for name, findings in found.items()})
    for name, findings in found.items() if not as_json else ():
        for one in findings:
            style = "red" if one.severity == "error" else "yellow"
            text = f"{name}  {one.severity}  {one.place}: {one.sentence()}"
            console.print(text, style=style, markup=False)
    raise typer.Exit(int(any(one.severity == "error" for each in found.values() for one in each)))


@app.command("diff")
def diff_programmes(old: RuleFile, new: RuleFile, claims: RuleFile) -> None:
    """What version NEW would have granted on a file of past claims, beside OLD: gains, losses, totals."""
    from billing.vouchers.claims import read_claim
    from billing.vouchers.programmes import read_programme
    from billing.vouchers.quotes import claims_in
    from billing.vouchers.versions import diff_versions

    past = _read(lambda path: [read_claim(row) for row in claims_in(path)], claims)
    before, after = _read(read_programme, old), _read(read_programme, new)
    show(diff_versions(before, after, [(claim.id, claim) for claim in past]).as_data())


def _read(read: Callable[[Path], R], path: Path) -> R:
    """What a file holds; a wrong call when it is not what it should be."""
    try:
        return read(path)
    except (ValueError, RecursionError) as exc:
        raise typer.BadParameter(f"{path}: {exc}") from None
