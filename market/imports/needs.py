"""Dataset needs of an import, through their verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from market.accounts.states import OrganisationKind
from market.datasets import needs
from market.datasets.forms import METRICS, NeedInput
from market.datasets.models import DatasetNeed
from market.imports.fields import checked, group, renamed, wan
from market.imports.organisations import Identity, acting_for, identity_of, organisation_for
from market.kit.actor import Actor
from market.kit.errors import InvalidInput

_SAME = (
    "title", "summary", "supply_mode", "dataset_type", "industry", "modality", "task_types",
    "purpose", "license", "price_model", "data_grade", "health_level", "deadline",
)  # fmt: skip
_NAMES = {
    "volume": "volume.qty", "unit": "volume.unit", "budget_fen": "budget_wan",
    "update_frequency": "update", "channel": "trade.channel",
    "is_first_registration": "trade.first_registration",
    **{name: f"quality.{name}" for name in METRICS},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NeedRecord:
    """A dataset need's record, checked."""

    owner: Identity
    content: NeedInput


def read_need(data: Mapping[str, Any]) -> NeedRecord:
    """Check a dataset need's record. Raises InvalidInput with the record's field names."""
    volume, trade, quality = group(data, "volume"), group(data, "trade"), group(data, "quality")
    values = {
        **{name: data.get(name) for name in _SAME},
        **{name: quality.get(name) for name in METRICS},
        "volume": volume.get("qty"), "unit": volume.get("unit"),
        "budget_fen": wan(data.get("budget_wan")), "update_frequency": data.get("update"),
        "channel": trade.get("channel"),
        "is_first_registration": trade.get("first_registration"),
    }  # fmt: skip
    owner = identity_of(group(data, "owner"), prefix="owner.")
    return NeedRecord(owner, checked(NeedInput, values, _NAMES))


async def load_need(record: NeedRecord, record_id: str, *, by: Actor) -> bool:
    """Post and publish a need, or change the one posted from this record; whether it is new."""
    owner = await organisation_for(record.owner, kind=OrganisationKind.DEMAND, by=by)
    actor = acting_for(by, owner)
    need = await DatasetNeed.get_or_none(external_id=record_id)
    is_new = need is None
    try:
        need = await needs.save_need(
            record.content, owner_id=owner.id, need=need, external_id=record_id, by=actor
        )
        if is_new:
            await needs.publish_need(need, by=actor)
    except InvalidInput as exc:
        raise InvalidInput(exc.message, fields=renamed(exc.fields, _NAMES)) from None
    return is_new
