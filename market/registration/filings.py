"""Verbs of filings: file a deal made elsewhere, correct it, withdraw it; the bureau's answer."""

import datetime as dt
import hashlib
from typing import Any

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.audit import canonical
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders.models import Contract
from market.registration.forms import AnswerInput, FilingInput
from market.registration.models import Filing
from market.registration.states import DealSide, FilingStatus

LIVE = (FilingStatus.SUBMITTED, FilingStatus.ACCEPTED)
FILERS = (Role.BUYER, Role.SALES, Role.FINANCE)


class AlreadyFiled(Conflict):
    """A contract is filed once, by one of its sides, and never one that was made here."""

    title = "This contract is on record already"


def fingerprint_of(uscc_a: str, uscc_b: str, amount_fen: int, signed_on: dt.date) -> str:
    """The same for both sides of a deal, whoever files it and however the file was scanned."""
    stated = {"parties": sorted((uscc_a, uscc_b)), "amount_fen": amount_fen, "on": signed_on}
    return hashlib.sha256(canonical(stated).encode()).hexdigest()


class DuplicateDeal(Conflict):
    """One deal enters the statistics once, whichever side filed it, and not beside a contract made here."""

    title = "This deal may be on record already"


@atomic()
async def file_deal(content: FilingInput, *, by: Actor) -> Filing:
    """Put an outside deal on record, for the bureau of the filer's region to accept.

    Raises AlreadyFiled for the same contract file, InvalidInput for a deal with oneself.
    """
    require(by, *FILERS)
    assert by.organisation_id is not None, "require() wants an organisation"
    filer = await lock_id(Organisation, by.organisation_id)
    values = await _checked(content, filer, None)
    filing = await Filing.create(
        number=await next_number("BA"), filer=filer, region_code=filer.region_code, **values
    )
    await audit.record(filing, "filed", by=by, after={"digest": filing.contract_digest})
    await outbox.record("filing.submitted", filing=filing.id)
    return filing


@atomic()
async def correct_filing(filing: Filing, content: FilingInput, *, by: Actor) -> Filing:
    """Send a returned filing again with what was wrong put right."""
    filing = await _own(filing, by)
    filer = await lock_id(Organisation, filing.filer_id)
    values = await _checked(content, filer, filing)
    await filing.move_to(FilingStatus.SUBMITTED, by=by, reasons="", **values)
    await outbox.record("filing.submitted", filing=filing.id)
    return filing


@atomic()
async def withdraw_filing(filing: Filing, *, by: Actor) -> Filing:
    """Take back a filing that has not been accepted."""
    filing = await _own(filing, by)
    await filing.move_to(FilingStatus.WITHDRAWN, by=by)
    return filing


@atomic()
async def answer_filing(filing: Filing, answer: AnswerInput, *, by: Actor) -> Filing:
    """Accept a filing, or return it with reasons; the bureau of its region, or the operator.

    What has the fingerprint of a deal on record is accepted only with the reasons why it is another one.
    """
    is_operator = by.kind == OrganisationKind.OPERATOR
    kind = OrganisationKind.OPERATOR if is_operator else OrganisationKind.BUREAU
    require(by, Role.QUALITY, Role.PROJECT, kind=kind)
    if not answer.accept and len(answer.reasons) < 5:
        raise InvalidInput(fields={"reasons": _("Say what is to be put right")})
    for twin in await Filing.filter(fingerprint=filing.fingerprint).order_by("id"):
        await lock(twin)  # both sides' filings may be answered at once
    filing = await lock(filing)
    if answer.accept:
        await _check_distinct(filing, answer)
    await filing.move_to(
        FilingStatus.ACCEPTED if answer.accept else FilingStatus.RETURNED, by=by,
        reason=answer.reasons, reasons=answer.reasons, decided_by_id=by.organisation_id,
        decided_at=clock.now(),
    )  # fmt: skip
    await outbox.record("filing.answered", filing=filing.id)
    return filing


async def _check_distinct(filing: Filing, answer: AnswerInput) -> None:
    filed = Filing.filter(fingerprint=filing.fingerprint, status=FilingStatus.ACCEPTED)
    numbers = await filed.exclude(id=filing.id).order_by("id").values_list("number", flat=True)
    found = [*(str(number) for number in numbers), *await _contracts_like(filing)]
    if found and not answer.is_distinct:
        raise DuplicateDeal(
            _("It looks like %(numbers)s: return it, or say why it is another deal",
              numbers=", ".join(found))
        )  # fmt: skip
    if found and len(answer.reasons) < 5:
        raise InvalidInput(fields={"reasons": _("Say why it is another deal")})


async def _contracts_like(filing: Filing) -> list[str]:
    """Contracts made here between the same parties over the same amount."""
    filer = await Organisation.get(id=filing.filer_id)
    codes = {filer.uscc, filing.counterparty_uscc}
    contracts = Contract.filter(
        total_fen=filing.amount_fen, buyer__uscc__in=codes, supplier__uscc__in=codes
    )
    return [row.number for row in await contracts.order_by("id")]


async def lookalikes(filing: Filing) -> list[str]:
    """Numbers of what may be the same deal: filings with its fingerprint, and contracts made here."""
    filings = Filing.filter(fingerprint=filing.fingerprint).exclude(id=filing.id)
    return [
        *[
            row.number
            for row in await filings.exclude(status=FilingStatus.WITHDRAWN).order_by("id")
        ],
        *await _contracts_like(filing),
    ]


async def _checked(
    content: FilingInput, filer: Organisation, before: Filing | None
) -> dict[str, Any]:
    if content.counterparty_uscc == filer.uscc:
        raise InvalidInput(fields={"counterparty_uscc": _("This is your own code")})
    same = Filing.filter(contract_digest=content.contract_digest, status__in=LIVE)
    other = await (same.exclude(id=before.id) if before else same).first()
    if other is not None:
        raise AlreadyFiled(_("This contract is filed as %(number)s", number=other.number))
    if made := await Contract.filter(digest=content.contract_digest).first():
        raise AlreadyFiled(_("This contract was made here as %(number)s", number=made.number))
    return {
        **content.model_dump(),
        "side": DealSide(content.side),
        "fingerprint": fingerprint_of(
            filer.uscc or filer.number, content.counterparty_uscc, content.amount_fen,
            content.signed_on,
        ),
    }  # fmt: skip


async def _own(filing: Filing, by: Actor) -> Filing:
    require(by, *FILERS)
    if filing.filer_id != by.organisation_id:
        raise NotFound(_("This filing does not exist"))
    return await lock(filing)
