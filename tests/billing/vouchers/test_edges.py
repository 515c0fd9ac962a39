"""Claims drawn at every edge of the terms, two programmes on a contract, evidence left out: decided
beside a second program, to the fen."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

from billing import review_steps
from billing.vouchers.programmes import find_programme, load_programmes
from billing.vouchers.quotes import quote_data
from billing.vouchers.verifier import verify
from tests.billing.vouchers.by_terms import TERMS, decide
from tests.billing.vouchers.claim_builder import SOUND
from tests.machines.scale import scaled

DECIDED = sorted(name for name, one in TERMS.items() if one["tiers"] and one["base"] != "event")
TAGS = ("one_person_company", "annotation_base_tenant", "tech_sme", "incubatee", "startup",
        "filed_base_model", "domestic_chip", "benchmark_incubator", "project_level=national")  # fmt: skip
KINDS = ("enterprise", "university", "institute", "intermediary", "public_institution", None)
MEASURED = ("verified_fen", "paid_fen", "metered_fen")


def edges(terms: dict[str, Any]) -> list[int]:
    """The amounts about which a decision turns, a fen to each side."""
    rate = terms["tiers"][0]["rate_bp"]
    limits = [
        cap[key] for cap in terms.get("caps", ()) for key in ("fen", "raised_to_fen") if key in cap
    ]
    limits += [terms[key] for key in ("pool_year_fen", "pool_total_fen") if key in terms]
    turning = {fen * 10000 // tier["rate_bp"] for tier in terms["tiers"] for fen in limits}
    turning |= {tier["threshold"]["min_fen"] for tier in terms["tiers"] if "threshold" in tier}
    turning |= {10000 // rate, 1, 10_000_000}
    return sorted({max(0, fen + step) for fen in turning for step in (-1, 0, 1)})


def days(terms: dict[str, Any]) -> list[date]:
    """Days inside, and the first and last of each window and year with their neighbours."""
    opens, closes = terms.get("window", "..").split("..")
    ends = [opens, closes or terms.get("valid_until", "")[:10], "2026-01-01", "2026-05-15"]
    turning = [date.fromisoformat(day) for day in ends if day]
    return [day + timedelta(step) for day in turning for step in (-1, 0, 1)]


def drawn(chance: random.Random, name: str) -> dict[str, Any]:
    """One claim: several lines of several kinds, refunds, a history of up to three, and facts left out."""
    terms = TERMS[name]
    day = chance.choice(days(terms))
    before = sorted(
        chance.choice((0, 1, 30, 89, 92, 134, 135, 136, 200, 365))
        for _n in range(chance.randint(0, 3))
    )
    subject: dict[str, Any] = {
        "org_type": chance.choice(KINDS) if chance.random() < 0.1 else (terms.get("eligible_org_types") or KINDS)[0],
        "size": chance.choice(("micro", "small", "medium", "large", None)) if chance.random() < 0.2 else "small",
        "tags": [tag for tag in TAGS if chance.random() < (0.9 if tag in terms.get("tags_any", ()) else 0.2)],
        "region_code": chance.choice((None, None, None, terms["region_code"], "450100")),
    }  # fmt: skip
    counterparty = dict(SOUND)
    if chance.random() < 0.2:
        counterparty[chance.choice(list(SOUND))] = chance.choice((None, True, False))
    if chance.random() < 0.1:
        del counterparty[chance.choice(list(SOUND))]
    if chance.random() < 0.05:
        subject = {key: value for key, value in subject.items() if key == "tags"}
    return {
        "id": "drawn", "programme": name, "as_of": day.isoformat(), "subject": subject,
        "counterparty": counterparty,
        "lines": [line(chance, terms) for _n in range(chance.randint(1, 3))],
        "history": [
            {"as_of": (day - timedelta(back)).isoformat(),
             "lines": [line(chance, terms) for _n in range(chance.randint(1, 2))]}
            for back in reversed(before)
        ],
    }  # fmt: skip


def line(chance: random.Random, terms: dict[str, Any]) -> dict[str, Any]:
    categories = [*terms.get("spend_in", ("support",)) * 3, "labelling", "storage"]
    fen = chance.choice(edges(terms)) // chance.choice((1, 1, 2, 3))
    made: dict[str, Any] = {"category": chance.choice(categories), "amount_fen": fen}
    if chance.random() < 0.3:
        made |= {key: max(0, fen + chance.choice((-fen, -1, 0, 1))) for key in MEASURED}
    if chance.random() < 0.15:
        made["refunded_fen"] = chance.choice((0, min(1, fen), fen))
    return made


def test_v2_every_drawn_claim_is_decided_as_by_a_second_program():
    chance, found = random.Random(20261122), Counter()
    for number in range(scaled(600)):
        claim = drawn(chance, DECIDED[number % len(DECIDED)])
        row = quote_data(claim)
        assert ((row["grant_fen"], row["eligible"]), claim) == (decide(claim), claim)
        found[row["binding"]] += 1
        if number % 10 == 0:
            assert verify(find_programme(claim["programme"]).pinned(), row["trace"]) == [], claim
    assert found.keys() >= {
        "rate", "threshold", "cap:subject_year", "pool", "subject.org_type", "subject.region",
        "subject.tags", "subject.size", "spend.category", "validity.window",
        "counterparty.via_data_exchange", "counterparty.listed_product",
    }  # fmt: skip


def test_v3_two_programmes_on_one_contract_never_pay_more_than_is_owed():
    """The second reads the first's grant from the history, from what it is told, or from both: once."""
    chance, stacked, bound = random.Random(22112026), 0, 0
    for _n in range(scaled(300)):
        first, second = sound(chance), sound(chance)
        if first["programme"] == second["programme"]:
            continue
        second["lines"] = first["lines"] = [*first["lines"], *second["lines"]]
        granted = quote_data(first)["grant_fen"]
        assert granted == decide(first)[0]
        told = chance.choice(("history", "said", "both"))
        if told != "said":
            earlier = {key: first[key] for key in ("programme", "as_of", "lines", "contract_id")}
            second["history"] = [*second["history"], earlier | {"granted_fen": granted}]
        if told != "history":
            second["other_grants"] = [{"fen": granted, "level": "city"}]
        row = quote_data(second)
        assert (row["grant_fen"], told, first, second) == (
            decide(second, granted)[0],
            told,
            first,
            second,
        )
        stacked += granted > 0 and row["grant_fen"] > 0
        bound += row["binding"] == "residual"
    assert stacked >= 40
    assert bound >= 5


def sound(chance: random.Random) -> dict[str, Any]:
    """A claim nothing speaks against, of one contract."""
    name = chance.choice(DECIDED)
    terms = TERMS[name]
    day = terms.get("window", "2026-05-15")[:10]
    return {
        "id": "sound", "programme": name, "as_of": day, "contract_id": "C-1", "history": [], "counterparty": SOUND,
        "subject": {"org_type": "enterprise", "size": "small", "tags": list(TAGS)},
        "lines": [{"category": chance.choice(terms.get("spend_in", ("support",))),
                   "amount_fen": chance.choice(edges(terms))}],
    }  # fmt: skip


def test_evidence_left_out_is_asked_for_once_with_the_application_or_with_the_payment():
    for rule in load_programmes().values():
        asked = [
            *review_steps.required_at(rule, "submit"),
            *review_steps.required_at(rule, "claim"),
        ]
        own = [one for one in rule.evidence if one.kind not in review_steps.PLATFORM_EVIDENCE]
        assert sorted(one.kind for one in asked) == sorted(one.kind for one in own), rule.id
        assert {one.kind for one in review_steps.required_at(rule, "submit")} >= {"pledge"}, rule.id
