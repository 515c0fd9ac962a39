"""The applications for vouchers as a file."""

from typing import Any

from billing import review_steps
from billing.application_views import is_overdue
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export, status


def _overdue(row: Any) -> str:
    return _("yes") if is_overdue(row) else _("no")


APPLICATIONS = Export(N_("Voucher applications"), (
    (N_("Voucher application"), "text", "number"), (N_("Programme"), "text", "programme.title"),
    (N_("Claimant"), "text", "claimant.name"), (N_("Order"), "text", "order.number"),
    (N_("Quoted (yuan)"), "money", "quoted_fen"),
    (N_("Step"), "text", lambda row: review_steps.step_label(row.step)),
    (N_("Due on"), "datetime", "due_at"), (N_("Overdue"), "text", _overdue),
    (N_("Status"), "text", status("voucher_application")), (N_("Submitted"), "datetime", "submitted_at"),
))  # fmt: skip
PUBLISHED = Export(N_("Vouchers under public notice"), (
    (N_("Voucher application"), "text", "number"), (N_("Programme"), "text", "programme.title"),
    (N_("Claimant"), "text", "claimant.name"), (N_("Quoted (yuan)"), "money", "quoted_fen"),
    (N_("Objections until"), "datetime", "due_at"),
))  # fmt: skip
