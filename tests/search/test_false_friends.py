"""Words that look like constraints and are none, and constraints in the words people use."""

from typing import cast

import pytest

from search.analysis import query_groups
from search.constraints import parse_query
from search.documents import JobDocument, SupplierDocument
from search.example_records import documents_of
from search.lexicon import lexicon
from search.matching import match_suppliers
from search.spelling import repaired
from tests.search.judgements.rounds import round_of

_NONE = (
    "济南路 街景|三级医院 病历|10人脸 关键点|百度 搜索相关性|一级标题 版面|五金 表面|万科 楼盘|"
    "北京烤鸭 图片|长沙发 图片|南京大学 语料|黄山毛峰 茶叶|青岛啤酒 瓶盖|重庆火锅 图片|新疆棉花 图像|"
    "三级质检 医学|二级市场 研报|一级建造师 题库|2人对话 语音|千人千面 推荐|万人迷|3人一组|3D打印|"
    "12导联 心电|2025年 数据|一年级 作文|三年级 数学题|高三 物理|十字路口|现场直播 带货|上门安装 售后|"
    "离线语音识别|远程医疗 问答|远程驾驶 视频|专家系统 知识库|医生问诊 对话|律师函 文本|硕士论文 抽取|"
    "国产车 图像|统信 客服|鲲鹏 小说|便宜货 评论|VPN 客户端 日志|VLAN 交换机 手册|院内感染 上报|"
    "入院记录 抽取|100元纸币 识别|月饼 图片|日志 文本|日照时长 气象|白银期货 研报|宁德时代 财报|"
    "对讲机 语音|人民币 冠字号|半导体|六轴机械臂|公安 视频|资源 文本|敦煌 壁画|龙门石窟 病害|牡丹 图像|平房 检测"
)


@pytest.mark.parametrize("text", _NONE.split("|"))
def test_no_constraint(text: str) -> None:
    assert [one.token for one in parse_query(text, "suppliers").constraints] == []


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("上海话 转写", ["language:吴语"]),
        ("即墨 点云", ["region:370215"]),
        ("沈阳和平 驻场", ["onsite", "region:210102"]),
        ("点云 山东 除了即墨", ["region:370000", "not:region:370215"]),
        ("压缩机 归类 四毛", ["price:<=0.4"]),
        ("1000元起 商品图", ["min_order<=1000"]),
        ("进医院做 数据不能带走", ["in_hospital", "onsite"]),
        ("数据不出厂", ["onsite"]),
        ("数据不出域", ["kept_inside"]),
        ("无需现场", ["no:onsite"]),
        ("非驻场", ["no:onsite"]),
        ("不接外包", ["unwanted:外包"]),
        ("除医疗外", ["not:excluded:医疗"]),
        ("除新疆西藏外", ["not:region:650000+540000"]),
        ("山东以外", ["not:region:370000"]),
        ("济南或青岛", ["region:370100+370200"]),
        ("30-50人", ["staff>=30"]),
        ("人数不少于50", ["staff>=50"]),
        ("不少于30名", ["staff>=30"]),
        ("员工过百", ["staff>=100"]),
        ("每小时不超过一百二", ["price:小时<=120"]),
        ("¥0.05/框", ["price:框<=0.05"]),
        ("每框0.05以内", ["price:框<=0.05"]),
        ("每框5分到1毛", ["price:框<=0.1"]),
        ("每条一块二毛五", ["price:条<=1.25"]),
        ("千字15元", ["price:千字<=15"]),
        ("每班500例", ["capacity:例>=500"]),
        ("每人每天300框", ["volume:300框"]),
        ("半年 100万张", ["capacity:张>=5,479"]),
        ("2026年底前 5万条", ["volume:50,000条"]),
        ("27001和9001认证", ["iso27001>=0", "iso9001>=0"]),
        ("导航电子地图甲级", ["surveying>=2"]),
        ("准确率98以上", ["accuracy>=98"]),
        ("监控留存180天", ["cctv>=6"]),
        ("总预算30万", ["budget>=300,000"]),
        ("不驻场", ["no:onsite"]),
        ("不要人驻场", ["no:onsite"]),
        ("不在上海也不在贵州", ["not:region:310000", "not:region:520000"]),
        ("时薪70以内", ["price:人时<=70"]),
        ("框 五分", ["price:框<=0.05"]),
        ("驻场远程都行", ["no:onsite", "no:delivery:远程"]),
        ("山东优先", ["soft:region:370000"]),
        ("我们是济南的医院", ["own:region:370100"]),
        ("每帧不到三块", ["price:帧<3"]),
        ("每帧高于三块", ["price:帧>3"]),
        ("每千张20块以内", ["price:张<=0.02"]),
        ("每万对2.5万元以内", ["price:对<=2.5"]),
        ("30元/千框", ["price:框<=0.03"]),
        ("千字不超过15", ["price:千字<=15"]),
        ("一百三到一百五一小时", ["price:小时<=150"]),
        ("拉框 四分五以内", ["price:<=0.045"]),
        ("48小时内交付10万张", ["capacity:张>=50,000"]),
        ("10万张 一个半月", ["capacity:张>=2,222"]),
        ("一天能出3万张", ["capacity:张>=30,000"]),
        ("不到100人", ["staff<=99"]),
        ("超过100人", ["staff>=101"]),
        ("团队规模100~300", ["staff>=100"]),
        ("专家10人以上", ["experts>=10"]),
        ("10名以上医师", ["experts>=10"]),
        ("高级工不少于20人", ["skilled3>=20"]),
        ("三级标注员30名以上", ["skilled3>=30"]),
        ("有高级技师", ["skilled5>=1"]),
        ("存储100TB以上", ["storage>=100"]),
        ("起订5000元以内", ["min_order<=5000"]),
        ("IATF16949 ISO13485", ["iatf16949>=0", "iso13485>=0"]),
        ("健康4级 等保叁級", ["health_level>=4", "mlps>=3"]),
    ],
)
def test_read_as_people_type(text: str, tokens: list[str]) -> None:
    assert [one.token for one in parse_query(text, "suppliers").constraints] == tokens


def test_a_price_without_unit_means_the_unit_of_the_task() -> None:
    (price,) = parse_query("画框 三毛以内", "suppliers").filters
    assert getattr(price, "field", "") == "price_框"


def test_pinyin_of_several_words_means_all_of_them() -> None:
    assert repaired("gu ji duan ju") == "guji 断句"
    assert dict(query_groups("guji")[0].terms).keys() == {"@古籍", "@文物"}


def test_a_word_hides_those_inside_it() -> None:
    words = lexicon()
    assert words.visible("葡萄酒 酿造") == "    酿造"
    assert [span.surface for span in words.longest("葡萄酒")] == ["葡萄酒"]


def test_sound_alone_does_not_make_a_slip() -> None:
    assert repaired("逐搏") == "逐搏"
    assert repaired("脏语") == "藏语"


def test_an_unlisted_district_lies_in_its_province() -> None:
    records, _ = round_of("two")
    documents = documents_of(records)
    (job,) = [job for job in cast(list[JobDocument], documents["jobs"]) if job["id"] == "F05"]
    matches = match_suppliers(job, cast(list[SupplierDocument], documents["suppliers"]))
    assert [match.id for match in matches.eligible] == ["E08"]
