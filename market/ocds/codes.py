"""Our words in those of OCDS 1.1 and its extensions (closed codelists, so every value is named)."""

from collections.abc import Mapping

from market.orders.states import ContractStatus, MilestoneKind
from market.tendering.procedures import PRICE, ProcedureConfig
from market.tendering.states import AwardStatus, BidStatus, JobStatus, LotStatus

CURRENCY = "CNY"
COUNTRY = "中国"
LANGUAGE = "zh"
SCHEME_ORGANISATION = "CN-USCC"  # 统一社会信用代码, GB 32100-2015
SCHEME_PLATFORM = "X-PLATFORM"
SCHEME_MODALITY = "X-MODALITY"
SCHEME_TASK = "X-TASK"

TENDER_STATUS: Mapping[JobStatus, str] = {
    JobStatus.DRAFT: "planning",
    JobStatus.REVIEW: "planning",
    JobStatus.OPEN_ENQUIRIES: "active",
    JobStatus.OPEN_BIDDING: "active",
    JobStatus.PREQUALIFICATION: "active",
    JobStatus.PILOT: "active",
    JobStatus.OPENING: "active",
    JobStatus.EVALUATION: "active",
    JobStatus.STAND_STILL: "active",
    JobStatus.AWARDED: "complete",
    JobStatus.COMPLETED: "complete",
    JobStatus.CANCELLED: "cancelled",
    JobStatus.UNSUCCESSFUL: "unsuccessful",
}
LOT_STATUS: Mapping[LotStatus, str] = {
    LotStatus.OPEN: "active",
    LotStatus.EVALUATION: "active",
    LotStatus.STAND_STILL: "active",
    LotStatus.AWARDED: "complete",
    LotStatus.COMPLETED: "complete",
    LotStatus.CANCELLED: "cancelled",
    LotStatus.UNSUCCESSFUL: "unsuccessful",
}
BID_STATUS: Mapping[BidStatus, str] = {
    BidStatus.OPENED: "pending",
    BidStatus.EVALUATED: "valid",
    BidStatus.AWARDED: "valid",
    BidStatus.UNSUCCESSFUL: "valid",
    BidStatus.DISQUALIFIED: "disqualified",
}
AWARD_STATUS: Mapping[AwardStatus, str] = {
    AwardStatus.PENDING: "pending",
    AwardStatus.ACTIVE: "active",
    AwardStatus.CANCELLED: "cancelled",
    AwardStatus.UNSUCCESSFUL: "unsuccessful",
}
CONTRACT_STATUS: Mapping[ContractStatus, str] = {
    ContractStatus.PENDING: "pending",
    ContractStatus.ACTIVE: "active",
    ContractStatus.TERMINATED: "terminated",
    ContractStatus.CANCELLED: "cancelled",
}
MILESTONE_TYPE: Mapping[MilestoneKind, str] = dict.fromkeys(MilestoneKind, "financing")


def procurement_method(config: ProcedureConfig) -> str:
    """open: any supplier; selective: qualified ones; limited: invited ones; direct: one, with a reason."""
    if config.needs_reason:
        return "direct"
    if config.invited_only:
        return "limited"
    return "selective" if config.two_envelopes or config.pool else "open"


def award_criteria(config: ProcedureConfig) -> str:
    """Whether the price alone decides."""
    return "priceOnly" if set(config.weights) == {PRICE} else "ratedCriteria"
