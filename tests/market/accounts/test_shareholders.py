"""Who owns an organisation: declared by its owner, read by few."""

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from market.accounts.forms import MOST_SHAREHOLDERS, ShareholdersInput, ShareInput
from market.accounts.models import Organisation, Shareholding
from market.accounts.shareholders import declare_shareholders, shareholders_of
from market.kit import audit
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from tests.factories import actor, make_organisation, make_uscc, signed_in_client

pytestmark = pytest.mark.usefixtures("rollback")
PAGE = "/organisation/shareholders"


def share(name: str = "王小明", percent: str = "50", uscc: str = "") -> ShareInput:
    return ShareInput.model_validate(
        {"holder_name": name, "holder_uscc": uscc, "share_bp": percent}
    )


async def firm(**values: Any) -> tuple[Organisation, Actor]:
    made = await make_organisation(kind="supplier", **values)
    return made, await actor(made)


async def declared(organisation: Organisation) -> list[tuple[str, str, int]]:
    rows = await shareholders_of(organisation)
    return [(row.holder_name, row.holder_uscc, row.share_bp) for row in rows]


async def test_the_whole_list_is_replaced_and_logged() -> None:
    code = make_uscc()
    organisation, by = await firm(name="济南标注有限公司")
    await declare_shareholders(
        organisation, [share("王小明", "33.34"), share("齐鲁数据集团", "66.66", code)], by=by
    )
    assert await declared(organisation) == [("齐鲁数据集团", code, 6666), ("王小明", "", 3334)]

    await declare_shareholders(organisation, [share("王小明", "100")], by=by)
    await declare_shareholders(organisation, [share("王小明", "100 %")], by=by)  # the same again
    assert await declared(organisation) == [("王小明", "", 10_000)]

    await declare_shareholders(organisation, [], by=by)
    assert await declared(organisation) == []
    log = [one for one in await audit.history(organisation) if "shareholders" in one.action]
    person = {"holder_name": "王小明", "holder_uscc": "", "share_bp": 10_000}
    assert [len(one.after["holders"]) for one in log] == [2, 1, 0]
    assert (log[1].after, log[2].before) == ({"holders": [person]}, {"holders": [person]})


async def test_a_wrong_list_changes_nothing() -> None:
    organisation, by = await firm(name="济南标注有限公司")
    assert organisation.uscc is not None
    await declare_shareholders(organisation, [share("李四", "1")], by=by)
    code = make_uscc()
    wrong = {
        "100%": [share("甲某", "60"), share("乙某", "40.01")],
        "王小明": [share(percent="1"), share(percent="2")],
        "乙集团": [share("甲集团", "1", code), share("乙集团", "1", code)],
        "自己": [share("别的名称", "1", organisation.uscc)],
        "不能是": [share("济南标注有限公司", "1")],
        "50": [share(f"股东{n}", "0.01") for n in range(MOST_SHAREHOLDERS + 1)],
    }
    for text, holders in wrong.items():
        with pytest.raises(InvalidInput) as refused:
            await declare_shareholders(organisation, holders, by=by)
        assert text in refused.value.fields["holders"]
    assert await declared(organisation) == [("李四", "", 100)]
    assert len(await audit.history(organisation)) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"share_bp": 0},
        {"share_bp": 10_001},
        {"share_bp": "0.001"},
        {"holder_name": " 王 "},
        {"holder_uscc": "91370100MA00000000"},
        {"holder_uscc": "110105194912310021"},  # a resident's number is no organisation's code
    ],
)
def test_a_row_that_cannot_be(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ShareInput.model_validate({"holder_name": "王小明", "share_bp": 100, **values})


def test_a_list_of_more_than_fifty() -> None:
    with pytest.raises(ValidationError):
        ShareholdersInput(holders=[share(f"股东{n}") for n in range(MOST_SHAREHOLDERS + 1)])


async def test_only_an_owner_declares() -> None:
    organisation, _owner = await firm()
    for role in ("sales", "finance", "viewer"):
        with pytest.raises(NotPermitted):
            await declare_shareholders(
                organisation, [share()], by=await actor(organisation, role=role)
            )
    assert not await Shareholding.exists()


async def test_the_form_works_without_script(client: httpx.AsyncClient) -> None:
    organisation, by = await firm()
    await signed_in_client(client, by.person_id)
    code = make_uscc()
    typed = {
        "holder1_holder_name": "王小明", "holder1_share_bp": "12.5",
        "holder3_holder_name": "齐鲁数据集团", "holder3_holder_uscc": code.lower(),
        "holder3_share_bp": "87.5%",
    }  # fmt: skip
    answer = await client.post(PAGE, data={**typed, "holder3_share_bp": "88"})
    assert answer.status_code == 422
    assert "100.5%" in answer.text
    assert 'value="王小明"' in answer.text
    answer = await client.post(PAGE, data={**typed, "holder3_holder_uscc": code[:-1] + "I"})
    assert answer.status_code == 422
    assert 'href="#f-holder3_holder_uscc"' in answer.text
    assert await declared(organisation) == []

    assert (await client.post(PAGE, data=typed)).status_code == 303
    assert await declared(organisation) == [("齐鲁数据集团", code, 8750), ("王小明", "", 1250)]
    page = (await client.get(PAGE)).text
    assert all(f'value="{value}"' in page for value in ("87.5", "12.5", code))
    assert 'name="holder5_holder_name"' in page
    assert 'name="holder6_holder_name"' not in page


async def test_members_operator_and_own_bureaus_read_it_and_nobody_else(
    client: httpx.AsyncClient,
) -> None:
    organisation, by = await firm(region_code="370100")
    await declare_shareholders(organisation, [share()], by=by)
    number = organisation.number
    operator = await actor(await make_organisation(kind="operator"))
    pages = {
        "member": (await actor(organisation, role="viewer"), PAGE),
        "bureau": (await actor(await make_organisation(kind="bureau", region_code="370000")),
                   f"/library/{number}"),
        "operator": (operator, f"/operator/organisations/{number}"),
    }  # fmt: skip
    for reader, path in pages.values():
        await signed_in_client(client, reader.person_id)
        answer = await client.get(path)
        assert "王小明" in answer.text, path
        listed = await client.get(f"/api/v1/organisations/{number}/shareholders")
        assert listed.json()["holders"] == [
            {"holder_name": "王小明", "holder_uscc": "", "share_bp": 5000}
        ]
    others = [
        await make_organisation(kind="bureau", region_code="140000"),
        await make_organisation(kind="bureau", region_code="370100", verified=False),
        await make_organisation(kind="demand"),
    ]
    for other in others:
        await signed_in_client(client, (await actor(other)).person_id)
        listed = await client.get(f"/api/v1/organisations/{number}/shareholders")
        assert listed.status_code == 404
        assert "王小明" not in (await client.get(f"/suppliers/{number}")).text


async def test_a_program_declares(client: httpx.AsyncClient) -> None:
    organisation, by = await firm()
    await signed_in_client(client, by.person_id)
    body = {"holders": [{"holder_name": "王小明", "share_bp": 10_000}]}
    answer = await client.put("/api/v1/organisation/shareholders", json=body)
    assert (answer.status_code, answer.json()["organisation"]) == (200, organisation.number)
    twice = {"holders": [{"holder_name": "王小明", "share_bp": 1}] * 2}
    assert (await client.put("/api/v1/organisation/shareholders", json=twice)).status_code == 422
    assert await declared(organisation) == [("王小明", "", 10_000)]
