"""Vouchers under review for tests: a reviewing programme, an application, its reviewers."""

from typing import Any

from billing import applications, reviews
from billing.models import VoucherProgramme
from billing.voucher_models import VoucherApplication
from billing.voucher_states import ReviewOutcome
from market.kit import clock, files
from market.kit.actor import Actor
from tests.factories.accounts import actor, make_organisation
from tests.factories.billing import COMPUTE_LINE, make_programme, unpaid_order
from tests.factories.orders import Deal

PLEDGE = [{"kind": "contract", "checker": "district"}, {"kind": "pledge", "checker": "district"}]


async def make_reviewed(**values: Any) -> VoucherProgramme:
    """A programme whose issuer (370100) reviews on the platform; a pledge is its only document."""
    stated: dict[str, Any] = {"pool_fen": 10_000_000, "evidence": PLEDGE, **values}
    programme = await make_programme(**stated)
    programme.reviewed_since = clock.now()
    await programme.save(update_fields=["reviewed_since"])
    return programme


async def make_application(
    programme: VoucherProgramme | None = None, *, deal: Deal | None = None
) -> tuple[VoucherApplication, Deal]:
    """A hospital's application for an unpaid order with a compute line, with its pledge."""
    programme = programme or await make_reviewed()
    deal = deal or await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    pledge = await files.store("承诺书.txt", "情况属实".encode(), by=deal.buyer)
    made = await applications.apply_for_voucher(
        deal.order, programme=programme, documents={"pledge": [pledge]}, by=deal.buyer
    )
    return made, deal


async def make_reviewer(region_code: str = "370100", role: str = "quality") -> Actor:
    """A member of the bureau of a region, the issuer's unless told else."""
    return await actor(await make_organisation(kind="bureau", region_code=region_code), role)


async def passed_until(application: VoucherApplication, step: str) -> VoucherApplication:
    """Every reviewed step passed, each by another person, until the application is at `step`."""
    for _step in range(9):
        if application.step == step:
            return application
        application = await reviews.decide_step(
            application, outcome=ReviewOutcome.PASSED, note="", by=await make_reviewer()
        )
    raise AssertionError(f"never reached {step}: at {application.step}")
