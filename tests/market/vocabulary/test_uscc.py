"""The unified social credit code, digit by digit."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.vocabulary import uscc
from market.vocabulary.trade import ORG_TYPES

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "examples.json"
REAL = "91110000600037341L"


@pytest.mark.parametrize(
    ("code", "org_type"),
    [
        (REAL, "enterprise"),
        ("91100000100003962T", "enterprise"),
        ("9111000071093123XX", "enterprise"),
        ("12100000400000624D", "public_institution"),
    ],
)
def test_real_codes_and_the_organisation_they_propose(code: str, org_type: str) -> None:
    parsed = uscc.parse(code)
    assert parsed.code == code
    assert parsed.org_type == org_type
    assert parsed.region_listed


@pytest.mark.parametrize("pair", uscc.CATEGORIES)
def test_every_legal_pair_is_accepted_letters_included(pair: str) -> None:
    code = uscc.compose(pair, "370102", "60003734")
    assert uscc.parse(code).category.pair == pair
    assert uscc.parse(code).org_type in ORG_TYPES


@pytest.mark.parametrize(
    ("code", "fault", "position", "expected"),
    [
        ("9111000060003734", "length", 17, ""),
        ("91110000600037341LL", "length", 19, ""),
        ("9111000060003734IL", "alphabet", 17, ""),
        ("B1110000600037341L", "department", 1, ""),
        ("97110000600037341L", "category", 2, ""),
        ("91990000600037341L", "region", 3, ""),
        ("91A10000600037341L", "region", 3, ""),
        ("91378800600037341L", "region", 3, ""),
        ("91110000600037342L", "organisation_digit", 17, "1"),
        ("91110000600037341M", "check_digit", 18, "L"),
    ],
)
def test_each_rule_is_named(code: str, fault: str, position: int, expected: str) -> None:
    with pytest.raises(uscc.InvalidUscc) as caught:
        uscc.parse(code)
    assert (caught.value.fault, caught.value.position) == (fault, position)
    assert caught.value.expected == expected
    assert not uscc.is_valid(code)


def test_prefixes_propose_the_kind_of_organisation() -> None:
    kinds = {"11": "government", "51": "social_group", "52": "private_non_enterprise"}
    kinds |= {"54": "self_governing", "92": "individual_business", "N2": "collective"}
    for pair, kind in kinds.items():
        assert uscc.parse(uscc.compose(pair, "370102", "60003734")).org_type == kind


def test_what_people_paste_is_compacted() -> None:
    assert uscc.parse(" 9111 0000-6000 37341l ").code == REAL
    assert uscc.parse("９１１１００００６０００３７３４１Ｌ").code == REAL


def test_a_sum_divisible_by_31_gives_zero() -> None:
    zero = [
        code
        for number in range(200)
        if (code := uscc.compose("91", "370102", f"{number:08d}")).endswith("0")
    ]
    assert zero
    assert all(uscc.is_valid(code) for code in zero)


def test_a_region_of_the_past_stays_legal_and_a_zone_is_reported() -> None:
    assert uscc.parse(uscc.compose("91", "370181", "60003734")).region_listed  # 章丘市 to 2016
    assert uscc.parse(uscc.compose("91", "320594", "60003734")).region_listed
    assert uscc.parse(uscc.compose("91", "133100", "60003734")).region_listed
    assert not uscc.parse(uscc.compose("91", "370199", "60003734")).region_listed


@given(
    subject=st.text(uscc.ALPHABET, min_size=8, max_size=8),
    position=st.integers(8, 17),
    char=st.sampled_from(uscc.ALPHABET),
)
def test_no_single_wrong_character_of_the_subject_passes(
    subject: str, position: int, char: str
) -> None:
    code = uscc.compose("91", "370102", subject)
    assert uscc.is_valid(code)
    wrong = code[:position] + char + code[position + 1 :]
    assert uscc.is_valid(wrong) == (wrong == code)


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the shared example records are not here")
def test_the_example_records_hold() -> None:
    data = json.loads(EXAMPLES.read_text("utf-8"))
    codes = [record["uscc"] for record in data["suppliers"]]
    codes += [record["owner"]["uscc"] for key in ("jobs", "dataset_needs") for record in data[key]]
    assert len(codes) == 26
    assert all(uscc.parse(code).region_listed for code in codes)
