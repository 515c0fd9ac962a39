"""Pages of a bureau's programmes: versions, remarks, what a draft would have changed, the editor."""

import json

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import access, edition_forms, edition_parts, editions, words
from billing.models import VoucherProgramme
from billing.programmes import rule_of
from billing.states import ProgrammeStatus
from billing.vouchers.linter import lint
from market.kit import web
from market.kit.actor import Actor
from market.kit.forms import Form, field_errors
from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _


class RuleInput(BaseModel):
    """A rule as JSON."""

    rule: str


async def _draft(request: Request, actor: Actor) -> VoucherProgramme:
    return await access.draft_of(actor, request.path_params["code"])


async def show(request: Request) -> Response:
    """A programme's versions; of the newest its terms, the linter's remarks and the comparison."""
    actor = web.signed_in(request)
    programme = await access.programme_of(actor, request.path_params["code"])
    rule = rule_of(programme)
    is_draft = programme.status == ProgrammeStatus.DRAFT and programme.drafted_by_id is not None
    return await web.render(
        request, "billing/programmes_show.html", programme=programme, rule=rule, words=words,
        versions=await VoucherProgramme.filter(code=programme.code).order_by("-version"),
        findings=lint(rule), figures=edition_forms.figures_of(rule), is_draft=is_draft,
        diff=await editions.diff_with_force(programme) if is_draft else None,
        own_draft=programme.drafted_by_id == actor.person_id, gettext=_,
    )  # fmt: skip


async def draft(request: Request) -> Response:
    """Draft the next version."""
    actor = web.signed_in(request)
    programme = await access.programme_of(actor, request.path_params["code"])
    await editions.draft_version(programme, by=actor)
    return web.see_other(
        request, "programmes:edit", code=programme.code, flash=_("Draft of the next version made")
    )


async def edit(request: Request) -> Response:
    """The draft's figures, windows and documents as a form."""
    actor = web.signed_in(request)
    row = await _draft(request, actor)
    rule = rule_of(row)
    form = await Form.read(request, edition_forms.input_model(rule), edition_forms.initial(rule))
    if form.is_valid:
        with form.guard():
            try:
                changed = edition_forms.edited(rule, form.input)
            except ValidationError as error:
                form.message = "; ".join(field_errors(error).values())
            else:
                await editions.save_draft(row, changed, by=actor)
                return web.see_other(
                    request, "programmes:show", code=row.code, flash=_("Draft saved")
                )
    return await web.render(
        request, "billing/programmes_edit.html", programme=row, form=form,
        figures=edition_forms.figures_of(rule), documents=edition_forms.documents(),
        categories=edition_forms.categories(current_locale()), rule=rule,
        removable=edition_parts.removable(rule), caps=edition_parts.cap_choices(),
    )  # fmt: skip


async def edit_json(request: Request) -> Response:
    """The draft's whole rule as JSON, for experts."""
    actor = web.signed_in(request)
    row = await _draft(request, actor)
    text = json.dumps(row.rule, ensure_ascii=False, indent=2)
    form = await Form.read(request, RuleInput, {"rule": text})
    if form.is_valid:
        with form.guard():
            await editions.save_draft(row, editions.read_rule(form.input.rule), by=actor)
            return web.see_other(request, "programmes:show", code=row.code, flash=_("Draft saved"))
    return await web.render(request, "billing/programmes_json.html", programme=row, form=form)


async def publish(request: Request) -> Response:
    """Put a draft into force."""
    actor = web.signed_in(request)
    row = await _draft(request, actor)
    await editions.publish_version(row, by=actor)
    return web.see_other(request, "programmes:show", code=row.code, flash=_("Version published"))


async def discard(request: Request) -> Response:
    """Throw a draft away."""
    actor = web.signed_in(request)
    row = await _draft(request, actor)
    await editions.discard_draft(row, by=actor)
    return web.see_other(request, "programmes:show", code=row.code, flash=_("Draft discarded"))


BOTH = ["GET", "POST"]
_ONE = "/bureau/vouchers/programmes/{code}"
routes = [
    Route(_ONE, show, name="programmes:show"),
    Route(f"{_ONE}/draft", draft, name="programmes:draft", methods=["POST"]),
    Route(f"{_ONE}/edit", edit, name="programmes:edit", methods=BOTH),
    Route(f"{_ONE}/rule", edit_json, name="programmes:json", methods=BOTH),
    Route(f"{_ONE}/publish", publish, name="programmes:publish", methods=["POST"]),
    Route(f"{_ONE}/discard", discard, name="programmes:discard", methods=["POST"]),
]
