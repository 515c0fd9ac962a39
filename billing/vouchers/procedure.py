"""What a claim brings with it, and the steps it passes from its submission to its payment."""

from typing import Literal

from billing.vouchers.predicates import Frozen


class Evidence(Frozen):
    """A document each claim brings, and the role that checks it."""

    kind: Literal[
        "contract",
        "e_invoice",
        "bank_receipt",
        "usage_log",
        "acceptance",
        "unrelated_statement",
        "pledge",
    ]
    checker: str


class WorkflowStep(Frozen):
    """A step of the procedure, the role that takes it, and its working days where published."""

    step: str
    role: str
    days: int | None = None


STANDARD_WORKFLOW = tuple(
    WorkflowStep(step=step, role=role)
    for step, role in (
        ("submit", "subject"),
        ("district_review", "district"),
        ("duplicate_and_credit_check", "bureau"),
        ("city_review", "city"),
        ("expert_review", "experts"),
        ("publication", "city"),
        ("approve", "city"),
        ("issue", "city"),
        ("reserve", "platform"),
        ("use", "subject"),
        ("verify", "city"),
        ("claim", "subject"),
        ("pay", "treasury"),
        ("settled", "platform"),
    )
)
