"""Pages of clarification: ask, answer, read all of it, take it away as a file."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import files, tables, web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.tendering import access, exports, questions
from market.tendering.forms import AnswerInput, QuestionInput


async def ask(request: Request) -> Response:
    """Ask a question; refused ones come back with what was typed."""
    actor = web.signed_in(request)
    job = await access.visible_job(actor, request.path_params["number"])
    form = await Form.read(request, QuestionInput, draft="kept")
    if form.is_valid:
        with form.guard():
            asked = form.input
            await questions.ask_question(job, asked.text, is_confirmed=asked.is_confirmed, by=actor)
            flash = _("Your question is published without your name")
            return web.see_other(request, "jobs:show", number=job.number, flash=flash)
    return await web.render(request, "market/tendering/questions_ask.html", form=form, job=job)


async def answer(request: Request) -> Response:
    """Answer a question, for everyone."""
    actor = web.signed_in(request)
    question = await access.question_to_answer(actor, request.path_params["id"])
    form = await Form.read(request, AnswerInput, draft="kept")
    if form.is_valid:
        with form.guard():
            upload = form.upload("file")
            file = await files.store_upload(upload, by=actor) if upload else None
            await questions.answer_question(question, form.input.answer, file=file, by=actor)
            return web.see_other(
                request, "jobs:show", number=question.job.number, flash=_("The answer is published")
            )
    return await web.render(
        request, "market/tendering/questions_answer.html", form=form, question=question
    )


async def show_all(request: Request) -> Response:
    """Every question of a job with its answer, oldest first; also as a file."""
    actor = web.actor_of(request)
    job = await access.visible_job(actor, request.path_params["number"])
    if (fmt := tables.format_of(request)) is not None:
        return exports.questions_file(request, job, await access.questions_of(job), fmt)
    page = await paginate(request, access.all_questions(job))
    return await web.render(
        request, "market/tendering/questions_list.html", job=job, page=page,
        is_owner=access.owns(actor, job), may_download=access.may_download(actor, job),
    )  # fmt: skip


async def download(request: Request) -> Response:
    """The file that came with an answer."""
    actor = web.signed_in(request)
    file = await access.answer_file(actor, request.path_params["id"])
    return tables.download(await files.read(file), file.content_type, file.filename)


routes = [
    Route("/jobs/{number}/questions", ask, name="questions:ask", methods=["GET", "POST"]),
    Route("/jobs/{number}/questions/all", show_all, name="questions:list"),
    Route("/questions/{id}/answer", answer, name="questions:answer", methods=["GET", "POST"]),
    Route("/questions/{id}/file", download, name="questions:file"),
]
