"""What an owner fills in to subscribe."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from market.kit.i18n import gettext as _
from market.webhooks.addresses import MAX_LENGTH, check_url
from market.webhooks.topics import TOPICS


def _known(topics: list[str]) -> list[str]:
    if unknown := set(topics) - set(TOPICS):
        raise ValueError(_("There is no topic %(name)s", name=", ".join(sorted(unknown))[:80]))
    return sorted(set(topics))


class EndpointInput(BaseModel):
    """Where events are sent, and which."""

    url: Annotated[str, Field(min_length=8, max_length=MAX_LENGTH), AfterValidator(check_url)]
    topics: Annotated[list[str], Field(min_length=1, max_length=100), AfterValidator(_known)]
