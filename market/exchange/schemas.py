"""The shapes of exchanged records, and what the API takes and answers."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from market.exchange.states import Collection, PushResult
from market.kit.i18n import gettext as _
from market.vocabulary import uscc

SCHEMA_VERSION = 1


def _valid_code(code: str) -> str:
    if not uscc.is_valid(code):
        raise ValueError(_("This is no unified social credit code"))
    return code


Code = Annotated[str, Field(min_length=18, max_length=18), AfterValidator(_valid_code)]
RegionCode = Annotated[str, Field(pattern=r"^\d{6}$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Fen = Annotated[int, Field(ge=0, le=10**15)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OrganisationRecord(_Shape):
    """A verified organisation; its key is its social credit code."""

    uscc: Code
    name: str = Field(min_length=2, max_length=120)
    kind: Literal["demand", "supplier", "base", "bureau", "service", "operator"]
    org_type: str = Field(max_length=32)
    region_code: RegionCode
    status: Literal["active", "suspended"]

    @property
    def key(self) -> str:
        """The social credit code."""
        return self.uscc


class RegistrationRecord(_Shape):
    """A registered contract, keyed by the supplier's code and the number; amounts in fen."""

    number: str = Field(min_length=4, max_length=40, pattern=r"^[\w.-]+$")
    buyer_uscc: Code
    supplier_uscc: Code
    region_code: RegionCode
    total_fen: Fen
    issued_on: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def key(self) -> str:
        """Supplier and number."""
        return f"{self.supplier_uscc}/{self.number}"


class StatisticsRecord(_Shape):
    """The deals of a month whose buyers are in a region; amounts in fen."""

    publisher_uscc: Code
    region_code: RegionCode
    month: Month
    kind: Literal["contracted", "accepted", "settled", "refunded"]
    deals: int = Field(ge=0, le=10**9)
    amount_fen: Fen

    @property
    def key(self) -> str:
        """Publisher, region, month and kind."""
        return f"{self.publisher_uscc}/{self.region_code}/{self.month}/{self.kind}"


Shape = OrganisationRecord | RegistrationRecord | StatisticsRecord
SHAPES: dict[Collection, type[Shape]] = {
    Collection.ORGANISATIONS: OrganisationRecord,
    Collection.REGISTRATIONS: RegistrationRecord,
    Collection.STATISTICS: StatisticsRecord,
}


class PushedRecord(BaseModel):
    """A record and the version it replaces: 0 for a new one, else what the last push or pull answered."""

    data: dict[str, Any]
    base_version: int = Field(default=0, ge=0, le=2**62)


class PushInput(BaseModel):
    """At most 500 records of one schema version."""

    schema_version: Literal[1]
    records: list[PushedRecord] = Field(min_length=1, max_length=500)


class PushOutcome(BaseModel):
    """What came of a record; `version` is the one that stands now, `reason` names a conflict."""

    key: str
    result: PushResult
    version: int
    reason: str = ""


class PushOut(BaseModel):
    """In the order of the push."""

    schema_version: int = SCHEMA_VERSION
    results: list[PushOutcome]


class PullQuery(BaseModel):
    """Paging: `after` is the version of the last record you have."""

    after: int = Field(default=0, ge=0, le=2**62)
    limit: int = Field(default=100, ge=1, le=500)


class PulledRecord(BaseModel):
    """The newest version of a record; `origin` is the social credit code of who pushed it, or empty."""

    key: str
    version: int
    digest: str
    schema_version: int
    origin: str
    data: dict[str, Any]


class PullOut(BaseModel):
    """Records in the order of their versions; ask again with `next`."""

    schema_version: int = SCHEMA_VERSION
    records: list[PulledRecord]
    next: int
