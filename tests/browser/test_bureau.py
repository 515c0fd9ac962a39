"""A clerk of a bureau answers four questions from the first page, without help, and sees the evidence."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.servers import Servers
from tests.browser.users import User


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A site with something to see for a bureau."""
    servers = Servers(tmp_path_factory.mktemp("desk"))
    try:
        servers.fill("tests.browser.bureau_cast")
        servers.start()
        yield servers
    finally:
        servers.close()


@pytest.fixture
async def clerk(chromium: Browser, desk: Servers, shots: Path) -> AsyncIterator[User]:
    """The bureau's clerk at the first page."""
    user = await User.at(chromium, desk.url, shots / "desk")
    user.page.set_default_navigation_timeout(60_000)  # the first page waits for the dictionaries
    await user.sign_in("bureau@example.com")
    await user.open("/bureau/overview")
    yield user
    assert user.watch.take() == []
    await user.page.context.close()


async def test_this_months_volume_in_my_city_and_its_change(clerk: User) -> None:
    answer = clerk.main.locator("#answer-volume")
    await expect(answer).to_contain_text("济南市本月成交多少？")
    await expect(answer).to_contain_text("签约：300.00 元，2 笔")
    await expect(answer).to_contain_text("+50.0%")
    await answer.get_by_role("link", name="签约").click()
    await clerk.sees("共 2 条", "100.00", "200.00")
    await clerk.show("desk-volume")


async def test_which_price_rose_most_and_on_what_evidence(clerk: User) -> None:
    answer = clerk.main.locator("#answer-prices")
    await expect(answer).to_contain_text("哪项单价涨得最多，依据是什么？")
    await expect(answer).to_contain_text("25%")
    await answer.get_by_role("link").first.click()
    await clerk.sees("50.00", "40.00", "C-2026-000001")
    await clerk.show("desk-prices")


async def test_vouchers_left_in_the_pool_and_who_waits(clerk: User) -> None:
    answer = clerk.main.locator("#answer-vouchers")
    await expect(answer).to_contain_text("1 个券池共余 10 万元")
    await expect(answer).to_contain_text("1 份申请在等待")
    await answer.get_by_role("link", name="济南市第一人民医院").click()
    await clerk.sees("测试券 test-compute", "济南市第一人民医院")
    await clerk.show("desk-vouchers")


async def test_the_contracts_to_look_at_and_why(clerk: User) -> None:
    answer = clerk.main.locator("#answer-contracts")
    await expect(answer).to_contain_text("该看哪三份合同，为什么？")
    await expect(answer).to_contain_text("只有一家投标")
    await answer.get_by_role("link", name="风险线索").click()
    await clerk.sees("F-2026-000001", "一项需求")


async def test_every_figure_leads_to_its_definition_and_its_rows(clerk: User) -> None:
    await clerk.open("/bureau/indicators?period=month")
    row = clerk.main.get_by_role("row").filter(has_text="TX-contracted")
    await row.get_by_role("link", name="300.00 元").click()
    await clerk.sees("共 2 条")
    await clerk.open("/bureau/indicators/TX-contracted?period=month")
    await clerk.sees("本期生效合同的总价", "济南市数据标注产业发展行动方案")
    await clerk.show("desk-indicator")
