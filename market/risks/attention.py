"""Three contracts I should look at, and why: `contracts_to_look_at(region_prefix, limit=3)`.

A contract gathers the reasons of the cases about its job and about its two parties, and the open
incidents that touch it; the strongest come first. What a person has dismissed is no reason any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q

from market.accounts.oversight import codes_within
from market.incidents.models import Incident, IncidentContract
from market.incidents.states import IncidentStatus
from market.kit import web
from market.kit.i18n import gettext as _
from market.orders.models import Contract
from market.orders.states import ContractStatus
from market.risks.models import FlagCase
from market.risks.states import CaseStatus
from market.risks.words import FLAGS

ABOUT_THE_DEAL, ABOUT_A_PARTY, INCIDENT = 3, 1, 3  # how much a case says of this contract
CONFIRMED_MORE = 2  # a person has found the flag to mean something
STANDING = (ContractStatus.PENDING, ContractStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Reason:
    """One case in a sentence, with the page of its evidence."""

    text: str
    link: str
    weight: int


@dataclass(frozen=True, slots=True)
class Attention:
    """A contract with the reasons to look at it, the strongest first; amount in fen."""

    number: str
    title: str
    buyer: str
    supplier: str
    amount_fen: int
    link: str
    reasons: tuple[Reason, ...]

    @property
    def weight(self) -> int:
        """How strongly the reasons speak together."""
        return sum(reason.weight for reason in self.reasons)


async def contracts_to_look_at(region_prefix: str, limit: int = 3) -> list[Attention]:
    """The contracts of a region (a prefix of its code, "" the country) with the weightiest reasons.

    A contract belongs to a region by either party; ties go to the larger amount, then the number.
    """
    cases = await FlagCase.filter(is_current=True).exclude(status=CaseStatus.DISMISSED)
    of_job, of_party = _by_subject(cases)
    incidents = await _open_incidents()
    span = codes_within(region_prefix)
    contracts = await Contract.filter(
        Q(buyer__region_code__range=span) | Q(supplier__region_code__range=span),
        Q(job_id__in=list(of_job))
        | Q(buyer_id__in=list(of_party))
        | Q(supplier_id__in=list(of_party))
        | Q(id__in=list(incidents)),
        status__in=STANDING,
    ).select_related("job", "buyer", "supplier")
    found = [_attention(contract, of_job, of_party, incidents) for contract in contracts]
    found.sort(key=lambda one: (-one.weight, -one.amount_fen, one.number))
    return found[:limit]


Cases = dict[UUID, list[FlagCase]]


def _by_subject(cases: Iterable[FlagCase]) -> tuple[Cases, Cases]:
    of_job: Cases = defaultdict(list)
    of_party: Cases = defaultdict(list)
    for case in cases:
        if case.job_id is not None:
            of_job[case.job_id].append(case)
        elif case.organisation_id is not None:
            of_party[case.organisation_id].append(case)
    return of_job, of_party


async def _open_incidents() -> dict[UUID, list[Incident]]:
    rows = IncidentContract.filter(incident__status=IncidentStatus.OPEN)
    found: dict[UUID, list[Incident]] = defaultdict(list)
    for row in await rows.select_related("incident"):
        found[row.contract_id].append(row.incident)
    return found


def _page_of(contract: Contract) -> str:
    """Its page at the bureau; nothing is counted for one not yet in force, whose job says what is known."""
    if contract.status is ContractStatus.PENDING:
        return web.path_for("jobs:show", number=contract.job.number)
    return web.path_for("bureau:contract", number=contract.number)


def _attention(
    contract: Contract, of_job: Cases, of_party: Cases, incidents: Mapping[UUID, list[Incident]]
) -> Attention:
    reasons = [_reason(case, ABOUT_THE_DEAL) for case in of_job.get(contract.job_id, ())]
    for party in (contract.supplier, contract.buyer):
        reasons += [_reason(case, ABOUT_A_PARTY, party.name) for case in of_party.get(party.id, ())]
    for incident in incidents.get(contract.id, ()):
        link = web.path_for("incidents:show", number=incident.number)
        text = _("Open incident: %(title)s", title=incident.title)
        reasons.append(Reason(text, link, INCIDENT))
    reasons.sort(key=lambda reason: (-reason.weight, reason.text))
    return Attention(
        contract.number, contract.job.title, contract.buyer.name, contract.supplier.name,
        contract.total_fen, _page_of(contract), tuple(reasons),
    )  # fmt: skip


def _reason(case: FlagCase, weight: int, who: str = "") -> Reason:
    title = _(FLAGS[case.code].title)
    text = _("%(who)s: %(flag)s", who=who, flag=title) if who else title
    if case.status == CaseStatus.CONFIRMED:
        weight += CONFIRMED_MORE
        text = _("%(flag)s (confirmed)", flag=text)
    return Reason(text, web.path_for("risks:show", number=case.number), weight)
