"""A's rows of what offices run beside the deal: pools, fairs, calls, complaints, rewards, bulletins, webhooks."""

from typing import Any

from market.accounts.models import Organisation
from market.certification.forms import ObjectionInput
from market.certification.models import CertificationMaterial
from market.certification.reviews import object_to
from market.datasets import offers
from market.datasets.forms import OfferInput
from market.directory import certificates
from market.directory.forms import CertificateInput
from market.directory.models import CapabilityPrice, DailyCapacity
from market.fairs.computing import compute, request_timetable
from market.fairs.fairs import publish_fair
from market.fairs.forms import BlockInput
from market.fairs.models import FairMeeting
from market.fairs.registrations import block_pair
from market.kit import clock, files
from market.kit.actor import Actor
from market.pools import memberships
from market.reserve.forms import MoveInput
from market.reserve.projects import propose_move
from market.rewards.claims import attach_paper
from market.selection.entries import object_to as object_to_entry
from market.selection.models import SelectionEvidence
from market.tendering import jobs
from market.tendering.posting_models import JobReview
from market.webhooks.endpoints import add_endpoint, send_test
from market.webhooks.forms import EndpointInput
from tests.factories import actor, make_organisation, tendering
from tests.factories.bulletins import draft_bulletin, issued_bulletin
from tests.factories.certification import make_base, make_round, publicise, submit_application
from tests.factories.complaints import make_complaint
from tests.factories.complaints import make_report as make_violation
from tests.factories.datasets import make_dataset, make_need, make_rating
from tests.factories.directory import make_supplier as make_profile
from tests.factories.directory import make_talent
from tests.factories.fairs import make_fair
from tests.factories.fairs import register as register_for_fair
from tests.factories.pools import make_pool, set_lock
from tests.factories.programmes import ask, make_project, make_service
from tests.factories.rewards import make_claim, submitted_claim
from tests.factories.selection import make_call, make_entry, make_report, publicise_entry


async def first(model: Any, **filters: Any) -> str:
    """The key of the first such row."""
    return str((await model.filter(**filters).order_by("id").first()).id)


async def webhooks(by: Actor) -> dict[str, str]:
    details = EndpointInput(url="https://192.0.43.8/events", topics=["job.published"])
    endpoint, _secret = await add_endpoint(details, by=by)
    return {"endpoint": endpoint.number, "delivery": str((await send_test(endpoint, by=by)).id)}


async def pools(actors: dict[str, Actor]) -> dict[str, str]:
    """A pool with an application, a draft of another; a bureau's rule and a job it holds back."""
    buyer, bureau = actors["buyer_a"], actors["bureau_a"]
    draft, pool = await make_pool(by=buyer, is_open=False), await make_pool(by=buyer)
    place = await memberships.apply_to_pool(pool, "三年同类经验。", by=actors["supplier_a"])
    lock = await set_lock("needs_review", by=bureau, value="yes", procedure="challenge")
    days = {"enquiry_days": 1, "bidding_days": 3, "answer_days": 1}
    held = await tendering.make_job(by=buyer, procedure="challenge", procedure_config=days)
    await jobs.publish_job(held, by=buyer)
    return {
        "pool": pool.number, "pool_draft": draft.number, "pool_place": str(place.id),
        "lock": str(lock.id), "job_review": await first(JobReview, bureau_id=bureau.organisation_id),
    }  # fmt: skip


async def fairs(actors: dict[str, Actor]) -> dict[str, str]:
    """A bureau's fair at which A's hospital and firm are kept apart, a draft, and one with a timetable."""
    host, buyer, firm = (actors[role] for role in ("bureau_a", "buyer_a", "supplier_a"))
    draft, fair = await make_fair(by=host, is_open=False), await make_fair(by=host)
    planned = await make_fair(by=host)
    for one in (fair, planned):
        for by in (buyer, firm):
            await register_for_fair(one, by=by)
    pair = {side: (await Organisation.get(id=by.organisation_id)).number
            for side, by in (("buyer", buyer), ("supplier", firm))}  # fmt: skip
    block = await block_pair(fair, BlockInput(**pair, reason="同一集团"), by=host)
    with clock.frozen_at(planned.closes_at):
        await compute(await request_timetable(planned, by=host, is_now=True))
        await publish_fair(planned, by=host)
    return {
        "fair": fair.number, "fair_draft": draft.number, "fair_block": str(block.id),
        "fair_published": planned.number, "fair_meeting": await first(FairMeeting),
    }  # fmt: skip


async def certification(actors: dict[str, Actor]) -> dict[str, str]:
    """A round of A's bureau with one application handed in and one publicised and objected to."""
    bureau = actors["bureau_a"]
    waiting = await submit_application(await make_round(bureau), await make_base())
    public = await publicise(await make_base("370200"), bureau)
    rival = await actor(await make_organisation(kind="supplier"))
    made = await object_to(public, ObjectionInput(grounds="企业清单与事实不符，见附件。"), by=rival)
    return {
        "cert": waiting.number, "cert_round": (await waiting.round).number,
        "cert_paper": await first(CertificationMaterial, certification=waiting),
        "cert_public": public.number, "cert_objection": str(made.id),
    }  # fmt: skip


async def programmes(actors: dict[str, Actor]) -> dict[str, str]:
    """A call of A's bureau with an entry of A's firm and one publicised and objected to; A's figures."""
    bureau, firm = actors["bureau_a"], actors["supplier_a"]
    call = await make_call(bureau)
    entry = await make_entry(call, firm)
    rival = await actor(await make_organisation(kind="supplier"))
    public = await publicise_entry(await make_entry(call, rival), bureau)
    grounds = ObjectionInput(grounds="成效数据与事实不符，见附件。")
    made = await object_to_entry(
        public, grounds, by=await actor(await make_organisation(kind="base"))
    )
    await make_report(firm)
    draft, dataset = await make_dataset(firm, listed=False), await make_dataset(firm)
    rating, _sheet = await make_rating(
        dataset, owner=firm, bureau=bureau, reviewer=actors["buyer_a"]
    )
    waiting, admitted = await make_project(firm), await make_project(firm, admitted_by=bureau)
    target = MoveInput.model_validate({"target": "special", "reason": "年度复核结果，见评审纪要。"})
    move = await propose_move(admitted, target, by=bureau)
    listing = await make_service(await actor(await make_organisation(kind="service")))
    quote = await ask(listing, actors["buyer_a"])
    return {
        "project": waiting.number, "project_in": admitted.number, "project_move": str(move.id),
        "listing": listing.number, "quote": quote.number,
        "dataset_draft": draft.number, "dataset": dataset.number, "rating": rating.number,
        "sel_call": call.number, "entry": entry.number, "entry_public": public.number,
        "entry_paper": await first(SelectionEvidence, entry=entry),
        "entry_objection": str(made.id),
    }  # fmt: skip


async def complaints(actors: dict[str, Actor]) -> dict[str, str]:
    """A firm's objection to a hospital's job and a draft of one; a hospital's report of the firm."""
    buyer, supplier = actors["buyer_a"], actors["supplier_a"]
    contested = await tendering.published_job(by=buyer)
    pending = await make_complaint(contested, by=supplier)
    other = await tendering.published_job(by=buyer)
    draft = await make_complaint(other, by=supplier, filed=False)
    firm = await Organisation.get(id=supplier.organisation_id)
    filed = await make_violation(firm, by=buyer)
    return {
        "complaint": pending.number, "complaint_draft": draft.number, "report": filed.number,
        "report_draft": (await make_violation(firm, by=buyer, filed=False)).number,
    }  # fmt: skip


async def rewards(actors: dict[str, Actor]) -> dict[str, str]:
    """A's firm's claim handed in, and another begun with a paper."""
    firm = actors["supplier_a"]
    handed_in = await submitted_claim(firm, year=2026)
    draft = await make_claim(firm, code="jinan-dataset", year=2026)
    file = await files.store("评级.txt", "评级报告".encode(), by=firm)
    paper = await attach_paper(draft, "rated_dataset", file, by=firm)
    return {
        "reward": handed_in.reward, "reward_claim": handed_in.number, "reward_draft": draft.number,
        "reward_paper": str(paper.id),
    }  # fmt: skip


async def bulletins(actors: dict[str, Actor]) -> dict[str, str]:
    """One that A's bureau issued, and a draft of the month before."""
    bureau = actors["bureau_a"]
    made, waiting = await issued_bulletin(bureau), await draft_bulletin(bureau, period="2025-11")
    return {"bulletin": made.number, "bulletin_draft": waiting.number}


async def directory(actors: dict[str, Actor]) -> dict[str, str]:
    firm = await Organisation.get(id=actors["supplier_a"].organisation_id)
    profile = await make_profile(organisation=firm, certs=["等保三级"])
    certificate = await certificates.add_certificate(
        firm.id, CertificateInput.model_validate({"name": "ISO 9001", "number": "C-1"}),
        by=actors["supplier_a"],
    )  # fmt: skip
    talent = await make_talent(organisation=firm)
    hospital = await Organisation.get(id=actors["buyer_a"].organisation_id)
    draft, public = (
        await make_need(owner=hospital, published=False),
        await make_need(owner=hospital),
    )
    offer = OfferInput.model_validate(
        {"price_fen": "180000", "text": "现有闽南语语音五百小时可供。"}
    )
    row = await offers.make_offer(public, offer, by=actors["supplier_a"])
    return {
        "supplier": firm.number, "talent": talent.number, "certificate": str(certificate.id),
        "price": await first(CapabilityPrice, profile=profile),
        "capacity": await first(DailyCapacity, profile=profile),
        "need_draft": draft.number, "need": public.number, "offer": str(row.id),
    }  # fmt: skip
