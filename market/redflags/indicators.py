"""Which indicators read a set of releases, and which releases count.

A process is left out when its `ocid` is no string or its tender is cancelled. Prices are compared
in one currency: the one of the settings, else the first that is seen.
"""

from market.redflags import releases as ocds
from market.redflags.basis import Indicator, PriceComparison, is_among
from market.redflags.outliers import R024, R025, R038, R048, R058, Margins
from market.redflags.settings import Settings
from market.redflags.single import R003, R018, R028, R030, R035, R036


def chosen(settings: Settings) -> list[Indicator]:
    """The indicators of the settings, in the order in which they read a release."""
    prices = PriceComparison(settings)
    margins = Margins(prices)
    found: list[Indicator] = [margins] if settings.R024 or settings.R058 else []
    plain = {"R003": R003, "R018": R018, "R025": R025, "R035": R035, "R038": R038, "R048": R048}
    found += [
        make(getattr(settings, code)) for code, make in plain.items() if getattr(settings, code)
    ]
    if settings.R024:
        found.append(R024(settings.R024, margins))
    if settings.R058:
        found.append(R058(settings.R058, margins))
    found += [R028(prices)] if settings.R028 else []
    found += [R030()] if settings.R030 else []
    found += [R036(prices)] if settings.R036 else []
    return found


def is_counted(release: object, settings: Settings) -> bool:
    """Whether a line is a process to judge at all."""
    if not isinstance(release, dict) or not isinstance(release.get("ocid"), str):
        return False
    if ocds.member(release, "tender").get("status") == "cancelled":
        return False
    return is_among(release, frozenset(), settings.exclusions.procurement_method_details)
