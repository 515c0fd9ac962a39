"""The machine of a bulletin."""

from enum import StrEnum


class BulletinKind(StrEnum):
    """A month's bulletin or a year's white-paper pack."""

    MONTHLY = "monthly"
    YEARLY = "yearly"


class BulletinStatus(StrEnum):
    """Where an edition stands: 草稿, 发布, 已更正, 作废."""

    DRAFT = "draft"
    ISSUED = "issued"
    REPLACED = "replaced"
    DISCARDED = "discarded"


B = BulletinStatus
BULLETIN_TRANSITIONS = {
    B.DRAFT: frozenset({B.ISSUED, B.DISCARDED}),
    B.ISSUED: frozenset({B.REPLACED}),
    B.REPLACED: frozenset(),
    B.DISCARDED: frozenset(),
}
