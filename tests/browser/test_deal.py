"""One whole deal as its four sides see it: typed, pressed and read in a real browser, in Chinese."""

import hashlib
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.async_api import Browser

from tests.browser.inspection import WHOLE, walk
from tests.browser.servers import Servers
from tests.browser.users import User
from tests.factories import PASSPHRASE, PASSWORD, make_uscc

HOSPITAL = "济南市第一人民医院"
WINNER, LOSER = "山东明眸数据标注有限公司", "鲁东智标科技有限公司"
TITLE = "胸部CT肺结节分割，2500例，驻场"
DAYS_UNTIL_OPENING = 10  # two working days, whatever weekend or holiday stands between
LICENCE = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
ITEMS = [f"case-{number:04d}.nii.gz" for number in range(1, 91)]
MANIFEST = "name,sha256\n" + "\n".join(
    f"{name},{hashlib.sha256(name.encode()).hexdigest()}" for name in ITEMS
)


async def register(hospital: User, operator: User) -> None:
    """Register with the form, confirm by mail, submit the licence; the operator verifies."""
    await hospital.open("/register")
    await hospital.press("注册")
    await hospital.sees("请修改 3 处内容", "姓名：此项必填")
    await hospital.show("registration-refused")
    await hospital.type(
        name="孟济川", email="hospital@example.com", password=PASSWORD, kind="demand",
        organisation_name=HOSPITAL, region_code="济南市",
    )  # fmt: skip
    await hospital.press("注册")
    await hospital.waits_for("/dev/mail", "hospital@example.com")
    await hospital.main.locator("summary", has_text="hospital@example.com").first.click()
    await hospital.main.locator("a[href*='/confirm/']").first.click()
    await hospital.press("确认是我的邮箱")
    await hospital.sign_in("hospital@example.com")
    await hospital.open("/organisation/verification")
    await hospital.type(name=HOSPITAL, uscc=make_uscc("370100"))
    await hospital.attach("licence", "执照.pdf", LICENCE, "application/pdf")
    await hospital.press("提交核验申请")
    await operator.open("/operator/organisations")
    await operator.press(HOSPITAL)
    await operator.confirm("核验通过")
    await operator.sees("已核验")


async def post_job(hospital: User) -> str:
    """The five steps of the wizard from the CT template; the number of the published job."""
    await hospital.open("/jobs/new")
    await hospital.main.locator("button[name=template][value=ct]").click()
    await hospital.type(
        title=TITLE, summary="对去标识胸部CT逐例勾画肺结节，双人双盲，高年资医师仲裁。"
    )
    await hospital.press("保存并继续")
    number = hospital.page.url.split("/jobs/")[1].split("/")[0]
    await hospital.type(volume="两千五")
    await hospital.press("保存并继续")
    assert await hospital.main.locator("[name=volume]").input_value() == "两千五"
    await hospital.show("wizard-volume-refused")
    await hospital.type(volume="2500", aql="2.5")
    await hospital.press("保存并继续")
    await hospital.main.locator("[name=has_no_state_secrets]").check()
    await hospital.type(place_region_code="济南市历下区")
    await hospital.attach(
        "deid_proof", "去标识证明.txt", "已按 GB/T 37964 去标识".encode(), "text/plain"
    )
    await hospital.show("wizard-security")
    await hospital.press("保存并继续")
    await hospital.type(budget_fen="18万", ceiling_unit_price="60")
    await hospital.sees("18 万元", "壹拾捌万元整")
    await hospital.press("保存并继续")
    await hospital.type(procedure="quote")
    await hospital.use_phone()
    await hospital.press("保存并核对")
    await set_passphrase(hospital)
    await hospital.sees("已满足全部发布条件，可以发布。")
    await hospital.show("job-review")
    await hospital.confirm("发布", "发布需求")
    await hospital.sees("需求已发布", "投标中")
    await hospital.show("job-published")
    return number


async def set_passphrase(hospital: User) -> None:
    """The opening passphrase where the first publication asks for it; the recovery file is there once."""
    await hospital.type(passphrase="short", again="short")
    await hospital.press("设置口令")
    await hospital.sees("至少 12 个字符")
    await hospital.type(passphrase=PASSPHRASE, again=PASSPHRASE)
    await hospital.press("设置口令")
    await hospital.sees("开标口令已设置", "本页只显示一次")
    async with hospital.page.expect_download() as coming:
        await hospital.press("下载恢复文件")
    kept = hospital.shots / "recovery.json"
    await (await coming.value).save_as(kept)
    assert "private_key" in kept.read_text("utf-8")
    await hospital.show("recovery-file")
    await hospital.press("继续")


async def open_bids(hospital: User, number: str) -> None:
    """After the deadline: a wrong passphrase says so, the right one opens at once."""
    await hospital.waits_for(f"/jobs/{number}", "由各密钥持有人共同开标")
    await hospital.use_phone()
    await hospital.press("开标")
    await hospital.type(passphrase="not the passphrase")
    await hospital.press("释放份额并开标")
    await hospital.sees("口令不正确")
    await hospital.show("opening-refused")
    await hospital.type(passphrase=PASSPHRASE)
    await hospital.press("释放份额并开标")
    await hospital.sees("已开标", "密钥释放记录")
    await hospital.use_desktop()


async def ask_and_answer(hospital: User, winner: User, number: str) -> None:
    """The firm finds the job among its matches and by search, and asks; the hospital answers."""
    await winner.waits_for("/matched-jobs", TITLE)
    await winner.show("matched-jobs")
    await winner.open("/")
    await winner.page.locator("header [name=q]").fill("肺结节 CT 驻场")
    await winner.page.keyboard.press("Enter")
    await winner.press(TITLE)
    await winner.type(text="是否同时提供肺窗与纵隔窗？")
    await winner.press("提问")
    await hospital.open(f"/jobs/{number}")
    await hospital.press("答复")
    await hospital.type(answer="两种窗位都提供。")
    await hospital.press("公开答复")
    await winner.open(f"/jobs/{number}")
    await winner.sees("两种窗位都提供。", "密封")


async def bid(firm: User, number: str, price: str, compute: str = "") -> None:
    """A sealed bid on a phone; a price above the ceiling is refused with its reason."""
    await firm.use_phone()
    await firm.open(f"/jobs/{number}")
    await firm.press("我要投标")
    await firm.type(
        unit_price="75", delivery_days="60", daily_capacity="60", proposal="两级质检，第三人仲裁。"
    )
    await firm.press("密封并提交投标")
    await firm.sees("60")
    assert await firm.main.locator("[name=proposal]").input_value() == "两级质检，第三人仲裁。"
    await firm.show("bid-refused")
    await firm.type(unit_price=price)
    if compute:
        await firm.type(
            extra1_category="算力租用", extra1_description="私有化算力", extra1_amount=compute
        )
    await firm.press("密封并提交投标")
    await firm.sees("已投标（密封）", "日产能60 例", "本页只显示一次")
    async with firm.page.expect_download() as coming:
        await firm.press("下载投标回执")
    assert price in (await (await coming.value).path()).read_text("utf-8")
    await firm.show("bid-receipt")
    await firm.press("查看我的投标")
    await firm.sees("开标前任何人都无法读取")
    await firm.show("bid-sealed")
    await firm.use_desktop()


async def decide(hospital: User, loser: User, number: str) -> None:
    """The opened bids, the scores of each, the award."""
    await open_bids(hospital, number)
    await hospital.open(f"/jobs/{number}")
    await loser.open(f"/jobs/{number}/opening")
    await loser.sees(WINNER, LOSER, "一致", "¥155,000.00", "¥145,000.00")
    await loser.show("opening")
    await hospital.press("评审投标")
    await hospital.show("comparison-unscored")
    await hospital.press("由我评审")
    await hospital.main.get_by_label("我与所有投标人均无利害关系").check()
    await hospital.press("提交声明")
    for place, mark in enumerate(("4.5", "2")):
        name = (WINNER, LOSER)[place]
        row = hospital.main.locator("tbody tr", has_text=name)
        await row.get_by_role("link", name="评分").click()
        await hospital.type(technical=mark, quality=mark, schedule=mark, comment="按评分细则")
        await hospital.show(f"score-sheet-{place}")
        await hospital.press("保存并评下一份")
        await hospital.open(f"/jobs/{number}/judging")
    await hospital.confirm("提交我的评分表", "提交")
    await hospital.open(f"/jobs/{number}/evaluation")
    await hospital.show("comparison")
    row = hospital.main.locator("tbody tr", has_text=WINNER)
    await row.get_by_role("link", name="定标").click()
    await hospital.type(rationale="综合得分最高，满足全部资格要求。")
    await hospital.press("确认定标")
    await hospital.show("award")


async def sign(hospital: User, winner: User) -> str:
    """Both sign the drafted contract; the order's number."""
    await winner.waits_for("/contracts", TITLE)
    for firm in (winner, hospital):
        await firm.open("/contracts")
        await firm.page.locator("main a[href^='/contracts/C-']").first.click()
        await firm.press("签署合同")
        await firm.show("contract")
    await hospital.sees(HOSPITAL, WINNER, "壹拾伍万伍仟元整")
    await hospital.press("查看订单")
    return hospital.page.url.rpartition("/")[2]


async def use_voucher_and_pay(hospital: User, order: str) -> None:
    """A refused programme says why; the first stage is paid on the practice page."""
    await hospital.open(f"/orders/{order}/vouchers")
    await hospital.sees("不可用及原因")
    await hospital.show("vouchers")
    await hospital.open(f"/orders/{order}")
    await hospital.press("去付款")
    await hospital.press("支付")
    await hospital.show("payment")
    await hospital.type(method="online")
    await hospital.press("继续支付")
    await hospital.show("practice-payment-page")
    await hospital.press("立即支付")
    await hospital.waits_for(f"/orders/{order}", "资金到位")


async def deliver(winner: User, order: str) -> str:
    """A batch with a manifest, a wrong one first; the batch's number."""
    await winner.open(f"/orders/{order}")
    await winner.press("计划一批交付")
    await winner.press("提交交付")
    await winner.type(quantity="2500", guideline_version="v1.0")
    await winner.attach("manifest", "清单.csv", b"name,sha256\ncase-1,12\n", "text/csv")
    await winner.press("提交交付")
    await winner.sees("第2行")
    await winner.show("manifest-refused")
    await winner.attach("manifest", "清单.csv", MANIFEST.encode(), "text/csv")
    await winner.press("提交交付")
    await winner.sees("清单.csv")
    return winner.page.url.rpartition("/")[2]


async def accept(hospital: User, batch: str) -> None:
    """The drawn sample, one item found wrong, the lot accepted; on a phone."""
    await hospital.use_phone()
    await hospital.open(f"/batches/{batch}")
    await hospital.confirm("抽取样本")
    await hospital.sees("请逐件检验抽中的20件", "不合格品不超过1件")
    await hospital.main.locator("select[name^=defect-]").first.select_option("missed")
    await hospital.show("inspection")
    await hospital.press("提交检验结论")
    await hospital.sees("该批验收合格", "1 / 20", "漏标")
    await hospital.show("batch-accepted")
    await hospital.use_desktop()


async def settle(hospital: User, winner: User, order: str) -> None:
    """The acceptance stage is paid and settled; both read the settlement; the firm its payout."""
    await hospital.open(f"/orders/{order}/payments")
    await hospital.press("支付")
    await hospital.type(method="online")
    await hospital.press("继续支付")
    await hospital.press("立即支付")
    await winner.waits_for("/settlements", "S-")
    await winner.page.locator("main a[href^='/settlements/S-']").first.click()
    await winner.sees("平台服务费")
    await winner.show("settlement")
    await winner.open("/payouts")
    await winner.show("payouts")


async def review(side: User, order: str, rating: str) -> None:
    """A review."""
    await side.open(f"/orders/{order}")
    await side.press("写评价")
    await side.type(rating=rating, text="沟通顺畅，按期完成。")
    await side.press("提交评价")


async def watch(bureau: User) -> None:
    """The bureau sees the volume of its region and takes the rows home."""
    await bureau.waits_for("/bureau/overview", "15.5")
    await bureau.show("bureau")
    await bureau.open("/bureau/deals")
    await bureau.sees("合同")
    async with bureau.page.expect_download() as coming:
        await bureau.main.get_by_role("link", name="Excel").first.click()
    taken = bureau.shots / "deals.xlsx"
    await (await coming.value).save_as(taken)
    sheet = load_workbook(taken).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert 155_000 in [float(cell) for cell in cells if isinstance(cell, int | float)]


@pytest.mark.committed
async def test_a_deal_in_the_browser(chromium: Browser, site: Servers, shots: Path) -> None:
    """From registration to reviews; then every page each side can reach, at both widths."""
    hospital, winner, loser, bureau, operator = [
        await User.at(chromium, site.url, shots / "deal") for _side in range(5)
    ]
    for user, name in (
        (winner, "winner"),
        (loser, "loser"),
        (bureau, "bureau"),
        (operator, "operator"),
    ):
        await user.sign_in(f"{name}@example.com")
    await register(hospital, operator)
    number = await post_job(hospital)
    await ask_and_answer(hospital, winner, number)
    await bid(winner, number, "50", compute="3万")
    await bid(loser, number, "58")
    await hospital.open(f"/jobs/{number}")
    assert WINNER not in await hospital.main.locator(".grid-figures").inner_text()
    site.stop()
    site.start(days_ahead=DAYS_UNTIL_OPENING)
    await decide(hospital, loser, number)
    order = await sign(hospital, winner)
    await use_voucher_and_pay(hospital, order)
    batch = await deliver(winner, order)
    await accept(hospital, batch)
    await settle(hospital, winner, order)
    await review(hospital, order, "5")
    await review(winner, order, "4")
    await winner.sees("沟通顺畅，按期完成。")
    await watch(bureau)
    deal = [f"/jobs/{number}", f"/orders/{order}", f"/orders/{order}/payments", f"/batches/{batch}"]
    seen: set[str] = set()
    for user, role, start in (
        (hospital, "hospital", deal), (winner, "winner", deal), (bureau, "bureau", []),
        (operator, "operator", []),
    ):  # fmt: skip
        context = user.page.context
        rooms = ["/workspace", *start]
        assert await walk(context, site.url, rooms, seen, shots / role, WHOLE) == {}
    assert len(seen) > 80
