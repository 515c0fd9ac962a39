"""What the JSON API says of changes, guidelines and annotators."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel

from market.orders.change_models import ContractChange, ContractVersion
from market.orders.models import Contract, Signature
from market.orders.work_models import AnnotatorGroup, Assignment, GuidelineVersion


class ChangeOut(BaseModel):
    """A change of a contract: `digest` is that of `terms`, the whole text of the next version."""

    number: str
    contract: str
    kind: str
    status: str
    version: int
    rationale: str
    explanation: str
    before_digest: str
    digest: str
    before_total_fen: int
    total_fen: int
    terms: dict[str, Any]
    signed_by: list[str]
    notice_ends_at: dt.datetime | None
    decided_at: dt.datetime | None

    @classmethod
    async def read(cls, change: ContractChange, contract: Contract) -> Self:
        """From a row and its contract; reads the signatures."""
        rows = Signature.filter(contract_id=contract.id, digest=change.digest)
        same = (
            "number", "version", "rationale", "explanation", "before_digest", "digest",
            "before_total_fen", "total_fen", "terms", "notice_ends_at", "decided_at",
        )  # fmt: skip
        return cls(
            **{name: getattr(change, name) for name in same}, contract=contract.number,
            kind=change.kind.value, status=change.status.value,
            signed_by=[row.organisation.number for row in await rows.select_related("organisation")],
        )  # fmt: skip


class VersionOut(BaseModel):
    """One version of a contract, and when it was in force."""

    number: int
    digest: str
    total_fen: int
    isolation: dict[str, Any]
    in_force_from: dt.datetime
    in_force_until: dt.datetime | None

    @classmethod
    def of(cls, version: ContractVersion) -> Self:
        """From a row."""
        same = ("number", "digest", "total_fen", "in_force_from", "in_force_until")
        return cls(
            **{name: getattr(version, name) for name in same}, isolation=version.terms["isolation"]
        )


class VersionsOut(BaseModel):
    """Every version of a contract, newest first."""

    items: list[VersionOut]


class GuidelineOut(BaseModel):
    """A version of a guideline, and which delivered items it touched."""

    label: str
    sequence: int
    text: str
    positive: list[str]
    negative: list[str]
    changes: str
    label_classes: list[str]
    published_at: dt.datetime
    transition_ends_at: dt.datetime
    affected: list[dict[str, Any]]
    change: str | None

    @classmethod
    def of(cls, version: GuidelineVersion) -> Self:
        """From a row with its change."""
        same = (
            "label", "sequence", "text", "positive", "negative", "changes", "label_classes",
            "published_at", "transition_ends_at", "affected",
        )  # fmt: skip
        return cls(
            **{name: getattr(version, name) for name in same},
            change=version.change.number if version.change else None,
        )


class GuidelinesOut(BaseModel):
    """Every version of an order's guideline, newest first."""

    items: list[GuidelineOut]


class AssignmentOut(BaseModel):
    """An annotator in a group, by pseudonym."""

    id: str
    group: str
    pseudonym: str
    is_reviewer: bool
    standing: list[dict[str, str]]
    assigned_at: dt.datetime
    removed_at: dt.datetime | None

    @classmethod
    def of(cls, row: Assignment, group: AnnotatorGroup) -> Self:
        """From a row and its group."""
        same = ("pseudonym", "is_reviewer", "standing", "assigned_at", "removed_at")
        return cls(id=str(row.id), group=group.code, **{name: getattr(row, name) for name in same})


class GroupOut(BaseModel):
    """A group of annotators."""

    code: str


class GroupsOut(BaseModel):
    """Everybody who is, or was, assigned to an order."""

    items: list[AssignmentOut]


class ProvenanceOut(BaseModel):
    """Where a batch comes from: group, guideline, items."""

    batch: str
    order: str
    job: str
    round: int
    status: str
    group: dict[str, Any] | None
    guideline: dict[str, Any]
    manifest_digest: str
    items: list[dict[str, str]]
