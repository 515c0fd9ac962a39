"""Whose prices one may look at: a bureau's region and below, all of the country for the operator."""

from market.accounts.oversight import READERS, own_region
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.vocabulary import regions
from market.vocabulary.regions import COUNTRY_CODE, Region

__all__ = ["READERS", "country", "region_to_see"]


def country() -> Region:
    """The whole country."""
    found = regions.region(COUNTRY_CODE)
    assert found is not None
    return found


def region_to_see(code: str, by: Actor) -> Region:
    """One's own region, or one below it; raises NotFound for any other."""
    own = own_region(by)
    if not code:
        return own
    found = regions.region(code)
    if found is None or not regions.is_within(found.code, own.code):
        raise NotFound(_("There is no such region under yours"))
    return found
