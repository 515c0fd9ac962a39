"""Expiry of certificates, training and credentials."""

from market.calendar.deadlines import Deadline, Span
from market.directory.models import Certificate
from market.kit import clock
from market.kit.web import path_for
from market.training.models import TalentCredential, TrainingRecord


async def certificates(span: Span) -> list[Deadline]:
    """A certificate's last day."""
    rows = Certificate.filter(**span.dates("valid_until"))
    if span.organisation_id is not None:
        rows = rows.filter(organisation_id=span.organisation_id)
    elif not span.is_of_all:
        return []
    return [
        Deadline.of(
            "certificate", row, at, title=row.name, number=row.number,
            url=path_for("suppliers:certificates"), organisation_id=row.organisation_id,
        )
        for row in await rows
        if row.valid_until and span.has(at := clock.end_of_day(row.valid_until))
    ]  # fmt: skip


async def trainings(span: Span) -> list[Deadline]:
    """The end of a passed training: of a firm's annotator for the firm, of a person for the person.

    A later pass of the same module stands for the earlier one.
    """
    rows = TrainingRecord.filter(is_passed=True, **span.within("valid_until"))
    if span.organisation_id is not None:
        rows = rows.filter(talent__organisation_id=span.organisation_id)
    elif span.person_id is not None:
        rows = rows.filter(person_id=span.person_id)
    found = []
    for row in await rows.select_related("module", "talent"):
        later = TrainingRecord.filter(
            module_id=row.module_id, talent_id=row.talent_id, person_id=row.person_id,
            is_passed=True, valid_until__gt=row.valid_until,
        )  # fmt: skip
        if await later.exists():
            continue
        who = f" · {row.talent.name}" if row.talent else ""
        found.append(
            Deadline.of(
                "training", row, row.valid_until, title=f"{row.module.title}{who}", number="",
                url=path_for("training:list"),
                organisation_id=row.talent.organisation_id if row.talent else None,
                person_id=row.person_id,
            )
        )  # fmt: skip
    return found


async def credentials(span: Span) -> list[Deadline]:
    """The last day of an annotator's clearance, certificate or consent."""
    rows = TalentCredential.filter(
        withdrawn_at=None, talent_id__isnull=False, **span.dates("valid_until")
    )
    if span.organisation_id is not None:
        rows = rows.filter(talent__organisation_id=span.organisation_id)
    elif not span.is_of_all:
        return []
    return [
        Deadline.of(
            "credential", row, at, title=f"{row.talent.name} · {row.reference}", number="",
            url=path_for("training:credentials"), organisation_id=row.talent.organisation_id,
        )
        for row in await rows.select_related("talent")
        if span.has(at := clock.end_of_day(row.valid_until))
    ]  # fmt: skip
