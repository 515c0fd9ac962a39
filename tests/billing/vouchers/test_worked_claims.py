"""Worked claims of our own: every programme with published terms, at its edges, to the fen."""

import pytest

from billing.vouchers.programmes import load_programmes
from billing.vouchers.quotes import quote_data
from tests.billing.vouchers.claim_builder import claim_data, earlier, quoted

OPC = {"subject": {"tags": ["one_person_company"]}}
TENANT = {"subject": {"tags": ["annotation_base_tenant"]}}
TECH = {"subject": {"tags": ["tech_sme"]}}
NATIONAL = {"subject": {"project_level": "national"}}
SEPTEMBER = {"as_of": "2025-09-15"}


def sale(event=None, dataset="ds-1", **fields):
    return {"category": "dataset_sale", "event": event, "object": dataset, **fields} | (
        {} if event else {"amount_fen": 5_000_000}
    )


GRANTED = [
    # programme, spend, fields, grant, binding
    ("shenzhen-training", [("compute_rental", 199)], {}, 99, "rate"),
    ("shenzhen-training", [("compute_rental", 2_000_000_000)], {}, 1_000_000_000, "rate"),
    ("shenzhen-training", [("compute_rental", 2_000_000_002)], {}, 1_000_000_000,
     "cap:subject_year"),
    ("shenzhen-training", [("compute_rental", 10_000)], {"subject": {"tags": ["startup"]}}, 6000,
     "rate"),
    ("shenzhen-training", [("compute_rental", 10_000)], {"subject": {"startup": False}}, 5000,
     "rate"),
    ("shenzhen-training", [("compute_rental", 10_000)], {"subject": {"org_type": "university"}},
     5000, "rate"),
    ("shenzhen-training", [("compute_rental", 10_000), ("labelling", 99_000)], {}, 5000, "rate"),
    ("shenzhen-training", [("compute_rental", 400_000_000)],
     {"history": [earlier(("compute_rental", 1_800_000_000))]}, 100_000_000, "cap:subject_year"),
    ("shenzhen-training", [("compute_rental", 400_000_000)],
     {"history": [earlier(("compute_rental", 1_800_000_000), as_of="2025-12-31")]},
     200_000_000, "rate"),
    ("shenzhen-training", [("compute_rental", 10_000)],
     {"history": [earlier(("compute_rental", 9), grant_fen=1_000_000_000)]}, 0,
     "cap:subject_year"),
    ("shenzhen-corpus", [("corpus_purchase", 101)], SEPTEMBER, 30, "rate"),
    ("shenzhen-corpus", [("corpus_purchase", 1000)], {"as_of": "2025-09-01"}, 300, "rate"),
    ("shenzhen-corpus", [("corpus_purchase", 1000)], {"as_of": "2025-09-30T23:59:59+08:00"}, 300,
     "rate"),
    ("shanghai-model", [("model_api", 600), ("model_deployment", 400)], {}, 500, "rate"),
    ("shanghai-model", [{"category": "model_api", "amount_fen": 1000, "verified_fen": 700}], {},
     350, "rate"),
    ("shanghai-model", [("model_api", 1_000_000_002)], {}, 500_000_000, "cap:subject_year"),
    ("shanghai-corpus", [("corpus_purchase", 10_000_000)], {}, 3_000_000, "rate"),
    ("shanghai-corpus", [("corpus_purchase", 2_000_000_000)], {}, 500_000_000,
     "cap:subject_year"),
    ("shanghai-compute", [("compute_rental", 100_000_000_000)], {}, 30_000_000_000, "rate"),
    ("shanghai-compute", [("compute_rental", 300_000_000_000)], {}, 60_000_000_000, "pool"),
    ("shanghai-compute", [("compute_rental", 1000)],
     {"other_grants": [{"fen": 800, "level": "district"}]}, 200, "residual"),
    ("shanghai-compute", [("compute_rental", 1000)],
     {"other_grants": [{"fen": 700, "level": "district"}]}, 300, "rate"),
    ("hangzhou-compute", [("compute_rental", 4_000_000_000)], {}, 800_000_000, "rate"),
    ("hangzhou-compute", [("compute_rental", 5_000_000_000)], {}, 800_000_000,
     "cap:subject_year"),
    ("hangzhou-compute", [("model_api", 5_000_000_000)],
     {"subject": {"domestic_chip": True}}, 800_000_000, "cap:subject_year"),
    ("hangzhou-compute", [("compute_rental", 5_000_000_000)],
     {"subject": {"filed_base_model": True}}, 1_500_000_000, "rate"),
    ("hangzhou-compute", [("compute_rental", 100_000_000_000)],
     {"subject": {"filed_base_model": True}}, 25_000_000_000, "pool"),
    ("hangzhou-compute",
     [{"category": "compute_rental", "amount_fen": 1000, "domestic_chip": True}], {}, 300, "rate"),
    ("beijing-sme-service", [("labelling", 10_000)], {}, 3000, "rate"),
    ("beijing-sme-service", [("training", 80_000_000)], {}, 20_000_000, "cap:subject_year"),
    ("beijing-sme-service", [("labelling", 10_000)], {"as_of": "2026-08-31"}, 3000, "rate"),
    ("beijing-innovation-compute", [("compute_rental", 1000)], TECH, 250, "rate"),
    ("beijing-innovation-compute",
     [{"category": "compute_rental", "amount_fen": 1000, "metered_fen": 600}], TECH, 150, "rate"),
    ("beijing-innovation-compute", [("compute_rental", 160_000_000)], TECH, 20_000_000,
     "cap:subject_year"),
    ("beijing-innovation-compute", [("compute_rental", 160_000_000)],
     {"subject": {"tags": ["incubatee", "benchmark_incubator"]}}, 40_000_000, "rate"),
    ("beijing-innovation-compute", [("compute_rental", 240_000_000)],
     {"subject": {"tags": ["incubatee"], "benchmark_incubator": True}}, 50_000_000,
     "cap:subject_year"),
    ("bda-data", [("dataset_purchase", 999)], {}, 99, "rate"),
    ("bda-data", [("data_product", 2_000_000_000)], {}, 100_000_000, "cap:subject_year"),
    ("bda-data", [("model_api", 1000)], {"as_of": "2027-12-31"}, 100, "rate"),
    ("bda-model-instant", [("model_api", 1000)], {}, 650, "rate"),
    ("haidian-model", [("model_api", 1001)], {}, 500, "rate"),
    ("haidian-model", [{"category": "model_api", "amount_fen": 1000, "paid_fen": 400}], {}, 200,
     "rate"),
    ("haidian-model", [("model_api", 500_000_000)], {}, 200_000_000, "cap:subject_year"),
    ("haidian-model", [("model_api", 1_000_000)],
     {"remaining": {"cap:supplier_half_year": 7}}, 7, "cap:supplier_half_year"),
    ("beijing-dataset-award-2026", [sale("first_sale")], {}, 100_000_000, "rate"),
    ("beijing-dataset-award-2026", [sale("resale")], {}, 20_000_000, "rate"),
    ("beijing-dataset-award-2026", [sale(), sale()], {}, 120_000_000, "rate"),
    ("beijing-dataset-award-2026", [sale()], {"history": [earlier(sale())]}, 20_000_000, "rate"),
    ("beijing-dataset-award-2026", [sale("first_sale", "ds-2")],
     {"history": [earlier(sale("first_sale"))]}, 100_000_000, "rate"),
    ("beijing-dataset-award-2026", [sale("resale")],
     {"history": [earlier(sale("first_sale"))] + [earlier(sale("resale"))] * 5}, 0,
     "cap:object_lifetime"),
    ("beijing-dataset-award-2026", [sale("first_sale", f"ds-{n}") for n in range(6)], {},
     500_000_000, "cap:subject_year"),
    ("beijing-dataset-award-2026", [sale("first_sale")], {"as_of": "2026-08-31T17:30+08:00"},
     100_000_000, "rate"),
    ("beijing-opc", [("model_api", 100_000)], OPC, 100_000, "rate"),
    ("beijing-opc", [("model_api", 99_999)], OPC, 0, "threshold"),
    ("beijing-opc", [("model_api", 50_000)],
     {**OPC, "history": [earlier(("data_product", 50_000))]}, 100_000, "rate"),
    ("beijing-opc", [("model_api", 50_000)],
     {**OPC, "history": [earlier(("data_product", 50_000), as_of="2026-02-15")]}, 0, "threshold"),
    ("beijing-opc", [("model_api", 20_000_000)], OPC, 10_000_000, "cap:subject_year"),
    ("baoding-digital", [("platform_service", 15_000_000)],
     {**TENANT, "history": [earlier(("dataset_purchase", 20_000_000))]}, 10_500_000, "rate"),
    ("baoding-digital", [("platform_service", 15_000_000)],
     {**TENANT, "history": [earlier(("dataset_purchase", 20_000_000), as_of="2025-12-31")]}, 0,
     "threshold"),
    ("baoding-digital", [("platform_service", 1_000_000)],
     {**TENANT, "history": [earlier(("dataset_purchase", 20_000_000)),
                            earlier(("model_api", 15_000_000), as_of="2026-04-01")]},
     300_000, "rate"),
    ("baoding-digital", [("platform_service", 150_000_000)], TENANT, 30_000_000,
     "cap:subject_year"),
    ("jinan-data-element", [("data_asset_service", 1_999_999)], {}, 1_999_999, "rate"),
    ("jinan-data-element", [("data_asset_service", 5_000_000)], {}, 2_000_000,
     "cap:subject_lifetime"),
    ("henan-compute", [("compute_rental", 1005)], {}, 201, "rate"),
    ("chengdu-compute", [("compute_rental", 600_000_000)], {}, 150_000_000, "cap:subject_year"),
    ("chengdu-compute", [("compute_rental", 600_000_000)], NATIONAL, 180_000_000, "rate"),
    ("chengdu-compute", [("compute_rental", 6_000_000_000)], NATIONAL, 300_000_000,
     "cap:subject_year"),
    ("chengdu-compute", [("compute_rental", 600_000_000)],
     {**NATIONAL, "remaining": {"pool:year": 12}}, 12, "pool"),
    ("qingdao-compute", [("compute_rental", 10_000_000)], {}, 2_000_000, "rate"),
    ("qingdao-compute", [("compute_rental", 9_999_999)], {}, 0, "threshold"),
    ("qingdao-compute", [("compute_rental", 1)],
     {"history": [earlier(("compute_rental", 9_999_999))]}, 2_000_000, "rate"),
    ("wuhan-compute-opc", [("compute_rental", 1000)], OPC, 500, "rate"),
    ("wuhan-compute-opc", [("compute_rental", 50_000_000)], OPC, 20_000_000, "cap:subject_year"),
    ("wuhan-compute-opc", [("compute_rental", 1000)],
     {**OPC, "history": [earlier(("compute_rental", 10), as_of=f"{y}-06-01")
                         for y in (2024, 2025)]},
     500, "rate"),
    ("suzhou-dataset-2026", [("dataset_purchase", 604), ("corpus_purchase", 400)], {}, 200, "rate"),
    ("suzhou-dataset-2026", [("dataset_purchase", 1_000_000_005)], {}, 200_000_000,
     "cap:subject_year"),
]  # fmt: skip

REFUSED = [
    ("shenzhen-training", [("compute_rental", 1000)],
     {"subject": {"org_type": "public_institution"}}, "subject.org_type"),
    ("shenzhen-training", [("model_api", 1000)], {}, "spend.category"),
    ("shenzhen-training", [], {}, "spend.category"),
    ("shenzhen-corpus", [("corpus_purchase", 1000)], {"as_of": "2025-08-31"}, "validity.window"),
    ("shenzhen-corpus", [("corpus_purchase", 1000)], {"as_of": "2025-10-01"}, "validity.window"),
    ("shenzhen-corpus", [("corpus_purchase", 1000)],
     {**SEPTEMBER, "counterparty": {"via_data_exchange": False}},
     "counterparty.via_data_exchange"),
    ("shanghai-corpus", [("corpus_purchase", 1000)], {"counterparty": {"related": True}},
     "counterparty.related"),
    ("shanghai-model", [("compute_rental", 1000)], {}, "spend.category"),
    ("hangzhou-compute", [("compute_rental", 1000)], {"counterparty": {"listed_supplier": None}},
     "counterparty.listed_supplier"),
    ("henan-compute", [("compute_rental", 1000)], {"counterparty": {"listed_supplier": False}},
     "counterparty.listed_supplier"),
    ("beijing-sme-service", [("labelling", 1000)], {"subject": {"size": "large"}}, "subject.size"),
    ("beijing-sme-service", [("labelling", 1000)], {"subject": {"size": None}}, "subject.size"),
    ("beijing-sme-service", [("labelling", 1000)], {"as_of": "2026-09-01"}, "validity.window"),
    ("beijing-sme-service", [("labelling", 1000)], {"counterparty": {"listed_product": False}},
     "counterparty.listed_product"),
    ("beijing-innovation-compute", [("compute_rental", 1000)], {}, "subject.tags"),
    ("bda-data", [("dataset_purchase", 1000)], {"as_of": "2028-01-01"}, "validity.window"),
    ("bda-model-instant", [("model_api", 1000)], {"counterparty": {"listed_product": False}},
     "counterparty.listed_product"),
    ("beijing-dataset-award-2026", [sale("first_sale")],
     {"as_of": "2026-08-31T17:31+08:00"}, "validity.window"),
    ("beijing-dataset-award-2026", [sale("gift")], {}, "spend.event"),
    ("beijing-dataset-award-2026", [sale("resale")], {"claimant": "buyer"}, "subject.claimant"),
    ("beijing-opc", [("model_api", 100_000)], {}, "subject.tags"),
    ("baoding-digital", [("labelling", 40_000_000)], TENANT, "spend.category"),
    ("jinan-data-element", [("data_asset_service", 1000)],
     {"history": [earlier(("data_asset_service", 1000))]}, "subject.first_case_only"),
    ("wuhan-compute-opc", [("compute_rental", 1000)],
     {**OPC, "history": [earlier(("compute_rental", 10), as_of=f"{y}-06-01")
                         for y in (2023, 2024, 2025)]}, "subject.max_years"),
    ("suzhou-dataset-2026", [("dataset_purchase", 1000)], {"counterparty": {"related": True}},
     "counterparty.related"),
    ("guizhou-compute", [("compute_rental", 1000)], {}, "terms_incomplete"),
    ("shandong-packs", [("corpus_purchase", 1000)], {}, "terms_incomplete"),
]  # fmt: skip


@pytest.mark.parametrize(("programme", "spend", "fields", "grant_fen", "binding"), GRANTED)
def test_eligible_claims_are_granted_to_the_fen(programme, spend, fields, grant_fen, binding):
    decided = quoted(programme, *spend, **fields)
    assert (decided.grant_fen, decided.binding, decided.ineligible) == (grant_fen, binding, None)
    assert decided.eligible
    assert sum(decided.split.values()) == grant_fen


@pytest.mark.parametrize(("programme", "spend", "fields", "code"), REFUSED)
def test_ineligible_claims_are_refused_with_the_reason(programme, spend, fields, code):
    decided = quoted(programme, *spend, **fields)
    assert (decided.grant_fen, decided.ineligible, decided.binding) == (0, code, code)
    assert not decided.eligible
    assert code in [reason.code for reason in decided.reasons]


def test_every_programme_with_published_terms_is_worked():
    worked = {case[0] for case in GRANTED}
    active = {p.id for p in load_programmes().values() if p.status == "active"}
    assert active <= worked
    assert len(GRANTED) + len(REFUSED) >= 60


def test_the_odd_fen_of_a_split_goes_to_the_first_funder():
    assert dict(quoted("henan-compute", ("compute_rental", 1005)).split) == {
        "province": 101,
        "city": 100,
    }


def test_a_claim_names_what_it_leaves_out_as_its_history_does():
    """An earlier claim that states its own day, party and grant is taken at its word."""
    data = claim_data(
        "qingdao-compute",
        ("compute_rental", 400_000_000),
        history=[earlier(("compute_rental", 450_000_000), grant_fen=90_000_000)],
    )
    row = quote_data(data)
    assert (row["grant_fen"], row["binding"]) == (10_000_000, "cap:subject_year")
    assert row["trace"]["limits"][0]["remaining_before"] == 10_000_000
