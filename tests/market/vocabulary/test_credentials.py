"""Credentials as people write them."""

import pytest

from market.vocabulary.credentials import Credential, find_credentials, parse_credential


@pytest.mark.parametrize(
    ("text", "kind", "rank"),
    [
        ("等保三级", "mlps", 3),
        ("等保3级", "mlps", 3),
        ("三级等保", "mlps", 3),
        ("三级及以上等保", "mlps", 3),
        ("MLPS 3", "mlps", 3),
        ("网络安全等级保护第二级", "mlps", 2),
        ("等保2.0三级", "mlps", 3),
        ("等保2.0", "mlps", 0),
        ("等保（三级）", "mlps", 3),
        ("DSMM三级", "dsmm", 3),
        ("DSMM 充分定义", "dsmm", 3),
        ("DCMM 稳健级", "dcmm", 3),
        ("DCMM二级", "dcmm", 2),
        ("CMMI5", "cmmi", 5),
        ("ISO/IEC 27001", "iso27001", 0),
        ("iso27001", "iso27001", 0),
        ("ISO 9001", "iso9001", 0),
        ("ISO 20000", "iso20000", 0),
        ("测绘资质乙级", "surveying", 1),
        ("甲级测绘资质", "surveying", 2),
        ("测绘资质", "surveying", 0),
        ("TISAX", "tisax", 0),
    ],
)
def test_parsing(text: str, kind: str, rank: int) -> None:
    assert parse_credential(text) == Credential(kind, rank)


def test_no_credential_is_invented() -> None:
    assert parse_credential("三级质检, ISO 270011") is None


def test_every_mention_with_its_place() -> None:
    text = "要求等保三级、ISO27001，驻场"
    found = [(m.credential, text[m.start : m.end]) for m in find_credentials(text)]
    assert found == [
        (Credential("mlps", 3), "等保三级"),
        (Credential("iso27001"), "ISO27001"),
    ]


def test_a_higher_level_satisfies_a_lower_one_of_the_same_kind() -> None:
    three, two = Credential("mlps", 3), Credential("mlps", 2)
    assert three.satisfies(two)
    assert three.satisfies(three)
    assert not two.satisfies(three)
    assert not Credential("dsmm", 3).satisfies(two)
    assert Credential("surveying", 1).satisfies(Credential("surveying"))


def test_labels() -> None:
    assert Credential("mlps", 3).label() == "等保三级"
    assert Credential("mlps", 3).label("en") == "MLPS level 3"
    assert Credential("iso27001").label() == "ISO/IEC 27001"
