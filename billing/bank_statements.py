"""Statement files of the custody account: kept once, read row by row, a bad row losing no good one."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from billing import bank
from billing.bank_formats import (
    BadRow,
    Entry,
    Sheet,
    UnreadableFile,
    guess_columns,
    missing_fields,
    read_entries,
    read_sheet,
)
from billing.bank_models import BankDebit, BankStatement, StatementFormat
from billing.bank_states import StatementStatus
from billing.forms import BankLineInput
from billing.models import BankLine
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import files, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import AppError, InvalidInput
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.kit.outbox import Message

READER = Actor.system("statements")
NOTED_EVERY = 25  # rows between two notes of the progress


@atomic()
async def upload_statement(
    file: StoredFile, *, account: str, digest: str, by: Actor
) -> BankStatement:
    """Keep a statement file to be read by the worker; the same file is known by its digest.

    Operator's finance. Raises InvalidInput, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    if known := await BankStatement.get_or_none(digest=digest):
        raise InvalidInput(
            fields={"file": _("This file was read already, as %(number)s", number=known.number)}
        )
    statement = await BankStatement.create(
        number=await next_number("ST"), account=account, digest=digest, file=file,
        uploaded_by_id=by.person_id,
    )  # fmt: skip
    await outbox.record("statement.uploaded", statement=statement.id)
    return statement


async def name_columns(
    statement: BankStatement, columns: Mapping[str, Sequence[str]], *, by: Actor
) -> BankStatement:
    """Say what the titles of a statement mean; remembered for this account and layout.

    Raises InvalidInput for a title the file does not have, InvalidTransition, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    sheet = await _sheet(statement)
    unknown = {
        name: _("The file has no column “%(title)s”", title=title)
        for name, titles in columns.items()
        for title in titles
        if title not in sheet.titles
    }
    missing = {name: _("This field is required") for name in missing_fields(columns)}
    if unknown or missing:
        raise InvalidInput(fields=unknown | missing)
    return await _remember(statement, sheet, columns, by=by)


@atomic()
async def _remember(
    statement: BankStatement, sheet: Sheet, columns: Mapping[str, Sequence[str]], *, by: Actor
) -> BankStatement:
    statement = await lock_id(BankStatement, statement.id)
    await statement.move_to(StatementStatus.QUEUED, by=by)
    await StatementFormat.update_or_create(
        {"columns": dict(columns)}, account=statement.account, signature=sheet.signature
    )
    await outbox.record("statement.uploaded", statement=statement.id)
    return statement


async def on_statement_uploaded(message: Message) -> None:
    """statement.uploaded: read the file; told again after a crash it goes on where it stood."""
    statement = await BankStatement.get(id=UUID(message.payload["statement"]))
    if statement.status not in (StatementStatus.QUEUED, StatementStatus.READING):
        return
    try:
        sheet = await _sheet(statement)
    except UnreadableFile as exc:
        await _move(statement, StatementStatus.UNREADABLE, problems=[[0, str(exc)]])
        return
    kept = await StatementFormat.get_or_none(account=statement.account, signature=sheet.signature)
    columns = kept.columns if kept else guess_columns(sheet)
    facts = {"titles": list(sheet.titles), "columns": columns, "rows_total": len(sheet.rows)}
    if missing_fields(columns):
        await _move(statement, StatementStatus.COLUMNS_WANTED, **facts)
        return
    if statement.status == StatementStatus.QUEUED:
        statement = await _move(statement, StatementStatus.READING, **facts)
    await _read(statement, sheet, columns)


async def _read(
    statement: BankStatement, sheet: Sheet, columns: Mapping[str, Sequence[str]]
) -> None:
    known, problems, entries = 0, [], []
    for done, entry in enumerate(read_entries(sheet, columns, account=statement.account), 1):
        if isinstance(entry, BadRow):
            problems.append([entry.row, entry.why])
        else:
            entries.append(entry)
            try:
                known += not await _keep(statement, entry)
            except AppError as exc:
                why = "; ".join(getattr(exc, "fields", {}).values()) or exc.message
                problems.append([entry.row, why])
        if done % NOTED_EVERY == 0:
            await BankStatement.filter(id=statement.id).update(rows_read=done)
    days = sorted(entry.booked_on for entry in entries)
    await _move(
        statement, StatementStatus.READ, rows_read=len(sheet.rows), rows_known=known,
        problems=problems, first_on=days[0] if days else None,
        last_on=days[-1] if days else None, closing_fen=_closing(entries),
    )  # fmt: skip


async def _keep(statement: BankStatement, entry: Entry) -> bool:
    """Enter one movement; False when an earlier file had it. Raises InvalidInput for another content."""
    content = (entry.booked_on, abs(entry.amount_fen))
    for model in (BankLine, BankDebit):
        old = await model.get_or_none(bank_reference=entry.bank_reference)
        if old is not None:
            if (old.booked_on, old.amount_fen) != content:
                raise InvalidInput(_("The bank's reference is that of another movement"))
            if old.statement_id is None:  # entered by hand before: the bank has confirmed it now
                await BankLine.filter(id=old.id, statement_id=None).update(
                    statement_id=statement.id
                )
            return bool(old.statement_id == statement.id)
    if entry.amount_fen < 0:
        await BankDebit.create(
            bank_reference=entry.bank_reference, statement=statement, booked_on=entry.booked_on,
            payee_name=entry.other_name, payee_account=entry.other_account,
            amount_fen=-entry.amount_fen, narrative=entry.narrative,
        )  # fmt: skip
        return True
    line_input = BankLineInput(
        bank_reference=entry.bank_reference, booked_on=entry.booked_on,
        payer_name=entry.other_name, payer_account=entry.other_account,
        amount_fen=entry.amount_fen, narrative=entry.narrative, account=entry.account,
    )  # fmt: skip
    try:
        await bank.record_bank_line(line_input, by=READER, statement=statement)
    except IntegrityError:  # another file brought it in the meantime
        return False
    return True


def _closing(entries: Sequence[Entry]) -> int | None:
    """The balance of the latest movement; files run either way."""
    dated = [entry for entry in entries if entry.balance_fen is not None]
    if not dated:
        return None
    last_day = max(entry.booked_on for entry in dated)
    is_newest_first = dated[0].booked_on > dated[-1].booked_on
    of_day = [entry for entry in dated if entry.booked_on == last_day]
    return (of_day[0] if is_newest_first else of_day[-1]).balance_fen


async def _sheet(statement: BankStatement) -> Sheet:
    file = await files.get_file(statement.file_id)
    return read_sheet(file.filename, await files.read(file))


@atomic()
async def _move(statement: BankStatement, status: StatementStatus, **changes: Any) -> BankStatement:
    statement = await lock_id(BankStatement, statement.id)
    await statement.move_to(status, by=READER, **changes)
    return statement


def digest_of(content: bytes) -> str:
    """What a file is known by."""
    return hashlib.sha256(content).hexdigest()
