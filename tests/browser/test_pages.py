"""Pages on their own: every component, every room of a site on which nothing has happened, refusals."""

from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, expect

from tests.browser.inspection import DESKTOP, NOTHING, PHONE, barriers, walk
from tests.browser.servers import Servers
from tests.browser.users import User

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FORMS = ["/sign-in", "/register", "/password/forgotten", "/verify"]
LISTS = {
    "": ["/jobs", "/talents", "/needs", "/notices", "/bases", "/services", "/statistics"],
    "mine": ["/jobs/mine", "/my/needs", "/contracts", "/orders", "/payments", "/favourites"],
    "winner": ["/matched-jobs", "/bids", "/contracts", "/orders", "/payouts", "/settlements", "/my/talents"],
    "bureau": ["/bureau/deals", "/bureau/contracts", "/bureau/vouchers"],
    "operator": ["/operator/organisations", "/operator/payments", "/operator/outbox"],
}  # fmt: skip


async def test_every_component_at_both_widths_by_day_and_night(
    chromium: Browser, site: Servers, shots: Path
) -> None:
    user = await User.at(chromium, site.url, shots)
    await user.open("/dev/components")
    for scheme in SCHEMES:
        await user.page.emulate_media(color_scheme=scheme)
        for size in (PHONE, DESKTOP):
            await user.page.set_viewport_size(size)
            assert await user.page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
            assert await barriers(user.page) == []
    assert user.watch.take() == []


async def test_a_site_on_which_nothing_happened(
    chromium: Browser, site: Servers, shots: Path
) -> None:
    """Every page has its form at both widths; each list says what would be here.

    Axe judges the same pages with something on them, in the walk after a deal.
    """
    seen: set[str] = set()
    for role, lists in LISTS.items():
        user = await User.at(chromium, site.url, shots)
        if role:
            await user.sign_in(f"{role}@example.com")
        start = [*(["/workspace"] if role else ["/", *FORMS]), *lists]
        folder = shots / f"empty-{role}"
        assert await walk(user.page.context, site.url, start, seen, folder, NOTHING) == {}
        for path in lists:
            await user.open(path)
            await expect(user.main.locator(".empty").first, path).to_be_visible()
    assert len(seen) > 60


async def test_refusals_keep_what_was_typed(chromium: Browser, site: Servers, shots: Path) -> None:
    user = await User.at(chromium, site.url, shots / "refusals")
    await user.open("/sign-in")
    await user.type(email="winner@example.com", password="not the password")
    await user.press("登录")
    await user.sees("邮箱或密码不正确")
    assert await user.main.locator("[name=email]").input_value() == "winner@example.com"
    await user.show("wrong-password")
    await user.sign_in("mine@example.com")
    await user.open("/needs/new")
    await user.main.locator("form button[type=submit]").first.click()
    await user.page.goto(site.url + "/jobs/J-2026-999999")
    await user.sees("404")
    assert user.watch.take() == [
        "Failed to load resource: the server responded with a status of 404 (Not Found)"
    ]
    await user.show("not-found")
