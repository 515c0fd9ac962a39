"""What is wrong with a page as a browser shows it, and a walk over every page that links lead to."""

import os
import re
from collections import deque
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, ViewportSize

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=375, height=812)

# Standards, formats, metrics, products, and what the audit log calls the nameless; file names, scopes,
# numbers and digests are cut out before.
_LATIN = """
A4 ACC AES AI API AQL CAD CER COCO CPU CSV CT Chrome DCMM DICOM DSMM Dice EN English Excel F1 GB GLB GPU
Croissant HTTP ID IO IOB ISO IoU JPEG JPG JSON KB Kappa LiDAR Linux MB MRI NIfTI OAuth OBJ OCDS OCR PDF PNG PS3 SEG
SHA SQL SVG TB TIFF TISAX TXT UTC UTF VLAN VOC WER Word XLSX XML YOLO ZIP II III asker bidder BEV DCAT RAI SFT TC609
"""
LATIN = frozenset(_LATIN.split())
_CUT = re.compile(
    r"[\w.+-]+@[\w.-]+|https?://\S+|\S+\.(?:csv|txt|pdf|gz)\b|/[\w./{}-]+|\bv\d[\d.]*|[a-z]+:[a-z]+|DICOM PS3.*"
    r"|[A-Z]{1,3}-\d{4}-\d+\S*|\bPT[0-9A-Z]{9}\b|\b(?=\w*\d)[\w.-]{6,}\b|[0-9a-f]{8,}…?"
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:'[a-z]+)?")

_LAYOUT = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const seen = (node) => node.getClientRects().length > 0;
  const culprits = wide <= 0 ? [] : [...document.querySelectorAll("main *, header *, footer *")]
    .filter((node) => seen(node) && node.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map((node) => node.tagName.toLowerCase() + "." + node.className);
  return {wide, culprits, headings: document.querySelectorAll("h1").length, title: document.title};
}"""
_TEXT = """() => {
  const skip = "code, pre, script, style, option, [lang=en], .digest, .brand";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.data.trim() && !node.parentElement.closest(skip)) texts.push(node.data.trim());
  }
  return texts;
}"""


# axe-core, of the installed package; the rules of WCAG 2.2 A and AA, all of them at one width. From the top
# of the page: what is half under the sticky header while it is scrolled is no small target.
_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What another width can change on the same page: what it shows instead, and how large.
_WIDTH_RULES = [
    "target-size", "scrollable-region-focusable", "button-name", "link-name", "label", "aria-hidden-focus",
]  # fmt: skip
_RUN_AXE = """async ({part, rules}) => {
  scrollTo({top: 0, behavior: "instant"});
  const found = await axe.run(part, {runOnly: rules, resultTypes: ["violations"], preload: false});
  return found.violations.filter(rule => ["serious", "critical"].includes(rule.impact))
    .map(rule => `${rule.id}: ${rule.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(" | ")}`);
}"""


# What axe looks at. The frame is the same on every page somebody opens, and half of what there is to judge.
WHOLE, MAIN, NOTHING = "html", "main", ""


@dataclass
class Watch:
    """Collects what the console of a page complains about."""

    page: Page
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._say)
        self.page.on("pageerror", lambda error: self.lines.append(str(error)))

    def _say(self, message: ConsoleMessage) -> None:
        refused = "status of 422" in message.text  # a form that shows its errors
        if message.type in ("error", "warning") and not refused:
            self.lines.append(message.text)

    def take(self) -> list[str]:
        """The complaints since the last time."""
        taken, self.lines[:] = list(self.lines), []
        return taken


def english_words(texts: list[str]) -> list[str]:
    """Words left in English among texts that should be Chinese: in texts without any Han character."""
    found: list[str] = []
    for text in texts:
        words = [word for word in _WORD.findall(_CUT.sub(" ", text)) if word not in LATIN]
        if words and not re.search(r"[\u4e00-\u9fff]", text):
            found.append(text[:60])
    return found


async def problems(page: Page, part: str = MAIN) -> list[str]:
    """What is wrong with the page now shown, at both widths; only axe looks at a part of it."""
    found: list[str] = []
    for name, size in (("375", PHONE), ("1280", DESKTOP)):
        await page.set_viewport_size(size)
        layout = await page.evaluate(_LAYOUT)
        if layout["wide"] > 0:
            found.append(f"{name} px: {layout['wide']} px too wide: {layout['culprits']}")
        rules = _RULES if size == DESKTOP else _WIDTH_RULES
        if part:
            found += [f"{name} px: {one}" for one in await barriers(page, part, rules)]
    if layout["headings"] != 1:
        found.append(f"{layout['headings']} h1")
    if not layout["title"].strip(" -"):
        found.append("no title")
    if left := english_words(await page.evaluate(_TEXT)):
        found.append(f"English: {left[:8]}")
    return found


async def barriers(page: Page, part: str = WHOLE, rules: list[str] = _RULES) -> list[str]:
    """What keeps people with disabilities out of the page now shown: axe's serious and critical findings."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_AXE)
    found: list[str] = await page.evaluate(_RUN_AXE, {"part": part, "rules": rules})
    return found


def shape(path: str) -> str:
    """A path with its numbers and keys taken out: pages of one template have the same."""
    return re.sub(r"/(?=[^/]*\d)[^/]+", "/*", path)


async def walk(
    context: BrowserContext,
    base: str,
    start: list[str],
    seen: set[str],
    shots: Path,
    part: str = MAIN,
) -> dict[str, list[str]]:
    """Visit the start, then one page of every shape not yet `seen` that links lead to; the faults found."""
    page = await context.new_page()
    watch = Watch(page)
    todo = deque(start)
    bad: dict[str, list[str]] = {}
    seen.update(map(shape, start))
    while todo:
        path = todo.popleft()
        answer = await page.goto(base + path, wait_until="load")
        assert answer is not None
        found = [] if answer.status == 200 else [f"status {answer.status}"]
        found += watch.take() + await problems(page, part)
        part = MAIN if part else NOTHING
        if found:
            bad[path] = found
        await photograph(page, shots, re.sub(r"\W+", "_", path).strip("_") or "home")
        links = await page.eval_on_selector_all(
            "a[href]:not([download])",
            "nodes => nodes.map(node => new URL(node.getAttribute('href'), document.baseURI).href)",
        )
        for link in links:
            parts = urlsplit(link)
            if f"{parts.scheme}://{parts.netloc}" != base or _is_elsewhere(parts.path, parts.query):
                continue
            if (key := shape(parts.path)) not in seen:
                seen.add(key)
                todo.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    await page.close()
    return bad


def _is_elsewhere(path: str, query: str) -> bool:
    """Files, the API, and the mailbox of development, which holds other people's links."""
    return (
        bool(re.search(r"\.(csv|xlsx|json|txt|pdf)$|/documents/|/manifest$|/licence$|^/(static|api|dev)\b", path))
        or "format=" in query
    )  # fmt: skip


async def photograph(page: Page, folder: Path, name: str) -> None:
    """The page at both widths, where BROWSER_SHOTS says that somebody wants to look at it."""
    if not os.environ.get("BROWSER_SHOTS"):
        return
    for width, size in (("375", PHONE), ("1280", DESKTOP)):
        await page.set_viewport_size(size)
        await page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
