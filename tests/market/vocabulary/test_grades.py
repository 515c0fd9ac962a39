"""Ordered grades, personal information, levels of people, industries, price modes."""

import pytest

from market.vocabulary.datasets import DIMENSIONS, INDICATORS, SUPPLY_MODES
from market.vocabulary.industries import INDUSTRIES, SECTIONS, section_of
from market.vocabulary.people import skill_at_least
from market.vocabulary.security import (
    DATA_GRADES,
    PERSONAL_INFORMATION,
    DataGrade,
    PersonalInformation,
    clears,
    parse_deid_profile,
    parse_personal_information,
)
from market.vocabulary.trade import ORG_TYPES, PRICE_MODES, PROCUREMENTS, parse_price_mode


def test_enums_and_vocabularies_hold_the_same_codes_in_the_same_order() -> None:
    assert list(DATA_GRADES) == list(DataGrade)
    assert list(PERSONAL_INFORMATION) == list(PersonalInformation)


def test_clearance_covers_lower_grades_and_never_an_unknown_one() -> None:
    assert clears("important", "general")
    assert clears("important", "important")
    assert not clears("general", "important")
    assert not clears("core", "secret")
    assert not clears("secret", "general")


def test_skill_levels_run_against_their_digits() -> None:
    assert skill_at_least("1", "5")
    assert skill_at_least("3", "3")
    assert not skill_at_least("5", "4")
    assert not skill_at_least("6", "5")


@pytest.mark.parametrize(
    ("text", "kind", "done"),
    [
        ("无", "none", False),
        ("已去标识", "deidentified", True),
        ("裁判文书（匿名化）", "deidentified", True),
        ("个人信息（脱敏后）", "personal", True),
        ("少量个人信息", "personal", False),
        ("敏感个人信息（已去标识）", "sensitive", True),
        ("人脸（需打码）", "sensitive", False),
    ],
)
def test_personal_information_takes_the_strictest_kind(text: str, kind: str, done: bool) -> None:
    assert parse_personal_information(text) == (PersonalInformation(kind), done)


def test_deidentification_profiles() -> None:
    text = "DICOM PS3.15 Basic+Clean Pixel Data+Retain Longitudinal Modified Dates"
    assert parse_deid_profile(text) == ("113100", "113101", "113107")
    assert parse_deid_profile("") == ()


@pytest.mark.parametrize(
    ("code", "section"),
    [("Q84", "Q"), ("q", "Q"), ("84", "Q"), ("8411", "Q"), ("B06", "B"), ("T97", "T")],
)
def test_sections_of_industry_codes(code: str, section: str) -> None:
    found = section_of(code)
    assert found is not None
    assert found.code == section


@pytest.mark.parametrize("code", ["", "A84", "98", "00", "Z", "8", "Q84X"])
def test_codes_of_no_section(code: str) -> None:
    assert section_of(code) is None


def test_sections_cover_97_divisions_without_overlap() -> None:
    covered = [
        division
        for section in SECTIONS.values()
        for division in range(section.divisions[0], section.divisions[1] + 1)
    ]
    assert covered == list(range(1, 98))
    for industry in INDUSTRIES.values():
        assert set(industry.sections) <= set(SECTIONS)


def test_references_between_vocabularies() -> None:
    assert {indicator.dimension for indicator in INDICATORS.values()} == set(DIMENSIONS)
    assert {mode.price_mode for mode in SUPPLY_MODES.values()} <= set(PRICE_MODES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("按张计价", "per_item"),
        ("按有效小时计价", "per_duration"),
        ("按人天计价", "person_day"),
        ("按项目包干", "lump_sum"),
        ("一次性买断", "buyout"),
        ("无偿", "free"),
    ],
)
def test_price_modes(text: str, code: str) -> None:
    found = parse_price_mode(text)
    assert found is not None
    assert found.code == code


def test_what_is_no_price_mode() -> None:
    assert parse_price_mode("按心情计价") is None
    assert parse_price_mode("看着给") is None


def test_qualified_labels_find_their_term() -> None:
    procedure, kind = (
        PROCUREMENTS.find("公开招标（纳入政府采购）"),
        ORG_TYPES.find("事业单位（医院）"),
    )
    assert procedure is not None
    assert procedure.code == "open_tender"
    assert kind is not None
    assert kind.code == "public_institution"
