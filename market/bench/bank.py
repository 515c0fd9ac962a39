"""`market bench bank`: a generated statement with dirty narratives, matched line by line against its truth."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from rich.console import Console
from rich.progress import track

from billing.bank_matching import (
    Book,
    OpenItem,
    Receipt,
    Rung,
    Verdict,
    match,
    order_of_account,
    payer_key,
    sub_account_of,
)
from billing.references import find_references, new_reference

PREFIX = "955880001"
PAYERS_PER_LINE = 8  # one payer for so many lines
_CITIES = ("济南", "青岛", "上海", "杭州", "成都", "西安", "合肥", "长沙", "沈阳", "厦门")
_NAMES = (
    "第一人民医院",
    "肿瘤医院",
    "智能科技有限公司",
    "数据服务（集团）有限公司",
    "大学附属医院",
    "车联网研究院",
)
_WORDS = ("标注款", "货款", "服务费", "合同款", "进度款", "数据标注服务费", "预付款", "")
_TAILS = ("", "，请查收", " 谢谢", "/网银转账", "；经办人王芳", " 11月")
_PLAIN = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Case:
    """A line of the statement, the kind of its difficulty, and what it was truly for."""

    kind: str
    receipt: Receipt
    truth: frozenset[tuple[str, int]]


class Corpus:
    """Payers with open transfers, and lines that pay, half-pay, overpay, confuse or have nothing to do with them."""

    def __init__(self, lines: int, *, seed: int) -> None:
        self.lines = lines
        self._random = random.Random(seed)  # noqa: S311 - a reproducible corpus, not a secret
        self._serial = 0
        self.open: dict[str, OpenItem] = {}
        self.by_payer: dict[str, list[str]] = {}
        for at in range(max(lines // PAYERS_PER_LINE, 4)):
            name = f"{_CITIES[at % 10]}{_NAMES[at // 10 % 6]}{at:04d}号"
            self.by_payer[name] = []
            for _one in range(self._random.randint(1, 6)):
                self._add(name)

    def cases(self) -> Iterator[Case]:
        """The lines, one after another; each is made when what the last one paid is gone."""
        kinds = self._random.choices([k for k, _w in KINDS], [w for _k, w in KINDS], k=self.lines)
        for kind in kinds:
            payer = self._random.choice(list(self.by_payer))
            while len(self.by_payer[payer]) < 2:
                self._add(payer)
            items = [self.open[key] for key in self.by_payer[payer]]
            yield getattr(self, f"_{kind}")(payer, self._random.sample(items, len(items)))

    def book_for(self, receipt: Receipt) -> Book:
        """What the database would be asked for: the payer's, the code's and the order's open transfers."""
        payer, codes = payer_key(receipt.payer), set(find_references(receipt.narrative))
        order = order_of_account(receipt.account, prefix=PREFIX)
        near = [self.open[key] for name, keys in self.by_payer.items()
                if payer_key(name) == payer for key in keys]  # fmt: skip
        named = [
            item for item in self.open.values() if item.reference in codes or item.order == order
        ]
        return Book({item.payment: item for item in (*near, *named)}.values())

    def take(self, parts: Sequence[tuple[str, int]]) -> None:
        """What was applied is awaited no more."""
        for key, fen in parts:
            item = replace(self.open[key], due_fen=self.open[key].due_fen - fen)
            self.open[key] = item
            if item.due_fen == 0:
                del self.open[key]
                self.by_payer[item.payer].remove(key)

    def _add(self, payer: str) -> None:
        self._serial += 1
        round_sum = self._random.choice((1_000_000, 5_000_000, 10_000_000, 2_500_000))
        odd = self._random.randint(10_000, 30_000_000)
        key = f"PAY-2026-{self._serial:06d}"
        code = new_reference(UUID(int=self._random.getrandbits(120)))
        fen = round_sum if self._random.random() < 0.25 else odd
        self.open[key] = OpenItem(key, code, f"PO-2026-{self._serial:06d}", payer, fen)
        self.by_payer[payer].append(key)

    def _case(
        self, kind: str, payer: str, fen: int, text: str, *truth: tuple[str, int], account: str = ""
    ) -> Case:
        spelled = self._random.choice(
            (payer, payer, f" {payer}", payer.replace("（", "(").replace("）", ")"))
        )
        words, tail = self._random.choice(_WORDS), self._random.choice(_TAILS)
        receipt = Receipt(fen, spelled, f"{words}{text}{tail}", account)
        return Case(kind, receipt, frozenset(truth))

    def _clean(self, payer: str, items: list[OpenItem]) -> Case:
        item = items[0]
        return self._case(
            "clean", payer, item.due_fen, f" {item.reference} ", (item.payment, item.due_fen)
        )

    def _dirty(self, payer: str, items: list[OpenItem]) -> Case:
        item = items[0]
        return self._case(
            "dirty", payer, item.due_fen, self._soil(item.reference), (item.payment, item.due_fen)
        )

    def _soil(self, code: str) -> str:
        """Spaces, width, case, O for 0, Chinese words in the middle: what counters and phones make of a code."""
        make = self._random.randint(0, 6)
        if make == 0:
            return " ".join(code)
        if make == 1:
            return "".join(chr(ord(char) + 0xFEE0) for char in code)
        if make == 2:
            return code.lower().replace("0", "o")
        if make == 3:
            return f"{code[:5]}备注{code[5:]}"
        if make == 4:
            return f"{code[:2]}-{code[2:6]}-{code[6:]}"
        if make == 5:
            return f"付款码：{code[:2]} {code[2:].replace('1', 'I')}。"
        return f"{code[:4]}　{code[4:8]}／{code[8:]}"

    def _typo(self, payer: str, items: list[OpenItem]) -> Case:
        item, at = items[0], self._random.randint(2, 9)
        wrong = self._random.choice(_PLAIN.replace(item.reference[at], ""))
        text = item.reference[:at] + wrong + item.reference[at + 1 :]
        return self._case("typo", payer, item.due_fen, f" {text}", (item.payment, item.due_fen))

    def _bare(self, payer: str, items: list[OpenItem]) -> Case:
        return self._case("bare", payer, items[0].due_fen, "", (items[0].payment, items[0].due_fen))

    def _order(self, payer: str, items: list[OpenItem]) -> Case:
        item = items[0]
        return self._case(
            "order", payer, item.due_fen, f"订单{item.order}", (item.payment, item.due_fen)
        )

    def _several(self, payer: str, items: list[OpenItem]) -> Case:
        taken = items[: self._random.randint(2, min(3, len(items)))]
        truth = [(item.payment, item.due_fen) for item in taken]
        return self._case("several", payer, sum(fen for _key, fen in truth), "", *truth)

    def _codes(self, payer: str, items: list[OpenItem]) -> Case:
        taken = items[:2]
        text = " ".join(item.reference for item in taken)
        truth = [(item.payment, item.due_fen) for item in taken]
        return self._case("codes", payer, sum(fen for _key, fen in truth), f" {text}", *truth)

    def _part(self, payer: str, items: list[OpenItem]) -> Case:
        item = items[0]
        fen = max(item.due_fen * self._random.randint(10, 90) // 100, 1)
        return self._case(
            "part", payer, fen, f" {item.reference}", (item.payment, min(fen, item.due_fen))
        )

    def _over(self, payer: str, items: list[OpenItem]) -> Case:
        item = items[0]
        fen = item.due_fen + self._random.randint(1, 90_000)
        return self._case("over", payer, fen, f" {item.reference}", (item.payment, item.due_fen))

    def _third(self, payer: str, items: list[OpenItem]) -> Case:
        other = f"{payer}财务代理"
        return self._case("third", other, items[0].due_fen, f" {self._soil(items[0].reference)}")

    def _noise(self, payer: str, items: list[OpenItem]) -> Case:
        return self._case("noise", f"{payer}工会", self._random.randint(1, 10**7), "活动经费")

    def _purpose(self, payer: str, items: list[OpenItem]) -> Case:
        return self._case(
            "purpose",
            payer,
            items[0].due_fen,
            self._random.choice(("投标保证金", "往来款", "归还借款")),
        )

    def _wrong_code(self, payer: str, items: list[OpenItem]) -> Case:
        meant, pasted = items[0], items[1]
        return self._case("wrong_code", payer, meant.due_fen, f" {pasted.reference}", (meant.payment, meant.due_fen)
                          if meant.due_fen != pasted.due_fen else (pasted.payment, pasted.due_fen))  # fmt: skip

    def _old_code(self, payer: str, items: list[OpenItem]) -> Case:
        gone = new_reference(UUID(int=self._random.getrandbits(120)))
        return self._case("old_code", payer, items[0].due_fen, f" {gone}")

    def _sub_account(self, payer: str, items: list[OpenItem]) -> Case:
        item = items[0]
        return self._case("sub_account", payer, item.due_fen, "", (item.payment, item.due_fen),
                          account=sub_account_of(item.order, prefix=PREFIX))  # fmt: skip


KINDS = (
    ("clean", 26), ("dirty", 26), ("typo", 6), ("bare", 10), ("order", 3), ("several", 5),
    ("codes", 3), ("part", 4), ("over", 2), ("third", 4), ("noise", 3), ("purpose", 2),
    ("wrong_code", 1), ("old_code", 2), ("sub_account", 3),
)  # fmt: skip


@dataclass(slots=True)
class Score:
    """What came of a corpus; precision is over lines applied, recall over lines that had a truth."""

    lines: int
    applied: int
    wrong: list[str]
    meant: int
    by_rung: Counter[str]
    queued: Counter[str]
    seconds: float

    def summary(self) -> str:
        """For reading."""
        return "\n".join(f"{name:<17}{value}" for name, value in self.as_dict().items())

    def as_dict(self) -> dict[str, object]:
        """For printing."""
        right = self.applied - len(self.wrong)
        return {
            "lines": self.lines,
            "applied": self.applied,
            "precision": f"{right / self.applied:.3f}" if self.applied else "1.000",
            "recall": f"{right / self.meant:.3f}" if self.meant else "1.000",
            "by_rung": dict(sorted(self.by_rung.items())),
            "queued": dict(sorted(self.queued.items())),
            "wrong": self.wrong[:20],
            "lines_per_second": round(self.lines / self.seconds),
        }


def measure(lines: int, *, seed: int = 2026) -> Iterator[Score]:
    """The score so far after every line."""
    corpus = Corpus(lines, seed=seed)
    score = Score(0, 0, [], 0, Counter(), Counter(), 1e-9)
    started = time.process_time()
    for case in corpus.cases():
        verdict = match(case.receipt, corpus.book_for(case.receipt), prefix=PREFIX)
        _count(score, case, verdict)
        corpus.take(verdict.parts)
        score.seconds = time.process_time() - started or 1e-9
        yield score


def measure_all(lines: int, *, seed: int = 2026) -> Score:
    """The whole corpus with a progress bar on standard error."""
    steps = track(measure(lines, seed=seed), "Matching", total=lines, console=Console(stderr=True))
    *_before, score = steps
    return score


def _count(score: Score, case: Case, verdict: Verdict) -> None:
    score.lines += 1
    score.meant += bool(case.truth)
    score.by_rung[verdict.rung.value] += 1
    if verdict.rung == Rung.QUEUE:
        score.queued[f"{case.kind}: {verdict.why}"] += 1
        return
    score.applied += 1
    if frozenset(verdict.parts) != case.truth:
        score.wrong.append(f"{case.kind}: {case.receipt} -> {verdict.parts}, not {set(case.truth)}")
