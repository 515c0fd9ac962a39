"""Every reason a decision can give is a sentence, in English and in Chinese."""

import pytest

from billing.vouchers.programmes import load_programmes
from billing.vouchers.requirements import Reason, requirements_of
from billing.vouchers.sentences import LABELS, NOT_STATED, SENTENCES, render
from market.kit.i18n import translations
from tests.billing.vouchers.claim_builder import earlier, quoted

CHINESE = translations("zh_CN").gettext


def both(decided):
    return [(render(reason), render(reason, CHINESE)) for reason in decided.reasons]


def test_a_hospital_reads_why_it_cannot_claim():
    decided = quoted(
        "hangzhou-compute", ("compute_rental", 100), subject={"org_type": "public_institution"}
    )
    assert both(decided) == [
        (
            "This voucher is for enterprises. A public institution (事业单位), such as a public "
            "hospital, cannot claim it.",
            "本券面向企业。公立医院等事业单位不在支持范围内，不能申领。",
        )
    ]


@pytest.mark.parametrize(
    ("programme", "spend", "fields", "english", "chinese"),
    [
        ("henan-compute", ("labelling", 5), {},
         "The voucher covers compute rental. The order contains: labelling.",
         "本券支持算力租用；订单内容为：数据标注。"),
        ("shenzhen-training", ("compute_rental", 5), {"subject": {"org_type": None}},
         "This voucher is for enterprises, universities, research institutes. "
         "Your kind: not stated.",
         "本券面向企业、高等院校、科研院所；贵单位类型为：未填写。"),
        ("shenzhen-corpus", ("corpus_purchase", 5), {},
         "Claims are taken from 2025-09-01 to 2025-09-30. This one: 2026-05-15.",
         "申领时间为2025-09-01至2025-09-30；本次申领时间为2026-05-15。"),
        ("beijing-dataset-award-2026", {"category": "dataset_sale", "event": "resale"},
         {"as_of": "2026-08-31T17:31+08:00"},
         "Claims were taken until 2026-08-31 17:30. This one: 2026-08-31 17:31.",
         "申领截止时间为2026-08-31 17:30；本次申领时间为2026-08-31 17:31。"),
        ("beijing-dataset-award-2026", {"category": "dataset_sale", "event": "resale"}, {},
         "¥200,000.00, the published reward.", "按公布标准，可奖励¥200,000.00。"),
        ("guizhou-compute", ("compute_rental", 5), {},
         "The issuer has not published the rate: no quote is possible yet.",
         "主管部门尚未公布补贴比例，暂不能测算。"),
        ("qingdao-compute", ("compute_rental", 500), {},
         "The spend that counts is ¥5.00. The voucher begins at ¥100,000.00.",
         "已计入支出¥5.00，未达到起补金额¥100,000.00。"),
        ("jinan-data-element", ("data_asset_service", 500),
         {"history": [earlier(("data_asset_service", 500))]},
         "Only the first case of an organisation is supported.", "每个单位仅支持首个案例。"),
        ("henan-compute", ("compute_rental", 1000), {"remaining": {"cap:subject_year": 150}},
         "¥1.50: of the yearly cap of ¥1,000,000.00 for one organisation, ¥1.50 is left.",
         "可补贴¥1.50：每个单位每年上限¥1,000,000.00，剩余¥1.50。"),
    ],
)  # fmt: skip
def test_decisions_read_as_sentences(programme, spend, fields, english, chinese):
    assert both(quoted(programme, spend, **fields)) == [(english, chinese)]


def test_every_text_has_a_chinese_one_with_the_same_parameters():
    for msgid in (*SENTENCES.values(), *LABELS.values(), NOT_STATED, ", "):
        chinese = CHINESE(msgid)
        assert chinese != msgid
        assert {part.split(")")[0] for part in chinese.split("%(")[1:]} <= {
            part.split(")")[0] for part in msgid.split("%(")[1:]
        }


def test_every_code_of_a_shipped_programme_has_its_own_sentence():
    codes = {
        requirement.code
        for programme in load_programmes().values()
        for _, requirement in requirements_of(programme)
    }
    assert codes <= SENTENCES.keys()


def test_a_code_nobody_wrote_a_sentence_for_is_still_a_sentence():
    assert render(Reason("subject.height", {})) == (
        "A condition of the programme is not met: subject.height."
    )
    amounts = {"grant_fen": 100, "base_fen": 500, "limit": 300, "remaining": 100, "unit": "fen"}
    assert (
        render(Reason("cap:subject_month", amounts)) == "¥1.00: of a cap of ¥3.00, ¥1.00 is left."
    )
    counted = amounts | {"unit": "count", "limit": 10}
    assert render(Reason("cap:corpus_count_year", counted)) == (
        "The number of vouchers allowed (10) is used up."
    )
