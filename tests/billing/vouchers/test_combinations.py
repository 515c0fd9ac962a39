"""The best legal combination: against brute force, its certificate, and what breaks one."""

import copy
import itertools
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.vouchers.combinations import (
    Candidate,
    best_combination,
    certificate_of,
    exclusive_groups,
    inputs_after,
)
from billing.vouchers.evaluation import quote_sheets
from billing.vouchers.verifier.__main__ import main
from billing.vouchers.verifier.combinations import check_combination
from tests.billing.vouchers.claim_builder import claim, rule
from tests.machines.scale import SCALE


def cap(fen: int, of: str = "subject") -> dict:
    return {"name": "c", "of": of, "period": "year", "levels": ({"limit": fen},)}


def programme(name: str, **fields):
    return rule(**({"id": name, "kind": "service"} | fields))


def candidate(order: str, one, fen: int, remaining: dict | None = None) -> Candidate:
    made = claim(one.id, ("compute_rental", fen), contract_id=order)
    return Candidate.of(order, one, made, remaining=remaining or {})


def brute_force(candidates: list[Candidate]) -> int:
    """Every sequence of every subset, orders in their order, decided one after another."""
    orders = list(dict.fromkeys(one.order for one in candidates))
    per_order = []
    for order in orders:
        own = [one for one in candidates if one.order == order]
        per_order.append(
            [seq for n in range(len(own) + 1) for seq in itertools.permutations(own, n)]
        )
    best = 0
    for parts in itertools.product(*per_order):
        best = max(best, total_of([one for part in parts for one in part]))
    return best


def total_of(sequence: list[Candidate]) -> int:
    """What a sequence grants; 0 when stacking forbids it or a step grants nothing."""
    chosen: list[tuple[Candidate, int]] = []
    for one in sequence:
        same = [other.rule for other, _fen in chosen if other.order == one.order]
        taken = {group for other in same for group in exclusive_groups(other)}
        if one.rule.id in {other.id for other in same} or taken & exclusive_groups(one.rule):
            return 0
        decided = quote_sheets(one.rule, *inputs_after(one, chosen))
        if not decided.eligible or decided.grant_fen == 0:
            return 0
        chosen.append((one, decided.grant_fen))
    return sum(fen for _one, fen in chosen)


def test_not_greedy_the_largest_first_voucher_is_left_out():
    big = programme("big", tiers=({"rate_bp": 5000},), stacking={"exclusive_groups": ("a", "b")})
    one = programme("one", tiers=({"rate_bp": 4000},), stacking={"exclusive_groups": ("a",)})
    two = programme("two", tiers=({"rate_bp": 3000},), stacking={"exclusive_groups": ("b",)})
    candidates = [candidate("O", each, 1000) for each in (big, one, two)]
    found = best_combination(candidates)
    assert (found.total_fen, found.is_exact) == (700, True)
    assert [candidates[c.candidate].rule.id for c in found.choices] == ["one", "two"]


def test_the_sequence_matters_where_only_one_reads_what_the_others_grant():
    blind = programme("blind", tiers=({"rate_bp": 8000},), stacking={"base_effect": "none"})
    reads = programme("reads", tiers=({"rate_bp": 6000},))
    found = best_combination([candidate("O", blind, 1000), candidate("O", reads, 1000)])
    assert found.total_fen == 1400
    assert [c.decided.grant_fen for c in found.choices] == [600, 800]


def test_v3_compute_data_and_algorithm_vouchers_exclude_each_other_on_a_contract():
    kinds = [programme(f"p-{kind}", kind=kind) for kind in ("compute", "data", "algorithm")]
    found = best_combination([candidate("O", one, 1000) for one in kinds])
    assert (len(found.choices), found.total_fen) == (1, 300)


def test_over_a_year_a_cap_is_spent_where_nothing_else_pays():
    capped = programme("capped", tiers=({"rate_bp": 5000},), caps=(cap(500),))
    other = programme("other", tiers=({"rate_bp": 4000},))
    only = {"stacking": {"exclusive_groups": ("x",)}}
    capped, other = (
        one.model_copy(update={"stacking": rule(**only).stacking}) for one in (capped, other)
    )
    candidates = [
        candidate("A", capped, 1000),
        candidate("A", other, 1000),
        candidate("B", capped, 1000),
    ]
    found = best_combination(candidates)
    assert [(candidates[c.candidate].order, candidates[c.candidate].rule.id) for c in found.choices] == [
        ("A", "other"), ("B", "capped"),
    ]  # fmt: skip
    assert found.total_fen == 900


def test_v1_a_pool_is_never_overdrawn_by_the_combination():
    one = programme("p", tiers=({"rate_bp": 5000},), funding={
        "funders": ({"funder": "city", "weight": 1},), "pools": ({"period": "total", "fen": 700},),
    })  # fmt: skip
    candidates = [candidate(name, one, 1000, {"pool:total": 700}) for name in "AB"]
    found = best_combination(candidates)
    assert [c.decided.grant_fen for c in found.choices] == [500, 200]
    assert check_combination(certificate_of(candidates, found)) == []


def test_beyond_the_limit_of_decisions_the_best_found_stands_with_an_upper_bound():
    programmes = [programme(f"p-{n}", tiers=({"rate_bp": 1000 + n},)) for n in range(5)]
    candidates = [candidate(f"O{k}", one, 1000) for k in range(3) for one in programmes]
    found = best_combination(candidates, max_nodes=7)
    assert not found.is_exact
    assert 0 < found.total_fen <= found.upper_bound_fen
    # 3 orders x (100 + 100.1.. each rounded up): the bound the verifier finds again
    assert check_combination(certificate_of(candidates, found)) == []


def test_the_verifier_finds_every_tampering(tmp_path):
    one = programme("one", tiers=({"rate_bp": 4000},), stacking={"exclusive_groups": ("a",)})
    two = programme("two", tiers=({"rate_bp": 3000},), stacking={"exclusive_groups": ("a",)})
    candidates = [candidate("O", one, 1000), candidate("O", two, 1000)]
    good = json.loads(json.dumps(certificate_of(candidates, best_combination(candidates))))
    assert check_combination(good) == []
    worse = json.loads(json.dumps(certificate_of(candidates, best_combination(candidates[1:]))))
    worse["combination"]["chosen"][0]["candidate"] = 1
    assert check_combination(worse) == ["not the best: 400 can be granted"]
    both = copy.deepcopy(good)
    both["combination"]["chosen"].append(worse["combination"]["chosen"][0])
    assert any("excluded" in text for text in check_combination(both))
    for key, value in (("grant_fen", 401), ("candidate", 1)):
        bad = copy.deepcopy(good)
        bad["combination"]["chosen"][0][key] = value
        assert check_combination(bad)
    total = copy.deepcopy(good)
    total["combination"]["total_fen"] = 500
    assert check_combination(total)
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps([good]))
    assert main([str(file)]) == 0
    file.write_text(json.dumps([total]))
    assert main([str(file)]) == 1


rates = st.builds(lambda bp: ({"rate_bp": bp},), st.integers(0, 10000))
flats = st.builds(lambda fen: ({"flat_fen": fen},), st.integers(1, 900))
thresholds = st.builds(
    lambda bp, fen, effect: (
        {"rate_bp": bp, "threshold": {"on": "year", "min_fen": fen, "effect": effect}},
    ),
    st.integers(1, 10000), st.integers(0, 1500), st.sampled_from(["all_or_nothing", "excess"]),
)  # fmt: skip
rules = st.builds(
    lambda tiers, limit, groups, kind, effect: {
        "tiers": tiers, "caps": (cap(limit),) if limit else (), "kind": kind,
        "stacking": {"exclusive_groups": tuple(groups), "base_effect": effect},
    },
    st.one_of(rates, flats, thresholds), st.none() | st.integers(1, 900),
    st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True),
    st.sampled_from(["service", "compute"]), st.sampled_from(["residual", "none"]),
)  # fmt: skip


@settings(max_examples=40 * SCALE, deadline=None)
@given(
    stated=st.lists(rules, min_size=1, max_size=3),
    amounts=st.lists(st.integers(0, 2000), min_size=1, max_size=2),
    pool=st.none() | st.integers(0, 900),
)
def test_the_combination_is_what_brute_force_finds_and_its_certificate_holds(stated, amounts, pool):
    programmes = [programme(f"p-{n}", **fields) for n, fields in enumerate(stated)]
    if pool is not None:
        funding = {
            "funders": ({"funder": "c", "weight": 1},),
            "pools": ({"period": "total", "fen": pool},),
        }
        programmes[0] = programme("p-0", **stated[0], funding=funding)
    left = {"pool:total": pool} if pool is not None else {}
    candidates = [
        candidate(f"O{k}", one, fen, left if one.id == "p-0" else None)
        for k, fen in enumerate(amounts)
        for one in programmes
    ]
    found = best_combination(candidates, max_nodes=10**6)
    assert found.is_exact
    assert found.total_fen == brute_force(candidates)
    assert check_combination(json.loads(json.dumps(certificate_of(candidates, found)))) == []
