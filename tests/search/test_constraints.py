"""Constraint parsing: what becomes a chip, with which filter, and how it goes away again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.kit.i18n import translations
from search.constraints import parse_query
from search.documents import Kind
from search.engine import AnyOf, Equals, Filter, InRegion, Not, Range, Sort


def filters(text: str, kind: Kind = "suppliers") -> set[Filter]:
    return set(parse_query(text, kind).filters)


def in_chinese(msgid: str, **params: object) -> str:
    return translations("zh_CN").gettext(msgid) % params


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("济南 肺结节", {InRegion("370100")}),
        ("山东济南历下区", {InRegion("370102")}),
        ("南京或苏州", {AnyOf((InRegion("320100"), InRegion("320500")))}),
        ("jinan 视频", {InRegion("370100")}),
        ("除山西外", {Not(InRegion("140000"))}),
        ("大同话 转写", {Equals("languages", "晋语")}),
        ("驻场", {Equals("onsite", True)}),
        ("数据不出院", {Equals("in_hospital", True)}),
        ("非驻场", set()),
        ("无需驻场", set()),
        ("90%以上准确率", {Range("accuracy", at_least=0.9)}),
        ("不要语音", {Not(Equals("modalities", "语音"))}),
        ("VLAN隔离 信创", {Equals("vlan", True), Equals("xinchuang", True)}),
        ("等保3级", {Range("cert_mlps", at_least=3)}),
        ("三级等保及以上", {Range("cert_mlps", at_least=3)}),
        ("ISO9001", {Range("cert_iso9001", at_least=0.5)}),
        ("DCMM 稳健级", {Range("cert_dcmm", at_least=3)}),
        ("测绘资质甲级", {Range("cert_surveying", at_least=2)}),
        ("重要数据级", {Range("data_grade", at_least=2)}),
        ("第5级健康医疗数据", {Range("health_level", at_least=5)}),
        ("一百人以上", {Range("staff", at_least=100.0)}),
        ("不超过50人", {Range("staff", at_most=50.0)}),
        ("准确率98%以上", {Range("accuracy", at_least=0.98)}),
        ("录像留存6个月", {Range("cctv_months", at_least=6.0)}),
        ("每框不超过一毛五", {Range("price_框", at_most=1500)}),
        ("3块钱一条以内", {Range("price_条", at_most=30_000)}),
        ("单价5元以上", {Range("lowest_price", at_least=50_000)}),
        ("录音 每小时100元以内", {Range("price_有效小时", at_most=1_000_000)}),
        (
            "视频 每小时600元",
            {AnyOf((Range("price_小时", at_most=6_000_000), Range("price_分钟", at_most=100_000)))},
        ),
        ("日产2万帧以上", {Range("capacity_帧", at_least=20_000.0)}),
        ("100张/天", {Range("capacity_张", at_least=100.0)}),
        ("100万张 10天", {Range("capacity_张", at_least=100_000.0)}),
        ("10天内完成100万张", {Range("capacity_张", at_least=100_000.0)}),
        ("语音 3000小时", set()),
        ("病理医师复核", {Equals("annotator_types", "行业领域专家")}),
        ("瞪羚企业", {Equals("scale_class", "瞪羚企业")}),
        ("4D标注 12导联 128线 3D框", set()),
    ],
)
def test_supplier_constraints(text: str, expected: set[Filter]) -> None:
    assert filters(text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("高级工 5年经验 全职", "talents", {
            Range("skill", at_least=3), Range("years", at_least=5.0),
            Equals("availability", "全职")}),
        ("博士", "talents", {Range("degree", at_least=4)}),
        ("等保三级 山西", "jobs", {InRegion("140000")}),
        ("不需要驻场", "jobs", {Not(Equals("onsite", True))}),
        ("预算100万以上", "jobs", {Range("budget_fen", at_least=100_000_000.0)}),
        ("预算不超过20万元", "jobs", {Range("budget_fen", at_most=20_000_000.0)}),
        ("预算100万", "suppliers", set()),
        ("支持算力券", "jobs", {Equals("vouchers", "算力券")}),
        ("保障模式 江苏", "datasets", {
            Equals("supply_mode", "保障模式"), InRegion("320000")}),
    ],
)  # fmt: skip
def test_other_kinds_take_the_constraints_they_can_filter(
    text: str, kind: Kind, expected: set[Filter]
) -> None:
    assert filters(text, kind) == expected


def test_cheapest_means_in_the_unit_of_the_task() -> None:
    assert parse_query("拉框 越便宜越好", "suppliers").sort == Sort("price_框")
    assert parse_query("规模最大", "suppliers").sort == Sort("staff", descending=True)


def test_chips_are_worded_in_both_languages() -> None:
    parsed = parse_query("济南 驻场 等保三级 100万张 30天 无需VLAN", "suppliers")
    assert {chip.label(in_chinese) for chip in parsed.constraints} == {
        "等保三级", "驻场", "不要求：VLAN 隔离", "≥33,333 张/日", "山东省济南市",
    }  # fmt: skip
    english = {chip.label(lambda msgid, **params: msgid % params) for chip in parsed.constraints}
    assert {"On site", "Not required: VLAN isolation"} <= english


def test_a_level_of_a_certificate_is_no_level_of_a_person() -> None:
    labels = {
        text: [chip.label(in_chinese) for chip in parse_query(text, "talents").constraints]
        for text in ("等保三级及以上", "三级及以上标注员")
    }
    assert labels == {"等保三级及以上": [], "三级及以上标注员": ["技能等级 三级及以上"]}


def test_what_became_a_constraint_leaves_the_words() -> None:
    parsed = parse_query("济南 肺结节分割 等保三级", "suppliers")
    assert parsed.text == "肺结节分割"


def test_a_removed_chip_filters_no_more_and_its_words_come_back() -> None:
    parsed = parse_query("济南 肺结节", "suppliers")
    (chip,) = parsed.constraints
    again = parse_query("济南 肺结节", "suppliers", ignored=[chip.token])
    assert again.constraints == ()
    assert again.text == "济南 肺结节"


@given(
    st.lists(
        st.sampled_from(
            ["济南", "驻场", "等保三级", "100万张", "10天", "每框一毛五", "不要语音", "肺结节",
             "一百人", "大同话", "第5级健康医疗数据", "越便宜越好", "，", "3D框"]
        ),
        max_size=8,
    )
)  # fmt: skip
def test_never_a_silent_filter(parts: list[str]) -> None:
    parsed = parse_query(" ".join(parts), "suppliers")
    tokens = [chip.token for chip in parsed.constraints]
    assert len(tokens) == len(set(tokens))
    assert all(chip.label(in_chinese) for chip in parsed.constraints)
    assert parse_query(" ".join(parts), "suppliers", ignored=tokens).filters == ()
