"""The rows behind the measures of what there is, for whoever counts them again.

Read from the tables themselves and not through what the pages sum: a wrong sum shows.
"""

from decimal import Decimal

from market.accounts.states import OrganisationKind, OrganisationStatus
from market.bureau.statistics import code_range
from market.bureau.stocks import open_programmes, organisations
from market.certification.models import Certification
from market.certification.states import CertificationStatus
from market.datasets.dataset_models import Dataset
from market.datasets.dataset_states import DatasetStatus, Grade
from market.directory.models import SupplierProfile
from market.fairs.models import Fair, FairMeeting
from market.fairs.states import FairStatus, Outcome, TimetableStatus
from market.incidents.models import Incident
from market.incidents.states import IncidentStatus
from market.kit import clock
from market.kit.db import month_of
from market.orders.models import Order
from market.risks.models import FlagCase
from market.risks.states import CaseStatus
from market.selection.models import SelectionEntry
from market.selection.states import CallKind, EntryStatus
from market.tendering.models import Job
from market.training.models import TrainingRecord
from market.vocabulary.regions import Region

Counted = tuple[str, str, str, str, int]  # measure, key of the row, its region, month or "", value


async def rows_of(region: Region) -> list[Counted]:
    """The rows behind the measures of what there is, for whoever counts them again."""
    span = code_range(region)
    found: list[Counted] = []
    firms = organisations(OrganisationKind.SUPPLIER, region)
    for firm in await firms:
        where = (str(firm.id), firm.region_code)
        found += [("firms", *where, "", 1), ("new_firms", *where, month_of(firm.created_at), 1)]
    profiles = await SupplierProfile.filter(
        organisation__kind=OrganisationKind.SUPPLIER,
        organisation__status=OrganisationStatus.ACTIVE,
        organisation__region_code__range=span,
    ).select_related("organisation")
    for one in profiles:
        where = (str(one.organisation_id), one.organisation.region_code)
        values = {"annotators": one.annotators, "declared_revenue": one.revenue_fen}
        values |= {f"level:{level}": int(count) for level, count in one.levels.items()}
        found += [(name, *where, "", value) for name, value in values.items()]
    for park in await organisations(OrganisationKind.BASE, region):
        found.append(("parks", str(park.id), park.region_code, "", 1))
    for row in await Certification.filter(
        status=CertificationStatus.CERTIFIED, region_code__range=span
    ):
        where = (str(row.id), row.region_code)
        values = {"bases": 1, "base_area": int(row.form.get("area") or 0),
                  "base_invested": int(row.form.get("invested_fen") or 0)}  # fmt: skip
        found += [(name, *where, "", value) for name, value in values.items()]
    for case in await FlagCase.filter(status=CaseStatus.OPEN, region_code__range=span):
        found.append(("flags", str(case.id), case.region_code, "", 1))
    return [
        *found,
        *await _rows_of_work(region),
        *await _rows_of_programmes(region),
        *await _rows_of_datasets(region),
        *await _rows_of_fairs(region),
        *await _rows_of_cases(region),
    ]


async def _rows_of_work(region: Region) -> list[Counted]:
    """Jobs with a proof of de-identification; people who passed, each once in a period; the data of
    orders accepted in full, thousandths of a terabyte."""
    span = code_range(region)
    jobs = Job.filter(
        region_code__range=span, deid_proof_id__isnull=False, published_at__isnull=False
    )
    found: list[Counted] = [
        ("deid", str(key), code, month_of(at), 1)
        for key, code, at in await jobs.values_list("id", "region_code", "published_at")
    ]
    orders = Order.filter(completed_at__isnull=False, supplier__region_code__range=span)
    for key, code, size in await orders.values_list(
        "id", "supplier__region_code", "job__data_size_tb"
    ):
        if size is not None:
            found.append(("data_tb", str(key), code, "", int(Decimal(str(size)) * 1000)))
    passed = TrainingRecord.filter(is_passed=True, organisation__region_code__range=span)
    return found + [
        ("trained", f"{talent}/{person}", code, month_of(at), 1)
        for talent, person, code, at in await passed.values_list(
            "talent_id", "person_id", "organisation__region_code", "taken_at"
        )
        if talent or person
    ]


async def _rows_of_programmes(region: Region) -> list[Counted]:
    """Budget and rest of each open programme; the ledger's own check stands behind the rest."""
    found: list[Counted] = []
    for programme, limit, left in await open_programmes(region):
        where = (str(programme.id), programme.region_code, "")
        found += [("voucher_issued", *where, limit), ("voucher_balance", *where, left)]
    return found


async def _rows_of_datasets(region: Region) -> list[Counted]:
    """Listed datasets that passed their last rating, and the models that listed ones name."""
    listed = Dataset.filter(status=DatasetStatus.LISTED, region_code__range=code_range(region))
    found: list[Counted] = []
    for row in await listed.only("id", "region_code", "grade", "models"):
        if row.grade == Grade.PASSED:
            found.append(("datasets:high_quality", str(row.id), row.region_code, "", 1))
        found += [("datasets:models", name, row.region_code, "", 1) for name in row.models]
    return found


async def _rows_of_fairs(region: Region) -> list[Counted]:
    """Fairs published or held, and what came of the meetings of their timetables."""
    fairs = Fair.filter(
        status__in=(FairStatus.PUBLISHED, FairStatus.HELD), region_code__range=code_range(region)
    )
    where = dict(await fairs.values_list("id", "region_code"))
    found: list[Counted] = [("fairs:fairs", str(key), code, "", 1) for key, code in where.items()]
    meetings = FairMeeting.filter(
        timetable__status=TimetableStatus.SOLVED, timetable__fair_id__in=list(where)
    )
    for key, fair, outcome, fen in await meetings.values_list(
        "id", "timetable__fair_id", "outcome", "intent_fen"
    ):
        found.append(("fairs:intent_fen", str(key), where[fair], "", fen))
        if outcome == Outcome.DEAL:
            found.append(("fairs:deals", str(key), where[fair], "", 1))
    return found


async def _rows_of_cases(region: Region) -> list[Counted]:
    """Selected entries whose title holds, and incidents not resolved."""
    span = code_range(region)
    entries = SelectionEntry.filter(
        status=EntryStatus.SELECTED, applicant__region_code__range=span
    ).values_list("id", "call__kind", "valid_until", "applicant__region_code")
    found: list[Counted] = []
    for key, kind, until, code in await entries:
        if until is None or until >= clock.today():
            name = "cases" if kind == CallKind.CASE else "benchmark"
            found.append((f"selected:{name}", str(key), code, "", 1))
    incidents = Incident.filter(status=IncidentStatus.OPEN, region_code__range=span)
    return found + [
        ("incidents:open", str(key), code, "", 1)
        for key, code in await incidents.values_list("id", "region_code")
    ]
