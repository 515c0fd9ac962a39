"""Clarification: suppliers ask under an alias, the owner answers, everyone reads both."""

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.tendering import sealing
from market.tendering.models import Job, Question
from market.tendering.screening import tells
from market.tendering.states import JobStatus

ASKABLE = (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING)


class QuestionsClosed(Conflict):
    """The deadline for questions has passed, or the job is not open."""

    title = "Questions are closed"


class AlreadyAnswered(Conflict):
    """An answer is read by all and does not change."""

    title = "This question has been answered"


@atomic()
async def ask_question(job: Job, text: str, *, by: Actor, is_confirmed: bool = False) -> Question:
    """Ask before the question deadline, under an alias that is the same on this job and no other.

    The log names the alias, not the asker, who is probably a bidder. The same words sent again while
    they wait for an answer are the same question. Raises QuestionsClosed, or
    InvalidInput for a text that tells who asks, unless the asker confirmed it.
    """
    require(by, Role.SALES, Role.PROJECT, kind=OrganisationKind.SUPPLIER)
    job = await lock(job)
    if job.owner_id == by.organisation_id:
        raise NotPermitted(_("You cannot ask about your own job"))
    deadline = job.question_deadline_at
    if job.status not in ASKABLE or deadline is None or deadline <= clock.now():
        raise QuestionsClosed(_("Questions on job %(number)s are closed", number=job.number))
    assert by.organisation_id is not None, "a supplier acts for an organisation"
    asker = await Organisation.get(id=by.organisation_id)
    if not is_confirmed and (told := tells(text, asker)):
        parts = "、".join(f"“{part}”" for part in told)
        sentence = _("Everyone reads this, and %(parts)s would tell who asks", parts=parts)
        raise InvalidInput(fields={"text": sentence})
    waiting = Question.filter(job=job, asker=asker, text=text.strip(), answered_at=None)
    if (same := await waiting.first()) is not None:
        return same
    alias = sealing.asker_alias(job.id, asker.id)
    question = await Question.create(job=job, asker=asker, alias=alias, text=text.strip())
    await audit.record(question, "asked", by=Actor(name=f"asker {alias}"))
    await outbox.record("question.asked", question=question.id)
    return question


@atomic()
async def answer_question(
    question: Question, answer: str, *, file: StoredFile | None = None, by: Actor
) -> Question:
    """Answer once, to everyone, with a file where it helps.

    Raises NotFound for another owner's job, AlreadyAnswered.
    """
    require(by, Role.BUYER, Role.PROJECT, Role.QUALITY)
    job = await lock_id(Job, question.job_id)
    if job.owner_id != by.organisation_id:
        raise NotFound(_("This question does not exist"))
    question = await lock(question)
    if question.answered_at is not None:
        raise AlreadyAnswered(_("The answer has been published and stays as it is"))
    question.answer, question.answered_at = answer.strip(), clock.now()
    question.file_id = file.id if file else None
    await question.save(update_fields=["answer", "answered_at", "file_id"])
    digest = {"sha256": file.sha256} if file else None
    await audit.record(question, "answered", by=by, after=digest)
    await outbox.record("question.answered", question=question.id)
    return question
