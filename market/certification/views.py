"""What the pages of certification show."""

from decimal import Decimal
from typing import Any

from market.certification import access, applications, conditions
from market.certification.forms import DATA_KINDS, SERVICES, TARGETS
from market.certification.models import (
    Certification,
    CertificationFirm,
    CertificationMaterial,
    CertificationObjection,
    CertificationRound,
)
from market.certification.reviews import may_decide, open_decisions
from market.kit import audit
from market.kit.actor import Actor
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

FEN_OF_WAN = 10**6
DECISIONS = {
    "recommend": N_("Recommend"), "return": N_("Return for correction"), "decline": N_("Decline the application"),
    "visit": N_("Visit the site"), "publicise": N_("Publicise"), "revoke": N_("Revoke"),
}  # fmt: skip
PLEDGE = (
    N_("The base meets the conditions of this round."),
    N_("What is stated in the form and the plan is true, complete and valid."),
    N_("All copies among the papers were compared with their originals and agree with them."),
    N_("Neither base nor managing body has had a major quality, safety or environmental accident in "
       "the last three years."),
    N_("We answer for the consequences of anything untrue, and accept inspection."),
)  # fmt: skip


async def page_of(row: Certification, by: Actor) -> dict[str, Any]:
    """Everything the application's page needs for this reader."""
    whole = await access.reads_whole(by, row)
    objections = CertificationObjection.filter(certification=row).select_related("objector")
    decides = may_decide(by, row)
    return {
        "row": row,
        "whole": whole,
        "owns": by.organisation_id is not None and by.organisation_id == row.base_id,
        "decides": decides,
        "decisions": [(word, _(DECISIONS[word])) for word in open_decisions(row)]
        if decides
        else [],
        "findings": [{"met": it.is_met, "text": it.sentence} for it in await _findings(row)],
        "firms": await CertificationFirm.filter(certification=row).order_by("name"),
        "papers": await _papers(row) if whole else [],
        "objections": await objections.order_by("id") if whole else [],
        "history": await history(row, whole=whole),
        "targets": targets(row),
        "pledge": [_(clause) for clause in PLEDGE],
    }


async def _findings(row: Certification) -> list[conditions.Finding]:
    """Those it was handed in with; while the base may change it, those of what it states now."""
    if row.findings and row.status not in applications.OPEN:
        return [conditions.Finding(**kept) for kept in row.findings]
    call = await CertificationRound.get(id=row.round_id)
    return await applications.findings_of(row, call) or []


async def _papers(row: Certification) -> list[tuple[str, CertificationMaterial]]:
    rows = CertificationMaterial.filter(certification=row).select_related("file")
    return [(_(conditions.PAPERS[paper.kind]), paper) for paper in await rows.order_by("id")]


def targets(row: Certification) -> list[tuple[str, list[int]]]:
    """The figures of annex 3, a row for each with its three years."""
    return [(_(label), row.plan[name]) for name, label in TARGETS.items()] if row.plan else []


def annex_2(row: Certification, firms: list[CertificationFirm]) -> list[tuple[str, str]]:
    """The pairs of annex 2 as the form prints them."""
    form = row.form
    if not form:
        return []
    return [
        (_("Base"), row.base.name),
        (_("Address"), form["address"]),
        (_("Managing body"), form["manager"]),
        (_("Founded"), form["founded_on"][:7]),
        (_("Contact"), f"{form['contact']} {form['phone']}"),
        (_("Area (m²)"), f"{form['area']:,}"),
        (_("Services of the base"), "、".join(_(SERVICES[code]) for code in form["services"])),
        (_("Kinds of data"), "、".join(_(DATA_KINDS[code]) for code in form["data_kinds"])),
        (_("Public annotation platform"), form["platform"] or "—"),
        (_("Concurrent users of the platform"), f"{form['concurrency']:,}"),
        (_("Annotated data (TB)"), str(form["data_tb"])),
        (_("Planned investment (10,000 yuan)"), _wan(form["planned_fen"])),
        (_("Invested so far (10,000 yuan)"), _wan(form["invested_fen"])),
        (_("Annotation firms"), str(len(firms))),
        (
            _("Turnover of the firms last year (10,000 yuan)"),
            _wan(sum(firm.revenue_fen for firm in firms)),
        ),
        (_("People employed in annotation"), f"{sum(firm.staff for firm in firms):,}"),
        (_("Main industries"), form["industries"]),
        (_("Clients served"), f"{form['clients']:,}"),
        (_("Services for talent"), form["talent_service"] or "—"),
        (_("Reach into the market"), form["market_service"] or "—"),
    ]


def _wan(fen: int) -> str:
    """An amount in the unit of annex 2, 万元, to the fen."""
    return f"{(Decimal(fen) / FEN_OF_WAN).normalize():,f}"


async def history(row: Certification, *, whole: bool) -> list[dict[str, Any]]:
    """The moves as a timeline, each with its opinion for whoever reads the whole."""
    words = {
        "begun": _("Application begun"), "status:submitted": _("Application handed in"),
        "status:returned": _("Returned for correction"), "status:recommended": _("Recommended"),
        "status:site_visit": _("Site visit"), "status:publicised": _("Publicised"),
        "status:objected": _("Objection raised"), "status:certified": _("Certified"),
        "status:declined": _("Not certified"), "status:withdrawn": _("Withdrawn"),
        "status:revoked": _("Revoked"),
    }  # fmt: skip
    return [
        {
            "at": entry.created_at,
            "text": words[entry.action],
            "actor": entry.actor_label,
            "detail": entry.reason if whole else "",
        }
        for entry in await audit.history(row)
        if entry.action in words
    ]
