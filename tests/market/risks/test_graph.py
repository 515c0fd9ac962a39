"""Who hangs together by what is declared, and who does not."""

import httpx
import pytest

from market.accounts import organisations, shareholders
from market.accounts.forms import OrganisationProfileInput, ShareInput
from market.accounts.models import Organisation
from market.risks.declared import holdings, masked
from market.risks.graph_view import Group, Party, links_of
from market.risks.graph_view import groups_of as groups_of_common
from market.risks.relations import Holding, in_common
from tests.factories.accounts import actor, make_organisation, make_uscc, signed_in_client
from tests.factories.complaints import make_bureau

PARTIES = {name: Party(name, f"{name}公司", "supplier") for name in "ABCDE"}


def held(organisation: str, what: str, value: str) -> Holding:
    return Holding(organisation, what, value, value)


def groups_of(holdings: list[Holding], parties: dict[str, Party]) -> list[Group]:
    return groups_of_common(in_common(holdings), parties)


def test_groups_join_over_whatever_is_shared() -> None:
    found = groups_of(
        [
            held("A", "phone", "0531-8888 6666"), held("B", "phone", "053188886666"),
            held("B", "address", "高新区会展路1号"), held("C", "address", "高新区会展路1号"),
            held("D", "phone", "0532-1234567"), held("E", "address", "0532-1234567"),
        ],
        PARTIES,
    )  # fmt: skip
    (group,) = found
    assert [party.number for party in group.parties] == ["A", "B", "C"]
    assert {(one.what, one.holders) for one in group.shared} == {
        ("phone", ("A", "B")), ("address", ("B", "C")),
    }  # fmt: skip
    assert len(list(group.lines)) == 4
    assert [(row.party.number, row.others) for row in links_of(found)] == [
        ("A", "B公司"), ("B", "A公司"), ("B", "C公司"), ("C", "B公司"),
    ]  # fmt: skip


def test_two_groups_become_one_by_what_comes_last() -> None:
    pairs = [
        ("A", "E", "1111111"),
        ("B", "D", "2222222"),
        ("C", "D", "3333333"),
        ("A", "B", "4444444"),
    ]
    held_by = [held(one, "phone", value) for *both, value in pairs for one in both]
    (group,) = groups_of(held_by, PARTIES)
    assert [party.number for party in group.parties] == ["A", "B", "C", "D", "E"]
    two = groups_of(held_by[:-2], PARTIES)
    assert [[party.number for party in group.parties] for group in two] == [
        ["B", "C", "D"],
        ["A", "E"],
    ]


@pytest.mark.parametrize("value", ["", "无", "12345"])
def test_short_texts_connect_nobody(value: str) -> None:
    assert groups_of([held("A", "phone", value), held("B", "phone", value)], PARTIES) == []


def test_what_many_share_connects_nobody() -> None:
    parties = {str(n): Party(str(n), str(n), "supplier") for n in range(21)}
    holdings = [held(number, "address", "数据标注产业园一号楼") for number in parties]
    assert groups_of(holdings, parties) == []
    (group,) = groups_of(holdings[1:], parties)
    assert len(group.parties) == 20


def test_a_telephone_is_shown_without_its_middle() -> None:
    assert masked("13812345678") == "138****5678"


async def test_a_bureau_sees_the_groups_of_its_region(client: httpx.AsyncClient) -> None:
    bureau = await make_bureau()
    for name, region in (("甲标注公司", bureau.region_code), ("乙标注公司", "110105")):
        firm = await make_organisation(kind="supplier", name=name, region_code=region)
        profile = OrganisationProfileInput(contact_phone="0531-88886666")
        await organisations.edit_organisation(firm, profile, by=await actor(firm))
    await signed_in_client(client, bureau.person_id)
    answer = await client.get("/bureau/relations")
    assert answer.status_code == 200
    for seen in ("甲标注公司", "乙标注公司", "053****6666"):
        assert seen in answer.text
    assert "0531-88886666" not in answer.text
    listed = (await client.get("/bureau/relations?format=csv")).text
    assert len(listed.strip().splitlines()) == 3


async def owned(firm: Organisation, *holders: tuple[str, str]) -> str:
    """The firm's number, once it has declared these names and codes, one tenth each."""
    rows = [ShareInput(holder_name=name, holder_uscc=code, share_bp=1000) for name, code in holders]
    await shareholders.declare_shareholders(firm, rows, by=await actor(firm))
    return firm.number


async def owners_in_common() -> list[tuple[str, tuple[str, ...]]]:
    shared = in_common(await holdings())
    return [(one.shown, one.holders) for one in shared if one.what == "shareholder"]


@pytest.mark.usefixtures("rollback")
async def test_shareholders_connect_by_code_or_by_an_organisations_name() -> None:
    a, b, c, d = [
        await make_organisation(kind="supplier", name=f"{name}市标注服务有限公司")
        for name in ("甲", "乙", "丙", "丁")
    ]
    code, organ = make_uscc(), make_uscc(pair="11")
    one = await owned(a, ("齐鲁数据集团", code), ("张三", ""), ("某市国资监管局", organ))
    two = await owned(b, ("齐鲁集团", code), ("张三", ""), ("某市国资监管局", organ))
    three = await owned(c, ("齐鲁数据集团", ""), ("香港某某控股", ""))
    four = await owned(d, ("香港某某控股", ""), ("某市国资监管局", ""))
    assert sorted(await owners_in_common()) == [
        ("香港某某控股", (three, four)), ("齐鲁数据集团", (one, two, three)),
    ]  # fmt: skip


@pytest.mark.usefixtures("rollback")
async def test_a_firm_is_tied_to_what_it_owns() -> None:
    parent, child, other = [
        await make_organisation(kind="supplier", name=f"{name}标注服务有限公司")
        for name in ("母", "子", "旁")
    ]
    assert parent.uscc is not None
    number = await owned(child, ("另一个写法", parent.uscc))
    assert await owners_in_common() == [("另一个写法", (parent.number, number))]
    second = await owned(other, ("母标注服务有限公司", ""))  # without its code: known by its name
    [(_shown, tied)] = await owners_in_common()
    assert tied == (parent.number, number, second)
