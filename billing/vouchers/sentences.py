"""Reasons of a voucher decision as sentences, through whichever gettext the caller passes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from billing.vouchers.requirements import Reason
from market.kit.money import format_yuan

Translate = Callable[[str], str]


def N_(message: str) -> str:
    """Mark a msgid for extraction."""
    return message


LABELS: Mapping[str, str] = {
    "enterprise": N_("enterprises"),
    "university": N_("universities"),
    "institute": N_("research institutes"),
    "intermediary": N_("service intermediaries"),
    "public_institution": N_("public institutions"),
    "government": N_("government bodies"),
    "social_org": N_("social organisations"),
    "individual": N_("individuals"),
    "micro": N_("micro enterprises"),
    "small": N_("small enterprises"),
    "medium": N_("medium enterprises"),
    "large": N_("large enterprises"),
    "tech_sme": N_("technology SMEs"),
    "incubatee": N_("tenants of an incubator"),
    "one_person_company": N_("one-person companies"),
    "annotation_base_tenant": N_("tenants of the data annotation base"),
    "labelling": N_("labelling"),
    "compute_rental": N_("compute rental"),
    "storage": N_("storage"),
    "network": N_("network"),
    "security": N_("security services"),
    "model_api": N_("model API calls"),
    "model_deployment": N_("model deployment"),
    "corpus_purchase": N_("corpus purchase"),
    "dataset_purchase": N_("dataset purchase"),
    "dataset_sale": N_("dataset sale"),
    "data_product": N_("data products"),
    "data_asset_service": N_("data asset services"),
    "platform_service": N_("platform services"),
    "support": N_("technical support"),
    "training": N_("training"),
    "other": N_("other spend"),
    "first_sale": N_("the first sale of a dataset"),
    "resale": N_("a further sale of a dataset"),
    "buyer": N_("the buyer"),
    "supplier": N_("the supplier"),
    "base": N_("the spend it counts"),
    "tiers": N_("the rate"),
    "instrument.mode": N_("who is paid"),
}

SENTENCES: Mapping[str, str] = {
    "terms_incomplete": N_("The issuer has not published %(missing)s: no quote is possible yet."),
    "subject.org_type": N_("This voucher is for %(allowed)s. Your kind: %(found)s."),
    "subject.org_type:public_institution": N_(
        "This voucher is for %(allowed)s. A public institution (事业单位), such as a public "
        "hospital, cannot claim it."
    ),
    "subject.region": N_("This voucher is for organisations registered in the issuer's region."),
    "subject.size": N_("This voucher is for %(allowed)s. Your stated size: %(found)s."),
    "subject.tags": N_("This voucher is for %(allowed)s. You are not recorded as such."),
    "subject.credit_clean_years": N_(
        "The voucher asks for %(bound)s years of clean credit record."
    ),
    "subject.first_case_only": N_("Only the first case of an organisation is supported."),
    "subject.max_years": N_("An organisation is supported for at most %(bound)s years."),
    "subject.claimant": N_("Here the other party to the contract makes the claim."),
    "counterparty.related": N_(
        "Buyer and supplier are related parties, which excludes the voucher."
    ),
    "counterparty.listed_supplier": N_("The supplier is not on the programme's list of suppliers."),
    "counterparty.listed_product": N_("The product is not on the programme's list of products."),
    "counterparty.via_data_exchange": N_("The purchase must be made through the data exchange."),
    "counterparty.via_platform": N_("The purchase must be made on the programme's platform."),
    "counterparty.local_supplier": N_("The supplier must be registered locally."),
    "spend.category": N_("The voucher covers %(allowed)s. The order contains: %(found)s."),
    "spend.counted_lines": N_("No order line counts for this voucher."),
    "spend.event": N_("The programme rewards %(allowed)s, and nothing else."),
    "spend.contract_signed_on": N_("The contract must be signed on %(bound)s or later."),
    "spend.contract_signed": N_("The contract must be signed before the claim."),
    "spend.paid": N_("The order must be paid before the claim."),
    "validity.window": N_("Claims are taken from %(opens)s to %(closes)s. This one: %(found)s."),
    "validity.window:closes": N_("Claims were taken until %(closes)s. This one: %(found)s."),
    "validity.window:opens": N_("Claims are taken from %(opens)s. This one: %(found)s."),
    "stacking.same_contract_once": N_("Public money has already been granted for this contract."),
    "stacking.no_splitting": N_("A contract may not be split over several claims."),
    "stacking.no_other_city_funding": N_(
        "Other city money for this contract excludes the voucher."
    ),
    "calc.tier": N_("None of the programme's rates applies to this claim."),
    "threshold": N_("The spend that counts is ¥%(total)s. The voucher begins at ¥%(min)s."),
    "rate": N_("¥%(grant)s, by the published rate on ¥%(base)s of eligible spend."),
    "rate:event": N_("¥%(grant)s, the published reward."),
    "pool": N_("¥%(grant)s: the programme's budget has ¥%(remaining)s left."),
    "residual": N_("¥%(grant)s: no more is left to pay after other public money."),
    "cap:contract": N_("¥%(grant)s: the cap on one contract is ¥%(limit)s."),
    "cap:subject_year": N_(
        "¥%(grant)s: of the yearly cap of ¥%(limit)s for one organisation, ¥%(remaining)s is left."
    ),
    "cap:subject_lifetime": N_(
        "¥%(grant)s: of the total cap of ¥%(limit)s for one organisation, ¥%(remaining)s is left."
    ),
    "cap:object_lifetime": N_(
        "¥%(grant)s: of the total cap of ¥%(limit)s for one dataset, ¥%(remaining)s is left."
    ),
    "cap:supplier_half_year": N_(
        "¥%(grant)s: of the half-yearly cap of ¥%(limit)s for one supplier, ¥%(remaining)s is left."
    ),
    "cap": N_("¥%(grant)s: of a cap of ¥%(limit)s, ¥%(remaining)s is left."),
    "cap:count": N_("The number of vouchers allowed (%(limit)s) is used up."),
    "unknown": N_("A condition of the programme is not met: %(code)s."),
}
NOT_STATED = N_("not stated")


def render(reason: Reason, translate: Translate = lambda msgid: msgid) -> str:
    """The reason as one sentence; `translate` maps each English msgid to the reader's language."""
    msgid = SENTENCES[_key(reason)]
    return translate(msgid) % _words(reason, translate)


def _key(reason: Reason) -> str:
    found = reason.params.get("found", {})
    bounds = reason.params.get("bounds", {})
    if reason.code == "subject.org_type" and "public_institution" in found.values():
        return "subject.org_type:public_institution"
    if reason.code == "validity.window" and len(bounds) == 1:
        return "validity.window:opens" if "ge" in bounds else "validity.window:closes"
    if reason.code == "spend.category" and "spend.categories" not in found:
        return "spend.counted_lines"
    if reason.params.get("unit") == "count":
        return "cap:count"
    if reason.code == "rate" and reason.params["base"] == "event":
        return "rate:event"
    if reason.code in SENTENCES:
        return reason.code
    return "cap" if reason.code.startswith("cap:") else "unknown"


def _words(reason: Reason, translate: Translate) -> dict[str, str]:
    """Every parameter a sentence may use, labelled and formatted."""
    params = reason.params
    bounds = params.get("bounds", {})
    amounts = {
        name.removesuffix("_fen"): format_yuan(params[name])
        for name in ("grant_fen", "base_fen", "min_fen", "total_fen", "limit", "remaining")
        if params.get(name) is not None
    }
    if params.get("unit") == "count":
        amounts["limit"] = str(params["limit"])
    return amounts | {
        "code": reason.code,
        "allowed": _list(params.get("allowed", ()), translate),
        "missing": _list(params.get("missing", ()), translate),
        "found": _list(_flat(params.get("found", {}).values()), translate),
        "bound": _moment(next(iter(bounds.values()), "")),
        "opens": _moment(bounds.get("ge", "")),
        "closes": _moment(bounds.get("le", "")),
    }


def _flat(values: Iterable[Any]) -> list[Any]:
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return list(dict.fromkeys(flat))


def _list(values: Iterable[Any], translate: Translate) -> str:
    stated = [value for value in values if value is not None]
    if not stated:
        return translate(NOT_STATED)
    labels = (translate(LABELS[v]) if v in LABELS else _moment(v) for v in stated)
    return translate(N_(", ")).join(labels)


def _moment(value: object) -> str:
    """A date, or a date and time to the minute, as people write it; other values as they are."""
    text = str(value)
    return text[:16].replace("T", " ") if text[10:11] == "T" and text.endswith("+08:00") else text
