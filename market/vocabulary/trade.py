"""How parties deal: price modes, procedures, kinds of organisation, services, vouchers, spend."""

from __future__ import annotations

from dataclasses import dataclass

from market.vocabulary.annotation import parse_unit
from market.vocabulary.terms import Term, load, normalise


@dataclass(frozen=True)
class VoucherType(Term):
    """`kind` is the family of the programme: compute, data, algorithm, service or mixed."""

    kind: str = ""


PRICE_MODES = load("trade", "price_modes", Term)
PROCUREMENTS = load("trade", "procurements", Term)
TRADE_CHANNELS = load("trade", "trade_channels", Term)
ORG_TYPES = load("trade", "org_types", Term)
ORG_CLASSES = load("trade", "org_classes", Term)
ORG_SIZES = load("trade", "org_sizes", Term)
THIRD_PARTY_SERVICES = load("trade", "third_party_services", Term)
VOUCHER_TYPES = load("trade", "voucher_types", VoucherType)
SPEND_CATEGORIES = load("trade", "spend_categories", Term)

_MODE_OF_MEASURE = {"duration": "per_duration", "lump": "lump_sum"}


def parse_price_mode(text: str) -> Term | None:
    """A price mode as people write it: 按张计价 is per item, 按有效小时计价 per duration."""
    found = PRICE_MODES.find(text)
    if found is not None:
        return found
    written = normalise(text)
    if not (written.startswith("按") and written.endswith(("计价", "计费", "结算"))):
        return None
    unit = parse_unit(written[1:-2])
    if unit is None:
        return None
    code = unit[0].code if unit[0].measure == "labour" else _MODE_OF_MEASURE.get(unit[0].measure)
    return PRICE_MODES[code or "per_item"]
