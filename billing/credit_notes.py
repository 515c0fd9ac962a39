"""Red-letter invoices (红字发票): what takes a blue one back, in part or whole, to the fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise import fields

from billing.forms import CreditNoteInput
from billing.ledger_models import AppendOnly, fk
from billing.models import Invoice, InvoiceLine
from billing.states import InvoiceStatus
from market.accounts.states import Role
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from market.kit.money import allocate, format_yuan
from market.kit.numbers import next_number
from market.orders.parties import require_side


class CreditNote(AppendOnly):
    """One red-letter invoice of a blue one; `lines` has [position, net fen, VAT fen], all positive."""

    number = fields.CharField(max_length=20, unique=True)
    invoice: Any = fk("Invoice", "credit_notes")
    official_number = fields.CharField(max_length=20, unique=True)
    issued_on = fields.DateField()
    net_fen = fields.BigIntField()
    vat_fen = fields.BigIntField()
    lines: Any = fields.JSONField()
    reason = fields.TextField()

    class Meta:
        table = "credit_notes"
        indexes = (("invoice_id",),)

    @property
    def gross_fen(self) -> int:
        """What it takes back, VAT included."""
        return int(self.net_fen + self.vat_fen)


class NotCreditable(Conflict):
    """The blue invoice is not issued, or less of it is left."""

    title = "This invoice cannot be taken back by that much"


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a blue invoice with what red ones took of it, in fen."""

    net_fen: int
    vat_fen: int
    taken_net_fen: int = 0
    taken_vat_fen: int = 0

    @property
    def left_fen(self) -> int:
        """What of it stands, VAT included."""
        return self.net_fen + self.vat_fen - self.taken_net_fen - self.taken_vat_fen


def credit_lines(parts: Sequence[Part], gross_fen: int) -> list[tuple[int, int]]:
    """Net and VAT that `gross_fen` takes of each line: by what is left, each line's net by what was
    taken of it in all. Blue and all reds are zero, line by line, once everything is taken back (T1).

    Raises ValueError when more is asked for than stands.
    """
    if not 0 < gross_fen <= sum(part.left_fen for part in parts):
        raise ValueError("more than stands")
    shares = allocate(gross_fen, [part.left_fen for part in parts])
    return [_of_line(part, share) for part, share in zip(parts, shares, strict=True)]


def _of_line(part: Part, share: int) -> tuple[int, int]:
    whole = part.net_fen + part.vat_fen
    if whole == 0:
        return 0, 0
    taken = part.taken_net_fen + part.taken_vat_fen + share
    net = (2 * part.net_fen * taken + whole) // (2 * whole) - part.taken_net_fen
    net = min(max(net, share - (part.vat_fen - part.taken_vat_fen)), share)
    return net, share - net


async def parts_of(invoice: Invoice) -> list[Part]:
    """The lines of an invoice with what stands of each."""
    lines = await InvoiceLine.filter(invoice=invoice).order_by("position")
    taken: dict[int, list[int]] = {line.position: [0, 0] for line in lines}
    for note in await CreditNote.filter(invoice=invoice):
        for position, net, vat in note.lines:
            taken[position][0] += net
            taken[position][1] += vat
    return [Part(line.net_fen, line.vat_fen, *taken[line.position]) for line in lines]


@atomic()
async def record_credit_note(
    invoice: Invoice, note_input: CreditNoteInput, *, by: Actor
) -> CreditNote:
    """Note a red-letter invoice the seller issued: its number is used once, it takes at most what stands.

    Seller's owner or finance. Raises NotCreditable, InvalidInput, NotPermitted.
    """
    require_side(by, invoice.seller_id, Role.FINANCE)
    if note_input.issued_on > clock.today():
        raise InvalidInput(fields={"issued_on": _("This date has not come yet")})
    invoice = await lock(invoice)
    number = note_input.official_number
    if (
        await CreditNote.exists(official_number=number)
        or await Invoice.exists(official_number=number)
    ):  # fmt: skip
        raise InvalidInput(fields={"official_number": _("This invoice number is recorded already")})
    parts = await parts_of(invoice)
    left = sum(part.left_fen for part in parts)
    fen = note_input.amount_fen or left
    if invoice.status != InvoiceStatus.ISSUED or not 0 < fen <= left:
        raise NotCreditable(
            _(
                "The invoice is not issued yet, or only %(left)s of it stands",
                left=format_yuan(left),
            )
        )
    taken = credit_lines(parts, fen)
    positions = await InvoiceLine.filter(invoice=invoice).order_by("position")
    note = await CreditNote.create(
        number=await next_number("CN"), invoice=invoice, official_number=number,
        issued_on=note_input.issued_on, reason=note_input.reason,
        net_fen=sum(net for net, _vat in taken), vat_fen=sum(vat for _net, vat in taken),
        lines=[[line.position, *pair] for line, pair in zip(positions, taken, strict=True)],
    )  # fmt: skip
    await audit.record(
        invoice, "credited", by=by, after={"note": note.number, "amount_fen": note.gross_fen},
        reason=note.reason,
    )  # fmt: skip
    return note
