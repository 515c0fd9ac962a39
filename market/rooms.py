"""The rooms of each kind of organisation, in the order and under the headings of the rail."""

from typing import NamedTuple

from market.accounts.states import OrganisationKind
from market.kit.i18n import N_

Room = tuple[str, str, str]
"""Name, route, icon."""


class Section(NamedTuple):
    """Rooms under one heading; the first of a rail has none. A folded one opens where one is in it."""

    title: str
    rooms: tuple[Room, ...]
    is_folded: bool = False


Rooms = tuple[Section, ...]

_WORKSPACE = (N_("Workspace"), "workspace:show", "home")
_CALENDAR = (N_("Calendar"), "calendar:show", "calendar")
_SAVED = (N_("Saved searches"), "alerts:list", "star")
_DISPUTES = (N_("Disputes"), "disputes:list", "flag")
_COMPLAINTS = (N_("Objections and complaints"), "complaints:list", "scale")
_INCIDENTS = (N_("Incidents"), "incidents:list", "alert")
_EXCHANGE = (N_("One network"), "exchange:list", "link")
_VIOLATIONS = (N_("Violation reports"), "violations:list", "flag")
_JUDGING = (N_("My judging"), "judging:list", "scale")
PUBLIC: Rooms = (
    Section(
        N_("Market"),
        (
            (N_("Jobs"), "jobs:list", "briefcase"),
            (N_("Suppliers"), "suppliers:list", "building"),
            (N_("Talents"), "talents:list", "people"),
            (N_("Datasets"), "datasets:list", "database"),
            (N_("Dataset needs"), "needs:list", "database"),
            (N_("Industry services"), "listings:list", "briefcase"),
            (N_("Pools"), "pools:list", "shield"),
            (N_("Fairs"), "fairs:list", "calendar"),
            (N_("Application cases"), "cases:list", "star"),
            (N_("Notices"), "notices:list", "flag"),
        ),
    ),
    Section(
        N_("Published figures"),
        (
            (N_("Statistics"), "statistics:public", "chart"),
            (N_("Unit prices"), "prices:published", "coin"),
            (N_("Bulletins"), "bulletins:list", "file"),
            (N_("Policy vouchers"), "vouchers:explained", "ticket"),
            (N_("Rewards"), "rewards:list", "coin"),
        ),
    ),
)
_DEMAND: Rooms = (
    Section(
        "",
        (
            _WORKSPACE,
            _CALENDAR,
            _SAVED,
            (N_("Organisation"), "accounts:organisation", "building"),
        ),
    ),
    Section(
        N_("Trade"),
        (
            (N_("My jobs"), "jobs:mine", "briefcase"),
            (N_("My judging"), "judging:list", "scale"),
            (N_("My pools"), "pools:mine", "people"),
            (N_("Contracts"), "contracts:list", "file"),
            (N_("Orders and deliveries"), "orders:list", "inbox"),
            _DISPUTES,
            _COMPLAINTS,
            _INCIDENTS,
        ),
    ),
    Section(
        N_("Money"),
        (
            (N_("Payments"), "payments:list", "coin"),
            (N_("Deposits"), "deposits:list", "shield"),
            (N_("My vouchers"), "vouchers:wallet", "ticket"),
        ),
    ),
    Section(
        N_("Data and programmes"),
        (
            (N_("My dataset needs"), "needs:mine", "database"),
            (N_("My datasets"), "datasets:mine", "database"),
            (N_("Project reserve"), "reserve:list", "box"),
            (N_("Quotes"), "quotes:list", "chat"),
            (N_("Selections"), "selections:list", "star"),
            (N_("Training"), "training:list", "shield"),
        ),
        is_folded=True,
    ),
)
_SUPPLIER: Rooms = (
    Section(
        "",
        (
            _WORKSPACE,
            _CALENDAR,
            (N_("Matched jobs"), "search:matched_jobs", "search"),
            _SAVED,
            (N_("Organisation"), "accounts:organisation", "building"),
        ),
    ),
    Section(
        N_("Trade"),
        (
            (N_("My bids"), "bids:list", "lock"),
            (N_("Contracts"), "contracts:list", "file"),
            (N_("Orders and deliveries"), "orders:list", "inbox"),
            _DISPUTES,
            (N_("Readings"), "readings:list", "eye"),
            _COMPLAINTS,
            _INCIDENTS,
        ),
    ),
    Section(
        N_("Money"),
        (
            (N_("Payouts"), "payouts:list", "coin"),
            (N_("Deposits"), "deposits:list", "shield"),
            (N_("Paid in person"), "labour:show", "people"),
            (N_("My vouchers"), "vouchers:wallet", "ticket"),
        ),
    ),
    Section(
        N_("Our offer"),
        (
            (N_("Capabilities"), "suppliers:edit", "shield"),
            (N_("Our talents"), "talents:own", "people"),
            (N_("Training"), "training:list", "shield"),
            (N_("Our figures"), "library:report", "chart"),
        ),
    ),
    Section(
        N_("Data and programmes"),
        (
            (N_("My datasets"), "datasets:mine", "database"),
            (N_("Project reserve"), "reserve:list", "box"),
            (N_("Quotes"), "quotes:list", "chat"),
            (N_("Selections"), "selections:list", "star"),
        ),
        is_folded=True,
    ),
)
_BUREAU: Rooms = (
    Section(
        "",
        (
            (N_("Overview"), "bureau:overview", "chart"),
            _CALENDAR,
            (N_("Organisation"), "accounts:organisation", "building"),
        ),
    ),
    Section(
        N_("Monitoring"),
        (
            (N_("Deals"), "bureau:deals", "file"),
            (N_("Regions"), "bureau:regions", "building"),
            (N_("Red flags"), "risks:list", "flag"),
            _INCIDENTS,
            (N_("Overdue payments"), "overdue:list", "clock"),
            _EXCHANGE,
        ),
    ),
    Section(
        N_("Registration and programmes"),
        (
            (N_("Registrations"), "registrations:list", "file"),
            (N_("Filings"), "filings:list", "inbox"),
            (N_("Certification of bases"), "certification_rounds:list", "building"),
            (N_("Enterprise library"), "library:list", "building"),
            (N_("Selections"), "selections:list", "star"),
            (N_("Dataset ratings"), "ratings:list", "scale"),
            (N_("Project reserve"), "reserve:list", "box"),
        ),
    ),
    Section(
        N_("Vouchers and rewards"),
        (
            (N_("Voucher programmes"), "bureau:vouchers", "ticket"),
            (N_("Applications to review"), "vouchers:queue", "inbox"),
            (N_("Claims for rewards"), "reward_claims:list", "coin"),
        ),
    ),
    Section(
        N_("Procedures"),
        (
            (N_("Jobs to review"), "job_reviews:list", "eye"),
            (N_("Openings"), "openings:list", "unlock"),
            (N_("Rules for procedures"), "locks:list", "lock"),
            (N_("My pools"), "pools:mine", "people"),
            _COMPLAINTS,
            _VIOLATIONS,
            _DISPUTES,
        ),
        is_folded=True,
    ),
)
_OPERATOR: Rooms = (
    Section(
        "",
        (
            _WORKSPACE,
            _CALENDAR,
            (N_("Statistics"), "bureau:overview", "chart"),
        ),
    ),
    Section(
        N_("Organisations"),
        (
            (N_("Verification"), "operator:verification", "shield"),
            (N_("Reported reviews"), "reviews:reported", "star"),
            _COMPLAINTS,
            _INCIDENTS,
            _VIOLATIONS,
            _DISPUTES,
            (N_("Openings"), "openings:list", "unlock"),
            (N_("Enterprise library"), "library:list", "building"),
            (N_("Training"), "training:list", "shield"),
            (N_("Import records"), "imports:upload", "upload"),
        ),
    ),
    Section(
        N_("Money"),
        (
            (N_("Payments and events"), "operator:payments", "coin"),
            (N_("Receipts and statements"), "bank:list", "upload"),
            (N_("Deposits"), "deposits:list", "shield"),
            (N_("Exception queues"), "operator:queues", "alert"),
            (N_("Reconciliation"), "reconciliations:list", "scale"),
            (N_("Trial balance"), "operator:ledger", "list"),
            (N_("Withholding list"), "operator:withholding", "file"),
        ),
    ),
    Section(
        N_("Running the site"),
        (
            (N_("Outbox"), "operator:outbox", "inbox"),
            _EXCHANGE,
            (N_("Searches"), "operator:searches", "search"),
            (N_("Refused by search"), "operator:search_refused", "search"),
            (N_("Dictionary"), "dictionary:list", "search"),
            (N_("Audit log"), "operator:audit", "history"),
        ),
    ),
)
_OTHER: Rooms = (
    Section(
        "",
        (
            _WORKSPACE,
            _CALENDAR,
            _JUDGING,
            (N_("Quotes"), "quotes:list", "chat"),
            (N_("Selections"), "selections:list", "star"),
            (N_("Organisation"), "accounts:organisation", "building"),
        ),
    ),
)
_BASE: Rooms = (
    Section(
        "",
        (
            _WORKSPACE,
            _CALENDAR,
            (N_("Organisation"), "accounts:organisation", "building"),
        ),
    ),
    Section(
        N_("Registration and programmes"),
        (
            (N_("Certification of bases"), "certification_rounds:list", "shield"),
            (N_("Our applications"), "certifications:list", "file"),
            (N_("Selections"), "selections:list", "star"),
            (N_("Project reserve"), "reserve:list", "box"),
        ),
    ),
    Section(
        N_("Our offer"),
        (
            (N_("My datasets"), "datasets:mine", "database"),
            (N_("Quotes"), "quotes:list", "chat"),
        ),
    ),
)
ROOMS = {
    OrganisationKind.BASE: _BASE,
    OrganisationKind.DEMAND: _DEMAND,
    OrganisationKind.SUPPLIER: _SUPPLIER,
    OrganisationKind.BUREAU: _BUREAU,
    OrganisationKind.OPERATOR: _OPERATOR,
}


def rooms_of(kind: str, *, is_signed_in: bool) -> Rooms:
    """The rail of somebody acting for an organisation of this kind: its own rooms, everybody's folded."""
    if not is_signed_in:
        return PUBLIC
    own = ROOMS.get(OrganisationKind(kind), _OTHER) if kind else _OTHER
    if kind == OrganisationKind.OPERATOR:
        return own
    return (*own, *(section._replace(is_folded=True) for section in PUBLIC))
