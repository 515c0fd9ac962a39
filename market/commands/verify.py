"""`market verify`: what was written is computed again and compared."""

from typing import Annotated

import typer

from market.commands.common import Engine, with_database

app = typer.Typer(no_args_is_help=True, help="Re-compute and compare; exit code 1 on a difference.")


def _verdict(problems: list[str], intact: str) -> None:
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo(intact)


@app.command("audit")
def verify_audit() -> None:
    """The hash chain of the audit log."""
    from market.kit import audit

    _verdict(with_database(audit.verify), "The audit log is intact.")


@app.command("ledger")
def verify_ledger() -> None:
    """Debits, credits, balances and bounds, from the entries."""
    from billing.verification import verify_ledger as verify

    _verdict(with_database(verify), "The ledger is balanced.")


@app.command("reconciliation")
def verify_reconciliation() -> None:
    """Digest and signature of every reconciliation report."""
    from billing.reconciliation import verify_reports

    _verdict(with_database(verify_reports), "Every report is as it was signed.")


@app.command("index")
def verify_index(
    engine: Engine = "",
    repair: Annotated[bool, typer.Option(help="Queue what differs to be written again.")] = False,
) -> None:
    """The search index against the database."""
    from search import commands

    _verdict(
        with_database(lambda: commands.verify_index(engine=engine, repair=repair)),
        "The index equals the database.",
    )


@app.command("statistics")
def verify_statistics() -> None:
    """Facts and sums against the source rows; every figure of every page by an independent script."""
    from market.app import ROUTES
    from market.bureau.recounting import wrong_figures
    from market.bureau.verification import verify_statistics as verify
    from market.kit import db, web
    from market.prices.verification import wrong_observations

    async def everything() -> list[str]:
        async with db.snapshot():  # what is counted meanwhile is no difference
            return await verify() + await wrong_observations() + await wrong_figures()

    web.register_routes(ROUTES)  # the pages' figures come with their links
    _verdict(with_database(everything), "Every figure is reproduced by its source rows.")


@app.command("sample")
def verify_sample(batch: Annotated[str, typer.Argument(help="A delivery batch's number.")]) -> None:
    """Derive a finished delivery's sample again from the revealed seeds."""
    from market.orders.verification import verify_sample as verify

    _verdict(with_database(lambda: verify(batch)), "The sample is the one the seeds give.")


@app.command("measurement")
def verify_measurement(
    dispute: Annotated[str, typer.Argument(help="A measured dispute's number.")],
) -> None:
    """Derive a dispute's sub-sample again from the revealed seeds."""
    from market.disputes.verification import verify_measurement as verify

    _verdict(with_database(lambda: verify(dispute)), "The sub-sample is the one the seeds give.")
