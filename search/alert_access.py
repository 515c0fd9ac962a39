"""The only way a route obtains a saved search: one's own."""

from tortoise.queryset import QuerySet

from market.accounts.access import as_uuid, missing
from market.kit.actor import Actor
from search.alert_models import SavedSearch


def own_saved_searches(by: Actor) -> QuerySet[SavedSearch]:
    """The actor's saved searches, oldest first."""
    return SavedSearch.filter(person_id=by.person_id).order_by("id")


async def own_saved_search(by: Actor, key: str) -> SavedSearch:
    """One of the actor's saved searches; NotFound otherwise."""
    row = await own_saved_searches(by).filter(id=as_uuid(key)).first()
    if row is None:
        raise missing()
    return row
