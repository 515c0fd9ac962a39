"""The wording of a contract: each clause in Chinese, the contract's language, from its facts."""

from collections.abc import Mapping
from typing import Any

from market.kit import money

Facts = Mapping[str, Any]
STAGE_NAMES = {
    "advance": "预付款",
    "progress": "进度款",
    "acceptance": "验收款",
    "retention": "质保款",
}


def clauses_of(facts: Facts) -> list[dict[str, Any]]:
    """The clauses in order, each with its numbered title and paragraphs."""
    written = (
        ("合同标的", _object(facts)),
        ("数量、单价与合同总价", _price(facts)),
        ("质量要求与抽样检验", _quality(facts)),
        ("交付", _delivery(facts)),
        ("数据安全与去标识化", _security(facts)),
        ("保密", _confidentiality()),
        ("知识产权", _rights()),
        ("付款", _payment(facts)),
        ("逾期付款", _late_payment()),
        ("验收", _acceptance(facts)),
        ("返工", _rework(facts)),
        ("合同的终止与解除", [*_termination(facts), *_ending(facts.get("ending"))]),
        ("争议解决", _disputes()),
        ("合同的签署、生效与变更", _signing(facts)),
    )
    return [
        {"title": f"第{_ordinal(number)}条　{title}", "paragraphs": paragraphs}
        for number, (title, paragraphs) in enumerate(written, 1)
    ]


def _ordinal(number: int) -> str:
    digits = "零一二三四五六七八九十"
    if number <= 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return f"{digits[tens] if tens > 1 else ''}十{digits[ones] if ones else ''}"


def _yuan(fen: int) -> str:
    return f"{money.format_yuan(fen)}元"


def _object(facts: Facts) -> list[str]:
    job, work = facts["job"], facts["object"]
    tasks = "、".join(work["tasks"])
    paragraphs = [
        f"甲方委托乙方完成“{job['title']}”（需求编号{job['number']}，第{job['version']}版），"
        f"标注对象为{work['modality']}数据" + (f"，标注任务为{tasks}。" if tasks else "。"),
        "标注任务说明（含正例与反例）、采购需求及其澄清答复、乙方投标文件"
        f"（编号{facts['bid']['number']}）为本合同组成部分；内容不一致的，以本合同为准。",
        "按 GB/T 42755-2023，甲方为数据使用方，乙方为标注方，并承担标注任务的评估、分发、"
        "质量控制与交付等标注管理职责。",
    ]
    if work["readers_per_item"] > 1:
        rule = f"，结果不一致的按以下规则仲裁：{work['arbitration']}" if work["arbitration"] else ""
        paragraphs.append(f"每件由不少于{work['readers_per_item']}名标注人员独立标注{rule}。")
    return paragraphs


def _price(facts: Facts) -> list[str]:
    work = facts["object"]
    return [
        f"标注数量为{work['volume']}{work['unit']}，各项单价与金额见合同价格表。",
        f"合同总价（含税）为人民币{_yuan(facts['total_fen'])}，大写：{facts['total_capital']}。",
        "单价为固定单价，包括人员、工具、质检、保险、税费等全部费用；"
        "行金额按单价乘以数量计算，四舍五入至分，仅在行金额处舍入一次。",
    ]


def _quality(facts: Facts) -> list[str]:
    rules = facts["quality"]
    metrics = "；".join(f"{rule['name']}{rule['bound']}{rule['value']}" for rule in rules)
    floors = "、".join(f"{rule['name']}不低于{rule['floor']}" for rule in rules if rule["floor"])
    floor = [
        f"前款合格线为全部批次按数量加权的平均值；单批在约定金标准集“{rules[0]['gold_set']}”上的"
        f"实测值另有下限：{floors}，任一批低于下限的，该批不接收。"
    ]
    return [
        (f"质量指标及合格线：{metrics}。" if metrics else "质量指标以标注任务说明为准。")
        + "单件不满足标注任务说明或合格线的，为不合格品。",
        *(floor if floors else []),
        _sampling(facts["sampling"]),
        "不合格分为致命、严重、轻微三类：样本中有一处致命不合格（残留个人标识符、伪造标注等）的，"
        f"该批不接收；{_classes(facts['sampling'])}",
        "每批交付前，双方各自的随机种子以其SHA-256摘要先行登记；样本由双方种子与交付清单摘要"
        "共同确定，任何一方均可复算被抽中的件。",
    ]


def _classes(rule: Facts) -> str:
    if "minor_aql" not in rule:
        return "严重与轻微不合格品合并计数，与接收数比较。"
    return (
        f"严重不合格品按AQL {rule['aql']}、轻微不合格品按AQL {rule['minor_aql']}分别计数并与各自接收数比较，"
        "两类均合格的，该批接收；转移规则按严重不合格执行。"
    )


def _sampling(rule: Facts) -> str:
    if rule["level"] == "全检":
        return f"逐批逐件全数检验，不合格品率不超过{rule['aql']}%的，该批接收。"
    return (
        f"逐批验收按 {rule['standard']} 一次抽样方案执行，检验水平{rule['level']}，"
        f"接收质量限（AQL）{rule['aql']}，自正常检验开始，按该标准第9.3条转移规则"
        "在正常、加严、放宽检验之间转移。样本量不小于批量的，逐件检验。"
    )


def _delivery(facts: Facts) -> list[str]:
    delivery = facts["delivery"]
    limits = []
    if delivery["days"]:
        limits.append(f"自本合同生效之日起{delivery['days']}日内")
    if delivery["deadline"]:
        limits.append(f"不迟于{delivery['deadline']}")
    where = delivery["place"] + (
        f"（{delivery['place_region']}）" if delivery["place_region"] else ""
    )
    sentence = f"乙方应{'且'.join(limits) if limits else '按双方确认的进度'}完成全部交付。"
    return [
        sentence + (f"作业场所要求：{where}。" if where else ""),
        "乙方可分批交付。每批交付附交付清单，逐件列明名称与SHA-256摘要；"
        "同一件在本合同内不得重复交付。"
        + (f"交付格式：{delivery['format']}。" if delivery["format"] else ""),
    ]


def _security(facts: Facts) -> list[str]:
    rules = facts["security"]
    level = (
        f"，健康医疗数据{rules['health_level']}级（GB/T 39725-2020）"
        if rules["health_level"]
        else ""
    )
    paragraphs = [
        f"本合同所涉数据级别为{rules['grade']}（GB/T 43697-2024）{level}，"
        f"个人信息情况：{rules['personal_information'] or '无'}。不涉及国家秘密。",
        "乙方应按 GB/T 45674-2025 落实标注安全：标注人员与审核人员分离，人员经培训考核后上岗并"
        "留存记录，逐批核验标注结果；仅授权必要人员在约定场所访问数据，全程留痕。",
        "乙方不得将数据提供给第三方、不得转包、不得出境，不得用于本合同以外的目的；"
        "合同终止后10个工作日内删除或者返还全部数据及副本，并出具书面证明。",
    ]
    if rules["is_deid_required"] or rules["deid_profile"]:
        profile = f"（{rules['deid_profile']}）" if rules["deid_profile"] else ""
        paragraphs.append(
            f"甲方应在提供数据前完成去标识化{profile}并提供证明；乙方不得进行重标识，"
            "发现残留标识符的，应立即停止处理并在24小时内通知甲方。"
        )
    return [*paragraphs, _isolation(facts["isolation"]), *_training(facts["training"])]


NETWORK_NAMES = {
    "open": "不作特别要求",
    "vlan": "独立VLAN",
    "dedicated": "专线或专网",
    "offline": "离线（不接入任何网络）",
}


def _isolation(rules: Facts) -> str:
    parts = [f"作业场所{rules['place']}" + (f"（{rules['room']}）" if rules["room"] else "")]
    parts.append(f"网络隔离：{NETWORK_NAMES[rules['network']]}")
    parts.append("允许移动存储介质" if rules["allows_removable_media"] else "禁用移动存储介质")
    if rules["cctv_months"]:
        parts.append(f"监控录像保存{rules['cctv_months']}个月")
    if rules["access"]:
        parts.append(f"准入名单：{'、'.join(rules['access'])}")
    return f"隔离规则：{'；'.join(parts)}。隔离规则的变更自甲方签署同意之时起生效，此前仍按原规则执行。"


def _training(modules: list[str]) -> list[str]:
    named = f"（{'、'.join(modules)}）" if modules else ""
    return [
        f"标注人员须完成约定的保密与安全培训{named}并考核合格，且授权、等级、证书与本人同意均在"
        "有效期内，方可分派至本合同；平台留存培训与分派记录，批次可追溯至标注组。"
    ]


def _confidentiality() -> list[str]:
    return [
        "双方对在履行本合同中知悉的对方商业秘密、数据及标注任务说明负有保密义务，"
        "期限自知悉之日起至合同终止后三年；法律、行政法规另有规定的除外。",
        "发生数据泄露、毁损、丢失或者可能发生的，知悉方应立即采取补救措施并在24小时内通知对方。",
    ]


def _rights() -> list[str]:
    return [
        "标注结果及其全部知识产权自甲方验收合格并支付对应款项之日起归甲方；"
        "乙方既有的工具、方法与模型仍归乙方，甲方为使用标注结果享有必要的永久许可。",
    ]


def _payment(facts: Facts) -> list[str]:
    stages = [
        f"{STAGE_NAMES[stage['kind']]}：{_yuan(stage['amount_fen'])}，已支付或正在支付，不作调整。"
        if stage.get("is_paid")
        else f"{STAGE_NAMES[stage['kind']]}：合同总价的{stage['share_bp'] / 100:g}%，"
        f"{_yuan(stage['amount_fen'])}，{_due(stage, facts)}支付。"
        for stage in facts["payment"]
    ]
    return [
        "合同款分阶段支付，由平台托管，经验收合格后拨付乙方：",
        *stages,
        "乙方应在收款前开具等额合法发票；甲方使用数据券、算法券、算力券抵付的，"
        "按发券机关规定办理，不减少乙方应得价款。",
    ]


def _due(stage: Facts, facts: Facts) -> str:
    if stage["kind"] == "retention":
        return f"于全部验收合格满{facts['acceptance']['retention_days']}日之日"
    trigger = {
        "advance": "自本合同生效之日起",
        "progress": f"自验收合格数量达到合同数量的{stage['accepted_bp'] / 100:g}%之日起",
        "acceptance": "自全部验收合格之日起",
    }[stage["kind"]]
    return f"{trigger}{stage['due_working_days']}个工作日内"


def _late_payment() -> list[str]:
    return [
        "乙方为中小企业，甲方为机关、事业单位或者大型企业的，适用《保障中小企业款项支付条例》"
        "（国务院令第802号）：机关、事业单位应自验收合格之日起30日内付款，合同另有约定的最长不超过"
        "60日；大型企业应在60日内付款。",
        "逾期付款的，甲方自逾期之日起按逾期金额每日万分之五支付逾期利息。",
    ]


def _acceptance(facts: Facts) -> list[str]:
    days = facts["acceptance"]["working_days"]
    return [
        f"甲方应自乙方提交每批交付之日起{days}个工作日内抽样检验，并逐件说明不合格品及其缺陷。",
        "样本中不合格品数不大于接收数的，该批接收；达到拒收数的，该批不接收。",
        f"甲方在上述{days}个工作日内未作出检验结论且未提出书面异议的，视为该批验收合格，"
        "平台予以标注留痕。",
    ]


def _rework(facts: Facts) -> list[str]:
    limit = facts["acceptance"]["rework_limit"]
    return [
        f"不接收批由乙方整批核查、免费返工后再次提交，每批返工不超过{limit}次；"
        "再次提交的批不适用放宽检验。",
        _guideline_rework(facts),
        f"返工满{limit}次仍不接收的，甲方可以就该批解除合同并要求退还对应款项。",
    ]


def _guideline_rework(facts: Facts) -> str:
    price = facts["acceptance"]["rework_unit_price"].rstrip("0").rstrip(".")
    agreed = f"每{facts['object']['unit']}{price}元" if price != "0" else "以变更单约定的单价"
    return (
        "因甲方变更标注任务说明而需对已交付件返工的，由甲方公布受影响的件，"
        f"按{agreed}计价，经双方签署变更单后执行。"
    )


def _termination(facts: Facts) -> list[str]:
    days = facts["termination"]["notice_days"]
    return [
        "本合同因履行完毕或者双方签署终止而终止。",
        "一方有逾期交付、返工次数用尽仍不合格、逾期付款、发生数据安全事件、擅自转包等根本违约情形，"
        f"或者因不可抗力不能实现合同目的的，另一方可以书面通知解除，通知载明事由，"
        f"自通知之日起满{days}个工作日生效；通知方在生效前可以撤回。已验收部分照付。",
    ]


def _ending(statement: Facts | None) -> list[str]:
    """What both sides sign as the money of the contract's end."""
    if statement is None:
        return []
    deducted = (
        f"，扣除争议处理减少的价款{_yuan(statement['reduced_fen'])}"
        if statement["reduced_fen"]
        else ""
    )
    if statement["back_fen"]:
        rest = f"超出部分{_yuan(statement['back_fen'])}由平台自托管款退还甲方"
    elif statement["owed_fen"]:
        rest = f"甲方尚应支付{_yuan(statement['owed_fen'])}"
    else:
        rest = "双方互不再付"
    return [
        f"本合同据此终止。已验收数量{statement['accepted']}，对应价款"
        f"{_yuan(statement['price_fen'])}{deducted}，乙方应得{_yuan(statement['earned_fen'])}；"
        f"甲方已付款阶段合计{_yuan(statement['paid_fen'])}（含政策券抵付额），{rest}。"
        "已使用的政策券按原申领时的规则版本重新核定，抵付减少的部分由甲方补足或者自退款中扣减。",
    ]


def _disputes() -> list[str]:
    return [
        "双方对检验结论有争议的，先由平台调解，可委托第三方对抽取的子样复测；"
        "调解不成的，向甲方住所地有管辖权的人民法院提起诉讼。",
    ]


def _signing(facts: Facts) -> list[str]:
    change = facts.get("change")
    version = (
        [
            f"本文本为第{facts['version']}版，由变更单{change['number']}形成，自双方签署之日起取代"
            f"摘要为{change['before_digest']}的前一版本；变更说明：{change['explanation']}"
        ]
        if change
        else []
    )
    return [
        *version,
        "本合同以数据电文订立。双方以其在平台核验的主体身份、对合同摘要（SHA-256）进行电子签署，"
        "签署人、时间与摘要均予记录；双方均签署之日起生效。",
        "合同正文签署后不得更改；变更须注明事由并由双方对变更内容另行签署。",
        f"本合同编号{facts['number']}，任何人可凭验证码在平台核验其真伪。",
    ]
