"""Clarification: suppliers ask under an alias, the owner answers, everyone reads both."""

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, NotFound, NotPermitted
from market.kit.i18n import gettext as _
from market.tendering import sealing
from market.tendering.models import Job, Question
from market.tendering.states import JobStatus

ASKABLE = (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING)


class QuestionsClosed(Conflict):
    """The deadline for questions has passed, or the job is not open."""

    title = "Questions are closed"


class AlreadyAnswered(Conflict):
    """An answer is read by all and does not change."""

    title = "This question has been answered"


@atomic()
async def ask_question(job: Job, text: str, *, by: Actor) -> Question:
    """Ask before the question deadline, under an alias that is the same on this job and no other.

    The log names the alias, not the asker, who is probably a bidder. Raises QuestionsClosed.
    """
    require(by, Role.SALES, Role.PROJECT, kind=OrganisationKind.SUPPLIER)
    job = await lock(job)
    if job.owner_id == by.organisation_id:
        raise NotPermitted(_("You cannot ask about your own job"))
    deadline = job.question_deadline_at
    if job.status not in ASKABLE or deadline is None or deadline <= clock.now():
        raise QuestionsClosed(_("Questions on job %(number)s are closed", number=job.number))
    assert by.organisation_id is not None, "a supplier acts for an organisation"
    alias = sealing.asker_alias(job.id, by.organisation_id)
    question = await Question.create(
        job=job, asker_id=by.organisation_id, alias=alias, text=text.strip()
    )
    await audit.record(question, "asked", by=Actor(name=f"asker {alias}"))
    await outbox.record("question.asked", question=question.id)
    return question


@atomic()
async def answer_question(question: Question, answer: str, *, by: Actor) -> Question:
    """Answer once, to everyone. Raises NotFound for another owner's job, AlreadyAnswered."""
    require(by, Role.BUYER, Role.PROJECT, Role.QUALITY)
    job = await lock_id(Job, question.job_id)
    if job.owner_id != by.organisation_id:
        raise NotFound(_("This question does not exist"))
    question = await lock(question)
    if question.answered_at is not None:
        raise AlreadyAnswered(_("The answer has been published and stays as it is"))
    question.answer, question.answered_at = answer.strip(), clock.now()
    await question.save(update_fields=["answer", "answered_at"])
    await audit.record(question, "answered", by=by)
    await outbox.record("question.answered", question=question.id)
    return question
