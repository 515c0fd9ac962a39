"""A voucher programme version as immutable data: who, for what, how much, within which limits."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from billing.vouchers.periods import Period
from billing.vouchers.predicates import Frozen, Predicate
from billing.vouchers.procedure import STANDARD_WORKFLOW, Evidence, WorkflowStep

Kind = Literal["compute", "data", "algorithm", "service", "mixed"]
Status = Literal["draft", "active", "closed"]
Mode = Literal["reimburse_buyer", "deduct_at_source", "supplier_redeems", "award", "unknown"]
Base = Literal[
    "contract",
    "verified",
    "invoiced_net",
    "invoiced_gross",
    "actually_paid",
    "metered_usage",
    "event",
]
SpendCategory = Literal[
    "labelling",
    "compute_rental",
    "storage",
    "network",
    "security",
    "model_api",
    "model_deployment",
    "corpus_purchase",
    "dataset_purchase",
    "dataset_sale",
    "data_product",
    "data_asset_service",
    "platform_service",
    "support",
    "training",
    "other",
]
Fen = Annotated[int, Field(ge=0)]
BasisPoints = Annotated[int, Field(ge=0, le=10000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\+08:00)?$")]


class Requirement(Frozen):
    """A condition of eligibility with the code a refusal is known by."""

    code: str
    test: Predicate


class Pool(Frozen):
    """The budget all claims share in a period."""

    period: Literal["year", "batch", "total"]
    fen: Fen


class Funder(Frozen):
    """One treasury and its weight in every grant."""

    funder: str
    weight: Annotated[int, Field(gt=0)]


class Funding(Frozen):
    """Where the money comes from and in which order claims are served."""

    funders: Annotated[tuple[Funder, ...], Field(min_length=1)]
    pools: tuple[Pool, ...] = ()
    queue: Literal["first_come", "ranked", "pro_rata"] = "first_come"
    override: str | None = None


class Subject(Frozen):
    """Who claims, and what must be true of them."""

    claimant: Literal["buyer", "supplier", "either_exclusive"] = "buyer"
    priority: Literal["buyer", "supplier"] | None = None
    requires: tuple[Requirement, ...] = ()


class Counterparty(Frozen):
    """What must be true of the other side of the contract."""

    requires: tuple[Requirement, ...] = ()


class Spend(Frozen):
    """Which order lines count: `categories` null means every category not excluded."""

    categories: tuple[SpendCategory, ...] | None
    excluded: tuple[SpendCategory, ...] = ()
    requires: tuple[Requirement, ...] = ()


class Threshold(Frozen):
    """A minimum on the contract or on the spend of a period, itself included ("满").

    `all_or_nothing` pays the whole period once reached, `excess` only what lies above.
    A retroactive threshold lets earlier purchases of the period count once it is crossed.
    """

    on: Literal["contract"] | Period
    min_fen: Fen
    effect: Literal["all_or_nothing", "excess"]
    retroactive: bool = True


class Step(Frozen):
    """A fixed amount from a base upwards."""

    from_fen: Fen
    fen: Fen


class Tier(Frozen):
    """One way to compute the grant: exactly one of rate, flat amount, steps or the full base.

    `occurrence` tells a first event of an object from a later one when a claim does not say.
    """

    when: Predicate | None = None
    event: str | None = None
    occurrence: Literal["first", "later"] | None = None
    threshold: Threshold | None = None
    rate_bp: BasisPoints | None = None
    flat_fen: Fen | None = None
    steps: tuple[Step, ...] | None = None
    full: bool = False

    @model_validator(mode="after")
    def _states_one_amount(self) -> Self:
        amounts = [self.rate_bp, self.flat_fen, self.steps, self.full or None]
        if sum(amount is not None for amount in amounts) != 1:
            raise ValueError("a tier states exactly one of rate_bp, flat_fen, steps, full")
        if self.event is not None and self.flat_fen is None:
            raise ValueError("an event is paid a flat amount")
        return self


class CapLevel(Frozen):
    """A limit and the condition it applies under; a null limit waives the cap."""

    when: Predicate | None = None
    limit: Annotated[int, Field(ge=0)] | None


class Cap(Frozen):
    """A limit on the grants (fen) or the number of claims (count) of one owner in one period."""

    name: str
    of: Literal["contract", "object", "subject", "supplier", "group"]
    period: Period | Literal["batch", "lifetime"]
    unit: Literal["fen", "count"] = "fen"
    categories: tuple[SpendCategory, ...] = ()
    levels: Annotated[tuple[CapLevel, ...], Field(min_length=1)]


class Validity(Frozen):
    """When claims may be filed, both ends included, and what expiry does to a reservation."""

    opens: Moment | None = None
    closes: Moment | None = None
    on_expiry: Literal["release"] = "release"


class Instrument(Frozen):
    """What the subject holds, and who pays whom."""

    form: Literal["balance", "single_use", "claim"] = "claim"
    mode: Mode


class Stacking(Frozen):
    """How the voucher lives beside others: groups of which one may be used, and conditions."""

    exclusive_groups: tuple[str, ...] = ()
    base_effect: Literal["none", "residual"] = "residual"
    requires: tuple[Requirement, ...] = ()
    note: str | None = None


class Clawback(Frozen):
    """What a refund does: the grant is recomputed on the reduced base."""

    on_refund: Literal["recompute"] = "recompute"


class Programme(Frozen):
    """One version of a programme; a redemption pins `reference` and `digest` for ever."""

    id: Slug
    version: Annotated[int, Field(ge=1)] = 1
    title: str
    kind: Kind
    issuer: str
    region_code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    document: str | None = None
    url: str | None = None
    effective_from: Moment | None = None
    effective_to: Moment | None = None
    status: Status
    funding: Funding
    subject: Subject = Subject()
    counterparty: Counterparty = Counterparty()
    spend: Spend
    base: Base | None
    tiers: tuple[Tier, ...] | None
    caps: tuple[Cap, ...] = ()
    validity: Validity = Validity()
    instrument: Instrument
    stacking: Stacking = Stacking()
    evidence: tuple[Evidence, ...]
    workflow: tuple[WorkflowStep, ...] = STANDARD_WORKFLOW
    clawback: Clawback = Clawback()
    rounding: Literal["floor", "half_up"] = "floor"
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_complete_or_draft(self) -> Self:
        if self.status != "draft" and self.missing_terms():
            raise ValueError(f"not published, so only a draft: {', '.join(self.missing_terms())}")
        names = [cap.name for cap in self.caps]
        if len(names) != len(set(names)):
            raise ValueError("each cap has its own name")
        if any((tier.event is not None) != (self.base == "event") for tier in self.tiers or ()):
            raise ValueError("event tiers and the event base come together")
        return self

    def missing_terms(self) -> tuple[str, ...]:
        """The terms the issuer has not published, without which no grant can be computed."""
        unpublished = {
            "base": self.base is None,
            "tiers": not self.tiers,
            "instrument.mode": self.instrument.mode == "unknown",
        }
        return tuple(name for name, missing in unpublished.items() if missing)

    @property
    def reference(self) -> str:
        """`id@version`, what a redemption pins."""
        return f"{self.id}@{self.version}"

    def pinned(self) -> dict[str, Any]:
        """The complete rule as JSON data, every default written out."""
        return self.model_dump(mode="json")

    def digest(self) -> str:
        """SHA-256 of the pinned rule in canonical JSON."""
        if "digest" not in self.derived:
            self.derived["digest"] = _digest(self.pinned())
        return str(self.derived["digest"])

    @cached_property
    def derived(self) -> dict[str, Any]:
        """What was worked out from this rule once, by name; a copy works it out anew."""
        return {}

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As of every model; what was derived from this rule is not the copy's."""
        made = super().model_copy(update=update, deep=deep)
        made.__dict__.pop("derived", None)
        return made


def _digest(pinned: Mapping[str, Any]) -> str:
    text = json.dumps(pinned, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
