"""State machines of the call for work; marketplace.md is the source."""

from enum import StrEnum


class JobKind(StrEnum):
    """What is called for."""

    ANNOTATION = "annotation"
    CHALLENGE = "challenge"


class JobStatus(StrEnum):
    """Where a job stands. Moves by the clock are the worker's."""

    DRAFT = "draft"
    REVIEW = "review"
    OPEN_ENQUIRIES = "open_enquiries"
    OPEN_BIDDING = "open_bidding"
    PREQUALIFICATION = "prequalification"
    PILOT = "pilot"
    OPENING = "opening"
    EVALUATION = "evaluation"
    STAND_STILL = "stand_still"
    AWARDED = "awarded"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"


J = JobStatus
JOB_TRANSITIONS = {
    J.DRAFT: frozenset({J.REVIEW, J.OPEN_ENQUIRIES, J.OPEN_BIDDING, J.CANCELLED}),
    J.REVIEW: frozenset({J.OPEN_ENQUIRIES, J.OPEN_BIDDING, J.DRAFT, J.CANCELLED}),
    J.OPEN_ENQUIRIES: frozenset({J.OPEN_BIDDING, J.CANCELLED}),
    J.OPEN_BIDDING: frozenset({J.PREQUALIFICATION, J.OPENING, J.UNSUCCESSFUL, J.CANCELLED}),
    J.PREQUALIFICATION: frozenset({J.PILOT, J.OPENING, J.UNSUCCESSFUL, J.CANCELLED}),
    J.PILOT: frozenset({J.OPENING, J.UNSUCCESSFUL, J.CANCELLED}),
    J.OPENING: frozenset({J.EVALUATION, J.UNSUCCESSFUL, J.CANCELLED}),
    J.EVALUATION: frozenset({J.STAND_STILL, J.UNSUCCESSFUL, J.CANCELLED}),
    J.STAND_STILL: frozenset({J.AWARDED, J.EVALUATION, J.UNSUCCESSFUL, J.CANCELLED}),
    J.AWARDED: frozenset({J.COMPLETED, J.EVALUATION, J.CANCELLED}),
    J.COMPLETED: frozenset(),
    J.CANCELLED: frozenset(),
    J.UNSUCCESSFUL: frozenset(),
}


class LotStatus(StrEnum):
    """Where one lot of a job stands; the job itself moves with its lots together."""

    OPEN = "open"
    EVALUATION = "evaluation"
    STAND_STILL = "stand_still"
    AWARDED = "awarded"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"


T = LotStatus
LOT_TRANSITIONS = {
    T.OPEN: frozenset({T.EVALUATION, T.UNSUCCESSFUL, T.CANCELLED}),
    T.EVALUATION: frozenset({T.STAND_STILL, T.UNSUCCESSFUL, T.CANCELLED}),
    T.STAND_STILL: frozenset({T.AWARDED, T.EVALUATION, T.UNSUCCESSFUL, T.CANCELLED}),
    T.AWARDED: frozenset({T.COMPLETED, T.EVALUATION, T.CANCELLED}),
    T.COMPLETED: frozenset(),
    T.CANCELLED: frozenset(),
    T.UNSUCCESSFUL: frozenset(),
}


class BidStatus(StrEnum):
    """Where a bid stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    INVALID = "invalid"
    OPENED = "opened"
    DISQUALIFIED = "disqualified"
    EVALUATED = "evaluated"
    AWARDED = "awarded"
    UNSUCCESSFUL = "unsuccessful"


B = BidStatus
BID_TRANSITIONS = {
    B.DRAFT: frozenset({B.SUBMITTED}),
    B.SUBMITTED: frozenset({B.WITHDRAWN, B.INVALID, B.OPENED, B.UNSUCCESSFUL, B.DISQUALIFIED}),
    B.INVALID: frozenset({B.SUBMITTED, B.WITHDRAWN, B.UNSUCCESSFUL}),
    B.WITHDRAWN: frozenset({B.SUBMITTED}),
    B.OPENED: frozenset({B.EVALUATED, B.DISQUALIFIED, B.UNSUCCESSFUL}),
    B.EVALUATED: frozenset({B.AWARDED, B.UNSUCCESSFUL, B.DISQUALIFIED}),
    B.AWARDED: frozenset({B.UNSUCCESSFUL}),
    B.DISQUALIFIED: frozenset(),
    B.UNSUCCESSFUL: frozenset({B.AWARDED}),
}


class Envelope(StrEnum):
    """What of a bid is sealed under one key: all of it, or what qualifies and what it costs."""

    OFFER = "offer"
    QUALIFICATION = "qualification"
    PRICE = "price"


class ShareHolder(StrEnum):
    """Who holds a share of a job's key."""

    BUYER = "buyer"
    PLATFORM = "platform"
    BUREAU = "bureau"
    OPERATOR = "operator"


class BidEventKind(StrEnum):
    """What a line of the submission log tells."""

    KEYS_DRAWN = "keys_drawn"
    SUBMITTED = "submitted"
    REVISED = "revised"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    AMENDED = "amended"


class AwardStatus(StrEnum):
    """Where an award decision stands."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"


A = AwardStatus
AWARD_TRANSITIONS = {
    A.PENDING: frozenset({A.ACTIVE, A.UNSUCCESSFUL}),
    A.ACTIVE: frozenset({A.CANCELLED}),
    A.UNSUCCESSFUL: frozenset(),
    A.CANCELLED: frozenset(),
}


class CancelReason(StrEnum):
    """Why an owner gave a job up."""

    NO_LONGER_NEEDED = "no_longer_needed"
    BUDGET_WITHDRAWN = "budget_withdrawn"
    REQUIREMENTS_CHANGED = "requirements_changed"
    ERROR_IN_DOCUMENTS = "error_in_documents"
    POLICY_CHANGED = "policy_changed"
    FORCE_MAJEURE = "force_majeure"


class DirectReason(StrEnum):
    """Why a job goes to one supplier without competition."""

    SOLE_SUPPLIER = "sole_supplier"
    EMERGENCY = "emergency"
    CONTINUATION = "continuation"


class RefusalReason(StrEnum):
    """Why a bid was not successful."""

    REQUIREMENTS_NOT_MET = "requirements_not_met"
    NOT_RESPONSIVE = "not_responsive"
    FALSE_INFORMATION = "false_information"
    COLLUSION = "collusion"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    CONTENT_DAMAGED = "content_damaged"
    LOWER_POINTS = "lower_points"
    NOT_RECONFIRMED = "not_reconfirmed"
    RETURNED_UNOPENED = "returned_unopened"
    JOB_CANCELLED = "job_cancelled"
    NO_AWARD = "no_award"
    AWARD_CANCELLED = "award_cancelled"
    REFUSED_BY_WINNER = "refused_by_winner"
    CERTIFICATE_EXPIRED = "certificate_expired"
    COMPLAINT_UPHELD = "complaint_upheld"
    LOW_PRICE_UNEXPLAINED = "low_price_unexplained"
    PILOT_FAILED = "pilot_failed"
    DEPOSIT_MISSING = "deposit_missing"


DISQUALIFYING = (
    RefusalReason.REQUIREMENTS_NOT_MET,
    RefusalReason.NOT_RESPONSIVE,
    RefusalReason.FALSE_INFORMATION,
    RefusalReason.COLLUSION,
    RefusalReason.CONFLICT_OF_INTEREST,
    RefusalReason.LOW_PRICE_UNEXPLAINED,
)


class PassingReason(StrEnum):
    """Why a bid is awarded that is not the best ranked of those left."""

    CAPACITY_TAKEN = "capacity_taken"  # the better ranked has won other lots
    GAVE_UP = "gave_up"
    CONFLICT_FOUND = "conflict_found"
    FALSE_INFORMATION = "false_information"
    CANNOT_PERFORM = "cannot_perform"


class JudgeRole(StrEnum):
    """What a judge is on the panel."""

    CHAIR = "chair"
    MEMBER = "member"


class JudgeStatus(StrEnum):
    """Where a judge stands; nobody reads a bid before `judging`."""

    INVITED = "invited"
    APPOINTED = "appointed"
    JUDGING = "judging"
    FINISHED = "finished"
    RECUSED = "recused"
    RELEASED = "released"


G = JudgeStatus
JUDGE_TRANSITIONS = {
    G.INVITED: frozenset({G.APPOINTED, G.RELEASED}),
    G.APPOINTED: frozenset({G.JUDGING, G.RECUSED, G.RELEASED}),
    G.JUDGING: frozenset({G.FINISHED, G.RECUSED, G.RELEASED}),
    G.FINISHED: frozenset(),
    G.RECUSED: frozenset(),
    G.RELEASED: frozenset(),
}


class ClarificationKind(StrEnum):
    """What a bidder is asked to explain or to put right after the opening."""

    LOW_PRICE = "low_price"
    CERTIFICATE = "certificate"


class ClarificationStatus(StrEnum):
    """Where a request to a bidder stands; the clock lets it lapse."""

    ASKED = "asked"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    LAPSED = "lapsed"


C = ClarificationStatus
CLARIFICATION_TRANSITIONS = {
    C.ASKED: frozenset({C.ANSWERED, C.ACCEPTED, C.LAPSED}),
    C.ANSWERED: frozenset({C.ACCEPTED, C.REJECTED}),
    C.ACCEPTED: frozenset(),
    C.REJECTED: frozenset(),
    C.LAPSED: frozenset(),
}


class NoticeKind(StrEnum):
    """What a public notice (公告) announces."""

    PUBLISHED = "published"
    AMENDED = "amended"
    CANCELLED = "cancelled"
    OPENED = "opened"
    UNSUCCESSFUL = "unsuccessful"
    AWARD_DECIDED = "award_decided"
    AWARDED = "awarded"
    AWARD_CANCELLED = "award_cancelled"
    COMPLAINT_DECIDED = "complaint_decided"
