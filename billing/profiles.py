"""How an organisation is taxed, invoiced and paid: its own to say."""

from uuid import UUID

from billing.forms import ProfileInput
from billing.models import BillingProfile
from market.accounts.states import Role
from market.kit import audit
from market.kit.actor import Actor
from market.kit.db import atomic
from market.orders.parties import require_side


@atomic()
async def save_profile(
    organisation_id: UUID, profile_input: ProfileInput, *, by: Actor
) -> BillingProfile:
    """Owner or finance role of the organisation; the change is logged. Raises NotPermitted."""
    require_side(by, organisation_id, Role.FINANCE)
    profile, _is_new = await BillingProfile.get_or_create(organisation_id=organisation_id)
    values = profile_input.model_dump()
    before = {name: getattr(profile, name) for name in values}
    await profile.update_from_dict(values).save()
    await audit.record(profile, "saved", by=by, before=before, after=values)
    return profile


@atomic()
async def note_processor_account(organisation_id: UUID, *, account: str) -> None:
    """Remember the processor's account that was opened for a supplier."""
    profile, _is_new = await BillingProfile.get_or_create(organisation_id=organisation_id)
    profile.processor_account = account
    await profile.save(update_fields=["processor_account"])
