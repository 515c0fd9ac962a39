"""JSON operations of the indicators: their catalogue, their figures, and values from documents."""

from pydantic import BaseModel

from market.bureau import access, readings
from market.bureau.indicators import Indicator, catalogue, indicator
from market.bureau.queries import StatisticsQuery
from market.bureau.readings import Reading
from market.bureau.reports import ReportInput, report_value
from market.kit.api import Call, Nothing, Operation, operation


class IndicatorOut(BaseModel):
    """A definition; kind says how values are written: money in fen, percent in basis points, ratio in
    hundredths, minutes and integers as they are."""

    code: str
    name: str
    group: str
    kind: str
    unit: str
    definition: str
    formula: str
    sources: str
    dimensions: list[str]
    is_reported: bool

    @classmethod
    def of(cls, row: Indicator) -> "IndicatorOut":
        """A row of the catalogue."""
        return cls(
            code=row.code, name=row.name, group=row.group, kind=row.kind, unit=row.unit,
            definition=row.definition, formula=row.formula, sources=row.sources,
            dimensions=list(row.dimensions), is_reported=row.is_reported,
        )  # fmt: skip


class CatalogueOut(BaseModel):
    """Every indicator."""

    items: list[IndicatorOut]


class ReadingOut(BaseModel):
    """A figure in its unit (null: nothing is known), its changes in basis points, and what it rests on."""

    code: str
    value: int | None
    before_bp: int | None
    year_before_bp: int | None
    source: str

    @classmethod
    def of(cls, row: Reading) -> "ReadingOut":
        """A reading."""
        return cls(
            code=row.indicator.code, value=row.value, before_bp=row.before_bp,
            year_before_bp=row.year_bp, source=row.source,
        )  # fmt: skip


class ReadingsOut(BaseModel):
    """Every figure of a region and a period."""

    region: str
    first_month: str
    last_month: str
    items: list[ReadingOut]


class ReportOut(BaseModel):
    """A value on record, in the indicator's unit."""

    indicator: str
    region: str
    period: str
    value: int
    document: str


@operation(
    "GET", "/indicators", summary="Catalogue of indicators", tag="statistics",
    returns=CatalogueOut, public=True,
)  # fmt: skip
async def list_indicators(_call: Call[Nothing, Nothing]) -> CatalogueOut:
    """Definition, formula and source of every figure."""
    return CatalogueOut(items=[IndicatorOut.of(row) for row in catalogue().values()])


@operation(
    "GET", "/statistics/indicators", summary="Indicators of your region and below",
    tag="statistics", query=StatisticsQuery, returns=ReadingsOut, scope="bureau:read",
)  # fmt: skip
async def read_indicators(call: Call[Nothing, StatisticsQuery]) -> ReadingsOut:
    """Exact figures, as the bureau's page of indicators shows them."""
    part = access.slice_to_see(call.query, call.actor)
    groups = await readings.readings_of(part)
    return ReadingsOut(
        region=part.region.code, first_month=part.period.first, last_month=part.period.last,
        items=[ReadingOut.of(row) for _title, rows in groups for row in rows],
    )  # fmt: skip


@operation(
    "POST", "/indicators/{code}/reports", summary="Enter a value that a document states",
    tag="statistics", body=ReportInput, returns=ReportOut, status=201, scope="bureau:write",
)  # fmt: skip
async def enter_report(call: Call[ReportInput, Nothing]) -> ReportOut:
    """For indicators the platform gathers no data for; import a list by one call a value."""
    row = await report_value(indicator(call.path("code")), call.body, by=call.actor)
    return ReportOut(
        indicator=row.indicator, region=row.region_code, period=row.period, value=row.value,
        document=row.document,
    )  # fmt: skip


operations: list[Operation] = [list_indicators, read_indicators, enter_report]
