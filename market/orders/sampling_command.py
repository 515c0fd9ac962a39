"""The answers of `market sampling-plan`, for people and for programs."""

import csv
import io
import json

from market.orders import sampling


def answer(
    *, lot: int | None, level: str, aql: str, severity: str, table: str, as_json: bool
) -> str:
    """A plan for one lot, or with `table` every cell of a severity as CSV. Raises ValueError."""
    if table:
        return _table(table)
    if lot is None:
        raise ValueError("name a lot size (--lot) or a table (--table)")
    plan = sampling.plan(lot, level, aql, severity)
    found = {"letter": plan.letter, "n": plan.n, "ac": plan.ac, "re": plan.re}
    if as_json:
        return json.dumps(found)
    return "  ".join(f"{name} {value}" for name, value in found.items())


def _table(severity: str) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("letter", "aql", "n", "ac", "re"))
    writer.writerows((p.letter, p.aql, p.n, p.ac, p.re) for p in sampling.table(severity))
    return buffer.getvalue().rstrip("\n")
