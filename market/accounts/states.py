"""Organisation standing and the closed lists of kinds and roles."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation does here; product.md, 'Who uses it'."""

    DEMAND = "demand"
    SUPPLIER = "supplier"
    BASE = "base"
    SERVICE = "service"
    BUREAU = "bureau"
    OPERATOR = "operator"


class Role(StrEnum):
    """A member's role; owner may do everything the organisation may."""

    OWNER = "owner"
    BUYER = "buyer"
    SALES = "sales"
    PROJECT = "project"
    QUALITY = "quality"
    FINANCE = "finance"
    VIEWER = "viewer"


class OrganisationStatus(StrEnum):
    """Standing of an organisation."""

    REGISTERED = "registered"
    PENDING_VERIFICATION = "pending_verification"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


S = OrganisationStatus
ORGANISATION_TRANSITIONS = {
    S.REGISTERED: frozenset({S.PENDING_VERIFICATION, S.CLOSED}),
    S.PENDING_VERIFICATION: frozenset({S.ACTIVE, S.REGISTERED, S.CLOSED}),
    S.ACTIVE: frozenset({S.SUSPENDED, S.CLOSED}),
    S.SUSPENDED: frozenset({S.ACTIVE, S.CLOSED}),
    S.CLOSED: frozenset(),
}
