"""What holds of every quote: bounds, repeatability, splitting, proof."""

import json
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.vouchers.claims import read_claim
from billing.vouchers.evaluation import quote
from billing.vouchers.programmes import find_programme, load_programmes
from billing.vouchers.quotes import certificate
from billing.vouchers.verifier import verify
from tests.billing.vouchers.claim_builder import claim_data, lines

ACTIVE = sorted(p.id for p in load_programmes().values() if p.status == "active")
RATED = [name for name in ACTIVE if find_programme(name).base != "event"]
CATEGORIES = ["compute_rental", "model_api", "corpus_purchase", "dataset_purchase", "labelling",
              "data_asset_service", "platform_service", "dataset_sale"]  # fmt: skip
TAGS = ["one_person_company", "annotation_base_tenant", "tech_sme", "startup", "filed_base_model"]

amounts = st.one_of(st.integers(0, 2000), st.integers(0, 3_000_000_000))
days = st.dates(date(2025, 6, 1), date(2026, 12, 31)).map(date.isoformat)


@st.composite
def some_lines(draw):
    pairs = draw(st.lists(st.tuples(st.sampled_from(CATEGORIES), amounts), max_size=3))
    made = lines(*pairs)
    for line in made:
        if line["category"] == "dataset_sale":
            line["event"] = draw(st.sampled_from(["first_sale", "resale", None]))
            line["object"] = draw(st.sampled_from(["ds-1", "ds-2"]))
        elif draw(st.booleans()):
            line["paid_fen"] = line["verified_fen"] = draw(amounts)
    return made


@st.composite
def some_claims(draw, programmes=tuple(ACTIVE)):
    history = draw(
        st.lists(
            st.fixed_dictionaries(
                {"as_of": days, "lines": some_lines()}, optional={"grant_fen": amounts}
            ),
            max_size=4,
        )
    )
    return claim_data(
        draw(st.sampled_from(programmes)),
        *draw(some_lines()),
        as_of=draw(days),
        subject={"tags": draw(st.lists(st.sampled_from(TAGS), max_size=5))},
        history=sorted(history, key=lambda item: item["as_of"]),
        other_grants=[{"fen": draw(amounts)}] if draw(st.booleans()) else [],
    )


@given(data=some_claims(tuple(RATED)))
def test_v2_a_grant_is_within_the_rate_the_residual_and_every_limit(data):
    programme = find_programme(data["programme"])
    decided = quote(programme, read_claim(data))
    assert decided.grant_fen >= 0
    assert sum(decided.split.values()) == decided.grant_fen
    if decided.grant_fen:
        steps = decided.trace["calculation"]
        rate_bp = programme.tiers[steps["tier"]].rate_bp
        assert decided.grant_fen <= steps["base_fen"] * rate_bp // 10000
        assert all(
            limit["allows_fen"] is None or decided.grant_fen <= limit["allows_fen"]
            for limit in decided.trace["limits"]
        )
        waiting = sum(decided.trace["past"][i]["base_fen"] for i in steps["retroactive"])
        owed = sum(line["amount_fen"] for line in data["lines"]) + waiting
        assert decided.grant_fen <= owed - sum(one["fen"] for one in data["other_grants"])


@given(data=some_claims())
def test_v6_deciding_again_gives_the_same_and_the_verifier_agrees(data):
    programme = find_programme(data["programme"])
    decided = quote(programme, read_claim(data))
    assert quote(programme, read_claim(json.loads(json.dumps(data)))) == decided
    assert verify(**json.loads(json.dumps(certificate(programme, decided)))) == []


@settings(max_examples=60)
@given(
    name=st.sampled_from([name for name in RATED if name not in ("jinan-data-element",)]),
    parts=st.lists(st.integers(1, 400_000_000), min_size=2, max_size=4),
)
@example(name="baoding-digital", parts=[29_999_999, 1])
@example(name="beijing-opc", parts=[3, 3, 3])
def test_v7_splitting_a_contract_never_raises_the_total(name, parts):
    programme = find_programme(name)
    category = programme.spend.categories[0] if programme.spend.categories else "labelling"
    day = "2025-09-15" if name == "shenzhen-corpus" else "2026-05-15"
    subject = {"tags": ["one_person_company", "annotation_base_tenant", "tech_sme"]}

    def decide(fen, history):
        data = claim_data(name, (category, fen), as_of=day, subject=subject, history=history)
        decided = quote(programme, read_claim(data))
        assert decided.eligible
        return decided.grant_fen

    history, total = [], 0
    for part in parts:
        total += decide(part, history)
        history.append({"as_of": day, "lines": lines((category, part))})
    assert total <= decide(sum(parts), [])
    assert decide(sum(parts), []) - total < len(parts)


@given(data=some_claims())
def test_history_under_another_programme_uses_up_no_cap(data):
    programme = find_programme(data["programme"])
    alone = quote(programme, read_claim(data | {"history": []}))
    foreign = [item | {"programme": "elsewhere", "grant_fen": 10**12} for item in data["history"]]
    assert quote(programme, read_claim(data | {"history": foreign})).grant_fen == alone.grant_fen
