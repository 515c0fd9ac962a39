"""Semantics no shipped programme shows yet, judged on small rules of their own."""

import pytest
from pydantic import ValidationError

from billing.vouchers.claims import InvalidClaim
from billing.vouchers.evaluation import quote
from billing.vouchers.programmes import find_programme
from billing.vouchers.quotes import certificate
from billing.vouchers.verifier import verify
from tests.billing.vouchers.claim_builder import claim, earlier, rule


def decide(programme, *spend, **fields):
    """The decision, which the verifier must reproduce."""
    decided = quote(programme, claim("test-rule", *spend, **fields))
    assert verify(**certificate(programme, decided)) == []
    return decided


def threshold(on, effect, min_fen=1000, **more):
    return rule(
        tiers=(
            {"rate_bp": 5000, "threshold": {"on": on, "min_fen": min_fen, "effect": effect} | more},
        )
    )


def cap(name, of, period, limit, **more):
    return {"name": name, "of": of, "period": period, "levels": ({"limit": limit},)} | more


def test_an_excess_threshold_pays_only_what_lies_above_it():
    programme = threshold("contract", "excess")
    assert decide(programme, ("compute_rental", 1600)).grant_fen == 300
    assert decide(programme, ("compute_rental", 1000)).binding == "threshold"


def test_an_excess_threshold_on_a_period_counts_every_fen_once():
    programme = threshold("year", "excess")
    history = [earlier(("compute_rental", 800))]
    first = decide(programme, ("compute_rental", 600), history=history)
    assert first.grant_fen == 200
    history.append(earlier(("compute_rental", 600), as_of="2026-04-01"))
    assert decide(programme, ("compute_rental", 100), history=history).grant_fen == 50


def test_a_threshold_that_is_not_retroactive_pays_from_the_crossing_purchase_on():
    programme = threshold("year", "all_or_nothing", retroactive=False)
    history = [earlier(("compute_rental", 999))]
    assert decide(programme, ("compute_rental", 10), history=history).grant_fen == 5


def test_waiting_spend_is_brought_in_once_even_when_a_rolling_window_moves_on():
    programme = threshold("3_months", "all_or_nothing")
    history = [
        earlier(("compute_rental", 600), as_of="2026-01-15"),
        earlier(("compute_rental", 500), as_of="2026-03-20"),
    ]
    again = decide(programme, ("compute_rental", 600), as_of="2026-05-01", history=history)
    assert (again.grant_fen, again.trace["calculation"]["base_fen"]) == (300, 600)
    assert again.trace["past"][1]["granted_fen"] == 550


def test_the_first_tier_whose_condition_and_threshold_hold_decides():
    programme = rule(
        tiers=(
            {
                "rate_bp": 5000,
                "threshold": {"on": "contract", "min_fen": 1000, "effect": "all_or_nothing"},
            },
            {"rate_bp": 2000},
        )
    )
    assert decide(programme, ("compute_rental", 1000)).grant_fen == 500
    assert decide(programme, ("compute_rental", 999)).grant_fen == 199


def test_steps_flat_and_full_tiers():
    steps = rule(
        tiers=({"steps": ({"from_fen": 1000, "fen": 50}, {"from_fen": 5000, "fen": 300})},)
    )
    assert decide(steps, ("compute_rental", 5000)).grant_fen == 300
    assert decide(steps, ("compute_rental", 4999)).grant_fen == 50
    assert decide(steps, ("compute_rental", 999)).binding == "threshold"
    flat = rule(tiers=({"flat_fen": 700},))
    assert decide(flat, ("compute_rental", 800)).grant_fen == 700
    assert decide(flat, ("compute_rental", 600)).binding == "residual"
    assert decide(rule(tiers=({"full": True},)), ("compute_rental", 333)).grant_fen == 333


def test_no_tier_for_the_claim_is_a_refusal():
    programme = rule(
        tiers=({"when": {"in": {"path": "flags", "values": ("startup",)}}, "rate_bp": 3000},)
    )
    assert decide(programme, ("compute_rental", 100)).ineligible == "calc.tier"


def test_rounding_half_up_is_the_rules_choice():
    assert decide(rule(tiers=({"rate_bp": 3500},)), ("compute_rental", 90)).grant_fen == 31
    half_up = rule(tiers=({"rate_bp": 3500},), rounding="half_up")
    assert decide(half_up, ("compute_rental", 90)).grant_fen == 32


def test_excluded_categories_and_bases():
    everything = rule(spend={"categories": None, "excluded": ("storage",)})
    assert decide(everything, ("labelling", 100), ("storage", 100)).grant_fen == 30
    assert decide(everything, ("storage", 100)).ineligible == "spend.category"
    line = {"category": "compute_rental", "amount_fen": 1000, "invoiced_fen": 900,
            "invoiced_net_fen": 800, "paid_fen": 1500}  # fmt: skip
    assert decide(rule(base="invoiced_gross"), line).grant_fen == 270
    assert decide(rule(base="invoiced_net"), line).grant_fen == 240
    assert decide(rule(base="actually_paid"), line).grant_fen == 300


@pytest.mark.parametrize(
    ("limit", "now", "before", "grant_fen"),
    [
        (cap("contract", "contract", "lifetime", 250),
         {"contract_id": "C1"}, {"contract_id": "C1"}, 100),
        (cap("contract", "contract", "lifetime", 250),
         {"contract_id": "C1"}, {"contract_id": "C2"}, 250),
        (cap("contract", "contract", "lifetime", 250), {}, {}, 250),
        (cap("supplier_half_year", "supplier", "half_year", 250),
         {"counterparty": {"id": "S1"}}, {"counterparty": {"id": "S1"}}, 100),
        (cap("supplier_half_year", "supplier", "half_year", 250),
         {"counterparty": {"id": "S1"}}, {"counterparty": {"id": "S2"}}, 250),
        (cap("supplier_half_year", "supplier", "half_year", 250), {}, {}, 100),
        (cap("supplier_half_year", "supplier", "half_year", 250),
         {"as_of": "2026-07-01"}, {"as_of": "2026-06-30"}, 250),
        (cap("subject_batch", "subject", "batch", 250), {"batch": "2"}, {"batch": "2"}, 100),
        (cap("subject_batch", "subject", "batch", 250), {"batch": "2"}, {"batch": "1"}, 250),
        (cap("group_year", "group", "year", 250),
         {"subject": {"group": "G"}}, {"subject": {"group": "G"}}, 100),
        (cap("subject_lifetime", "subject", "lifetime", 250), {}, {"as_of": "2020-01-01"}, 100),
        (cap("subject_quarter", "subject", "quarter", 250),
         {"as_of": "2026-04-01"}, {"as_of": "2026-03-31"}, 250),
        (cap("subject_month", "subject", "month", 250),
         {"as_of": "2026-03-31"}, {"as_of": "2026-03-01"}, 100),
    ],
)  # fmt: skip
def test_caps_count_what_their_owner_was_granted_in_their_period(limit, now, before, grant_fen):
    history = [earlier(("compute_rental", 500), **before)]
    decided = decide(rule(caps=(limit,)), ("compute_rental", 1000), history=history, **now)
    assert (decided.grant_fen, decided.binding) == (grant_fen, f"cap:{limit['name']}")


def test_a_cap_on_numbers_of_claims_refuses_the_one_too_many():
    counted = cap(
        "compute_count_year", "subject", "year", 2, unit="count", categories=("compute_rental",)
    )
    programme = rule(caps=(counted,))
    one = earlier(("compute_rental", 100))
    assert decide(programme, ("compute_rental", 100), history=[one]).grant_fen == 30
    third = decide(programme, ("compute_rental", 100), history=[one, one])
    assert (third.grant_fen, third.binding) == (0, "cap:compute_count_year")


def test_a_cap_per_object_holds_for_each_object_of_a_claim():
    programme = rule(caps=(cap("object_lifetime", "object", "lifetime", 100),))
    line = {"category": "compute_rental", "amount_fen": 1000}
    spend = [line | {"object": "a"}, line | {"object": "b", "amount_fen": 200}]
    decided = decide(
        programme, *spend, history=[earlier(line | {"object": "a", "amount_fen": 100})]
    )
    assert (decided.grant_fen, decided.binding) == (70 + 60, "cap:object_lifetime")


def test_a_contract_is_funded_once_across_programmes_where_the_rule_says_so():
    once = {"compare": {"path": "history.same_contract", "op": "eq", "value": 0}}
    programme = rule(
        stacking={"requires": ({"code": "stacking.same_contract_once", "test": once},)}
    )
    elsewhere = earlier(contract_id="C1", programme="other-rule", grant_fen=5)
    refused = decide(programme, ("compute_rental", 100), contract_id="C1", history=[elsewhere])
    assert refused.ineligible == "stacking.same_contract_once"
    allowed = decide(programme, ("compute_rental", 100), contract_id="C2", history=[elsewhere])
    assert allowed.grant_fen == 30


def test_a_refused_earlier_claim_counts_for_nothing():
    programme = rule(caps=(cap("subject_year", "subject", "year", 50),))
    history = [earlier(("labelling", 100_000)), earlier(("compute_rental", 100))]
    decided = decide(programme, ("compute_rental", 100), history=history)
    assert (decided.grant_fen, decided.trace["limits"][0]["used"]) == (20, 30)


def test_what_remains_may_be_given_and_names_only_known_limits():
    programme = find_programme("shenzhen-training")
    request = claim("shenzhen-training", ("compute_rental", 1000))
    assert quote(programme, request, remaining={"pool:year": 3}).binding == "pool"
    assert quote(programme, request, remaining={"cap:subject_year": 0}).grant_fen == 0
    with pytest.raises(InvalidClaim) as caught:
        quote(programme, request, remaining={"cap:subject_month": 3})
    assert caught.value.fields == {"remaining.cap:subject_month": "the programme has no such limit"}


def test_the_trace_shows_predicates_lines_limits_and_the_decision():
    decided = quote(
        find_programme("hangzhou-compute"), claim("hangzhou-compute", ("compute_rental", 100))
    )
    assert [check["code"] for check in decided.trace["predicates"]] == [
        "subject.claimant",
        "subject.org_type",
        "subject.region",
        "counterparty.listed_supplier",
        "spend.category",
    ]
    assert decided.trace["predicates"][1] == {
        "code": "subject.org_type",
        "source": "subject.requires[0]",
        "test": {"in": {"path": "subject.org_type", "values": ["enterprise"]}},
        "values": {"subject.org_type": "enterprise"},
        "holds": True,
    }
    assert [(one["key"], one["remaining_before"]) for one in decided.trace["limits"]] == [
        ("cap:subject_year", 800_000_000),
        ("pool:year", 25_000_000_000),
        ("residual", 100),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        {"tiers": None},
        {"instrument": {"mode": "unknown"}},
        {"tiers": ({"rate_bp": 3000, "flat_fen": 5},)},
        {"tiers": ({"event": "first_sale", "flat_fen": 5},)},
        {"tiers": ({"event": "first_sale", "rate_bp": 5},), "base": "event"},
        {"tiers": ({"rate_bp": 10001},)},
        {"caps": (cap("a", "subject", "year", 1), cap("a", "group", "year", 1))},
        {"surprise": 1},
        {"tiers": ({"when": {"eval": "1 == 1"}, "rate_bp": 3000},)},
    ],
)
def test_a_rule_that_cannot_be_meant_is_not_loaded(broken):
    with pytest.raises(ValidationError):
        rule(**broken)


def test_a_rule_is_immutable_and_its_digest_follows_its_content():
    programme = rule()
    with pytest.raises(ValidationError):
        programme.version = 2
    assert programme.reference == "test-rule@1"
    assert programme.digest() == rule().digest() != rule(version=2).digest()


@pytest.mark.parametrize(
    ("region", "eligible"),
    [(None, True), ("330100", True), ("330106", True), ("330200", False), ("370200", False)],
)
def test_a_treasury_supports_its_own_region(region: str | None, eligible: bool) -> None:
    request = claim("hangzhou-compute", ("compute_rental", 1000))
    subject = request.subject.model_copy(update={"region_code": region})
    decided = quote(
        find_programme("hangzhou-compute"), request.model_copy(update={"subject": subject})
    )
    assert decided.eligible is eligible
    assert decided.ineligible == (None if eligible else "subject.region")
