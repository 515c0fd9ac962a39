"""Administrative regions of China (GB/T 2260): codes, names, hierarchy, and finding by name."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from market.vocabulary.terms import normalise, read


class RegionLevel(StrEnum):
    """Levels from the whole country down."""

    COUNTRY = "country"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"


@dataclass(frozen=True)
class Region:
    """A region; a county-level city under no prefecture (仙桃, 石河子) is a district by code."""

    code: str
    name: str

    @property
    def level(self) -> RegionLevel:
        if self.code == COUNTRY_CODE:
            return RegionLevel.COUNTRY
        if self.code.endswith("0000"):
            return RegionLevel.PROVINCE
        return RegionLevel.CITY if self.code.endswith("00") else RegionLevel.DISTRICT

    @property
    def short_name(self) -> str:
        """The name without its kind: 济南, 内蒙古, 延边; unchanged where too little is left."""
        return _short(self.name)

    @property
    def prefix(self) -> str:
        """The digits all codes within the region begin with."""
        return {
            RegionLevel.COUNTRY: "",
            RegionLevel.PROVINCE: self.code[:2],
            RegionLevel.CITY: self.code[:4],
            RegionLevel.DISTRICT: self.code,
        }[self.level]


COUNTRY_CODE = "100000"
REGISTRATION_ZONES: dict[str, str] = read("regions")["registration_zones"]

_ALIASES: dict[str, str] = read("regions")["aliases"]
_REGIONS = {
    code: Region(code, name)
    for code, name in {COUNTRY_CODE: "中国", **read("regions")["regions"]}.items()
}
_PROVINCE_SHORT = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
}
_PEOPLES = (
    "维吾尔|达斡尔|鄂温克|朝鲜|土家|布依|景颇|傈僳|拉祜|布朗|仡佬|仫佬|毛南|哈尼|普米|独龙|裕固|保安|东乡|撒拉|"
    "满|回|藏|苗|彝|壮|侗|瑶|白|傣|黎|畲|羌|佤|水|土|怒|纳西|蒙古|各"
)
_AUTONOMOUS = re.compile(
    f"(?:(?:{_PEOPLES})族|哈萨克|柯尔克孜|塔吉克|蒙古|锡伯)+(?:自治[州县旗]|区)$"
)
_KIND = re.compile(r"(?:特别行政区|地区|林区|矿区|新区|自治州|自治县|自治旗|省|市|盟|区|县|旗)$")


def _short(name: str) -> str:
    if name in _PROVINCE_SHORT:
        return _PROVINCE_SHORT[name]
    for ending in (_AUTONOMOUS, _KIND):
        short = ending.sub("", name)
        if short != name and len(short) > 1:
            return short
    return name


def region(code: str) -> Region | None:
    """The region of a six-digit code, old codes of today's regions included; None when unknown."""
    return _REGIONS.get(_ALIASES.get(code, code))


def province_of(code: str) -> Region | None:
    """The province a region lies in, itself for a province; None for the country or unknown."""
    found = region(code)
    return region(f"{found.code[:2]}0000") if found else None


def city_of(code: str) -> Region | None:
    """The prefecture-level city a region lies in, itself for a city.

    A municipality (北京) is its own city, as is a county-level city under no prefecture (仙桃);
    other provinces have none.
    """
    found = region(code)
    if found is None or found.level is RegionLevel.COUNTRY:
        return None
    province = province_of(found.code)
    if province is not None and province.code in _CITY_PROVINCES:
        return province
    if found.level is RegionLevel.PROVINCE:
        return None
    return region(f"{found.code[:4]}00") or found


_CITY_PROVINCES = ("110000", "120000", "310000", "500000", "810000", "820000")


def parent_of(code: str) -> Region | None:
    """The next region up: city, province, country; None for the country or unknown."""
    found = region(code)
    if found is None or found.level is RegionLevel.COUNTRY:
        return None
    if found.level is RegionLevel.PROVINCE:
        return _REGIONS[COUNTRY_CODE]
    city = region(f"{found.code[:4]}00")
    return city if city is not None and city != found else province_of(found.code)


def is_within(code: str, area: str) -> bool:
    """Whether a region is an area or lies in it; False when either code is unknown."""
    inner, outer = region(code), region(area)
    return inner is not None and outer is not None and inner.code.startswith(outer.prefix)


def nearest(code: str) -> str:
    """The code itself; for one that is not in the table the city or province its digits begin with."""
    steps = (code, f"{code[:4]}00", f"{code[:2]}0000")
    return next((step for step in steps if region(step) is not None), "")


def full_name(code: str) -> str:
    """山东省济南市历下区; 北京市朝阳区; the empty string for an unknown code."""
    found = region(code)
    if found is None:
        return ""
    above = parent_of(found.code)
    is_top = above is None or above.level is RegionLevel.COUNTRY
    return found.name if is_top else full_name(above.code if above else "") + found.name


def children(code: str) -> tuple[Region, ...]:
    """The regions one level below, by code; of a municipality its districts."""
    return _below().get(code, ())


@cache
def _below() -> dict[str, tuple[Region, ...]]:
    below: defaultdict[str, list[Region]] = defaultdict(list)
    for found in _REGIONS.values():
        if (up := parent_of(found.code)) is not None:
            below[up.code].append(found)
    return {code: tuple(found) for code, found in below.items()}


def find_regions(text: str, *, within: str = COUNTRY_CODE) -> tuple[Region, ...]:
    """Every region a name can mean, higher levels first: 鼓楼区 is in four cities, 济南 one.

    Names may be short, and may give the way down: 山东济南, 南京市鼓楼区, 北京朝阳.
    """
    wanted = normalise(text)
    here = [found for found in _names().get(wanted, ()) if is_within(found.code, within)]
    if here:
        return tuple(sorted(here, key=lambda found: (len(found.prefix), found.code)))
    for cut in range(len(wanted) - 2, 1, -1):
        above = [r for r in _names().get(wanted[:cut], ()) if is_within(r.code, within)]
        below = {
            inner
            for outer in above
            for inner in find_regions(wanted[cut:], within=outer.code)
            if inner.code != outer.code
        }
        if below:
            return tuple(sorted(below, key=lambda found: (len(found.prefix), found.code)))
    return ()


def lookup(text: str) -> Region | None:
    """The one region a code or name means, the highest where levels share it (吉林 the province).

    None when unknown, or when several of the same level answer to it (鼓楼区).
    """
    if (by_code := region(text.strip())) is not None:
        return by_code
    found = find_regions(text)
    if not found or (len(found) > 1 and found[0].level == found[1].level):
        return None
    return found[0]


@cache
def _names() -> dict[str, tuple[Region, ...]]:
    names: defaultdict[str, list[Region]] = defaultdict(list)
    for found in _REGIONS.values():
        for name in {found.name, found.short_name}:
            names[name].append(found)
    for name in ("全国", "中华人民共和国"):
        names[name].append(_REGIONS[COUNTRY_CODE])
    return {name: tuple(found) for name, found in names.items()}


def province_choices() -> tuple[tuple[str, str], ...]:
    """(code, name) of the provinces, for a form field; their cities come from `children`."""
    return tuple((found.code, found.name) for found in children(COUNTRY_CODE))
