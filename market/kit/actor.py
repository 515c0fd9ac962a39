"""Who acts: the plain value every verb receives as `by`."""

from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from market.kit.i18n import N_
from market.kit.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting for an organisation in one role, or the system itself (`person_id` None).

    `kind` is the organisation's kind (demand, supplier, bureau, base, service, operator), `role` the
    membership's (owner, buyer, sales, project, quality, finance, viewer); `scopes` limits an API token
    (None = no token, everything the role may do). `verified` is the organisation's standing.
    """

    person_id: UUID | None = None
    name: str = ""
    organisation_id: UUID | None = None
    organisation_name: str = ""
    kind: str = ""
    role: str = ""
    region_code: str = ""
    verified: bool = False
    scopes: frozenset[str] | None = None
    session_id: UUID | None = None
    memberships: tuple[tuple[UUID, str, str], ...] = field(default=(), repr=False)

    @classmethod
    def system(cls, name: str = "clock") -> Self:
        """The platform acting by itself (deadlines, webhooks, seed)."""
        return cls(name=f"system:{name}", role="system")

    @property
    def is_authenticated(self) -> bool:
        """Whether a person stands behind it."""
        return self.person_id is not None

    @property
    def is_system(self) -> bool:
        """Whether the platform acts by itself."""
        return self.role == "system"

    @property
    def organisation_kind(self) -> str:
        """The organisation's kind, under the name templates use."""
        return self.kind


ANONYMOUS = Actor()
# What stands in the log before the opening is an alias, and an alias is no English word.
_SPOKEN = (("bidder ", N_("Bidder %(tag)s")), ("asker ", N_("Supplier %(tag)s")))


def spoken(label: str) -> str:
    """An actor's label of the log in the reader's language."""
    for prefix, words in _SPOKEN:
        if label.startswith(prefix):
            return _(words, tag=label.removeprefix(prefix))
    if label.startswith("system:"):
        return _("the clock") if label == "system:clock" else _("the platform")
    return _("anonymous") if label == "anonymous" else label
