"""Conditions at their edges: 达到 is at least, 超过 is more than, 以下 includes; missing is not unmet."""

from typing import Any

import pytest

from market.kit import i18n
from market.rewards.eligibility import Facts, Standing, find
from market.rewards.records import Reward, reward_of, rewards
from market.rewards.registration_terms import RegistrationTerms
from market.rewards.words import CONDITIONS

TEN_MILLION = 1_000_000_000
NOTHING = {"turnover_fen": 0, "annotators": 0}


def reward(code: str) -> Reward:
    found = reward_of(code)
    assert found is not None
    return found


def standing(code: str, proved: dict[str, Any], declared: dict[str, Any] | None = None) -> Standing:
    return find(reward(code), Facts(proved, declared or {})).standing


@pytest.mark.parametrize(
    ("proved", "expected"),
    [
        ({**NOTHING, "turnover_fen": TEN_MILLION - 1, "storage_gb": 1}, Standing.UNMET),
        ({**NOTHING, "turnover_fen": TEN_MILLION}, Standing.MET),
        ({**NOTHING, "annotators": 200, "storage_gb": 1}, Standing.UNMET),
        ({**NOTHING, "annotators": 201}, Standing.MET),
        ({**NOTHING, "storage_gb": 99_999}, Standing.UNMET),
        ({**NOTHING, "storage_gb": 100_000}, Standing.MET),
        (NOTHING, Standing.MISSING),
    ],
)  # fmt: skip
def test_the_volume_reward_at_its_edges(proved: dict[str, Any], expected: Standing) -> None:
    assert standing("jinan-volume", proved) is expected


def test_a_declared_figure_is_missing_its_evidence_and_proves_nothing() -> None:
    found = find(reward("jinan-volume"), Facts({**NOTHING, "storage_gb": 1}, {"annotators": 300}))
    assert found.standing is Standing.MISSING
    assert [(one.path, one.standing) for one in found.criteria] == [
        ("turnover_fen", Standing.UNMET), ("storage_gb", Standing.UNMET), ("annotators", Standing.MISSING),
    ]  # fmt: skip
    low = find(reward("jinan-volume"), Facts({**NOTHING, "storage_gb": 1}, {"annotators": 200}))
    assert low.standing is Standing.UNMET


def test_all_conditions_are_needed_where_it_says_so() -> None:
    code = "jiangsu-first-registration"
    assert standing(code, {"first_registration": True, "has_certificate": True}) is Standing.MET
    assert standing(code, {"first_registration": False, "has_certificate": True}) is Standing.UNMET
    assert standing(code, {"first_registration": True}) is Standing.MISSING
    assert standing("jinan-practice-base", {"review_rank": 3}) is Standing.MET
    assert standing("jinan-practice-base", {"review_rank": 4}) is Standing.UNMET


def test_vat_relief_includes_a_hundred_thousand_yuan() -> None:
    small = {"small_scale_taxpayer": True}
    assert standing("vat-small-sales", {**small, "month_sales_fen": 10_000_000}) is Standing.MET
    assert standing("vat-small-sales", {**small, "month_sales_fen": 10_000_001}) is Standing.UNMET


def test_the_published_amounts() -> None:
    assert {one.code: one.max_fen for one in rewards()} == {
        "jinan-volume": 50_000_000, "jinan-dataset": 50_000_000, "jinan-practice-base": 20_000_000,
        "jinan-university-team": 200_000_000, "jinan-talent": 60_000_000,
        "jiangsu-first-registration": None, "jiangsu-registered-volume": None, "vat-small-sales": None,
    }  # fmt: skip
    assert reward("jinan-talent").classes == {
        "A": 60_000_000, "B": 30_000_000, "C": 15_000_000, "D": 5_000_000,
    }  # fmt: skip


def test_every_reward_is_named_in_chinese_and_every_condition_has_words() -> None:
    chinese = i18n.translations("zh_CN")
    for one in rewards():
        assert chinese.gettext(one.title) != one.title
        paths = [criterion.path for criterion in find(one, Facts({}, {})).criteria]
        assert set(paths) <= set(CONDITIONS), one.code


def terms(**values: int) -> RegistrationTerms:
    return RegistrationTerms.model_validate(
        {"region": "320000", "from": "2025-01-01", "source": "苏数发〔2025〕62号", **values}
    )


def test_only_a_first_registration_with_a_certificate_is_waived() -> None:
    """3,333 fen at 50 %: 1,666 waived, rounded down, 1,667 left."""
    half = terms(fee_fen=3333, waiver_bp=5000)
    assert half.waived_fen(is_first=True, is_certified=True) == 1666
    assert half.due_fen(is_first=True, is_certified=True) == 1667
    assert half.waived_fen(is_first=False, is_certified=True) == 0
    assert half.due_fen(is_first=True, is_certified=False) == 3333
    unset = terms()
    assert unset.waived_fen(is_first=True, is_certified=True) is None
    assert unset.due_fen(is_first=False, is_certified=True) is None


def test_the_volume_subsidy_stops_at_its_cap_and_waits_for_its_rate() -> None:
    capped = terms(subsidy_bp=100, subsidy_cap_fen=50_000)
    assert capped.subsidy_fen(4_999_999, is_certified=True) == 49_999
    assert capped.subsidy_fen(90_000_000, is_certified=True) == 50_000
    assert capped.subsidy_fen(90_000_000, is_certified=False) == 0
    assert terms().subsidy_fen(1, is_certified=True) is None
