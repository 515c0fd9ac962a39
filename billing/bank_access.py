"""The custody account's rows, for the operator's owner, finance and viewers only."""

from tortoise.queryset import QuerySet

from billing.access import missing, require_operator
from billing.bank_models import BankDecision, BankStatement
from billing.models import BankLine
from market.kit.actor import Actor


def lines_of(actor: Actor) -> QuerySet[BankLine]:
    """Every receipt, the oldest first."""
    require_operator(actor)
    return BankLine.all().order_by("booked_on", "id")


async def line_to_read(actor: Actor, number: str) -> BankLine:
    """One receipt."""
    line = await lines_of(actor).get_or_none(number=number)
    if line is None:
        raise missing()
    return line


def decisions_of(actor: Actor) -> QuerySet[BankDecision]:
    """Every decision, the newest first."""
    require_operator(actor)
    return BankDecision.all().order_by("-id").select_related("line")


async def decision_to_read(actor: Actor, number: str) -> BankDecision:
    """One decision with its receipt."""
    decision = await decisions_of(actor).get_or_none(number=number)
    if decision is None:
        raise missing()
    return decision


def statements_of(actor: Actor) -> QuerySet[BankStatement]:
    """Every statement file, the newest first."""
    require_operator(actor)
    return BankStatement.all().order_by("-id").select_related("file")


async def statement_to_read(actor: Actor, number: str) -> BankStatement:
    """One statement file."""
    statement = await statements_of(actor).get_or_none(number=number)
    if statement is None:
        raise missing()
    return statement
