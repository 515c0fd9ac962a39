"""A person at a browser of their own: signs in, reads, types and presses what the page shows."""

import re
from pathlib import Path
from typing import Self

from playwright.async_api import Browser, FilePayload, Locator, Page, Response, expect

from tests.browser.inspection import DESKTOP, PHONE, Watch, photograph, problems
from tests.factories import PASSWORD

# A loaded machine is slow, not wrong; on an idle one nothing here takes a tenth of it.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


class User:
    """Keeps one page; every page it leaves has had no complaint of the console."""

    def __init__(self, page: Page, base: str, shots: Path) -> None:
        self.page, self.base, self.shots = page, base, shots
        self.watch = Watch(page)

    @classmethod
    async def at(cls, browser: Browser, base: str, shots: Path) -> Self:
        """A browser that has never been here."""
        context = await browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport=DESKTOP,
            accept_downloads=True,
            reduced_motion="reduce",  # colours half-way between day and night have no contrast
        )
        context.set_default_timeout(PATIENCE_MS)
        return cls(await context.new_page(), base, shots)

    @property
    def main(self) -> Locator:
        """The page without its frame."""
        return self.page.locator("main")

    async def sign_in(self, email: str) -> None:
        """Log in by the form."""
        await self.open("/sign-in")
        await self.type(email=email, password=PASSWORD)
        await self.press("登录")
        await expect(self.page).not_to_have_url(re.compile("/sign-in"))

    async def open(self, path: str) -> Response:
        """Go to an address of the site; the page must be there."""
        answer = await self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer

    async def sees(self, *texts: str) -> None:
        """The page shows these."""
        for text in texts:
            await expect(self.main).to_contain_text(text)

    async def waits_for(self, path: str, text: str) -> None:
        """Look again until the worker has done its part."""
        for _attempt in range(100):
            await self.open(path)
            if text in await self.main.inner_text():
                return
            await self.page.wait_for_timeout(100)
        await self.sees(text)

    async def type(self, **values: str) -> None:
        """Fill fields by name; choose where they are choices."""
        for name, value in values.items():
            field = self.main.locator(f"[name={name}]").first
            kind = await field.evaluate("node => node.type")
            if kind == "select-one":
                await field.select_option(value)
            elif kind in ("radio", "checkbox"):
                await self.main.locator(f"[name={name}][value='{value}']").check()
            else:
                await field.fill(value)

    async def attach(self, name: str, filename: str, content: bytes, kind: str) -> None:
        """Choose a file."""
        payload: FilePayload = {"name": filename, "mimeType": kind, "buffer": content}
        await self.main.locator(f"[name={name}]").set_input_files(payload)

    async def press(self, label: str, *, nth: int = 0) -> None:
        """Press the button or follow the link of this name."""
        pattern = re.compile(rf"^\s*{re.escape(label)}\s*$")
        button = self.main.get_by_role("button", name=pattern)
        link = self.main.get_by_role("link", name=pattern)
        await button.or_(link).nth(nth).click()
        await self.page.wait_for_load_state()

    async def confirm(self, label: str, answer: str = "") -> None:
        """Press a button that asks first, and say yes."""
        await self.press(label)
        await self.page.locator("dialog[open]").get_by_role("button", name=answer or label).click()
        await self.page.wait_for_load_state()

    async def show(self, name: str) -> None:
        """The page has no fault at either width; its picture, where somebody wants it."""
        size = self.page.viewport_size
        found = self.watch.take() + await problems(self.page)
        assert not found, f"{self.page.url}: {found}"
        await photograph(self.page, self.shots, name)
        await self.page.set_viewport_size(size or DESKTOP)

    async def use_phone(self) -> None:
        """Go on at 375 px."""
        await self.page.set_viewport_size(PHONE)

    async def use_desktop(self) -> None:
        """Go on at 1280 px."""
        await self.page.set_viewport_size(DESKTOP)
