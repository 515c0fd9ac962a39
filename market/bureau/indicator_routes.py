"""Pages of the indicators: the public catalogue, the desk's figures, one figure, and what was reported."""

import json

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from market.bureau import access, activity_lists, flows, labels, readings
from market.bureau.desk import asked, page, reader
from market.bureau.figures import fact_lines, figures_to_download, price_lines
from market.bureau.indicators import dimension_label, grouped, indicator
from market.bureau.latest import latest
from market.bureau.models import IndicatorReport
from market.bureau.queries import ActivitiesQuery
from market.bureau.readers import rows_by_month
from market.bureau.recounting import PRICES_SCRIPT, SCRIPT
from market.bureau.reports import ReportInput, report_value
from market.bureau.sheets import exported, file_of
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.tables import download, format_of


async def list_indicators(request: Request) -> Response:
    """Every indicator with its definition, formula and source, for everybody."""
    sheet = readings.catalogue_sheet()
    return exported(request, [sheet]) or await web.render(
        request, "bureau/indicators_list.html", groups=grouped(), sheet=sheet,
        dimension_label=dimension_label,
    )  # fmt: skip


async def show_indicators(request: Request) -> Response:
    """Every figure of a region and period, with its changes and where it is from."""
    query = asked(request)
    groups = await readings.readings_of(access.slice_to_see(query, reader(request)))
    sheet = readings.readings_sheet(groups)
    return exported(request, [sheet]) or await page(
        request, "indicators", query, groups=groups, sheet=sheet, rows_link=readings.rows_link
    )


async def show_indicator(request: Request) -> Response:
    """One figure: by month, by the regions below, and what documents say of it."""
    query, row = asked(request), indicator(request.path_params["code"])
    part = access.slice_to_see(query, reader(request))
    sheets = []
    if row.measure:
        if row.span == "flow":
            sheets.append(readings.months_sheet(row, await readings.by_month(row, part)))
        below = await readings.by_region(row, part)
        sheets.append(readings.regions_sheet(row, below, query))
    told = await IndicatorReport.filter(indicator=row.code, region_code=part.region.code).order_by(
        "-period", "-document_on", "-id"
    )
    sheets.append(readings.reports_sheet(row, told))
    return exported(request, sheets) or await page(
        request, "indicator", query, indicator=row, sheets=sheets,
        dimensions=_(", ").join(map(dimension_label, row.dimensions)), rows=readings.rows_link(row, query),
    )  # fmt: skip


async def report(request: Request) -> Response:
    """Enter a value that a document states."""
    actor, row = reader(request), indicator(request.path_params["code"])
    form = await Form.read(request, ReportInput, {"period": labels.current_year()})
    if form.is_valid:
        with form.guard():
            await report_value(row, form.input, by=actor)
            return web.see_other(
                request, "bureau:indicator", code=row.code, flash=_("Value put on record")
            )
    return await web.render(request, "bureau/report.html", indicator=row, form=form)


async def show_activities(request: Request) -> Response:
    """The rows behind figures beside the money, filtered; a file holds all of them, a page some."""
    query = ActivitiesQuery.model_validate(dict(request.query_params))
    part = access.slice_to_see(query, reader(request))
    if fmt := format_of(request):
        facts = access.activities_of_slice(part, query.kind)
        everything = await facts.limit(activity_lists.MAX_EXPORTED)
        return file_of(request, [activity_lists.activities_sheet(everything)], fmt)
    counts = await rows_by_month(part, query.kind)
    shown = await latest(
        request, part, counts, lambda one: access.activities_of_slice(one, query.kind)
    )
    sheet = activity_lists.activities_sheet(list(shown.items))
    return await page(request, "activities", query, sheet=sheet, page=shown)


async def show_flows(request: Request) -> Response:
    """Amounts between provinces, or between the region and the provinces."""
    query = asked(request)
    found = await flows.flows_of(access.slice_to_see(query, reader(request)))
    sheets = [flows.flows_sheet(found), flows.matrix_sheet(found)]
    return exported(request, sheets) or await page(request, "flows", query, sheets=sheets)


async def recount_facts(request: Request) -> Response:
    """The facts of the region as the recounting script reads them."""
    region = access.region_to_see(asked(request).region, reader(request))
    name = {"content-disposition": 'attachment; filename="facts.csv"'}
    return StreamingResponse(fact_lines(region), media_type="text/csv", headers=name)


async def recount_unit_prices(request: Request) -> Response:
    """The unit prices of the region as the script of the price index reads them."""
    region = access.region_to_see(asked(request).region, reader(request))
    name = {"content-disposition": 'attachment; filename="prices.csv"'}
    return StreamingResponse(price_lines(region), media_type="text/csv", headers=name)


async def recount_figures(request: Request) -> Response:
    """Every figure of the desk's pages under these filters, as codes and numbers."""
    query = asked(request)
    found = await figures_to_download(access.slice_to_see(query, reader(request)), query)
    return download(json.dumps(found).encode(), "application/json", "figures.json")


async def recount_script(request: Request) -> Response:
    """The script that counts the figures again, standard library only."""
    reader(request)
    return download(SCRIPT.read_bytes(), "text/x-python", "recount.py")


async def recount_prices_script(request: Request) -> Response:
    """The script that counts the price index again, standard library only."""
    reader(request)
    return download(PRICES_SCRIPT.read_bytes(), "text/x-python", "recount_prices.py")


routes = [
    Route("/bureau/recount/facts.csv", recount_facts, name="recount:facts"),
    Route("/bureau/recount/figures.json", recount_figures, name="recount:figures"),
    Route("/bureau/recount/prices.csv", recount_unit_prices, name="recount:prices"),
    Route("/bureau/recount/recount.py", recount_script, name="recount:script"),
    Route("/bureau/recount/recount_prices.py", recount_prices_script, name="recount:prices_script"),
    Route("/indicators", list_indicators, name="indicators:list"),
    Route("/bureau/indicators", show_indicators, name="bureau:indicators"),
    Route("/bureau/indicators/{code}", show_indicator, name="bureau:indicator"),
    Route(
        "/bureau/indicators/{code}/reports", report, name="bureau:report", methods=["GET", "POST"]
    ),
    Route("/bureau/activities", show_activities, name="bureau:activities"),
    Route("/bureau/flows", show_flows, name="bureau:flows"),
]
