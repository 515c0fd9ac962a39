"""Claims for tests in one line each."""

from typing import Any

from billing.vouchers.claims import Claim, read_claim
from billing.vouchers.evaluation import quote
from billing.vouchers.programmes import find_programme
from billing.vouchers.rules import Programme
from billing.vouchers.traces import Quote

SOUND = {
    "related": False,
    "listed_supplier": True,
    "listed_product": True,
    "via_data_exchange": True,
    "via_platform": True,
    "local_supplier": True,
}


def lines(*pairs: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"category": category, "amount_fen": fen} for category, fen in pairs]


def claim_data(programme: str, *spend: Any, **fields: Any) -> dict[str, Any]:
    """A claim of a small enterprise of 15 May 2026 with a sound counterparty, unless told else."""
    subject = {"org_type": "enterprise", "size": "small"} | fields.pop("subject", {})
    counterparty = SOUND | fields.pop("counterparty", {})
    stated = [line if isinstance(line, dict) else lines(line)[0] for line in spend]
    return {
        "id": "t",
        "programme": programme,
        "as_of": "2026-05-15",
        "subject": subject,
        "counterparty": counterparty,
        "history": [],
        "lines": stated,
    } | fields


def claim(programme: str, *spend: Any, **fields: Any) -> Claim:
    return read_claim(claim_data(programme, *spend, **fields))


def earlier(*spend: Any, **fields: Any) -> dict[str, Any]:
    """An earlier claim of the same subject, of March 2026 unless told else."""
    stated = [line if isinstance(line, dict) else lines(line)[0] for line in spend]
    return {"as_of": "2026-03-01", "lines": stated} | fields


def quoted(programme: str, *spend: Any, **fields: Any) -> Quote:
    return quote(find_programme(programme), claim(programme, *spend, **fields))


def rule(**fields: Any) -> Programme:
    """A programme for one test: 30 % of the contract for compute rental, without caps."""
    return Programme.model_validate(
        {
            "id": "test-rule",
            "title": "测试券",
            "kind": "compute",
            "issuer": "测试局",
            "region_code": "140200",
            "status": "active",
            "funding": {"funders": ({"funder": "city", "weight": 1},)},
            "spend": {"categories": ("compute_rental",)},
            "base": "contract",
            "tiers": ({"rate_bp": 3000},),
            "instrument": {"mode": "reimburse_buyer"},
            "evidence": (),
        }
        | fields
    )
