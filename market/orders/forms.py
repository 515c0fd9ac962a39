"""What people and programs enter about contracts, orders, deliveries and reviews."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from market.kit.i18n import N_
from market.orders import manifests, seeds

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


class SignInput(BaseModel):
    """A signature over the digest that was read."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ReasonInput(BaseModel):
    """Why a contract is refused or an order cancelled."""

    reason: Sentence


class SecretInput(BaseModel):
    """A side's own secret of the draw, in place of the one the platform drew for it."""

    secret: str = Field(min_length=seeds.MIN_LENGTH, max_length=seeds.MAX_LENGTH)


class DeliveryInput(BaseModel):
    """A delivery: the priced quantity it holds, beside its manifest."""

    quantity: Decimal = Field(gt=0, max_digits=16, decimal_places=2)
    guideline_version: str = Field(default="", max_length=32)
    group: str = Field(default="", max_length=8)
    note: str = Field(default="", max_length=1000)


class ManifestItemInput(BaseModel):
    """One item of a manifest sent as JSON."""

    name: str = Field(max_length=manifests.MAX_NAME)
    sha256: str = Field(max_length=64)
    label_class: str = Field(default="", max_length=manifests.MAX_CLASS)


class DeliveryWithItems(DeliveryInput):
    """A delivery of the API, its manifest included."""

    items: list[ManifestItemInput] = Field(min_length=1, max_length=manifests.MAX_ITEMS)


class Defect(StrEnum):
    """Why an item does not conform."""

    MISSED = "missed"
    WRONG_CLASS = "wrong_class"
    BOUNDARY = "boundary"
    SURPLUS = "surplus"
    FORMAT = "format"
    IDENTIFIER = "identifier"
    OTHER = "other"


DEFECT_LABELS = {
    Defect.MISSED: N_("Object missed"),
    Defect.WRONG_CLASS: N_("Wrong class or text"),
    Defect.BOUNDARY: N_("Boundary outside the tolerance"),
    Defect.SURPLUS: N_("Object that is not there"),
    Defect.FORMAT: N_("Format not as agreed"),
    Defect.IDENTIFIER: N_("Personal identifier left"),
    Defect.OTHER: N_("Other"),
}


class Gravity(StrEnum):
    """The class of a nonconformity (GB/T 2828.1, 3.1.8); one critical item refuses the batch."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


GRAVITIES = {
    Gravity.CRITICAL: N_("Critical"),
    Gravity.MAJOR: N_("Major"),
    Gravity.MINOR: N_("Minor"),
}


class Finding(BaseModel):
    """A drawn item that does not conform."""

    item: str = Field(min_length=1, max_length=manifests.MAX_NAME)
    defect: Defect
    gravity: Gravity = Gravity.MAJOR
    note: str = Field(default="", max_length=300)


class Measurement(BaseModel):
    """A quality metric of the whole batch on the gold set the contract names."""

    metric: str = Field(max_length=32)
    value: Annotated[Decimal, Field(ge=0, le=1, decimal_places=4)]


class InspectionInput(BaseModel):
    """The inspection of a sample: every nonconforming item; none listed means all conform."""

    nonconforming: list[Finding] = Field(default=[], max_length=2000)
    measurements: list[Measurement] = Field(default=[], max_length=20)


Mark = Annotated[int, Field(ge=1, le=5)] | None
OF_SUPPLIER = {
    "quality": N_("Quality of the labels"),
    "communication": N_("Communication"),
    "confidentiality": N_("Care with data"),
}
OF_BUYER = {
    "guidance": N_("Clear guidelines"),
    "fairness": N_("Fair inspection"),
    "communication": N_("Communication"),
}


class ReviewInput(BaseModel):
    """One side's review of the other: overall, and by aspect where it has a view (1-5)."""

    rating: int = Field(ge=1, le=5)
    quality: Mark = None
    communication: Mark = None
    confidentiality: Mark = None
    guidance: Mark = None
    fairness: Mark = None
    text: str = Field(default="", max_length=2000)

    def marks(self, *, is_of_buyer: bool) -> dict[str, int]:
        """The marks given for the aspects of the reviewed side."""
        aspects = OF_BUYER if is_of_buyer else OF_SUPPLIER
        return {name: mark for name in aspects if (mark := getattr(self, name)) is not None}


class ReplyInput(BaseModel):
    """The reply of who was reviewed."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)]


class ReportInput(BaseModel):
    """What is abusive in a review."""

    reason: Sentence


class JudgementInput(BaseModel):
    """The operator's decision on a reported review, with its reason."""

    decision: Literal["hide", "keep"]
    reason: Sentence
