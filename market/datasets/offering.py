"""Verbs of offered datasets: write, list under the rules of the supply mode, take off, attach a sample."""

from typing import Any

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.datasets.dataset_forms import DatasetInput
from market.datasets.dataset_models import Dataset
from market.datasets.dataset_states import DatasetStatus
from market.datasets.modes import mode_named
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number

OWNERS = (Role.SALES, Role.PROJECT, Role.BUYER)
KINDS = (OrganisationKind.SUPPLIER, OrganisationKind.DEMAND, OrganisationKind.BASE)


def problems_of(row: Dataset) -> dict[str, str]:
    """What the supply mode, the data's grade and its health level keep from being listed, by field."""
    mode = mode_named(row.supply_mode)
    found: dict[str, str] = {}
    if mode is not None:
        found["price_model"] = mode.price_problem(row.price_model)
        if mode.mode != "pairing":
            found["price_fen"] = mode.amount_problem(row.price_fen)
        if mode.mode == "custom" and row.recipient_id is None:
            found["recipient"] = _("Name the party it was made for (by its number)")
        if mode.mode != "custom" and row.recipient_id is not None:
            found["recipient"] = _("Only the custom mode names a party")
        if (mode.mode == "pairing") != (row.share_bp > 0):
            found["share_percent"] = _(
                "A share of the revenue belongs to the pairing mode, and to it alone"
            )
    if row.data_grade == "核心数据":
        found["data_grade"] = _("Core data may not be offered on a public marketplace")
    if row.modality == "医学影像" and row.health_level is None:
        found["health_level"] = _("Medical data needs its level of GB/T 39725 (1 to 5)")
    return {name: sentence for name, sentence in found.items() if sentence}


@atomic()
async def save_dataset(content: DatasetInput, *, row: Dataset | None = None, by: Actor) -> Dataset:
    """Write a new draft or change a dataset; a listed one keeps obeying its mode's rules."""
    require(by, *OWNERS)
    if not by.is_system and by.kind not in KINDS:
        raise NotPermitted(_("Your organisation has no access to this page"))
    assert by.organisation_id is not None, "require() wants an organisation"
    if row is None:
        owner = await Organisation.get(id=by.organisation_id)
        row = Dataset(number=await next_number("DS"), owner=owner, region_code=owner.region_code)
    else:
        row = await _own(row, by)
    row.update_from_dict({**content.values(), "recipient_id": await _recipient(content.recipient)})
    if row.status is DatasetStatus.LISTED and (problems := problems_of(row)):
        raise InvalidInput(fields=problems)
    await row.save()
    await audit.record(row, "dataset:save", by=by, after=content.model_dump(mode="json"))
    return row


async def _recipient(number: str) -> Any:
    if not number:
        return None
    found = await Organisation.get_or_none(number=number, status=OrganisationStatus.ACTIVE)
    if found is None:
        raise InvalidInput(
            fields={"recipient": _("There is no verified organisation of this number")}
        )
    return found.id


@atomic()
async def attach_sample(row: Dataset, file: StoredFile, *, by: Actor) -> Dataset:
    """Put a public sample (CSV or JSON Lines) in the place of the one before."""
    row = await _own(row, by)
    row.sample = file
    await row.save(update_fields=["sample_id"])
    await audit.record(row, "dataset:sample", by=by, after={"sha256": file.sha256})
    return row


@atomic()
async def list_dataset(row: Dataset, *, by: Actor) -> Dataset:
    """Offer it in public; raises InvalidInput by field where its mode's rules do not hold."""
    row = await _own(row, by)
    if problems := problems_of(row):
        raise InvalidInput("; ".join(problems.values()), fields=problems)
    await row.move_to(DatasetStatus.LISTED, by=by, published_at=row.published_at or clock.now())
    return row


@atomic()
async def withdraw_dataset(row: Dataset, *, by: Actor) -> Dataset:
    """Take it off the list; its ratings stay on record."""
    row = await _own(row, by)
    await row.move_to(DatasetStatus.WITHDRAWN, by=by)
    return row


async def _own(row: Dataset, by: Actor) -> Dataset:
    require(by, *OWNERS)
    row = await lock(row)
    if row.owner_id != by.organisation_id:
        raise NotFound(_("This dataset does not exist"))
    return row
