"""What in a question would tell who asks: the asker's names, codes and contacts; pure."""

import re

from market.accounts.models import Organisation
from market.vocabulary import regions

_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|集团|公司|事务所|合伙企业|研究院|中心|分公司)+$"
)
_TRADE = re.compile(
    r"(?:数据|标注|科技|智能|信息|技术|网络|服务|人工智能|数字|软件|云|大数据|产业|发展|咨询|文化|传媒|医学|影像|语音|点云|大模型|公文|文物|数字化)+$"
)
_CONTACT = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)|[\w.+-]+@[\w-]+\.[\w.]+|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)"
)
_REST = re.compile(r"[\s（(].*$")


def tells(text: str, asker: Organisation) -> list[str]:
    """The parts of a text by which others would know the asker, in the order they stand there."""
    compact = re.sub(r"\s+", "", text)
    names = [asker.name, brand(asker.name), asker.number, asker.uscc or "", asker.contact_phone]
    found = {name for name in names if len(name) > 1 and name.lower() in compact.lower()}
    found |= set(_CONTACT.findall(text))
    shown = [name for name in found if not any(name != other and name in other for other in found)]
    return sorted(shown, key=lambda name: compact.lower().find(name.lower()))


def brand(name: str) -> str:
    """The distinctive part of a firm's name: 瀚海 of 山东瀚海数据标注有限公司; empty when none is left."""
    core = _FORM.sub("", _REST.sub("", name.strip()))
    for candidate in (_without_region(core), core):
        short = _TRADE.sub("", candidate)
        if len(short) > 1 and not regions.find_regions(short):
            return short
    return ""


def _without_region(core: str) -> str:
    for length in range(min(len(core) - 2, 8), 1, -1):
        if regions.find_regions(core[:length]):
            return core[length:]
    return core
