"""What people type into the pages of accounts, and what programs send to its API."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from market.accounts.mail_groups import GROUPS
from market.accounts.scopes import SCOPES
from market.accounts.states import OrganisationKind, Role
from market.kit.forms import Percent
from market.kit.i18n import gettext as _
from market.vocabulary import regions, trade, uscc
from market.vocabulary.industries import INDUSTRIES

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
MOST_SHAREHOLDERS = 50
SELF_REGISTERED = (
    OrganisationKind.DEMAND,
    OrganisationKind.SUPPLIER,
    OrganisationKind.BASE,
    OrganisationKind.SERVICE,
)


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError(_("Enter an e-mail address such as name@example.com"))
    return text.lower()


def _region(text: str) -> str:
    found = regions.lookup(text)
    if found is None:
        raise ValueError(_("Enter a region such as 济南市 or its six-digit code"))
    return found.code


def _uscc(text: str) -> str:
    try:
        return uscc.parse(text).code
    except uscc.InvalidUscc as exc:
        raise ValueError(uscc_fault(exc)) from None


def uscc_fault(exc: uscc.InvalidUscc) -> str:
    """The rule of GB 32100-2015 that a code breaks, and where."""
    place = {"position": exc.position, "expected": exc.expected}
    return {
        "length": _("The code has 18 characters"),
        "alphabet": _("Character %(position)s is not possible: I, O, S, V and Z are never used"),
        "department": _("The first character names no registering department"),
        "category": _("The first two characters name no kind of organisation"),
        "region": _("Characters 3 to 8 name no region"),
        "organisation_digit": _("Character 17 should be %(expected)s: is one mistyped?"),
        "check_digit": _("The last character should be %(expected)s: is one mistyped?"),
    }[exc.fault] % place


# 统一社会信用代码, checked to the last digit (GB 32100-2015).
Uscc = Annotated[str, AfterValidator(_uscc)]


def _among(vocabulary: Mapping[str, object]) -> AfterValidator:
    def validate(text: str) -> str:
        if text and text not in vocabulary:
            raise ValueError(_("Choose one of the listed values"))
        return text

    return AfterValidator(validate)


Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
RegionCode = Annotated[str, AfterValidator(_region)]
PersonName = Annotated[str, Field(min_length=1, max_length=80)]
OrganisationName = Annotated[str, Field(min_length=2, max_length=120)]


class PersonInput(BaseModel):
    """A new person."""

    name: PersonName
    email: Email
    password: str


class OrganisationInput(BaseModel):
    """A new organisation, not yet verified."""

    kind: OrganisationKind
    name: OrganisationName
    region_code: RegionCode


class RegistrationInput(PersonInput):
    """A new person, and their organisation when `kind` is chosen."""

    kind: OrganisationKind | None = None
    organisation_name: str = Field(default="", max_length=120, validate_default=True)
    region_code: str = Field(default="", validate_default=True)

    @field_validator("organisation_name")
    @classmethod
    def _named(cls, text: str, info: ValidationInfo) -> str:
        if info.data.get("kind") and len(text) < 2:
            raise ValueError(_("Enter the organisation's name as on its licence"))
        return text

    @field_validator("region_code")
    @classmethod
    def _placed(cls, text: str, info: ValidationInfo) -> str:
        return _region(text) if info.data.get("kind") else ""

    @property
    def organisation(self) -> OrganisationInput | None:
        """The organisation part, when there is one."""
        if self.kind is None:
            return None
        return OrganisationInput(
            kind=self.kind, name=self.organisation_name, region_code=self.region_code
        )


class SignInInput(BaseModel):
    """An attempt to sign in."""

    email: Annotated[str, Field(max_length=254), AfterValidator(str.lower)]
    password: str = Field(max_length=1024)


class CodeInput(BaseModel):
    """A one-time code; `ticket` is the proof of the password during the log-in."""

    code: Annotated[str, BeforeValidator(lambda text: str(text).replace(" ", ""))]
    ticket: str = ""


class ResetRequestInput(BaseModel):
    """Whose password is forgotten."""

    email: Email


class NewPasswordInput(BaseModel):
    """A password set by a mailed link."""

    password: str


class PasswordChangeInput(NewPasswordInput):
    """A password replaced by someone who knows the present one."""

    current: str


class PasswordInput(BaseModel):
    """The present password, asked again before a step that matters."""

    password: str


class ProfileInput(BaseModel):
    """A person's own details."""

    name: PersonName
    phone: str = Field(default="", max_length=20, pattern=r"^[0-9+() -]*$")
    locale: Literal["zh_CN", "en"] = "zh_CN"


class MailChoiceInput(BaseModel):
    """The groups of mail a person wants."""

    wanted: list[Annotated[str, _among(GROUPS)]] = []


class OrganisationProfileInput(BaseModel):
    """What an organisation says of itself; the verified facts are not among it."""

    size: Annotated[str, _among(trade.ORG_SIZES)] = ""
    industry: Annotated[str, _among(INDUSTRIES)] = ""
    address: str = Field(default="", max_length=200)
    contact_name: str = Field(default="", max_length=80)
    contact_phone: str = Field(default="", max_length=40, pattern=r"^[0-9+() -]*$")
    summary: str = Field(default="", max_length=2000)


class ShareInput(BaseModel):
    """One shareholder; a person has no code. The share in basis points, typed in per cent."""

    holder_name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)
    ]
    holder_uscc: Annotated[
        str, AfterValidator(lambda text: _uscc(text) if text.strip() else "")
    ] = ""
    share_bp: Percent = Field(ge=1)


class ShareholdersInput(BaseModel):
    """Every shareholder of an organisation; none takes the declaration back."""

    holders: list[ShareInput] = Field(max_length=MOST_SHAREHOLDERS)


class ShareRowsInput(BaseModel):
    """The same as a form: its rows are typed as holder1_holder_name, holder1_share_bp and so on."""


class VerificationInput(BaseModel):
    """The facts on the licence."""

    name: OrganisationName
    uscc: Uscc
    org_type: Annotated[str, _among(trade.ORG_TYPES)] = ""
    region_code: Annotated[str, AfterValidator(lambda text: _region(text) if text else "")] = ""


class DecisionInput(BaseModel):
    """An operator's reason."""

    reason: str = Field(min_length=4, max_length=1000)


class NewOrganisationInput(OrganisationInput):
    """An organisation an operator creates, and the address of its first owner."""

    email: Email


class InvitationInput(BaseModel):
    """A role offered to an address."""

    email: Email
    role: Role


class RoleInput(BaseModel):
    """Another role for a member."""

    role: Role


class JoinInput(BaseModel):
    """A new person who accepts an invitation; the address is the invited one."""

    name: PersonName
    password: str


class TokenInput(BaseModel):
    """A key for a program."""

    name: str = Field(min_length=1, max_length=80)
    scopes: list[Annotated[str, _among(SCOPES)]] = Field(min_length=1)
    days: Literal[30, 90, 365] = 90

    @field_validator("days", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isdigit() else value


class PassphraseInput(BaseModel):
    """A new opening passphrase, twice; `next` is the page of this site that asked for it."""

    passphrase: str = Field(min_length=1, max_length=200)
    again: str = Field(min_length=1, max_length=200)
    next: str = Field(default="", max_length=200)
