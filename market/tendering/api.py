"""JSON operations on jobs and their questions; bid_api.py has the rest of tendering."""

from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel, Field

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import files
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.errors import InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.tendering import (
    access,
    bid_api,
    ceremony_api,
    jobs,
    judging_api,
    opening_access,
    posting_api,
    questions,
    transcripts,
)
from market.tendering.drafts import JobDraft
from market.tendering.forms import (
    AnswerInput,
    CancelInput,
    QuestionInput,
)
from market.tendering.job_templates import TEMPLATES
from market.tendering.listing import FACETS, JobQuery
from market.tendering.models import Job
from market.tendering.schemas import (
    JobOut,
    JobSummary,
    OpeningOut,
    QuestionOut,
    QuestionsOut,
    TemplateOut,
    TemplatesOut,
)

JOBS = "jobs"


class JobsQuery(CursorQuery):
    """Filters of the job list; one value each."""

    q: str = Field(default="", max_length=100)
    status: str = ""
    modality: str = ""
    industry: str = ""
    region: str = ""
    unit: str = ""


class NewJob(JobDraft):
    """A draft, from a template when one is named."""

    template: str = ""

    def changes(self) -> dict[str, object]:
        """The template's name is no field of the draft."""
        return {k: v for k, v in super().changes().items() if k != "template"}


class DocumentQuery(BaseModel):
    """The name of the file sent as the body."""

    filename: str = "document.pdf"


@operation("GET", "/jobs", summary="List public jobs", tag=JOBS, query=JobsQuery,
           returns=CursorPage[JobSummary], public=True)  # fmt: skip
async def list_jobs(call: Call[Nothing, JobsQuery]) -> CursorPage[JobSummary]:
    """Newest first."""
    chosen = {name: [value] for name in FACETS if (value := getattr(call.query, name))}
    query = JobQuery.model_validate({"q": call.query.q, **chosen})
    found = query.jobs().select_related("owner")
    rows, following = await cursor_page(found, call.query)
    return CursorPage(items=[JobSummary.of(job) for job in rows], next=following)


@operation("GET", "/job-templates", summary="List job templates", tag=JOBS, returns=TemplatesOut,
           public=True)  # fmt: skip
async def list_templates(_call: Call[Nothing, Nothing]) -> TemplatesOut:
    """Starting points for a draft."""
    rows = [TemplateOut(code=t.code, name=t.name, fields=t.fields) for t in TEMPLATES.values()]
    return TemplatesOut(items=rows)


@operation("GET", "/jobs/{number}", summary="Read a job", tag=JOBS, returns=JobOut, public=True)
async def get_job(call: Call[Nothing, Nothing]) -> JobOut:
    """A published job, or one's own draft."""
    job = await access.visible_job(call.actor, call.path("number"))
    return JobOut.of(job, is_owner=access.owns(call.actor, job))


@operation("POST", "/jobs", summary="Draft a job", tag=JOBS, body=NewJob, returns=JobOut,
           status=201, scope="jobs:write")  # fmt: skip
async def create_draft(call: Call[NewJob, Nothing]) -> JobOut:
    """Nothing is required yet."""
    template = TEMPLATES.get(call.body.template)
    if call.body.template and template is None:
        raise InvalidInput(fields={"template": _("Choose one of the listed values")})
    job = await jobs.draft_job(call.body, by=call.actor, template=template)
    return await _own_job(call, job.number)


async def _own_job(call: Call[Any, Any], number: str) -> JobOut:
    return JobOut.of(await access.own_job(call.actor, number), is_owner=True)


async def _job(call: Call[Any, Any]) -> Job:
    return await access.own_job(call.actor, call.path("number"))


@operation("PATCH", "/jobs/{number}", summary="Change a draft", tag=JOBS, body=JobDraft,
           returns=JobOut, scope="jobs:write")  # fmt: skip
async def update_draft(call: Call[JobDraft, Nothing]) -> JobOut:
    """Only the fields that are sent change."""
    job = await jobs.save_draft(await _job(call), call.body, by=call.actor)
    return await _own_job(call, job.number)


@operation("PUT", "/jobs/{number}/documents/{name}", summary="Attach a document", tag=JOBS,
           query=DocumentQuery, returns=JobOut, scope="jobs:write")  # fmt: skip
async def attach_document(call: Call[Nothing, DocumentQuery]) -> JobOut:
    """`name` is deid_proof or guideline; the body is the file itself, at most 20 MB."""
    job, name = await _job(call), call.path("name")
    if name not in jobs.DOCUMENTS:
        raise NotFound(_("This document does not exist"))
    require(call.actor, Role.BUYER, verified=False)  # before a file is kept
    content = await call.request.body()
    stored = await files.store(unquote(call.query.filename), content, by=call.actor)
    await jobs.attach_document(job, name, stored, by=call.actor)
    return await _own_job(call, job.number)


@operation("POST", "/jobs/{number}/publish", summary="Publish a draft", tag=JOBS, returns=JobOut,
           scope="jobs:write")  # fmt: skip
async def publish_job(call: Call[Nothing, Nothing]) -> JobOut:
    """422 names every gate that is not passed."""
    job = await jobs.publish_job(await _job(call), by=call.actor)
    return await _own_job(call, job.number)


@operation("POST", "/jobs/{number}/amendments", summary="Amend an open job", tag=JOBS,
           body=JobDraft, returns=JobOut, scope="jobs:write")  # fmt: skip
async def amend_job(call: Call[JobDraft, Nothing]) -> JobOut:
    """Every bid must be confirmed again."""
    job = await jobs.amend_job(await _job(call), call.body, by=call.actor)
    return await _own_job(call, job.number)


@operation("POST", "/jobs/{number}/cancel", summary="Cancel a job", tag=JOBS, body=CancelInput,
           returns=JobOut, scope="jobs:write")  # fmt: skip
async def cancel_job(call: Call[CancelInput, Nothing]) -> JobOut:
    """With a coded reason."""
    reason = call.body
    job = await jobs.cancel_job(await _job(call), reason.code, reason.explanation, by=call.actor)
    return await _own_job(call, job.number)


@operation("GET", "/jobs/{number}/questions", summary="Questions and answers", tag=JOBS,
           returns=QuestionsOut, public=True)  # fmt: skip
async def list_questions(call: Call[Nothing, Nothing]) -> QuestionsOut:
    """Askers are known by an alias."""
    job = await access.visible_job(call.actor, call.path("number"))
    return QuestionsOut(items=[QuestionOut.of(row) for row in await access.questions_of(job)])


@operation("POST", "/jobs/{number}/questions", summary="Ask a question", tag=JOBS,
           body=QuestionInput, returns=QuestionOut, status=201, scope="bids:write")  # fmt: skip
async def ask_question(call: Call[QuestionInput, Nothing]) -> QuestionOut:
    """Published under an alias; 422 for a text that tells who asks, unless `is_confirmed`."""
    job, asked = await access.visible_job(call.actor, call.path("number")), call.body
    question = await questions.ask_question(
        job, asked.text, is_confirmed=asked.is_confirmed, by=call.actor
    )
    return QuestionOut.of(question)


@operation("POST", "/questions/{id}/answer", summary="Answer a question", tag=JOBS,
           body=AnswerInput, returns=QuestionOut, scope="jobs:write")  # fmt: skip
async def answer_question(call: Call[AnswerInput, Nothing]) -> QuestionOut:
    """Once, for everyone."""
    question = await access.question_to_answer(call.actor, call.path("id"))
    answered = await questions.answer_question(question, call.body.answer, by=call.actor)
    return QuestionOut.of(answered)


@operation("GET", "/jobs/{number}/opening", summary="Read the opening transcript", tag=JOBS,
           returns=OpeningOut, public=True)  # fmt: skip
async def get_opening(call: Call[Nothing, Nothing]) -> OpeningOut:
    """404 before the opening."""
    job, transcript = await opening_access.transcript_of(call.actor, call.path("number"))
    rows = await transcripts.checked_rows(job, transcript["bids"])
    is_intact = transcripts.is_intact(transcript) and all(row["is_intact"] for row in rows)
    return OpeningOut(transcript=transcript, is_intact=is_intact)


operations: list[Operation] = [
    list_jobs, list_templates, get_job, create_draft, update_draft, attach_document, publish_job,
    amend_job, cancel_job, list_questions, ask_question, answer_question, get_opening,
    *bid_api.operations, *ceremony_api.operations, *judging_api.operations,
    *posting_api.operations,
]  # fmt: skip
