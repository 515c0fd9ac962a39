"""Values of indicators the platform has no data for: entered from a document, with its date."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.bureau import access
from market.bureau.indicators import Indicator
from market.bureau.models import IndicatorReport
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from market.vocabulary.regions import Region

SCALE = {"money": 100, "percent": 100, "ratio": 100, "minutes": 60}  # of what people type


class NotReported(Conflict):
    """An indicator the platform computes takes no value from a document."""

    title = "This indicator is computed"


def _past(day: dt.date) -> dt.date:
    if day > clock.today():
        raise ValueError(_("A document has been issued before it is entered"))
    return day


class ReportInput(BaseModel):
    """A value as the document writes it: yuan, percent, hours or a number; the year or month it is of."""

    region: Annotated[str, Field(max_length=6)] = ""
    period: Annotated[str, StringConstraints(pattern=r"^20\d\d(-(0[1-9]|1[0-2]))?$")]
    value: Annotated[Decimal, Field(ge=0, le=10**15, decimal_places=2)]
    document: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=200)]
    document_on: Annotated[dt.date, AfterValidator(_past)]


@atomic()
async def report_value(indicator: Indicator, content: ReportInput, *, by: Actor) -> IndicatorReport:
    """Put a value on record, beside those before it: nothing is overwritten.

    For one's own region or one below. Raises NotReported for what the platform computes, InvalidInput
    for a part of what has no parts, NotFound for another region.
    """
    is_operator = by.kind == OrganisationKind.OPERATOR
    kind = OrganisationKind.OPERATOR if is_operator else OrganisationKind.BUREAU
    require(by, Role.QUALITY, Role.PROJECT, kind=kind)
    if not indicator.is_reported:
        raise NotReported(_("This figure is computed from the platform's own rows"))
    region = access.region_to_see(content.region, by)
    scaled = content.value * SCALE.get(indicator.kind, 1)
    if scaled != int(scaled):
        raise InvalidInput(fields={"value": _("This indicator counts whole numbers")})
    row = await IndicatorReport.create(
        indicator=indicator.code, region_code=region.code, period=content.period,
        value=int(scaled), document=content.document, document_on=content.document_on,
        reported_by_id=by.organisation_id,
    )  # fmt: skip
    stated = {"indicator": indicator.code, "region": region.code, "value": row.value}
    await audit.record(row, "reported", by=by, after={**stated, "document": row.document})
    return row


async def latest_reports(region: Region) -> Mapping[str, IndicatorReport]:
    """For each indicator of a region the value that counts: of the latest period and document."""
    rows = await IndicatorReport.filter(region_code=region.code).order_by(
        "period", "document_on", "id"
    )
    return {row.indicator: row for row in rows}
