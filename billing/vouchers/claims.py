"""The shape of a voucher claim as callers and files state it, checked field by field."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from billing.vouchers.rules import SpendCategory
from market.kit.clock import CHINA
from market.kit.money import MAX_FEN


class InvalidClaim(ValueError):
    """The input is not a claim; `fields` says what is wrong where ("lines[0].amount_fen")."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("; ".join(f"{place}: {what}" for place, what in self.fields.items()))


def _in_shanghai(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a date (2026-05-15) or a date and time (ISO 8601)") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=CHINA)
    try:
        return moment.astimezone(CHINA).isoformat()
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in Shanghai") from None


def _no_slip(category: str) -> str:
    """A category nobody pays for is one; a misspelt one is not."""
    known = get_args(SpendCategory)
    meant = [] if category in known else get_close_matches(category, known, 1, _CLOSE)
    if meant:
        raise ValueError(f"is no category: {meant[0]!r} is near")
    return category


_CLOSE = 0.85
Fen = Annotated[StrictInt, Field(ge=0, le=MAX_FEN)]
Slug = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9_]{1,64}$")]
Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
Moment = Annotated[str, AfterValidator(_in_shanghai)]
Category = Annotated[Slug, AfterValidator(_no_slip)]
OBJECT = AliasChoices("object", "object_id", "dataset", "dataset_id")
CLAIMANT = AliasChoices("claimant", "who_claims")
CONTRACT = AliasChoices("contract_id", "contract")
GRANTED = AliasChoices("granted_fen", "grant_fen")
REGION = AliasChoices("region_code", "region")
INVOICED = AliasChoices("invoiced_fen", "invoiced_gross_fen")
PAID = AliasChoices("paid_fen", "actually_paid_fen")
METERED = AliasChoices("metered_fen", "metered_usage_fen")


class _Open(BaseModel):
    """A record that keeps further facts: a rule may ask for any of them by name.

    Null says as little as nothing. A further amount, and a name next to a known one, are refused:
    a slip must not change what is paid.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_stated(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None}

    @model_validator(mode="after")
    def _no_field_is_a_slip(self) -> "_Open":
        for name, value in (self.model_extra or {}).items():
            alike = _names(type(self), are_flags=isinstance(value, bool))
            if meant := get_close_matches(name, alike, 1, _CLOSE):
                raise _wrong(name, f"is no field: {meant[0]!r} is near")
            if name.endswith(("_fen", "_yuan")):
                raise _wrong(name, "is no amount a rule reads")
        return self


@cache
def _names(record: type[BaseModel], *, are_flags: bool) -> tuple[str, ...]:
    """The names a record's yes-or-no fields may be stated under, or those of its other fields."""
    return tuple(
        str(name)
        for field, info in record.model_fields.items()
        for name in (
            info.validation_alias.choices
            if isinstance(info.validation_alias, AliasChoices)
            else [field]
        )
        if (StrictBool in get_args(info.annotation)) == are_flags
    )


def _wrong(field: str, what: str) -> PydanticCustomError:
    """An error of one field of the record in hand."""
    return PydanticCustomError("claim", "{what}", {"field": field, "what": what})


class Line(_Open):
    """One order line; the amounts beside `amount_fen` are those of other bases, where known."""

    category: Category
    amount_fen: Fen | None = None
    verified_fen: Fen | None = None
    invoiced_fen: Fen | None = Field(None, validation_alias=INVOICED)
    invoiced_net_fen: Fen | None = None
    paid_fen: Fen | None = Field(None, validation_alias=PAID)
    metered_fen: Fen | None = Field(None, validation_alias=METERED)
    refunded_fen: Fen = 0
    event: Slug | None = None
    object_id: Name | None = Field(None, validation_alias=OBJECT)

    @model_validator(mode="after")
    def _refunds_at_most_the_amount(self) -> "Line":
        if self.refunded_fen > (self.amount_fen or 0):
            raise _wrong("refunded_fen", "exceeds amount_fen")
        return self


class Subject(_Open):
    """Who claims. A relation, tag or level a rule asks for is a further field or a tag."""

    org_type: Slug | None = None
    region_code: Name | None = Field(None, validation_alias=REGION)
    size: Slug | None = None
    credit_clean_years: Annotated[StrictInt, Field(ge=0)] | None = None
    group: Name | None = None
    tags: tuple[Name, ...] = ()


class Counterparty(_Open):
    """The other side. Nothing said of a relation means none: the signed statement proves it."""

    id: Name | None = Field(
        None, validation_alias=AliasChoices("id", "supplier_id", "uscc", "name")
    )
    related: StrictBool | None = None
    listed_supplier: StrictBool | None = None
    listed_product: StrictBool | None = None
    via_data_exchange: StrictBool | None = None
    via_platform: StrictBool | None = None
    local_supplier: StrictBool | None = None


class OtherGrant(BaseModel):
    """Public money another programme already pays for the same lines."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fen: Fen
    level: Slug | None = None


class _Expected(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    grant_fen: Fen | None = None


class Record(_Open):
    """What a claim and an earlier claim have in common."""

    programme: Name | None = None
    as_of: Moment | None = None
    subject: Subject | None = None
    counterparty: Counterparty | None = None
    claimant: Slug | None = Field(None, validation_alias=CLAIMANT)
    contract_id: Name | None = Field(None, validation_alias=CONTRACT)
    contract_signed_on: date | None = None
    batch: Name | None = None
    event: Slug | None = None
    object_id: Name | None = Field(None, validation_alias=OBJECT)
    lines: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _states_what_each_line_is_worth(self) -> "Record":
        for index, line in enumerate(self.lines):
            if line.amount_fen is None and (line.event or self.event) is None:
                raise _wrong(f"lines[{index}].amount_fen", "is missing")
        return self


class EarlierClaim(Record):
    """A claim of the same subject granted before; what it leaves out is as in the claim itself.

    Without a stated grant the engine replays it under the same programme version.
    """

    granted_fen: Fen | None = Field(None, validation_alias=GRANTED)
    expect: _Expected = _Expected()

    @property
    def stated_grant_fen(self) -> int | None:
        """The grant it states, None when the engine has to replay it."""
        return self.expect.grant_fen if self.granted_fen is None else self.granted_fen


class Claim(Record):
    """A request for a voucher grant: amounts in fen, `history` oldest first."""

    id: Name
    programme: Name
    as_of: Moment
    subject: Subject
    counterparty: Counterparty = Counterparty()
    lines: tuple[Line, ...]
    history: tuple[EarlierClaim, ...] = ()
    other_grants: tuple[OtherGrant, ...] = ()
    remaining: dict[str, Fen] = Field(default_factory=dict)


def read_claim(data: object) -> Claim:
    """The claim in a piece of JSON data; InvalidClaim names each field that is wrong."""
    try:
        return Claim.model_validate(data)
    except ValidationError as error:
        raise InvalidClaim({_place(entry): _what(entry) for entry in error.errors()}) from None


def _place(entry: ErrorDetails) -> str:
    place = ""
    for step in (*entry["loc"], *_field(entry)):
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    return place.lstrip(".") or "claim"


def _field(entry: ErrorDetails) -> Iterator[str]:
    """The field an error of a whole record is about."""
    if entry["type"] == "claim":
        yield entry["ctx"]["field"]


def _what(entry: ErrorDetails) -> str:
    message = entry["msg"].removeprefix("Value error, ")
    return _SAID.get(entry["type"]) or message.replace("Input should be", "must be")


_SAID = {
    "missing": "is missing",
    "model_type": "must be an object",
    "tuple_type": "must be a list",
    "string_pattern_mismatch": "must be a word of a-z, 0-9 and _",
}
