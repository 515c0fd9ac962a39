"""What the pages of filings show."""

from typing import Any

from market.kit import audit
from market.kit.i18n import gettext as _
from market.registration.models import Filing

FIELDS = (
    "counterparty_name", "counterparty_uscc", "title", "industry", "modality", "amount_fen",
    "signed_on", "contract_digest",
)  # fmt: skip


def values_of(filing: Filing) -> dict[str, Any]:
    """A filing as its form holds it."""
    return {"side": filing.side.value, **{name: getattr(filing, name) for name in FIELDS}}


async def history(filing: Filing) -> list[dict[str, Any]]:
    """The log as a timeline."""
    words = {
        "filed": _("Filed"), "status:submitted": _("Sent again"), "status:accepted": _("Accepted"),
        "status:returned": _("Returned"), "status:withdrawn": _("Withdrawn"),
    }  # fmt: skip
    return [
        {"at": entry.created_at, "text": words.get(entry.action, entry.action),
         "actor": entry.actor_label}
        for entry in await audit.history(filing)
    ]  # fmt: skip
