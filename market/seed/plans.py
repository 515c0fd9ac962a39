"""The demo's deals as data: who buys what, who bids how much, how far each came."""

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Stage(IntEnum):
    """How far a deal is played."""

    DRAFT = 0
    BIDDING = 1
    OPENING = 2
    EVALUATION = 3
    CONTRACT = 4
    ORDERED = 5
    FUNDED = 6
    DELIVERED = 7
    SETTLED = 8


@dataclass(frozen=True)
class Plan:
    """One deal: who buys what, who bids how much, how long ago it was published, how far it came."""

    buyer: str
    title: str
    task: str
    industry: str
    modality: str
    unit: str
    volume: int
    ceiling: str
    prices: dict[str, str]
    days_ago: float
    until: Stage = Stage.SETTLED
    medical: bool = False
    compute_fen: int = 0
    nonconforming: int = 0
    judges: int = 1
    dispute: str = ""  # "mediation" or "measured" instead of an acceptance


def _ct(days_ago: float, volume: int, s1: str, s2: str, **values: Any) -> Plan:
    return Plan(
        "hospital",
        values.pop("title", "胸部CT肺结节分割标注（院内驻场）"),
        "病灶分割",
        "医疗健康",
        "医学影像",
        "例",
        volume,
        "92",
        {"DS01": s1, "DS02": s2},
        days_ago,
        medical=True,
        **values,
    )


def _pest(days_ago: float, volume: int, price: str) -> Plan:
    return Plan(
        "company",
        "无人机植保病虫害图像拉框标注",
        "2D框",
        "现代农业",
        "图像",
        "框",
        volume,
        "0.2",
        {"DS07": price, "DS04": "0.19"},
        days_ago,
    )


def _cloud(days_ago: float, volume: int, price: str, **values: Any) -> Plan:
    return Plan(
        "company",
        "园区物流车激光雷达3D框标注",
        "3D框",
        "智能驾驶",
        "点云",
        "帧",
        volume,
        "9",
        {"DS04": price},
        days_ago,
        **values,
    )


PLANS = (
    _ct(330, 1200, "86", "79"),
    _pest(320, 400_000, "0.14"),
    _ct(290, 900, "84", "80"),
    _cloud(270, 20_000, "7.6"),
    _ct(240, 1500, "82", "78", title="肺部感染CT病灶分割标注"),
    _pest(225, 520_000, "0.13"),
    _ct(200, 1100, "80", "81"),
    _cloud(180, 26_000, "7.2", compute_fen=30_000_000),
    _ct(160, 1600, "79", "77", title="多中心胸部CT复核标注"),
    _pest(150, 610_000, "0.12"),
    _ct(130, 1000, "78", "82", nonconforming=1),
    _cloud(120, 30_000, "6.9"),
    _ct(100, 1800, "76", "79", title="肺结节随访CT标注"),
    _pest(90, 700_000, "0.12"),
    _ct(75, 1300, "75", "74"),
    _ct(62, 500, "76", "75", title="腹部CT淋巴结勾画标注（争议已复测）", dispute="measured"),
    _ct(50, 900, "78", "77", title="胸部CT结节毛刺征标注（争议调解中）", dispute="mediation"),
    _ct(42, 800, "77", "73", title="胸部CT磨玻璃结节属性标注", until=Stage.DELIVERED),
    _cloud(30, 18_000, "7.0", compute_fen=60_000_000, until=Stage.ORDERED),
    _ct(33, 600, "74", "76", title="乳腺MRI病灶分割标注", until=Stage.FUNDED),
    _ct(31, 700, "75", "72", title="肝脏CT器官勾画标注", until=Stage.CONTRACT),
    _ct(24, 900, "78", "74", title="脑卒中CT出血灶分割标注", until=Stage.EVALUATION, judges=3),
    _ct(23, 1400, "76", "75", title="腹部增强CT肝肿瘤分割标注（待开标）", until=Stage.OPENING),
    _ct(
        25,
        3000,
        "82",
        "77",
        title="胸部CT肺结节分割，3000例，驻场（即将开标）",
        until=Stage.BIDDING,
    ),
    _ct(0, 500, "80", "80", title="眼底照片病灶分割标注（草稿）", until=Stage.DRAFT),
)
# The last open job of the demo opens while somebody watches.
OPENS_SOON = dt.timedelta(minutes=4)
