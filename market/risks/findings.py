"""What a run found of one process or party, with what a person needs to judge it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from market.accounts.models import Organisation
from market.ocds.publishing import ocid_of
from market.tendering.models import Job

Json = dict[str, Any]
Key = tuple[str, str, str]  # code, group, subject


@dataclass(frozen=True, slots=True)
class Finding:
    """A flag with its value and evidence, and the rows a case of it hangs on."""

    key: Key
    name: str
    value: float
    evidence: Json
    region_code: str
    job_id: UUID | None = None
    organisation_id: UUID | None = None

    @classmethod
    def of_job(cls, code: str, job: Job, value: float, rows: list[Json]) -> Self:
        """A finding about one process."""
        subject = ocid_of(job)
        return cls(
            (code, "OCID", subject), job.title, value, {"job": job.number, "rows": rows},
            job.region_code, job_id=job.id,
        )  # fmt: skip

    @classmethod
    def of_parties(
        cls, code: str, parties: Sequence[Organisation], value: float, rows: list[Json]
    ) -> Self:
        """A finding about several parties; the case lies with the last one, in the first one's region."""
        subject = "+".join(party.number for party in parties)
        name = " · ".join(party.name for party in parties)
        return cls(
            (code, "Parties", subject), name, value, {"rows": rows}, parties[0].region_code,
            organisation_id=parties[-1].id,
        )  # fmt: skip
