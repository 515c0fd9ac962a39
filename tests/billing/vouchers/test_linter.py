"""Remarks on rules: contradictions, what is never reached, windows, missing figures, splitting."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.vouchers.linter import MESSAGES, lint
from billing.vouchers.programmes import load_programmes
from billing.vouchers.splitting import splitting_gains, totals_when_split
from tests.billing.vouchers.claim_builder import claim, rule
from tests.machines.scale import SCALE

CAP = {"name": "c", "of": "subject", "period": "year", "levels": ({"limit": 500},)}
ORG = {"in": {"path": "subject.org_type", "values": ("enterprise",)}}
STARTUP = {"in": {"path": "flags", "values": ("startup",)}}


def years(op: str, value: int) -> dict:
    return {"compare": {"path": "subject.credit_clean_years", "op": op, "value": value}}


def subject(*tests: dict) -> dict:
    return {"subject": {"requires": tuple({"code": "subject.x", "test": one} for one in tests)}}


def threshold(fen: int, on: str = "contract") -> dict:
    return {"threshold": {"on": on, "min_fen": fen, "effect": "all_or_nothing"}}


def found(**fields) -> list[tuple[str, str]]:
    sound = {"document": "X〔2026〕1号", "caps": (CAP,)}
    return [(one.code, one.place) for one in lint(rule(**(sound | fields)))]


def test_a_sound_rule_has_no_remark():
    assert found() == []


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        (subject({"all": (years("ge", 3), years("lt", 3))}),
         ("contradiction", "subject.requires[0]")),
        (subject(years("ge", 3), years("le", 2)), ("opposite", "subject.requires[1]")),
        (subject(ORG, {"in": {"path": "subject.org_type", "values": ("government",)}}),
         ("opposite", "subject.requires[1]")),
        (subject({"exists": {"path": "subject.orgtype"}}),
         ("unknown_fact", "subject.requires[0]")),
        ({"spend": {"categories": ("storage",), "excluded": ("storage",)}},
         ("spend_excluded", "spend")),
        ({"tiers": ({"rate_bp": 3000}, {"rate_bp": 4000})}, ("tier_unreachable", "tiers[1]")),
        ({"tiers": ({"rate_bp": 3000} | threshold(5), {"rate_bp": 4000} | threshold(9))},
         ("tier_unreachable", "tiers[1]")),
        ({"tiers": ({"when": STARTUP, "rate_bp": 9}, {"when": STARTUP, "rate_bp": 8})},
         ("tier_unreachable", "tiers[1]")),
        ({"tiers": ({"steps": ({"from_fen": 9, "fen": 1}, {"from_fen": 5, "fen": 2})},)},
         ("steps_order", "tiers[0]")),
        ({"tiers": ({"flat_fen": 501},)}, ("amount_above_cap", "tiers[0]")),
        ({"caps": (CAP | {"levels": ({"limit": 5}, {"when": STARTUP, "limit": 9})},)},
         ("level_unreachable", "caps.c")),
        ({"funding": {"funders": ({"funder": "a", "weight": 1},),
                      "pools": ({"period": "year", "fen": 499},)}}, ("cap_above_pool", "caps.c")),
        ({"validity": {"opens": "2026-02-01", "closes": "2026-01-31"}}, ("window", "validity")),
        ({"effective_from": "2026-02-01", "effective_to": "2026-01-31"}, ("window", "effective")),
        ({"effective_to": "2025-12-31", "validity": {"opens": "2026-01-01"}},
         ("window_outside", "validity")),
        ({"status": "draft", "tiers": None}, ("missing", "tiers")),
        ({"caps": ()}, ("unbounded", "caps")),
        ({"document": None}, ("no_source", "document")),
        ({"workflow": ({"step": "reserve", "role": "platform"}, {"step": "approve", "role": "city"})},
         ("review_order", "workflow")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(fields, remark):
    assert remark in found(**fields)


def test_rules_that_only_look_alike_are_left_alone():
    rising = ({"rate_bp": 4000} | threshold(9, "year"), {"rate_bp": 3000} | threshold(5, "year"))
    assert found(tiers=rising) == []
    assert found(tiers=({"when": STARTUP, "rate_bp": 6000}, {"rate_bp": 5000})) == []
    assert found(**subject(years("ge", 3), years("le", 3))) == []


def test_every_remark_has_a_sentence_and_no_shipped_rule_an_error():
    for programme in load_programmes().values():
        for one in lint(programme):
            assert one.severity == "warning"
            assert one.code in MESSAGES
            assert one.as_row()["text"] == one.sentence()


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({"tiers": ({"flat_fen": 100},)}, [500, 500]),
        ({"tiers": ({"steps": ({"from_fen": 10, "fen": 5},)},)}, [10, 10]),
        ({"tiers": ({"rate_bp": 1000} | threshold(100), {"rate_bp": 3000})}, [50, 50]),
        ({"tiers": ({"rate_bp": 1000} | threshold(100, "year"), {"rate_bp": 3000})}, [50, 50]),
        ({"caps": (CAP | {"of": "contract", "period": "lifetime", "levels": ({"limit": 10},)},)},
         [500, 500]),
        ({"rounding": "half_up", "tiers": ({"rate_bp": 5000},)}, [1, 1]),
    ],
)  # fmt: skip
def test_v7_every_reward_for_splitting_is_flagged_and_proved_by_an_example(fields, parts):
    programme = rule(**fields)
    assert splitting_gains(programme)
    whole, split = totals_when_split(
        programme, claim("test-rule", ("compute_rental", sum(parts)), contract_id="C"), parts=parts
    )
    assert split > whole


def test_v7_one_voucher_an_organisation_takes_the_reward_away():
    once = CAP | {"name": "once", "unit": "count", "levels": ({"limit": 1},)}
    programme = rule(tiers=({"flat_fen": 100},), caps=(once,))
    assert splitting_gains(programme) == []
    spend = claim("test-rule", ("compute_rental", 400), contract_id="C")
    assert totals_when_split(programme, spend, parts=[200, 200]) == (100, 100)


thresholds = st.one_of(
    st.just({}),
    st.builds(
        lambda on, fen, effect: {"threshold": {"on": on, "min_fen": fen, "effect": effect}},
        st.sampled_from(["contract", "year", "month", "3_months"]),
        st.integers(0, 4000),
        st.sampled_from(["all_or_nothing", "excess"]),
    ),
)
rates = st.one_of(
    st.builds(lambda bp, t: {"rate_bp": bp} | t, st.integers(0, 10000), thresholds),
    st.builds(lambda fen: {"flat_fen": fen}, st.integers(1, 900)),
    st.builds(
        lambda pairs: {"steps": tuple({"from_fen": a, "fen": b} for a, b in sorted(pairs))},
        st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 900)), min_size=1, max_size=3),
    ),
)
caps = st.builds(
    lambda of, limit: CAP | {"of": of, "levels": ({"limit": limit},)},
    st.sampled_from(["subject", "contract", "supplier"]),
    st.integers(0, 2000),
)


@settings(max_examples=80 * SCALE, deadline=None)
@given(
    tiers=st.lists(rates, min_size=1, max_size=2),
    cap=st.none() | caps,
    rounding=st.sampled_from(["floor", "half_up"]),
    parts=st.lists(st.integers(1, 3000), min_size=2, max_size=3),
)
def test_v7_a_rule_without_the_remark_never_pays_more_for_parts(tiers, cap, rounding, parts):
    programme = rule(tiers=tuple(tiers), caps=(cap,) if cap else (), rounding=rounding)
    spend = claim("test-rule", ("compute_rental", sum(parts)), contract_id="C")
    whole, split = totals_when_split(programme, spend, parts=parts)
    if not splitting_gains(programme):
        assert split <= whole
