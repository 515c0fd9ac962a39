"""Talents: their profiles, and the consent without which nothing of them is shown."""

from typing import Any, Final
from uuid import UUID

from market.accounts.permissions import require
from market.directory import tags
from market.directory.forms import ConsentInput, TalentInput
from market.directory.models import Talent
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number

EDITORS = ("project", "quality")
LISTING = "talents"
# What may be consented to -> the columns it opens.
CONSENT: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name",),
    "gender": ("gender",),
    "region": ("region_code",),
    "occupation": ("occupation", "occupation_code", "work_type"),
    "skill_level": ("skill_level",),
    "certificate_number": ("certificate_number",),
    "education": ("degree", "title"),
    "years": ("years",),
    "modalities": ("modalities",),
    "task_types": ("task_types",),
    "domains": ("domains",),
    "languages": ("languages",),
    "training": ("trained_on",),
    "rate": ("rate_unit", "rate_min", "rate_max"),
    "availability": ("availability",),
    "talent_class": ("talent_class",),
    "summary": ("summary",),
}
PROFESSIONAL: Final = tuple(
    name for name in CONSENT if name not in ("name", "gender", "certificate_number")
)


def consented(talent: Talent) -> dict[str, Any]:
    """The columns a talent agreed to show, with their values; empty without consent."""
    if talent.consented_at is None or talent.withdrawn_at is not None:
        return {}
    return {
        column: getattr(talent, column)
        for name in talent.consented_fields
        for column in CONSENT.get(name, ())
    }


def shown(talent: Talent) -> dict[str, Any]:
    """Every column that can be consented to, empty where it was not: what a public page reads."""
    blank = {column: "" for columns in CONSENT.values() for column in columns}
    return {**blank, **consented(talent)}


def shown_name(talent: Talent) -> str:
    """The name where consented, else the surname with the rest hidden: 周**."""
    return str(consented(talent).get("name") or f"{talent.name[:1]}**")


def public_words(talent: Talent) -> dict[str, list[str]]:
    """Facet -> words of what the talent shows."""
    shown = consented(talent)
    level, grade = shown.get("skill_level"), shown.get("talent_class")
    return {
        "region": tags.region_path(shown.get("region_code", "")),
        "modality": shown.get("modalities", []),
        "task": shown.get("task_types", []),
        "language": shown.get("languages", []),
        "level": [level] if level else [],
        "class": [grade] if grade else [],
    }


async def _announce(talent: Talent) -> None:
    await tags.replace_tags(LISTING, talent.id, public_words(talent))
    await outbox.record("talent.changed", talent=talent.id)


@atomic()
async def save_talent(
    content: TalentInput, *, talent: Talent | None = None, organisation_id: UUID | None,
    external_id: str | None = None, by: Actor,
) -> Talent:  # fmt: skip
    """Add a talent of an organisation, or change the given one; consent is untouched.

    Owner, project and quality may. `organisation_id` None is a talent of nobody (an import).
    """
    require(by, *EDITORS, verified=False)
    if talent is None:
        number = await next_number("T")
        talent = Talent(number=number, organisation_id=organisation_id, external_id=external_id)
    else:
        talent = await lock(talent)
    values = content.model_dump()
    changed = [name for name, value in values.items() if getattr(talent, name) != value]
    await talent.update_from_dict(values).save()
    # The log outlives the profile: it names the fields that changed, not what they say.
    await audit.record(talent, "talent:save", by=by, after={"fields": changed})
    await _announce(talent)
    return talent


@atomic()
async def give_consent(talent: Talent, consent: ConsentInput, *, by: Actor) -> Talent:
    """Show the consented fields in public from now on (个人信息保护法 13, 14: informed, specific).

    The evidence says how the person agreed; the fields given replace those of an earlier consent.
    Raises InvalidInput for a field nobody can consent to.
    """
    require(by, *EDITORS)
    unknown = [name for name in consent.fields if name not in CONSENT]
    if unknown:
        raise InvalidInput(fields={"fields": _("Not a field: %(names)s", names=", ".join(unknown))})
    talent = await lock(talent)
    talent.consented_fields = [name for name in CONSENT if name in consent.fields]
    talent.consented_at, talent.withdrawn_at = clock.now(), None
    await talent.save(update_fields=["consented_fields", "consented_at", "withdrawn_at"])
    await audit.record(
        talent, "consent:give", by=by, after={"fields": talent.consented_fields},
        reason=consent.evidence,
    )  # fmt: skip
    await _announce(talent)
    return talent


@atomic()
async def withdraw_consent(talent: Talent, *, by: Actor) -> Talent:
    """Take the talent out of the public list and the index at once (个人信息保护法 15)."""
    require(by, *EDITORS, verified=False)
    talent = await lock(talent)
    if talent.consented_at is None or talent.withdrawn_at is not None:
        return talent
    before, talent.consented_fields = talent.consented_fields, []
    talent.withdrawn_at = clock.now()
    await talent.save(update_fields=["consented_fields", "withdrawn_at"])
    await audit.record(talent, "consent:withdraw", by=by, before={"fields": before})
    await _announce(talent)
    return talent


@atomic()
async def remove_talent(talent: Talent, *, by: Actor) -> None:
    """Delete a talent's profile; the log keeps that it was there, not what it said."""
    require(by, *EDITORS, verified=False)
    talent = await lock(talent)
    await tags.replace_tags(LISTING, talent.id, {})
    await audit.record(talent, "talent:remove", by=by)
    await talent.delete()
    await outbox.record("talent.changed", talent=talent.id)
