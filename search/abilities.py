"""What a query asks of the place and manner of work: 驻场, 数据不出院, 私有化部署, 信创, 无需现场."""

from __future__ import annotations

import re
from collections.abc import Iterator

from market.kit.i18n import N_
from search.documents import Kind
from search.engine import AnyOf, Equals, Filter
from search.reading import Finding, Reading

_GO = r"(?:到|来|去|进|入|在)"
_US = r"(?:我们?|我方|你们|甲方|客户|用户|院方)?"
_WORK = r"(?:做|作业|标注|干活|办公|服务|工作|驻场|处理)"
_THINGS = r"(?:数据|影像|病历|图像|图片|录音|视频|文件|资料|原图|硬盘)"
_NOT = r"(?:都|均)?不(?:得|能|可|可以|许|准|允许|让|会)?"
_ABILITIES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (field, msgid, re.compile(pattern))
    for field, msgid, pattern in (
        ("in_hospital", N_("In hospital"),
         rf"{_THINGS}?{_NOT}(?:[出离]开?|带出)医?院|医院(?:内网|机房|专网)|院内(?!感染|制剂|会诊|死亡|急救|检验|科室)(?:网|专网|驻场|作业|标注)?|驻院|{_GO}(?:{_US}医院|院)(?:里|内)?{_WORK}"
         rf"|进医?院(?!前|后|记录|感)|医院(?:内部?|里面?)(?:{_WORK})?|in[- ]hospital"),
        ("onsite", N_("On site"),
         rf"驻场|驻点|驻厂|驻矿|驻企|派驻|进驻|进场|现场作业|现场办公|现场标注|现场服务|上门(?!安装|维修|取件|推销|服务)|坐班"
         rf"|(?<=无需|不用|不必|无须)(?:到|去)?(?:现场|到场|来人)"
         rf"|派人(?:到|来|过来|去)?(?:现场|单位|公司)?|(?:到|来|去){_US}(?:公司|单位|现场|厂里?|矿上|局里|馆里|所里){_WORK}?"
         rf"|{_THINGS}{_NOT}(?:带走|拷走|带出|外带|离场|离岸|[出离]开?(?:厂|矿|馆|园区?|公司|单位|本单位|现场|局|所|校|行))"
         rf"|on[- ]?site"),
        ("private_deploy", N_("Private deployment"),
         rf"私有化?(?:环境)?部署|私有化|本地化?部署|内网部署|离线部署|部署(?:在|到){_US}(?:本地|内网|机房|服务器)"
         rf"|on[- ]?prem\w*|private deploy\w*"),
        ("vlan", N_("VLAN isolation"),
         r"(?:专属|独立|单独)?(?:vlan|虚拟局域网)(?:网络)?(?:隔离)?(?:网络|网段)?(?!\s*(?:交换机|配置))|网络(?:物理)?隔离|隔离网络|独立网段"),
        ("vpn", N_("VPN"), r"(?<![a-z])vpn(?![a-z]|\s*(?:客户端|日志|流量))"),
        ("xinchuang", N_("Domestic IT stack (Xinchuang)"),
         r"信创(?:环境|适配|平台)?|国产化(?:环境|操作系统|软硬件|服务器|终端|电脑|替代|平台)?|国产(?:操作系统|软硬件|服务器|终端|电脑|系统)"
         r"|麒麟(?:系统|操作系统|环境)|银河麒麟|统信(?:uos|系统|操作系统)|(?:鲲鹏|飞腾)(?:服务器|芯片|环境|平台|架构)|自主可控"),
        ("anti_tailgating", N_("Anti-tailgating doors"), r"防尾随(?:门禁)?|门禁防尾随"),
        ("deid_service", N_("De-identification service"),
         r"(?:提供|代为?|负责|会|能|帮忙?)(?:做)?(?:数据)?(?:脱敏|去标识化?|匿名化)|(?:脱敏|去标识化?|匿名化)(?:服务|能力)"
         r"|含脱敏"),
        ("in_certified_base", N_("In a certified base"),
         r"(?:国家级|省级)?(?:认定|入驻)基地(?:企业)?|(?:国家级|省级)(?:数据)?(?:标注)?(?:产业)?基地"),
    )
)  # fmt: skip
_KEPT_INSIDE = re.compile(
    rf"{_THINGS}{_NOT}(?:外传|外发|上云|上网|落地)|(?:{_THINGS})?{_NOT}[出离]开?(?:域|内网|专网|政务网|政务外网|本地)"
)
"""Work where the data are, or on machines that stand there: either keeps them inside."""


def find_abilities(reading: Reading, kind: Kind) -> Iterator[Finding]:
    """Yes-or-no abilities, each shown as a chip; 非驻场 and 无需现场 turn one round."""
    for field, msgid, pattern in _ABILITIES:
        for match in reading.finditer(pattern):
            yield Finding(field, field, *match.span(), msgid, {},
                          (Equals(field, True),), negatable=True)  # fmt: skip
    if kind != "suppliers":
        return
    inside: Filter = AnyOf((Equals("onsite", True), Equals("private_deploy", True)))
    for match in reading.finditer(_KEPT_INSIDE):
        yield Finding("kept_inside", "kept_inside", *match.span(),
                      N_("Data stay inside: on site or private deployment"), {}, (inside,))  # fmt: skip
