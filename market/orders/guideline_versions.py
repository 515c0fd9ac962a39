"""Which version of an order's guideline is in force, and which of them a delivery may follow."""

from market.kit import clock
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.orders.models import Order
from market.orders.work_models import GuidelineVersion
from market.tendering.models import Job

FIRST = "v1.0"


async def publish_first(order: Order) -> GuidelineVersion:
    """The guideline an order begins with: what was tendered. Part of the signing verb."""
    job = await Job.get(id=order.job_id)
    return await GuidelineVersion.create(
        order=order,
        sequence=1,
        label=FIRST,
        text=job.summary,
        file_id=job.guideline_file_id,
        published_at=clock.now(),
        transition_ends_at=clock.now(),
    )


async def versions_of(order: Order) -> list[GuidelineVersion]:
    """Every version, newest first."""
    return await GuidelineVersion.filter(order_id=order.id).order_by("-sequence")


async def require_deliverable(order: Order, label: str) -> GuidelineVersion:
    """The version a delivery names; the newest when it names none.

    Raises InvalidInput for an unknown version, and for one whose successor's transition is over.
    """
    versions = await versions_of(order)
    named = next((version for version in versions if not label or version.label == label), None)
    if named is None:
        known = ", ".join(version.label for version in reversed(versions))
        raise InvalidInput(
            fields={"guideline_version": _("The guideline has the versions %(known)s", known=known)}
        )
    outdated = [
        version
        for version in versions
        if version.sequence > named.sequence and version.transition_ends_at < clock.now()
    ]
    if outdated:
        text = _(
            "Version %(old)s is outdated: deliver under %(new)s",
            old=named.label, new=versions[0].label,
        )  # fmt: skip
        raise InvalidInput(fields={"guideline_version": text})
    return named
