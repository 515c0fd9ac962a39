"""What the JSON API says of red-flag cases."""

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from market.kit.i18n import gettext as _
from market.kit.paging import CursorQuery
from market.risks.models import FlagCase
from market.risks.states import CaseStatus
from market.risks.words import FLAGS


class CaseOut(BaseModel):
    """A flag with its evidence and what was decided; the value's meaning is in docs/redflags.md."""

    number: str
    code: str
    title: str
    group: str
    subject: str
    name: str
    value: Decimal
    status: CaseStatus
    is_current: bool
    found_at: dt.datetime
    evidence: dict[str, Any]
    decision: str | None
    reasons: str
    decided_at: dt.datetime | None

    @classmethod
    def of(cls, case: FlagCase) -> Self:
        """The case as it stands."""
        return cls(
            number=case.number, code=case.code, title=_(FLAGS[case.code].title), group=case.group,
            subject=case.subject, name=case.subject_name, value=case.value, status=case.status,
            is_current=case.is_current, found_at=case.found_at, evidence=case.evidence,
            decision=case.decision, reasons=case.reasons, decided_at=case.decided_at,
        )  # fmt: skip


class CasesQuery(CursorQuery):
    """Paging, and the status asked for."""

    status: CaseStatus | None = None
