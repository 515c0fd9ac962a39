"""A supplier's profile: saving its parts, publishing it, taking it off the list."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind
from market.directory import rates
from market.directory.announcements import announce
from market.directory.forms import CapacityInput, PriceInput, ProfilePart
from market.directory.models import SupplierProfile
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _

EDITORS = ("sales", "project")


class ProfileIncomplete(Conflict):
    """A profile without the words by which it would be found is not published."""

    title = "The profile is not complete"


async def _own_profile(organisation_id: UUID) -> SupplierProfile:
    """The organisation's profile under the organisation's lock, made when it has none yet."""
    organisation = await lock_id(Organisation, organisation_id)
    if organisation.kind != OrganisationKind.SUPPLIER:
        raise Conflict(_("Only suppliers have a capability profile"))
    profile = await SupplierProfile.get_or_none(organisation_id=organisation_id)
    return profile or await SupplierProfile.create(organisation_id=organisation_id)


async def _resolved(part: ProfilePart) -> dict[str, Any]:
    """The columns of a part, the base's number replaced by its key."""
    changes = part.changes()
    if "base_number" not in changes:
        return changes
    number = changes.pop("base_number")
    base = await Organisation.get_or_none(number=number, kind=OrganisationKind.BASE)
    if number and base is None:
        raise InvalidInput(fields={"base_number": _("There is no base with this number")})
    changes["base_id"] = base.id if base else None
    if base is not None:
        changes["park"] = base.name
    return changes


@atomic()
async def save_profile(
    organisation_id: UUID,
    part: ProfilePart,
    *,
    prices: Sequence[PriceInput] | None = None,
    capacities: Sequence[CapacityInput] | None = None,
    by: Actor,
) -> SupplierProfile:
    """Write a part of the profile, or all of it; lists given replace the ones there are.

    Owner, sales and project may, also before the organisation is verified. Raises InvalidInput,
    Conflict when the organisation is no supplier.
    """
    require(by, *EDITORS, verified=False)
    profile = await _own_profile(organisation_id)
    changes = await _resolved(part)
    before = {name: getattr(profile, name) for name in changes}
    profile.update_from_dict(changes)
    await profile.save(update_fields=list(changes))
    if prices is not None:
        await rates.replace_prices(profile, prices)
    if capacities is not None:
        await rates.replace_capacities(profile, capacities)
    changed = {name: value for name, value in changes.items() if before[name] != value}
    await audit.record(
        profile, "profile:save", by=by, before={name: before[name] for name in changed},
        after=changed,
    )  # fmt: skip
    await announce(profile)
    return profile


@atomic()
async def publish_profile(profile: SupplierProfile, *, by: Actor) -> SupplierProfile:
    """List the supplier in public; verified organisations only (苏数发〔2025〕62号 三(四)).

    Raises ProfileIncomplete, naming what is missing; publishing again changes nothing.
    """
    require(by, *EDITORS)
    profile = await lock(profile)
    if profile.published_at is not None:
        return profile
    if missing := missing_parts(profile):
        raise ProfileIncomplete(_("Still missing: %(parts)s", parts=", ".join(missing)))
    profile.published_at = clock.now()
    await profile.save(update_fields=["published_at"])
    await audit.record(profile, "profile:publish", by=by)
    await announce(profile)
    return profile


@atomic()
async def unpublish(profile: SupplierProfile, *, by: Actor) -> SupplierProfile:
    """Take the supplier off the public list and out of the index; what was entered stays."""
    require(by, *EDITORS, verified=False)
    profile = await lock(profile)
    if profile.published_at is None:
        return profile
    profile.published_at = None
    await profile.save(update_fields=["published_at"])
    await audit.record(profile, "profile:unpublish", by=by)
    await announce(profile)
    return profile


def missing_parts(profile: SupplierProfile) -> list[str]:
    """What a profile lacks before it can be found, in the reader's words."""
    wanted = {
        _("a summary"): profile.summary,
        _("modalities"): profile.modalities,
        _("task types"): profile.task_types,
        _("staff"): profile.staff_total,
    }
    return [name for name, value in wanted.items() if not value]
