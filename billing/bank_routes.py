"""Pages of the operator's finance: receipts that wait, what is done with them, statement files."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.expressions import Q

from billing import (
    bank,
    bank_access,
    bank_decisions,
    bank_statements,
    bank_words,
    exports,
    statements,
    words,
)
from billing.access import require_operator
from billing.bank_formats import LABELS
from billing.bank_forms import (
    ColumnsInput,
    DecisionInput,
    ReturnedInput,
    StatementInput,
    VerdictInput,
)
from billing.bank_matching import OpenItem
from billing.bank_models import BankAllocation, BankDebit, BankDecision, BankStatement
from billing.bank_states import DecisionKind, DecisionStatus, StatementStatus
from billing.custody import custody_account
from billing.forms import BankLineInput
from billing.ledger_models import LedgerTransaction
from billing.models import BankLine
from billing.states import BankLineStatus
from market.kit import files, web
from market.kit.actor import Actor
from market.kit.errors import InvalidInput
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.money import format_yuan
from market.kit.paging import paginate
from market.settings import settings

CANDIDATES = 50


async def list_lines(request: Request) -> Response:
    """The receipts that wait in suspense, or all; proposals that wait for a second person."""
    actor = web.signed_in(request)
    status = request.query_params.get("status", BankLineStatus.SUSPENSE.value)
    lines = bank_access.lines_of(actor)
    if status in set(BankLineStatus):
        lines = lines.filter(status=status)
    if file := await exports.BANK_LINES.file(request, lines):
        return file
    return await web.render(
        request, "billing/bank_list.html", page=await paginate(request, lines), status=status,
        statuses=list(BankLineStatus), words=bank_words,
        decisions=await bank_access.decisions_of(actor).filter(
            status__in=(DecisionStatus.PROPOSED, DecisionStatus.APPROVED)
        ),
    )  # fmt: skip


async def record_line(request: Request) -> Response:
    """Enter a receipt from the bank's statement."""
    actor = web.signed_in(request)
    require_operator(actor)
    form = await Form.read(request, BankLineInput)
    if form.is_valid:
        with form.guard():
            line = await bank.record_bank_line(form.input, by=actor)
            return web.see_other(request, "bank:apply", number=line.number, flash=line.reason)
    return await web.render(request, "billing/bank_record.html", form=form)


async def show_line(request: Request) -> Response:
    """One receipt: what became of it, who it may be for, and what to do with it."""
    actor = web.signed_in(request)
    line = await bank_access.line_to_read(actor, request.path_params["number"])
    verdict = await bank.look_up(line)
    form = await Form.read(request, DecisionInput, await _suggestion(line))
    if form.is_valid:
        with form.guard():
            made = await bank_decisions.propose_decision(line, form.input, by=actor)
            return web.see_other(request, "bank:decide", number=made.number, flash=_("Noted"))
    return await web.render(
        request, "billing/bank_apply.html", form=form, line=line, verdict=verdict,
        left_fen=await bank.remaining_of(line), words=bank_words, money_words=words,
        candidates=await _candidates(line, verdict.hints),
        allocations=await BankAllocation.filter(line=line).order_by("id").select_related(
            "payment__order"
        ),
        decisions=await BankDecision.filter(line=line).order_by("id"),
        kinds=[(kind.value, bank_words.decision(kind)) for kind in DecisionKind],
        postings=await _postings(line), limit_fen=settings.four_eyes_above_fen,
    )  # fmt: skip


async def _suggestion(line: BankLine) -> dict[str, str]:
    """What the ladder would do now, to start from."""
    verdict = await bank.look_up(line)
    left, parts = await bank.remaining_of(line), []
    for number, fen in verdict.parts:
        if fen <= left:
            parts.append(f"{number} {format_yuan(fen)}")
            left -= fen
    return {"kind": DecisionKind.APPLY.value, "parts": "\n".join(parts)}


async def _candidates(line: BankLine, hints: tuple[str, ...]) -> list[OpenItem]:
    """Open transfers the receipt may be for: hinted, of its payer, of its amount."""
    where = Q(number__in=list(hints)) | Q(payer__name=line.payer_name)
    return (await bank.open_items(where | Q(amount_fen=line.amount_fen)))[:CANDIDATES]


async def _postings(line: BankLine) -> list[statements.Posting]:
    decisions = await BankDecision.filter(line=line, kind=DecisionKind.RETURN)
    keys = [bank.line_key(line), *(f"transfer:bank_return:{row.id}" for row in decisions)]
    paid = await BankAllocation.filter(line=line).values_list("payment_id", flat=True)
    keys += [key for one in paid for key in (f"payment:{one}", f"reverse:payment:{one}")]
    return await statements.with_entries(
        await LedgerTransaction.filter(key__in=keys).order_by("id")
    )


async def decide(request: Request) -> Response:
    """A proposal: agree to it as the second person, or refuse it."""
    actor = web.signed_in(request)
    decision = await bank_access.decision_to_read(actor, request.path_params["number"])
    form = await Form.read(request, VerdictInput)
    if form.is_valid:
        with form.guard():
            if form.input.agree:
                await bank_decisions.agree(decision, by=actor)
            else:
                await bank_decisions.refuse(decision, reason=form.input.reason, by=actor)
            return web.see_other(request, "bank:decide", number=decision.number, flash=_("Noted"))
    return await _decision_page(request, actor, decision, form)


async def confirm_return(request: Request) -> Response:
    """Note that the bank has sent a receipt back."""
    actor = web.signed_in(request)
    decision = await bank_access.decision_to_read(actor, request.path_params["number"])
    form = await Form.read(request, ReturnedInput)
    if form.is_valid:
        with form.guard():
            await bank_decisions.confirm_return(decision, reference=form.input.reference, by=actor)
            return web.see_other(request, "bank:decide", number=decision.number, flash=_("Noted"))
    return await _decision_page(request, actor, decision, form)


async def _decision_page(
    request: Request,
    actor: Actor,
    decision: BankDecision,
    form: Form[VerdictInput] | Form[ReturnedInput],
) -> Response:
    return await web.render(
        request, "billing/bank_decide.html", decision=decision, form=form, words=bank_words,
        is_proposer=actor.person_id == decision.proposed_by_id,
    )  # fmt: skip


async def list_statements(request: Request) -> Response:
    """The statement files, and a form for the next one."""
    actor = web.signed_in(request)
    rows = bank_access.statements_of(actor)
    if file := await exports.STATEMENTS.file(request, rows):
        return file
    form = await Form.read(request, StatementInput, {"account": custody_account().bank_account})
    if form.is_valid:
        with form.guard():
            statement = await _upload(form, actor)
            return web.see_other(request, "bank:statement", number=statement.number)
    return await web.render(
        request, "billing/bank_statements.html", form=form, page=await paginate(request, rows)
    )


async def _upload(form: Form[StatementInput], actor: Actor) -> BankStatement:
    upload = form.upload("file")
    if upload is None:
        raise InvalidInput(fields={"file": _("Choose a file")})
    content = await upload.read(files.MAX_BYTES + 1)
    name = upload.filename or ""
    kinds = {suffix: files.KINDS[suffix] for suffix in (".csv", ".xlsx")}
    is_text = name.lower().endswith((".csv", ".txt"))
    file = await files.store(
        name, content, by=actor, kinds=kinds, content_type="text/csv" if is_text else ""
    )  # banks write GB 18030, which a CSV elsewhere may not be
    return await bank_statements.upload_statement(
        file, account=form.input.account, digest=file.sha256, by=actor
    )


async def show_statement(request: Request) -> Response:
    """How far a file is read, its rows that could not be, and which column means what."""
    actor = web.signed_in(request)
    statement = await bank_access.statement_to_read(actor, request.path_params["number"])
    initial = {name: ", ".join(titles) for name, titles in statement.columns.items()}
    form = await Form.read(request, ColumnsInput, initial)
    if form.is_valid:
        with form.guard():
            await bank_statements.name_columns(statement, form.input.columns(), by=actor)
            return web.see_other(request, "bank:statement", number=statement.number)
    lines = BankLine.filter(statement_id=statement.id)
    return await web.render(
        request, "billing/bank_statement.html", statement=statement, form=form,
        labels=[(name, _(label)) for name, label in LABELS.items()],
        entered=await lines.count(),
        applied=await lines.filter(status=BankLineStatus.APPLIED).count(),
        debits=await BankDebit.filter(statement_id=statement.id).count(),
        is_wanted=statement.status == StatementStatus.COLUMNS_WANTED,
    )  # fmt: skip


BOTH = ["GET", "POST"]
routes = [
    Route("/operator/bank", list_lines, name="bank:list"),
    Route("/operator/bank/lines/new", record_line, name="bank:record", methods=BOTH),
    Route("/operator/bank/lines/{number}", show_line, name="bank:apply", methods=BOTH),
    Route("/operator/bank/decisions/{number}", decide, name="bank:decide", methods=BOTH),
    Route(
        "/operator/bank/decisions/{number}/returned", confirm_return, name="bank:returned",
        methods=BOTH,
    ),
    Route("/operator/bank/statements", list_statements, name="bank:statements", methods=BOTH),
    Route("/operator/bank/statements/{number}", show_statement, name="bank:statement", methods=BOTH),
]  # fmt: skip
