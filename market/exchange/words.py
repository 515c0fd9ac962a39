"""Collections and directions in words."""

from collections.abc import Mapping

from market.exchange.states import Collection, ExchangeDirection
from market.kit.i18n import N_

COLLECTIONS: Mapping[Collection, str] = {
    Collection.ORGANISATIONS: N_("Verified organisations"),
    Collection.REGISTRATIONS: N_("Registered contracts"),
    Collection.STATISTICS: N_("Monthly statistics"),
}
DIRECTIONS: Mapping[ExchangeDirection, str] = {
    ExchangeDirection.PULL: N_("Pulled from here"),
    ExchangeDirection.PUSH: N_("Pushed to here"),
}
