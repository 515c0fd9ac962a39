"""The worker: all asynchronous behaviour on one screen."""

import asyncio
import datetime as dt
import signal
from collections.abc import Awaitable, Callable, Mapping

import structlog

from billing import (
    deposits,
    late_returns,
    obligations,
    processor_balances,
    refunds,
    voucher_clock,
    work_fees,
)
from billing import handlers as money
from billing import notifications as money_mail
from billing.bank_statements import on_statement_uploaded
from billing.batch_settlements import settle_periodically
from billing.epochs import seal_ledger
from billing.observations import observe_payment
from billing.programmes import load_programmes
from billing.reconciliation import reconcile_daily
from billing.transfers import expire_transfers
from market.app import ROUTES
from market.bulletins.editions import draft_due
from market.bureau import activities, facts
from market.certification.reviews import certify_due
from market.complaints import handlers as complaint_moves
from market.complaints.decisions import escalate_overdue
from market.complaints.measures import lift_ended_suspensions
from market.datasets.ratings import ask_for_due_reviews
from market.disputes import observations as dispute_facts
from market.disputes.deadlines import lapse_readings, move_overdue_disputes
from market.exchange.collecting import collect
from market.fairs import mail as fair_mail
from market.fairs.computing import compute_requested
from market.fairs.fairs import hold_ended_fairs
from market.incidents import mail as incident_mail
from market.incidents.incidents import note_overdue
from market.kit import clock, db, drafts, i18n, outbox, web
from market.kit.audit import seal_epoch
from market.kit.files import sweep_orphans
from market.notifications import accounts as account_mail
from market.notifications import calls as call_mail
from market.notifications import certification as certification_mail
from market.notifications import changes as change_mail
from market.notifications import complaints as complaint_mail
from market.notifications import digests, reminders
from market.notifications import disputes as dispute_mail
from market.notifications import jobs as job_mail
from market.notifications import offices as office_mail
from market.notifications import orders as order_mail
from market.notifications import panels as panel_mail
from market.notifications import pilots as pilot_mail
from market.ocds import publishing
from market.orders import handlers as order_moves
from market.orders import observations as order_facts
from market.orders.inspections import accept_silent_batches
from market.orders.reviews import publish_due_reviews
from market.orders.terminations import end_due_contracts
from market.pilots import rounds as pilot_rounds
from market.pilots import scores as pilot_scores
from market.pools.memberships import expire_members
from market.pools.pools import close_due_pools
from market.prices.observations import observe_contract, observe_missing
from market.registration.registrations import register_activated_contract
from market.reputation.priors import refit_priors
from market.rewards.mail import tell_of_claim
from market.risks.cases import review_market
from market.selection.reviews import select_due
from market.settings import settings
from market.tendering.awards import activate_due_awards
from market.tendering.ceremony import remind_holders
from market.tendering.deadlines import settle_due_clarifications
from market.tendering.shares import draw_keys_of_waiting_jobs
from market.tendering.stages import open_due_jobs
from market.webhooks import dispatching, sending
from market.webhooks import mail as webhook_mail
from search import alerts, dictionary, indexing, query_log

log = structlog.get_logger(__name__)
Periodic = Callable[[], Awaitable[object]]
web.register_routes(ROUTES)  # e-mail links to pages

# topic -> handlers; each handler is idempotent by the message's id. Where the topic may change what
# is public of a job, an OCDS release follows.
_HANDLERS: Mapping[str, tuple[outbox.Handler, ...]] = {
    "dictionary.changed": (dictionary.rebuild,),
    "order.placed": (obligations.on_order_placed, order_mail.ask_to_pay, *indexing.HANDLERS),
    "job.shortlisted": (pilot_rounds.open_shortlisted, pilot_mail.ask_to_prepare),
    "pilot.opened": (pilot_mail.tell_firms, work_fees.on_pilot_opened),
    "pilot.submitted": (pilot_scores.measure_submission,),
    "pilot.released": (pilot_mail.tell_results,),
    "order.completed": (
        order_moves.complete_ordered_job,
        money.on_order_completed,
        order_facts.observe_order,
        dispute_facts.observe_disputes,
        order_mail.tell_parties_of_order,
        *indexing.HANDLERS,
    ),
    "order.cancelled": (
        money.on_order_cancelled,
        order_mail.tell_parties_of_order,
        *indexing.HANDLERS,
    ),
    "payment.received": (
        money.on_payment_received,
        observe_payment,
        money_mail.tell_of_payment,
    ),
    "payment.cancel_requested": (money.on_cancel_requested,),
    "refund.requested": (money.on_refund_requested,),
    "payout.instructed": (money.on_payout_instructed,),
    "webhook.received": (money.on_webhook_received,),
    "person.registered": (account_mail.confirm_address,),
    "password.reset_requested": (account_mail.send_reset_link,),
    "password.changed": (account_mail.warn_of_new_password,),
    "member.invited": (account_mail.send_invitation,),
    "organisation.submitted": (account_mail.tell_operators,),
    "organisation.verified": (account_mail.tell_owners, *indexing.HANDLERS),
    "organisation.rejected": (account_mail.tell_owners,),
    "organisation.suspended": (account_mail.tell_owners, *indexing.HANDLERS),
    "organisation.reinstated": (account_mail.tell_owners, *indexing.HANDLERS),
    "job.amended": (complaint_moves.note_amendment, job_mail.tell_followers, *indexing.HANDLERS),
    "job.cancelled": (job_mail.tell_all, *indexing.HANDLERS),
    "job.opened": (job_mail.tell_all, *indexing.HANDLERS),
    "job.unsuccessful": (job_mail.tell_all, *indexing.HANDLERS),
    "deadline.near": (reminders.remind,),
    "deadline.digest": (digests.send_digest,),
    "certification.moved": (certification_mail.tell_of_move,),
    "entry.moved": (office_mail.tell_of_entry,),
    "rating.moved": (office_mail.tell_of_rating,),
    "project.moved": (office_mail.tell_of_project,),
    "quote.moved": (office_mail.tell_of_quote,),
    "complaint.filed": (complaint_mail.ask_to_decide,),
    "complaint.escalated": (complaint_mail.tell_of_escalation,),
    "complaint.decided": (complaint_mail.tell_decision,),
    "complaint.withdrawn": (complaint_mail.tell_of_withdrawal,),
    "violation.filed": (complaint_mail.ask_for_view,),
    "violation.viewed": (complaint_mail.ask_to_decide_report,),
    "violation.decided": (complaint_mail.tell_report_decision,),
    "question.asked": (job_mail.tell_owner_of_question,),
    "question.answered": (job_mail.tell_all_the_answer,),
    "bid.submitted": (job_mail.send_bid_receipt,),
    "bid.withdrawn": (job_mail.send_bid_receipt,),
    "bid.unsuccessful": (job_mail.send_refusal,),
    "share.wanted": (job_mail.ask_for_share,),
    "share.missing": (job_mail.ask_for_share,),
    "opening_key.created": (draw_keys_of_waiting_jobs,),
    "judge.invited": (panel_mail.invite_judge,),
    "judge.recused": (panel_mail.tell_of_recusal,),
    "job.ranked": (panel_mail.tell_of_ranking,),
    "clarification.asked": (panel_mail.ask_bidder,),
    "clarification.answered": (panel_mail.tell_of_answer,),
    "award.decided": (job_mail.send_result, *indexing.HANDLERS),
    "award.cancelled": (
        job_mail.tell_of_cancelled_award,
        order_moves.void_cancelled_contract,
        *indexing.HANDLERS,
    ),
    "award.activated": (order_moves.draft_awarded_contract, *indexing.HANDLERS),
    "contract.drafted": (order_mail.ask_to_sign,),
    "contract.signed": (order_mail.ask_other_party_to_sign,),
    "contract.activated": (
        order_mail.tell_parties_of_contract,
        facts.record_event,
        register_activated_contract,
        deposits.on_contract_activated,
        observe_contract,
    ),
    "contract.cancelled": (order_mail.tell_parties_of_contract,),
    "contract.change_proposed": (change_mail.ask_to_sign_change,),
    "contract.change_signed": (change_mail.ask_other_party_to_sign_change,),
    "contract.change_refused": (change_mail.tell_parties_of_change,),
    "contract.notice_given": (change_mail.tell_parties_of_change,),
    "contract.changed": (
        money.on_contract_changed,
        change_mail.tell_parties_of_change,
        facts.record_event,
        *indexing.HANDLERS,
    ),
    "contract.terminated": (
        refunds.on_contract_terminated,
        change_mail.tell_parties_of_change,
        *indexing.HANDLERS,
    ),
    "milestone.reached": (order_mail.ask_to_pay_stage,),
    "guideline.published": (change_mail.tell_supplier_of_guideline,),
    "order.funded": (order_mail.ask_to_start,),
    "batch.submitted": (order_mail.ask_to_inspect,),
    "batch.accepted": (
        order_mail.tell_supplier_of_verdict,
        order_facts.observe_batch,
        facts.record_event,
    ),
    "batch.rejected": (order_mail.tell_supplier_of_verdict, order_facts.observe_batch),
    "batch.partially_accepted": (order_facts.observe_batch, facts.record_event),
    "dispute.opened": (dispute_mail.ask_to_answer,),
    "dispute.answered": (dispute_facts.observe_answer, dispute_mail.tell_claimant),
    "dispute.mediation": (dispute_facts.observe_answer, dispute_mail.tell_of_mediation),
    "dispute.proposed": (dispute_mail.tell_parties,),
    "dispute.re_measurement": (dispute_mail.tell_parties, dispute_mail.ask_for_readers),
    "dispute.referred": (dispute_mail.ask_bureaus,),
    "dispute.resolved": (
        money.on_dispute_resolved,
        work_fees.on_dispute_resolved,
        dispute_facts.observe_disputes,
        dispute_mail.tell_parties,
    ),
    "dispute.withdrawn": (money.on_dispute_withdrawn, dispute_mail.tell_respondent),
    "reading.asked": (dispute_mail.ask_reader,),
    "reading.declined": (dispute_mail.ask_for_readers,),
    "review.reported": (order_mail.ask_to_judge_review,),
    "review.published": (order_mail.tell_of_review,),
    "order.settled": (money_mail.tell_of_settlement, facts.record_event),
    "order.refunded": (money_mail.tell_of_refund, facts.record_event, *indexing.HANDLERS),
    "payout.paid": (money_mail.tell_of_payout,),
    "voucher.decided": (money_mail.tell_of_voucher, voucher_clock.follow_voucher),
    "incident.reported": (incident_mail.tell_of_report,),
    "incident.overdue": (incident_mail.tell_of_delay,),
    "webhook.stopped": (webhook_mail.tell_owners,),
    "voucher.paid": (voucher_clock.follow_voucher,),
    "voucher.application": (money_mail.tell_of_application,),
    "voucher.objected": (money_mail.tell_of_objection,),
    "reward.moved": (tell_of_claim,),
    "statement.uploaded": (on_statement_uploaded,),
    "holding.changed": (money_mail.tell_of_holding,),
    "job.published": (call_mail.invite, *indexing.HANDLERS),
    "job.review_asked": (call_mail.ask_bureau,),
    "job.reviewed": (call_mail.tell_owner_of_review,),
    "pool.applied": (call_mail.tell_pool_owner,),
    "pool.decided": (call_mail.tell_applicant,),
    "pool.closed": (call_mail.tell_members,),
    "pool.opened": (),
    "fair.opened": (),
    "fair.registered": (fair_mail.confirm_registration,),
    "fair.timetable_requested": (compute_requested,),
    "fair.timetable_solved": (fair_mail.tell_host,),
    "fair.published": (fair_mail.send_timetables,),
    "fair.cancelled": (fair_mail.tell_of_cancellation,),
    "supplier.changed": indexing.HANDLERS,
    "organisation.changed": indexing.HANDLERS,
    "talent.changed": indexing.HANDLERS,
    "need.changed": indexing.HANDLERS,
    "job.changed": indexing.HANDLERS,
}

HANDLERS: Mapping[str, tuple[outbox.Handler, ...]] = {
    topic: (
        *_HANDLERS.get(topic, ()),
        *publishing.HANDLERS.get(topic, ()),
        *activities.HANDLERS.get(topic, ()),
        *alerts.HANDLERS.get(topic, ()),
        *dispatching.HANDLERS.get(topic, ()),
    )
    for topic in dict.fromkeys(
        (
            *_HANDLERS,
            *publishing.HANDLERS,
            *activities.HANDLERS,
            *alerts.HANDLERS,
            *dispatching.HANDLERS,
        )
    )
}

# (every how many seconds, what): moves made by the clock.
PERIODIC: tuple[tuple[float, Periodic], ...] = (
    (5, open_due_jobs),
    (60, remind_holders),
    (5, activate_due_awards),
    (5, pilot_rounds.release_due_pilots),
    (60, settle_due_clarifications),
    (60, escalate_overdue),
    (600, certify_due),
    (600, select_due),
    (3600, ask_for_due_reviews),
    (60, reminders.look_for_reminders),
    (600, digests.ask_for_digests),
    (60, lift_ended_suspensions),
    (60, seal_epoch),
    (3600, close_due_pools),
    (600, hold_ended_fairs),
    (3600, expire_members),
    (60, seal_ledger),
    (60, expire_transfers),
    (60, accept_silent_batches),
    (60, move_overdue_disputes),
    (600, lapse_readings),
    (60, money.reduce_waiting_orders),
    (86400, refit_priors),
    (600, publish_due_reviews),
    (600, end_due_contracts),
    (300, money.sync_stale_payments),
    (300, late_returns.send_late_returns),
    (600, settle_periodically),
    (600, deposits.return_due_deposits),
    (600, work_fees.pay_due_fees),
    (3600, load_programmes),
    (3600, reconcile_daily),
    (1800, processor_balances.ask_balance),
    (600, voucher_clock.end_publications),
    (3600, voucher_clock.expire_vouchers),
    (3600, review_market),
    (3600, draft_due),
    (60, note_overdue),
    (600, collect),
    (86400, sending.forget_old),
    (3600, observe_missing),
    (3600, sweep_orphans),
    (3600, drafts.forget_expired),
    (10, dictionary.keep_current),
    (300, indexing.keep_ready),
    (20, alerts.ask_for_alerts),
    (3600, query_log.forget_old),
)


async def run_periodic(due: dict[Periodic, dt.datetime]) -> None:
    """Run each periodic task whose time has come; a failure is logged and tried again next time."""
    for seconds, task in PERIODIC:
        now = clock.now()
        if due.get(task, now) > now:
            continue
        due[task] = now + dt.timedelta(seconds=seconds)
        try:
            await task()
        except Exception:
            log.exception("periodic task failed", task=task.__qualname__)


async def settle_everything() -> None:
    """Run every periodic task and drain the outbox once: for the seed and for tests."""
    await run_periodic({})
    await outbox.drain(HANDLERS)


async def run() -> None:
    """Work until told to stop (SIGTERM, SIGINT)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    i18n.use_locale(i18n.DEFAULT)
    await db.connect()
    due: dict[Periodic, dt.datetime] = {}
    sender = asyncio.create_task(sending.send_until(stop))  # a slow receiver delays nothing else
    try:
        while not stop.is_set():
            await run_periodic(due)
            if not await outbox.drain(HANDLERS, is_stopping=stop.is_set):
                try:
                    await asyncio.wait_for(stop.wait(), settings.worker_poll_seconds)
                except TimeoutError:
                    continue
    finally:
        stop.set()
        await sender
        await db.disconnect()
