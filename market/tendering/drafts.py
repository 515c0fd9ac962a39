"""A job's draft as people and programs send it: the steps of the wizard, and the whole in JSON."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from market.kit.forms import LocalDate, LocalDateTime, UnitPrice, YuanAsFen
from market.kit.i18n import gettext as _
from market.tendering import terms
from market.tendering.procedures import PROCEDURES, TieRule
from market.tendering.states import DirectReason, JobKind

TaskType = Annotated[str, terms.one_of("task_types")]
VoucherType = Annotated[str, terms.one_of("vouchers_wished")]
SamplingLevel = Literal["", "全检", "S-1", "S-2", "S-3", "S-4", "I", "II", "III"]
Share = Annotated[Decimal | None, Field(gt=0, le=1)]
Points = Annotated[int | None, Field(ge=0, le=100)]
Count = Annotated[int | None, Field(ge=0, le=120)]
Choice = Literal["", "yes", "no"]
EMPTY: tuple[Any, ...] = (None, [], "")
RULE_FIELDS = (
    "minimum_bids", "enquiry_days", "bidding_days", "answer_days", "amendment_days",
    "stand_still_days", "judges_needed", "judging_days", "maximum_awards", "key_threshold", "low_price_percent",
    "tie_rule", "two_envelopes", "invited", "pool", "reason", "bid_deposit_fen", "performance_deposit_percent",
)  # fmt: skip


class Step(BaseModel):
    """Part of a job's draft. Everything may be missing; the gates say what publishing still needs."""

    def changes(self) -> dict[str, Any]:
        """Values by field of the job's row."""
        return dict(self)


class SubjectStep(Step):
    """What is to be labelled."""

    title: str = Field(default="", max_length=120)
    summary: str = Field(default="", max_length=5000)
    kind: JobKind = JobKind.ANNOTATION
    industry: Annotated[str, terms.one_of("industry")] = ""
    modality: Annotated[str, terms.one_of("modality")] = ""
    task_types: list[TaskType] = Field(default=[], max_length=10)
    dataset_type: Annotated[str, terms.one_of("dataset_type")] = ""


class _Volume(Step):
    volume: Decimal = Field(default=Decimal(0), ge=0, max_digits=16, decimal_places=2)
    unit: Annotated[str, terms.one_of("unit")] = ""
    data_size_tb: Decimal | None = Field(default=None, ge=0, max_digits=12, decimal_places=3)
    readers_per_item: int = Field(default=1, ge=1, le=9)
    arbitration: str = Field(default="", max_length=200)
    sampling_level: SamplingLevel = "II"
    aql: Decimal = Field(default=Decimal(1), gt=0, le=10, max_digits=6, decimal_places=3)
    minor_aql: Decimal | None = Field(default=None, gt=0, le=10, max_digits=6, decimal_places=3)
    delivery_format: str = Field(default="", max_length=80)


class VolumeStep(_Volume):
    """How much of it, and how good."""

    accuracy: Share = None
    consistency: Share = None
    kappa: Share = None
    dice: Share = None
    iou: Share = None
    f1: Share = None
    cer: Share = None

    def changes(self) -> dict[str, Any]:
        """The metrics go into one field."""
        values = super().changes()
        typed = {code: values.pop(code) for code in terms.METRICS}
        values["quality"] = {code: float(value) for code, value in typed.items() if value}
        return values


class _Security(Step):
    has_no_state_secrets: bool = False
    data_grade: Annotated[str, terms.one_of("data_grade")] = "一般数据"
    personal_info: Annotated[str, terms.one_of("personal_info")] = "无"
    health_level: int | None = Field(default=None, ge=1, le=5)
    is_deid_required: bool = False
    deid_profile: str = Field(default="", max_length=200)
    place: Annotated[str, terms.one_of("place")] = "不限"
    place_region_code: terms.RegionCode = ""
    required_certs: list[terms.Certificate] = Field(default=[], max_length=20)


class SecurityStep(_Security):
    """What protects the data, and where the work is done."""

    vlan: bool = False
    xinchuang: bool = False
    private_deploy: bool = False
    cctv_months: int = Field(default=0, ge=0, le=60)

    def changes(self) -> dict[str, Any]:
        """The further hard attributes go into one field."""
        values = super().changes()
        names = ("vlan", "xinchuang", "private_deploy", "cctv_months")
        values["requirements"] = {name: value for name in names if (value := values.pop(name))}
        return values


class PeopleStep(Step):
    """Who does it, and what it may cost."""

    annotator_type: Annotated[str, terms.one_of("annotator_type")] = ""
    min_level: Annotated[str, terms.one_of("min_level")] = ""
    min_staff: int = Field(default=0, ge=0, le=100_000)
    languages: terms.Words = Field(default=[])
    budget_fen: YuanAsFen = Field(default=0, ge=0)
    ceiling_unit_price: UnitPrice | None = Field(default=None, gt=0)
    price_mode: Annotated[str, terms.one_of("price_mode")] = ""
    procurement: Annotated[str, terms.one_of("procurement")] = ""
    vouchers_wished: list[VoucherType] = []


class _Procedure(Step):
    procedure: str = "open"
    question_deadline_at: LocalDateTime | None = None
    bid_deadline_at: LocalDateTime | None = None
    delivery_deadline: LocalDate | None = None

    @field_validator("procedure")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in PROCEDURES:
            raise ValueError(_("Choose one of the listed values"))
        return value


class ProcedureStep(_Procedure):
    """How it is let, and by when. What is left empty follows the procedure, the pool and the bureau."""

    minimum_bids: Count = Field(default=None, ge=1)
    enquiry_days: Count = None
    bidding_days: Count = None
    answer_days: Count = None
    amendment_days: Count = None
    stand_still_days: Count = None
    judges_needed: Count = Field(default=None, ge=1)
    judging_days: Count = Field(default=None, ge=1)
    maximum_awards: Count = Field(default=None, ge=1)
    key_threshold: Count = Field(default=None, ge=2)
    low_price_percent: Count = None
    bid_deposit_fen: YuanAsFen | None = Field(default=None, ge=0)
    performance_deposit_percent: Count = None
    tie_rule: TieRule | Literal[""] = ""
    two_envelopes: Choice = ""
    pilot_wanted: Choice = ""
    pilot_metric: str = ""
    pilot_days: Count = Field(default=None, ge=1)
    pilot_fee_fen: YuanAsFen | None = Field(default=None, ge=0)
    pilot_threshold: Share = None
    price: Points = None
    pilot: Points = None
    technical: Points = None
    quality: Points = None
    schedule: Points = None
    qualification: Points = None
    invited: terms.Words = Field(default=[])
    pool: str = Field(default="", max_length=20)
    reason: DirectReason | Literal[""] = ""

    def changes(self) -> dict[str, Any]:
        """What differs from the procedure's own rules goes into the job's config block."""
        values = super().changes()
        config = {name: value for name in RULE_FIELDS if (value := values.pop(name)) not in EMPTY}
        if "two_envelopes" in config:
            config["two_envelopes"] = config["two_envelopes"] == "yes"
        pilot = {
            name: values.pop(f"pilot_{name}") for name in ("metric", "days", "fee_fen", "threshold")
        }
        wanted = values.pop("pilot_wanted")
        if wanted == "no":
            config["pilot"] = None
        elif wanted or any(value not in EMPTY for value in pilot.values()):
            config["pilot"] = _pilot(pilot)
            config.setdefault("two_envelopes", True)
        typed = {name: values.pop(name) for name in terms.CRITERIA_LABELS}
        if any(value is not None for value in typed.values()):
            config["weights"] = {name: value for name, value in typed.items() if value}
        return {**values, "procedure_config": config}


def _pilot(typed: dict[str, Any]) -> dict[str, Any]:
    config = {name: value for name, value in typed.items() if value not in EMPTY}
    if "threshold" in config:
        config["threshold"] = str(config["threshold"])
    return {**config, "is_paid": bool(config.get("fee_fen"))}


class LotsStep(Step):
    """The lots of a job are rows of their own, typed as lot1_title, lot1_volume and so on."""

    paste: str = Field(default="", max_length=20_000)


class AmendStep(SubjectStep, VolumeStep, SecurityStep, PeopleStep, _Procedure):
    """Everything an amendment may change, as one form; the procedure stays."""


class JobDraft(SubjectStep, _Volume, _Security, PeopleStep, _Procedure):
    """A job as programs send it: every field optional; missing fields stay as they are."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    quality: dict[str, float] = {}
    requirements: dict[str, bool | int | str] = {}
    procedure_config: dict[str, Any] = {}

    def changes(self) -> dict[str, Any]:
        """Only what was sent."""
        return {name: value for name, value in self if name in self.model_fields_set}
