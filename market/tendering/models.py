"""Tables of the call for work."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row
from market.kit.states import Stateful
from market.tendering.states import (
    AWARD_TRANSITIONS,
    BID_TRANSITIONS,
    CLARIFICATION_TRANSITIONS,
    JOB_TRANSITIONS,
    JUDGE_TRANSITIONS,
    LOT_TRANSITIONS,
    AwardStatus,
    BidStatus,
    ClarificationKind,
    ClarificationStatus,
    JobKind,
    JobStatus,
    JudgeRole,
    JudgeStatus,
    LotStatus,
    NoticeKind,
)


class Job(Stateful):
    """A call for labelling work (OCDS tender), structured enough to be matched, priced and accepted."""

    TRANSITIONS = JOB_TRANSITIONS

    owner_id: UUID
    complaints: Any  # the complaint noun's
    pilot: Any  # the pilot noun's
    deid_proof_id: UUID | None
    guideline_file_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    external_id = fields.CharField(max_length=64, null=True, unique=True)
    owner: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="jobs"
    )
    created_by_id = fields.UUIDField(null=True)
    kind = fields.CharEnumField(JobKind, max_length=32, default=JobKind.ANNOTATION)
    status = fields.CharEnumField(JobStatus, max_length=32, default=JobStatus.DRAFT)
    template = fields.CharField(max_length=32, default="")
    title = fields.CharField(max_length=120)
    summary = fields.TextField(default="")
    region_code = fields.CharField(max_length=6)  # the owner's, for statistics
    industry = fields.CharField(max_length=32)
    modality = fields.CharField(max_length=32)
    task_types: Any = fields.JSONField(default=list)
    dataset_type = fields.CharField(max_length=32, default="")
    volume = fields.DecimalField(max_digits=18, decimal_places=2, default=0)
    unit = fields.CharField(max_length=16, default="")
    data_size_tb = fields.DecimalField(max_digits=12, decimal_places=3, null=True)
    readers_per_item = fields.IntField(default=1)
    arbitration = fields.CharField(max_length=200, default="")
    annotator_type = fields.CharField(max_length=32, default="")
    min_level = fields.CharField(max_length=8, default="")
    min_staff = fields.IntField(default=0)
    required_certs: Any = fields.JSONField(default=list)
    languages: Any = fields.JSONField(default=list)
    requirements: Any = fields.JSONField(default=dict)  # further hard attributes: vlan, xinchuang
    quality: Any = fields.JSONField(default=dict)  # metric -> threshold
    sampling_level = fields.CharField(max_length=4, default="II")  # GB/T 2828.1
    aql = fields.DecimalField(max_digits=6, decimal_places=3, default=1)
    minor_aql = fields.DecimalField(max_digits=6, decimal_places=3, null=True)  # none: one AQL
    data_grade = fields.CharField(max_length=16, default="一般数据")
    personal_info = fields.CharField(max_length=32, default="无")
    health_level = fields.IntField(null=True)
    is_deid_required = fields.BooleanField(default=False)
    deid_profile = fields.CharField(max_length=200, default="")
    deid_proof: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    guideline_file: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    has_no_state_secrets = fields.BooleanField(default=False)  # the owner's declaration
    place = fields.CharField(max_length=16, default="不限")  # vocabulary: 不限, 现场作业, ...
    place_region_code = fields.CharField(max_length=6, default="")
    delivery_format = fields.CharField(max_length=80, default="")
    budget_fen = fields.BigIntField(default=0)
    ceiling_unit_price = fields.DecimalField(max_digits=14, decimal_places=4, null=True)
    price_mode = fields.CharField(max_length=32, default="")
    procurement = fields.CharField(max_length=32, default="")
    vouchers_wished: Any = fields.JSONField(default=list)
    procedure = fields.CharField(max_length=32, default="open")
    procedure_config: Any = fields.JSONField(default=dict)  # minimum_bids, weights, judging_days
    procedure_sources: Any = fields.JSONField(default=dict)  # who set each rule; see rules.py
    question_deadline_at = fields.DatetimeField(null=True)
    bid_deadline_at = fields.DatetimeField(null=True)
    delivery_deadline = fields.DateField(null=True)
    published_at = fields.DatetimeField(null=True)
    opened_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    closed_at = fields.DatetimeField(null=True)  # when the clock closed the bidding
    judging_due_at = fields.DatetimeField(null=True)  # when every judge should have handed in
    ranked_at = fields.DatetimeField(null=True)  # every judge has finished: the sheets are open
    closing_reason = fields.TextField(default="")  # of a cancelled or unsuccessful job

    class Meta:
        table = "jobs"
        indexes = (
            ("status", "bid_deadline_at"),
            ("status", "question_deadline_at"),
            ("status", "judging_due_at"),
            ("status", "published_at"),
            ("owner_id", "status"),
            ("published_at",),
            ("updated_at",),
            ("region_code",),
        )

    @property
    def is_public(self) -> bool:
        """Whether everyone may see it."""
        return self.published_at is not None


class Lot(Stateful):
    """A part of a job that is bid for, judged and awarded by itself; a job without lots has no rows."""

    TRANSITIONS = LOT_TRANSITIONS

    job_id: UUID

    job: Any = fields.ForeignKeyField("models.Job", on_delete=fields.RESTRICT, related_name="lots")
    position = fields.IntField()  # 1, 2, 3
    title = fields.CharField(max_length=120)
    status = fields.CharEnumField(LotStatus, max_length=32, default=LotStatus.OPEN)
    volume = fields.DecimalField(max_digits=18, decimal_places=2)  # in the job's unit
    budget_fen = fields.BigIntField(default=0)
    ceiling_unit_price = fields.DecimalField(max_digits=14, decimal_places=4, null=True)
    closing_reason = fields.TextField(default="")

    class Meta:
        table = "lots"
        unique_together = (("job", "position"),)


class Question(Row):
    """A clarification: the asker is anonymous but stable per job; the answer goes to all."""

    job_id: UUID
    asker_id: UUID
    file_id: UUID | None  # what came with the answer

    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="questions"
    )
    asker: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name=False
    )
    alias = fields.CharField(max_length=40)
    text = fields.TextField()
    answer = fields.TextField(default="")
    answered_at = fields.DatetimeField(null=True)
    file: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )

    class Meta:
        table = "questions"
        indexes = (("job_id",),)


class Bid(Stateful):
    """An offer. Until the opening its content exists only as `sealed` (boxes under the job's keys).

    Until then the bidder, too, is only a tag that nobody can undo without SECRET_KEY; see sealing.py.
    """

    receipt: dict[str, Any] | None = None  # of the row just sealed, for its bidder; never stored

    TRANSITIONS = BID_TRANSITIONS
    KEEPS_REASON = True

    files: Any
    job_id: UUID
    lot_id: UUID | None
    bidder_id: UUID | None

    number = fields.CharField(max_length=20, unique=True)
    job: Any = fields.ForeignKeyField("models.Job", on_delete=fields.RESTRICT, related_name="bids")
    lot: Any = fields.ForeignKeyField(
        "models.Lot", null=True, on_delete=fields.RESTRICT, related_name="bids"
    )
    bidder_tag = fields.CharField(max_length=64)  # of job, lot and organisation
    status = fields.CharEnumField(BidStatus, max_length=32, default=BidStatus.DRAFT)
    sealed = fields.BinaryField(null=True)
    digest = fields.CharField(max_length=64, default="")  # of what is sealed, in the transcript
    addressee = fields.BinaryField(null=True)  # the bidder's id under SECRET_KEY, for its own mail
    job_version = fields.IntField(default=1)
    submitted_at = fields.DatetimeField(null=True)
    is_shortlisted = fields.BooleanField(null=True)  # two envelopes: passed the first one
    # written by the opening
    bidder: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name="bids"
    )
    submitted_by_id = fields.UUIDField(null=True)
    checks: Any = fields.JSONField(null=True)  # requirement by requirement: code, met, needed, held
    unit_price = fields.DecimalField(max_digits=14, decimal_places=4, null=True)
    total_fen = fields.BigIntField(null=True)
    delivery_days = fields.IntField(null=True)
    daily_capacity = fields.DecimalField(max_digits=14, decimal_places=2, null=True)
    proposal = fields.TextField(default="")
    content: Any = fields.JSONField(null=True)
    # written by the pilot's measurement
    pilot_points = fields.DecimalField(max_digits=7, decimal_places=4, null=True)  # of 100
    pilot_result: Any = fields.JSONField(null=True)
    # written by the evaluation: criterion -> {score, weight, points, why}
    scores: Any = fields.JSONField(null=True)
    total_points = fields.DecimalField(max_digits=8, decimal_places=4, null=True)
    rank = fields.IntField(null=True)
    panel_note = fields.TextField(default="")  # on marks that lie far apart
    reason_code = fields.CharField(max_length=32, default="")
    reason = fields.TextField(default="")  # the sentence with a refusal

    class Meta:
        table = "bids"
        indexes = (("bidder_id",),)
        unique_together = (("job", "bidder_tag"),)


class Judge(Stateful):
    """A seat on the panel of a job; `conflicts` are the bidders whose bids the judge keeps away from."""

    TRANSITIONS = JUDGE_TRANSITIONS
    OTHER_STARTS = frozenset({JudgeStatus.APPOINTED})  # named by the owner, not drawn

    job_id: UUID
    person_id: UUID | None

    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="judges"
    )
    person: Any = fields.ForeignKeyField(
        "models.Person", null=True, on_delete=fields.RESTRICT, related_name="judging"
    )
    email = fields.CharField(max_length=254)
    name = fields.CharField(max_length=80)
    affiliation = fields.CharField(max_length=120, default="")
    role = fields.CharEnumField(JudgeRole, max_length=32, default=JudgeRole.MEMBER)
    status = fields.CharEnumField(JudgeStatus, max_length=32, default=JudgeStatus.INVITED)
    appointed_by_id = fields.UUIDField(null=True)
    appointed_by = fields.CharField(max_length=120, default="")  # the organisation's name
    is_drawn = fields.BooleanField(default=False)  # by lot from the experts' list
    conflict = fields.CharField(max_length=16, default="")  # none | declared
    conflict_text = fields.TextField(default="")
    conflicts: Any = fields.JSONField(default=list)  # organisation ids
    declared_at = fields.DatetimeField(null=True)
    recused_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "judges"
        unique_together = (("job", "email"),)
        indexes = (("person_id", "status"),)


class Expert(Row):
    """A person who may be drawn by lot for the panels of some industries."""

    person_id: UUID

    person: Any = fields.OneToOneField(
        "models.Person", on_delete=fields.RESTRICT, related_name="expertise"
    )
    affiliation = fields.CharField(max_length=120, default="")
    industries: Any = fields.JSONField(default=list)
    is_available = fields.BooleanField(default=True)

    class Meta:
        table = "experts"


class ScoreSheet(Row):
    """One judge's scores of one bid, 0-5 per criterion (null = not applicable)."""

    bid_id: UUID
    judge_id: UUID

    bid: Any = fields.ForeignKeyField(
        "models.Bid", on_delete=fields.RESTRICT, related_name="sheets"
    )
    judge: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name=False
    )
    scores: Any = fields.JSONField(default=dict)  # criterion -> mark; null: not applicable
    comments: Any = fields.JSONField(default=dict)  # criterion -> why
    comment = fields.TextField(default="")
    is_complete = fields.BooleanField(default=False)
    submitted_at = fields.DatetimeField(null=True)  # with the judge's last sheet

    class Meta:
        table = "score_sheets"
        indexes = (("judge_id",),)
        unique_together = (("bid", "judge"),)


class Award(Stateful):
    """The decision for one bid; several per job when the first falls away."""

    TRANSITIONS = AWARD_TRANSITIONS

    job_id: UUID
    lot_id: UUID | None
    bid_id: UUID
    contract: Any  # the order noun's, once there is one

    number = fields.CharField(max_length=20, unique=True)
    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="awards"
    )
    lot: Any = fields.ForeignKeyField(
        "models.Lot", null=True, on_delete=fields.RESTRICT, related_name="awards"
    )
    bid: Any = fields.ForeignKeyField(
        "models.Bid", on_delete=fields.RESTRICT, related_name="awards"
    )
    status = fields.CharEnumField(AwardStatus, max_length=32, default=AwardStatus.PENDING)
    rationale = fields.TextField()
    stand_still_until = fields.DatetimeField(null=True)
    closing_reason = fields.TextField(default="")  # why it was cancelled or fell away
    suspended_at = fields.DatetimeField(null=True)  # a complaint stops the standstill's clock
    suspension_reason = fields.TextField(default="")
    reason_code = fields.CharField(max_length=32, default="")  # when a better rank was passed over
    volume = fields.DecimalField(max_digits=18, decimal_places=2, null=True)  # in the job's unit
    total_fen = fields.BigIntField(null=True)  # of that volume, lump sums included
    completed_at = fields.DatetimeField(null=True)  # its order's

    class Meta:
        table = "awards"
        indexes = (("job_id",), ("status", "stand_still_until"))


class Clarification(Stateful):
    """A request to a bidder after the opening: explain a very low price, renew a certificate."""

    TRANSITIONS = CLARIFICATION_TRANSITIONS

    bid_id: UUID
    award_id: UUID | None

    bid: Any = fields.ForeignKeyField(
        "models.Bid", on_delete=fields.RESTRICT, related_name="clarifications"
    )
    award: Any = fields.ForeignKeyField(
        "models.Award", null=True, on_delete=fields.RESTRICT, related_name="clarifications"
    )
    kind = fields.CharEnumField(ClarificationKind, max_length=32)
    status = fields.CharEnumField(
        ClarificationStatus, max_length=32, default=ClarificationStatus.ASKED
    )
    facts: Any = fields.JSONField(default=dict)  # what gave rise to it
    question = fields.TextField(default="")
    due_at = fields.DatetimeField()
    answer = fields.TextField(default="")
    answered_at = fields.DatetimeField(null=True)
    decision = fields.TextField(default="")

    class Meta:
        table = "clarifications"
        indexes = (("status", "due_at"),)


class Notice(Row):
    """A public notice of what happened to a job."""

    job: Any = fields.ForeignKeyField(
        "models.Job", on_delete=fields.RESTRICT, related_name="notices"
    )
    award: Any = fields.ForeignKeyField(
        "models.Award", null=True, on_delete=fields.RESTRICT, related_name="notices"
    )
    kind = fields.CharEnumField(NoticeKind, max_length=32)
    published_at = fields.DatetimeField()

    class Meta:
        table = "notices"
        indexes = (("job_id",), ("kind", "published_at"), ("published_at",))
