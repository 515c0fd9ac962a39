"""What the pages of bulletins show."""

from typing import Any

from market.bulletins.models import Bulletin
from market.bulletins.states import BulletinKind
from market.kit import audit
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export, status
from market.vocabulary import regions

KINDS = {
    BulletinKind.MONTHLY: N_("Monthly bulletin"),
    BulletinKind.YEARLY: N_("Yearly white-paper pack"),
}
BULLETINS = Export(
    N_("Bulletins"),
    (
        (N_("Number"), "text", "number"),
        (N_("Title"), "text", lambda row: title_of(row)),
        (N_("Edition"), "integer", "edition"),
        (N_("Status"), "text", status("bulletin")),
        (N_("Bulletin issued on"), "datetime", "issued_at"),
        (N_("Digest (SHA-256)"), "text", "published_digest"),
    ),
)


def place_of(row: Bulletin) -> str:
    """The region with what it lies in."""
    return regions.full_name(row.region_code) or _("the whole country")


def title_of(row: Bulletin) -> str:
    """济南市数据标注月报，2026-10."""
    return _(
        "%(kind)s of %(region)s, %(period)s",
        kind=_(KINDS[row.kind]), region=place_of(row), period=row.period,
    )  # fmt: skip


def kind_choices() -> list[tuple[str, str]]:
    """The kinds for a form."""
    return [(kind.value, _(label)) for kind, label in KINDS.items()]


async def editions_of(row: Bulletin) -> list[Bulletin]:
    """Every issued edition of the same bulletin, the first one first."""
    rows = Bulletin.filter(region_code=row.region_code, kind=row.kind, period=row.period)
    return await rows.exclude(issued_at=None).order_by("edition")


async def history(row: Bulletin) -> list[dict[str, Any]]:
    """The log as a timeline."""
    texts = {
        "drafted": _("Drafted"), "renewed": _("Figures computed again"),
        "status:issued": _("Bulletin issued"), "status:replaced": _("Replaced by a correction"),
        "status:discarded": _("Bulletin discarded"),
    }  # fmt: skip
    return [
        {"at": entry.created_at, "text": texts.get(entry.action, entry.action),
         "actor": entry.actor_label}
        for entry in await audit.history(row)
    ]  # fmt: skip
