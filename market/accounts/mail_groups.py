"""Mail a person may switch off, by group; what is in no group is always sent."""

from market.kit.i18n import N_

GROUPS: dict[str, str] = {
    "jobs": N_("Changes to jobs I bid on or follow"),
    "questions": N_("Questions and answers"),
    "receipts": N_("Receipts for bids I submit or withdraw"),
    "deliveries": N_("Deliveries, acceptance and reviews"),
    "money": N_("Payments, settlements and payouts"),
    "reminders": N_("Reminders of deadlines that are not binding"),
}

GROUP_OF: dict[str, str] = {
    "job.amended": "jobs",
    "job.invited": "jobs",
    "pool.decided": "jobs",
    "pool.closed": "jobs",
    "job.cancelled": "jobs",
    "job.opened": "jobs",
    "job.unsuccessful": "jobs",
    "question.asked": "questions",
    "question.answered": "questions",
    "bid.submitted": "receipts",
    "bid.withdrawn": "receipts",
    "order.funded": "deliveries",
    "order.completed": "deliveries",
    "batch.submitted": "deliveries",
    "batch.accepted": "deliveries",
    "batch.rejected": "deliveries",
    "review.published": "deliveries",
    "dispute.answered": "deliveries",
    "dispute.withdrawn": "deliveries",
    "payment.received": "money",
    "order.settled": "money",
    "payout.paid": "money",
    "holding.changed": "money",
    "deadline.near": "reminders",
    "deadline.digest": "reminders",
}
