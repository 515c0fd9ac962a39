"""Refunds: the rule on the reduced base under the pinned version, in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.vouchers.claims import InvalidClaim
from billing.vouchers.evaluation import quote
from billing.vouchers.programmes import find_programme
from billing.vouchers.refunds import PinnedVersionDiffers, recompute_after_refund
from tests.billing.vouchers.claim_builder import claim, rule


def granted(programme_id, *spend, **fields):
    programme = find_programme(programme_id)
    request = claim(programme_id, *spend, **fields)
    return programme, request, quote(programme, request)


def test_a_refund_below_the_threshold_takes_the_whole_grant_back():
    programme, request, decided = granted("qingdao-compute", ("compute_rental", 10_000_000))
    refund = recompute_after_refund(programme, request, decided, refunds={0: 1})
    assert (refund.clawback_fen, refund.decided.grant_fen) == (2_000_000, 0)
    assert refund.decided.binding == "threshold"


def test_a_refund_above_the_cap_takes_nothing_back():
    programme, request, decided = granted("henan-compute", ("compute_rental", 600_000_000))
    refund = recompute_after_refund(programme, request, decided, refunds={0: 100_000_000})
    assert (refund.clawback_fen, refund.decided.grant_fen) == (0, 100_000_000)
    refund = recompute_after_refund(
        programme, refund.claim, refund.decided, refunds={0: 100_000_000}
    )
    assert (refund.clawback_fen, refund.decided.grant_fen) == (20_000_000, 80_000_000)


def test_limits_stand_as_before_the_first_decision():
    programme, request, _ = granted("henan-compute", ("compute_rental", 1000))
    decided = quote(programme, request, remaining={"pool:year": 150})
    refund = recompute_after_refund(programme, request, decided, refunds={0: 100})
    assert (refund.decided.grant_fen, refund.clawback_fen) == (150, 0)
    assert refund.decided.binding == "pool"


def test_a_sale_refunded_in_full_earns_no_award():
    line = {"category": "dataset_sale", "event": "first_sale", "amount_fen": 500}
    programme, request, decided = granted("beijing-dataset-award-2026", line)
    partly = recompute_after_refund(programme, request, decided, refunds={0: 499})
    assert partly.clawback_fen == 0
    wholly = recompute_after_refund(programme, partly.claim, partly.decided, refunds={0: 1})
    assert (wholly.clawback_fen, wholly.decided.ineligible) == (100_000_000, "spend.event")


@pytest.mark.parametrize("refunds", [{0: 1001}, {0: -1}, {1: 1}, {-1: 1}])
def test_a_refund_beyond_the_line_is_refused(refunds):
    programme, request, decided = granted("henan-compute", ("compute_rental", 1000))
    with pytest.raises(InvalidClaim):
        recompute_after_refund(programme, request, decided, refunds=refunds)


def test_only_the_pinned_version_recomputes():
    _, request, decided = granted("henan-compute", ("compute_rental", 1000))
    with pytest.raises(PinnedVersionDiffers):
        recompute_after_refund(rule(), request, decided, refunds={0: 1})


@given(
    programme_id=st.sampled_from(["qingdao-compute", "henan-compute", "shanghai-compute"]),
    amounts=st.lists(st.integers(0, 700_000_000), min_size=1, max_size=3),
    data=st.data(),
)
def test_v5_any_order_of_refunds_ends_at_the_rule_on_the_reduced_base(programme_id, amounts, data):
    programme, request, decided = granted(
        programme_id, *[("compute_rental", amount) for amount in amounts]
    )
    parts = [
        (line, part)
        for line, amount in enumerate(amounts)
        for part in data.draw(st.lists(st.integers(0, amount // 3), max_size=3))
    ]
    ends = set()
    for order in (parts, data.draw(st.permutations(parts))):
        now, standing, returned = request, decided, 0
        for line, part in order:
            refund = recompute_after_refund(programme, now, standing, refunds={line: part})
            now, standing = refund.claim, refund.decided
            returned += refund.clawback_fen
        assert decided.grant_fen - returned == standing.grant_fen
        assert standing.grant_fen == quote(programme, now).grant_fen
        ends.add(standing.grant_fen)
    assert len(ends) == 1
