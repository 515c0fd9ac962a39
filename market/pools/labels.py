"""What the pages of pools show: requirements, rules and checks in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from market.directory import words
from market.directory.requirements import sentence, summary
from market.kit.i18n import gettext as _
from market.pools.models import Pool

CERTIFICATES = (
    "等保二级", "等保三级", "等保四级", "ISO/IEC 27001", "ISO/IEC 27701", "ISO 9001", "ISO 20000",
    "DSMM二级", "DSMM三级", "DCMM二级", "DCMM三级", "TISAX", "测绘资质乙级", "测绘资质甲级",
)  # fmt: skip


def requirements_of(pool: Pool) -> list[str]:
    """What a supplier must have, one line each."""
    return [
        _("works on: %(kinds)s", kinds=words.joined(pool.modalities)),
        *summary(pool),
    ]


def facts_of(pool: Pool) -> list[tuple[str, Any]]:
    """Term and rules of the pool."""
    rules = pool.competition
    return [
        (_("The pool lasts until"), pool.valid_until.isoformat()),
        (_("A place lasts"), _("%(months)s months", months=pool.membership_months)),
        (_("Bids needed in a competition"), rules.get("minimum_bids", "")),
        (_("Time for bids"), _("%(days)s working days", days=rules.get("bidding_days", 0))),
        (_("Standstill"), _("%(days)s working days", days=rules.get("stand_still_days", 0))),
    ]


def reasons(checks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Checks as the reasons macro takes them."""
    return [{"met": check["met"], "text": sentence(check)} for check in checks]
