"""GB/T 2260: codes, hierarchy, names."""

import pytest

from market.vocabulary.regions import (
    COUNTRY_CODE,
    RegionLevel,
    children,
    city_of,
    find_regions,
    full_name,
    is_within,
    lookup,
    parent_of,
    province_choices,
    province_of,
    region,
)
from market.vocabulary.terms import read

CODES = list(read("regions")["regions"])


def test_the_whole_country_is_there() -> None:
    levels = [found.level for code in CODES if (found := region(code))]
    assert levels.count(RegionLevel.PROVINCE) == 34
    assert levels.count(RegionLevel.CITY) == 333
    assert levels.count(RegionLevel.DISTRICT) == len(CODES) - 367 > 2800


def test_every_region_hangs_on_the_tree() -> None:
    for code in CODES:
        found, province = region(code), province_of(code)
        assert found is not None
        assert province is not None
        assert found.level is RegionLevel.PROVINCE or parent_of(code) not in (None, found)
        assert is_within(code, province.code)
        assert is_within(code, COUNTRY_CODE)
        assert found in find_regions(found.name)
        assert len(found.short_name) >= 2


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("370116", "山东省济南市莱芜区"),
        ("370117", "山东省济南市钢城区"),
        ("140200", "山西省大同市"),
        ("350128", "福建省福州市平潭县"),
        ("659012", "新疆维吾尔自治区白杨市"),
        ("540481", "西藏自治区林芝市米林市"),
        ("110105", "北京市朝阳区"),
        ("429004", "湖北省仙桃市"),
        ("100000", "中国"),
        ("999999", ""),
    ],
)
def test_full_names(code: str, name: str) -> None:
    assert full_name(code) == name


@pytest.mark.parametrize(
    ("code", "city"),
    [
        ("370112", "370100"),
        ("370100", "370100"),
        ("110105", "110000"),
        ("429004", "429004"),
        ("810000", "810000"),
        ("370000", None),
        ("100000", None),
        ("000000", None),
    ],
)
def test_city_of(code: str, city: str | None) -> None:
    found = city_of(code)
    assert (found.code if found else None) == city


def test_codes_of_the_past_lead_to_the_region_of_today() -> None:
    assert region("110100") == region("110000")
    assert region("540422") == region("540481")


def test_within() -> None:
    assert is_within("370116", "370100")
    assert is_within("110105", "110100")
    assert not is_within("370100", "370116")
    assert not is_within("140200", "370000")
    assert not is_within("370100", "999999")
    assert not is_within("999999", COUNTRY_CODE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("济南", "370100"),
        ("山西", "140000"),
        ("内蒙古", "150000"),
        ("吉林", "220000"),
        ("延边", "222400"),
        ("融水", "450225"),
        ("长白", "220623"),
        ("南京市鼓楼区", "320106"),
        ("北京朝阳", "110105"),
        ("朝阳", "211300"),
        ("山东省济南市历下区", "370102"),
        ("大同云冈", "140214"),
        ("全国", "100000"),
        (" 370102 ", "370102"),
    ],
)
def test_lookup_by_name(text: str, code: str) -> None:
    found = lookup(text)
    assert found is not None
    assert found.code == code


def test_an_ambiguous_or_unknown_name_is_no_region() -> None:
    assert lookup("鼓楼区") is None
    assert {found.code for found in find_regions("鼓楼区")} == {
        *("320106", "320302", "350102", "410204"),
    }
    assert [found.code for found in find_regions("鼓楼区", within="350000")] == ["350102"]
    assert lookup("亚特兰蒂斯") is None
    assert lookup("") is None


def test_children_and_choices() -> None:
    assert len(children(COUNTRY_CODE)) == 34
    assert len(children("370100")) == 12
    assert len(children("110000")) == 16
    assert children("370102") == ()
    assert "429004" in {found.code for found in children("420000")}
    assert province_choices()[0] == ("110000", "北京市")
