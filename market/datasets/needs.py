"""Dataset needs: drafted, published under the rules of their supply mode, closed."""

from uuid import UUID

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.datasets.forms import NeedInput
from market.datasets.models import DatasetNeed, DatasetOffer
from market.datasets.modes import mode_named
from market.datasets.states import NeedStatus
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number

BUYERS = ("buyer", "project")
EDITABLE = (NeedStatus.DRAFT, NeedStatus.OPEN)
SHORTEST_SUMMARY = 10


class NeedNotEditable(Conflict):
    """A need that found its offer, or is closed, no longer changes."""

    title = "The need can no longer be changed"


def problems_of(need: DatasetNeed) -> dict[str, str]:
    """What keeps a need from being published, by field; empty when nothing does."""
    needed = {
        "summary": (
            len(need.summary) >= SHORTEST_SUMMARY,
            _("Describe the dataset in at least %(count)s characters", count=SHORTEST_SUMMARY),
        ),
        "task_types": (need.task_types, _("Choose at least one task")),
        "volume": (need.volume > 0, _("Enter how much you need")),
        "unit": (need.unit, _("Enter the unit that is counted")),
        "license": (need.license, _("Say what the licence must allow")),
        "deadline": (need.deadline, _("Enter until when the need stands")),
    }
    found = {name: sentence for name, (value, sentence) in needed.items() if not value}
    if need.deadline and need.deadline < clock.today():
        found["deadline"] = _("The deadline is past")
    if need.data_grade == "核心数据":
        found["data_grade"] = _("Core data may not be offered on a public marketplace")
    if need.modality == "医学影像" and need.health_level is None:
        found["health_level"] = _("Medical data needs its level of GB/T 39725 (1 to 5)")
    mode = mode_named(need.supply_mode)
    if mode is not None:
        rules = {
            "price_model": mode.price_problem(need.price_model),
            "budget_fen": mode.amount_problem(need.budget_fen),
        }
        found.update({name: sentence for name, sentence in rules.items() if sentence})
    return found


@atomic()
async def save_need(
    content: NeedInput, *, owner_id: UUID, need: DatasetNeed | None = None,
    external_id: str | None = None, by: Actor,
) -> DatasetNeed:  # fmt: skip
    """Write a new draft, or change a draft or an open need; buyer and project may.

    An open need must still satisfy its mode's rules. Raises NeedNotEditable, InvalidInput.
    """
    require(by, *BUYERS, verified=False)
    if need is None:
        owner = await Organisation.get(id=owner_id)
        need = DatasetNeed(
            number=await next_number("N"), owner_id=owner_id, region_code=owner.region_code,
            external_id=external_id,
        )  # fmt: skip
    else:
        need = await lock(need)
        if need.status not in EDITABLE:
            raise NeedNotEditable(_("This need can no longer be changed"))
    need.update_from_dict(content.columns())
    if need.status == NeedStatus.OPEN and (problems := problems_of(need)):
        raise InvalidInput(fields=problems)
    await need.save()
    await audit.record(need, "need:save", by=by, after=content.model_dump(mode="json"))
    await announce(need)
    return need


async def announce(need: DatasetNeed) -> None:
    """Tell the index, as the last step of a verb."""
    await outbox.record("need.changed", need=need.id)


@atomic()
async def publish_need(need: DatasetNeed, *, by: Actor) -> DatasetNeed:
    """Open a draft to offers; the mode's rules on price and openness must hold.

    Raises InvalidInput by field, InvalidTransition.
    """
    require(by, *BUYERS)
    need = await lock(need)
    if problems := problems_of(need):
        raise InvalidInput(fields=problems)
    await need.move_to(NeedStatus.OPEN, by=by, published_at=clock.now())
    await announce(need)
    return need


@atomic()
async def close_need(need: DatasetNeed, reason: str, *, by: Actor) -> DatasetNeed:
    """End a need, whether it found its offer or not; closing is final."""
    require(by, *BUYERS, verified=False)
    need = await lock(need)
    await need.move_to(NeedStatus.CLOSED, by=by, reason=reason)
    await announce(need)
    return need


@atomic()
async def reopen_need(need: DatasetNeed, *, by: Actor) -> DatasetNeed:
    """Let go of the chosen offer and take offers again."""
    require(by, *BUYERS)
    need = await lock(need)
    await need.move_to(NeedStatus.OPEN, by=by)
    await DatasetOffer.filter(need=need).update(chosen_at=None)
    await announce(need)
    return need
