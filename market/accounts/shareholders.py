"""Who owns an organisation, as it declares itself: the whole list at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from market.accounts.forms import MOST_SHAREHOLDERS, ShareInput
from market.accounts.models import Organisation, Shareholding
from market.accounts.permissions import require
from market.kit import audit
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.kit.money import format_percent

WHOLE = 10_000  # basis points
PARTS = tuple(ShareInput.model_fields)
SPARE_ROWS = 3  # empty ones of the form


@atomic()
async def declare_shareholders(
    organisation: Organisation, holders: Sequence[ShareInput], *, by: Actor
) -> list[Shareholding]:
    """Make these the shareholders of the owner's organisation, verified or not.

    Together at most 100 %, nobody twice, not itself, at most 50 of them. Raises InvalidInput.
    """
    require(by, verified=False)
    organisation = await lock(organisation)
    _check(organisation, holders)
    before = await shareholders_of(organisation)
    if (old := plain(before)) != (new := plain(holders)):
        await Shareholding.filter(organisation=organisation).delete()
        await Shareholding.bulk_create(
            Shareholding(organisation=organisation, **dict(holder)) for holder in holders
        )
        await audit.record(
            organisation, "shareholders_declared", by=by,
            before={"holders": old}, after={"holders": new},
        )  # fmt: skip
    return await shareholders_of(organisation)


async def shareholders_of(organisation: Organisation) -> list[Shareholding]:
    """Whom it has declared, the largest share first."""
    rows = Shareholding.filter(organisation=organisation)
    return await rows.order_by("-share_bp", "holder_name", "holder_uscc")


def plain(holders: Iterable[Shareholding | ShareInput]) -> list[dict[str, Any]]:
    """Shareholders as they are compared and logged."""
    rows = [{name: getattr(holder, name) for name in PARTS} for holder in holders]
    return sorted(rows, key=lambda row: (-row["share_bp"], row["holder_name"], row["holder_uscc"]))


def typed_rows(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the form as typed, in order."""
    return [
        {name: values.get(f"holder{place}_{name}", "") for name in PARTS}
        for place in range(1, MOST_SHAREHOLDERS + 1)
    ]


def form_values(holders: Sequence[Shareholding]) -> dict[str, Any]:
    """The values of the form."""
    return {
        f"holder{place}_{name}": format_percent(value).removesuffix("%")
        if name == "share_bp"
        else value
        for place, row in enumerate(plain(holders), 1)
        for name, value in row.items()
    }


def rows_shown(values: Mapping[str, Any]) -> int:
    """How many rows the form has: up to the last that says something, and some empty ones."""
    used = [place for place, row in enumerate(typed_rows(values), 1) if any(row.values())]
    return min(max(used, default=0) + SPARE_ROWS, MOST_SHAREHOLDERS)


def _check(organisation: Organisation, holders: Sequence[ShareInput]) -> None:
    if len(holders) > MOST_SHAREHOLDERS:
        raise _refused(_("At most %(count)s shareholders", count=MOST_SHAREHOLDERS))
    for holder in holders:
        if organisation.name == holder.holder_name or (
            holder.holder_uscc and organisation.uscc == holder.holder_uscc
        ):
            raise _refused(_("An organisation is not its own shareholder"))
    seen = set()
    for holder in holders:
        if (key := holder.holder_uscc or holder.holder_name) in seen:
            raise _refused(_("%(holder)s stands in the list twice", holder=holder.holder_name))
        seen.add(key)
    if (total := sum(holder.share_bp for holder in holders)) > WHOLE:
        raise _refused(
            _(
                "The shares sum to %(sum)s; together they are 100 %% at most",
                sum=format_percent(total),
            )
        )


def _refused(text: str) -> InvalidInput:
    return InvalidInput(fields={"holders": text})
